//! The flags of the commands that answer about a sender: `explain` and `letter`.

use super::destinations::Destination;
use super::inputs::InputOptions;
use crate::outputs::{EXPLANATION, PAGE};
use crate::report::Language;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainOptions {
    /// Whose verdict: a sender as the report names it, an address that it writes from, a display name, or a part
    /// of these
    #[arg(long, value_name = "NAME", help_heading = "Subject")]
    pub sender: String,

    /// To which customer [default: all]
    #[arg(long, value_name = "ADDRESS", help_heading = "Subject")]
    pub customer: Option<String>,

    /// `text` for people (80 columns) or `json` for programs
    #[arg(long, value_enum, hide_possible_values = true, default_value_t = ExplanationFormat::Text, help_heading = "Output")]
    pub format: ExplanationFormat,

    /// Write a page to look at in a browser, in place of the text: the calendar, the record and every message
    #[arg(long, value_name = "FILE", conflicts_with = "format", help_heading = "Output")]
    pub html: Option<PathBuf>,

    /// Let the page replace a file that this program did not write (inputs and consent lists never)
    #[arg(long, requires = "html", help_heading = "Output")]
    pub force: bool,

    /// What is read, and how it is judged.
    #[command(flatten)]
    pub inputs: InputOptions,
}

/// Options of `letter`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").args(["sender", "all_flagged"]).required(true))]
pub struct LetterOptions {
    /// To whom: a sender as the report names it, an address that it writes from, a display name, or a part of these
    #[arg(long, value_name = "NAME", help_heading = "Subject")]
    pub sender: Option<String>,

    /// A letter to each flagged sender, in a file of its own; needs --output FOLDER
    #[arg(long, help_heading = "Subject")]
    pub all_flagged: bool,

    /// From which customer [default: all]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "all_flagged", help_heading = "Subject")]
    pub customer: Option<String>,

    /// The language of the letter: en, de, fr, es, it, nl, pt or pl
    #[arg(
        long,
        value_name = "LANGUAGE",
        default_value = "en",
        value_parser = language(),
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub language: Language,

    /// Write the letter to FILE [default: standard output]; with --all-flagged a FOLDER, which is made where it is missing
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Let letters replace files that this program did not write (inputs and consent lists never)
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    /// What is read, and how it is judged.
    #[command(flatten)]
    pub inputs: InputOptions,
}

fn language() -> impl TypedValueParser<Value = Language> {
    let codes = PossibleValuesParser::new(Language::ALL.map(Language::code));
    codes.map(|code| Language::with_code(&code).unwrap_or(Language::English))
}

/// How an explanation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplanationFormat {
    /// Plain text, for a terminal of 80 columns
    Text,
    /// JSON: an object with a list of pairs
    Json,
}

impl ExplainOptions {
    /// What is written, and where: a page, or text on standard output.
    pub fn destination(&self) -> Destination<'_> {
        match &self.html {
            Some(path) => Destination { kind: &PAGE, path },
            None => Destination { kind: &EXPLANATION, path: Path::new("-") },
        }
    }
}
