//! The outputs of `check`, by its flags: which there are, where they go, and how they are written.

use super::arguments::{CheckOptions, ReportFormat};
use super::destinations::Destination;
use super::remarks::RemarkDetail;
use super::terminal::columns_of_output;
use crate::error::Error;
use crate::outputs::{
    CONSENT_LIST, JSON_REPORT, MESSAGES, OutputKind, PAGE, REPORT, SENDERS, STATE, STREAMS, UNMATCHED,
    WORKBOOK,
};
use crate::report::CsvStyle;
use std::path::Path;

impl CheckOptions {
    /// Where the report goes; `None`: nowhere, because standard output is a terminal and no option asks for it there.
    pub fn report(&self) -> Option<&Path> {
        self.output.as_deref().or_else(|| columns_of_output().is_none().then_some(Path::new("-")))
    }

    fn report_kind(&self) -> &'static OutputKind {
        match self.format {
            ReportFormat::Csv => &REPORT,
            ReportFormat::Json => &JSON_REPORT,
        }
    }

    /// A note where an option about CSV is given and no CSV is written.
    pub fn unused_style(&self) -> Option<Error> {
        let styles = [
            ("--excel", self.excel.is_some()),
            ("--bom", self.bom),
            ("--delimiter", self.delimiter.is_some()),
        ];
        let has_csv = self.format == ReportFormat::Csv
            || self.messages.is_some()
            || self.starter_ledger.is_some()
            || self.unmatched.is_some()
            || self.senders.is_some()
            || self.streams.is_some()
            || self.evidence.is_some();
        let (option, _) = styles.iter().find(|(_, given)| *given).filter(|_| !has_csv)?;
        let what = "is about CSV and changes nothing, because the report is written as JSON";
        Some(Error::new(*option, what).hint("leave it out, or write --format csv").as_note())
    }

    /// What is written, and where.
    pub fn destinations(&self) -> Vec<Destination<'_>> {
        let rows = [
            (self.report_kind(), self.report()),
            (&WORKBOOK, self.xlsx.as_deref()),
            (&PAGE, self.html.as_deref()),
            (&MESSAGES, self.messages.as_deref()),
            (&CONSENT_LIST, self.starter_ledger.as_deref()),
            (&UNMATCHED, self.unmatched.as_deref()),
            (&STATE, self.nightly.since_last.as_deref()),
            (&SENDERS, self.senders.as_deref()),
            (&STREAMS, self.streams.as_deref()),
        ];
        rows.into_iter().filter_map(|(kind, path)| Some(Destination { kind, path: path? })).collect()
    }

    /// How CSV is written.
    pub fn style(&self) -> CsvStyle {
        let decimal_comma = self.excel.is_some_and(|locale| locale.decimal_comma);
        CsvStyle {
            delimiter: self.delimiter.unwrap_or(if decimal_comma { b';' } else { b',' }),
            bom: self.bom || self.excel.is_some(),
            raw: self.raw,
            decimal_comma,
        }
    }

    /// How much is printed besides errors and warnings; with `nothing_new` nothing has changed.
    pub fn amount(&self, nothing_new: bool) -> RemarkDetail {
        let quiet = self.inputs.quiet || (self.nightly.only_changes && nothing_new);
        RemarkDetail { quiet, verbose: self.verbose }
    }
}
