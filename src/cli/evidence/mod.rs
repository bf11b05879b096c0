//! `--evidence DIR`: all that an auditor asks for in one folder, which is complete or absent.
//!
//! It is written beside its place, under a name of its own, and renamed when everything is in it. Only an earlier folder
//! of this kind is replaced. The time of the run is in one line of its README.txt and nowhere else, so that a run that is
//! repeated over the same input gives the same bytes.
//!
//! Where outputs are redacted, so is everything in the folder: what was read is not copied where it may name people.

mod inputs;
mod readme;

use super::arguments::CheckOptions;
use super::by_customer::GrowingLists;
use super::destinations::Destination;
use super::hidden_names::HiddenNames;
use super::interrupt::uninterrupted;
use super::output::{folder, is_stream};
use super::remarks::{RemarkDetail, remarks};
use crate::check::{Outcome, Plan};
use crate::error::{Error, Result};
use crate::fact::Redaction;
use crate::outputs::{keep_no_longer, private_folder};
use crate::report::{
    CellContext, ClosingLines, MessageContext, SummaryContent, rows, summary, visible, write_report,
};
use readme::MARK;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The content of the folder.
pub struct EvidenceInputs<'a> {
    pub options: &'a CheckOptions,
    pub plan: &'a Plan,
    pub outcome: &'a Outcome,
    pub lists: &'a GrowingLists<'a>,
    pub content: SummaryContent<'a>,
    /// Where outputs are redacted.
    pub redaction: Option<&'a Redaction>,
}

/// A folder that is complete but not yet in its place.
pub struct EvidenceFolder {
    folder: TempDir,
    place: PathBuf,
    /// What is not shown, where outputs are redacted.
    hidden: Option<HiddenNames>,
}

/// The folder itself where the path is a symbolic link.
fn itself(place: &Path) -> PathBuf {
    place.canonicalize().ok().filter(|_| place.is_symlink()).unwrap_or_else(|| place.to_path_buf())
}

/// Checks before anything is read that the folder may be written: it is not there, or an earlier one, and nothing that is
/// read or written beside it is in it.
pub fn may_be_written(
    place: &Path,
    inputs: &[(&'static str, &Path)],
    outputs: &[Destination<'_>],
) -> Result<()> {
    let error = |what: String| Error::new(format!("--evidence `{}`", place.display()), what);
    let another = "give --evidence another folder; nothing was written";
    if place.as_os_str() == "-" {
        return Err(error("is a folder, and can't go to standard output".into()).hint("name a folder"));
    }
    if let Ok(there) = place.canonicalize() {
        let inside = |path: &Path| path.canonicalize().is_ok_and(|path| path.starts_with(&there));
        if let Some((what, path)) = inputs.iter().find(|(_, path)| inside(path)) {
            let what = format!("contains `{}`, a {what} that is read", path.display());
            return Err(error(what).hint(another));
        }
        // It would be deleted when the folder is replaced.
        let is_inside =
            |path: &Path| folder(path).canonicalize().is_ok_and(|above| above.starts_with(&there));
        if let Some(output) = outputs.iter().find(|output| !is_stream(output.path) && is_inside(output.path))
        {
            let what = format!("would contain `{}`, {} of this run", output.path.display(), output.kind.one);
            return Err(error(what).hint(another));
        }
        if !is_earlier(place) {
            let what = "is there already, and is not an evidence folder of this program";
            return Err(error(what.into()).hint(another));
        }
    }
    if let Some(other) = foreign_file(place) {
        let what = format!("contains `{other}`, which would be lost, because the folder is replaced");
        return Err(
            error(what).hint("move that elsewhere, or give --evidence another folder; nothing was written")
        );
    }
    let place = itself(place);
    if place.is_symlink() {
        return Err(error("is a link that leads nowhere".into()).hint(another));
    }
    let above = folder(&place);
    if !above.is_dir() {
        return Err(error(format!("can't be written: there is no folder `{}`", above.display()))
            .hint(format!("create the folder `{}` first", above.display())));
    }
    tempfile::tempfile_in(above).map(drop).map_err(|failed| {
        let what = format!("can't be written, because no file can be made in `{}`", above.display());
        Error::io(&place, &what, &failed)
    })
}

/// Whether it is an evidence folder that was written before; an empty folder may become one.
fn is_earlier(place: &Path) -> bool {
    let mut begins = vec![0; MARK.len()];
    let readme = File::open(place.join("README.txt")).and_then(|mut file| file.read_exact(&mut begins));
    let is_empty = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
    is_empty || (readme.is_ok() && begins == MARK.as_bytes())
}

/// What somebody added to an earlier evidence folder: it is not in the list of sums there.
fn foreign_file(place: &Path) -> Option<String> {
    let sums = fs::read_to_string(place.join("SHA256SUMS")).unwrap_or_default();
    let own: Vec<&str> = sums.lines().filter_map(|line| Some(line.split_once("  ")?.1)).collect();
    let names = fs::read_dir(place).ok()?.flatten();
    let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.find(|name| !["README.txt", "SHA256SUMS"].contains(&name.as_str()) && !own.contains(&name.as_str()))
}

impl EvidenceFolder {
    /// Writes everything into a folder beside `place`.
    pub fn prepare(place: &Path, inputs: &EvidenceInputs<'_>) -> Result<Self> {
        let failed = |error: io::Error| Error::io(place, "can't be written", &error);
        let place = itself(place);
        let folder = private_folder(Some(folder(&place))).map_err(failed)?;
        let hidden = inputs.redaction.map(|_| HiddenNames::of(&inputs.options.inputs.files()));
        let this = Self { folder, place, hidden };
        this.outputs(inputs).map_err(failed)?;
        let read = this.copies(inputs)?;
        this.list_inputs(inputs, &read).map_err(failed)?;
        this.sums().map_err(failed)?;
        this.readme(inputs).map_err(failed)?;
        Ok(this)
    }

    /// Gives the folder its name, in place of an earlier one.
    pub fn put_in_place(self) -> Result<()> {
        let Self { folder, place, .. } = self;
        let failed = |error: io::Error| Error::io(&place, "can't be put in place", &error);
        let old = private_folder(Some(super::output::folder(&place))).map_err(failed)?;
        uninterrupted(|| {
            let aside = old.path().join("old");
            let replaced = place.exists();
            if replaced {
                fs::rename(&place, &aside)?;
            }
            fs::rename(folder.path(), &place).inspect_err(|_| {
                if replaced {
                    let _ = fs::rename(&aside, &place);
                }
            })
        })
        .map_err(failed)?;
        keep_no_longer(folder.path());
        keep_no_longer(old.path());
        // It has another name now.
        let _ = folder.keep();
        Ok(())
    }

    fn write(&self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(self.folder.path().join(name))?);
        write(&mut out)?;
        out.flush()
    }

    fn outputs(&self, inputs: &EvidenceInputs<'_>) -> io::Result<()> {
        let EvidenceInputs { options, plan, outcome, lists, content, .. } = inputs;
        let style = options.style();
        let context = CellContext { policy: &plan.policy, list_given: plan.ledger.given, compared: false };
        let judging = plan.judging(&outcome.history, &outcome.findings, &plan.scope, outcome.as_of);
        let message_context =
            MessageContext { details: &outcome.details, rules: &plan.settings.rules, all: plan.all };
        let rows = rows(&outcome.cases, &outcome.pressure, &plan.policy);
        self.write("report.csv", |out| write_report(out, style, &rows, &context, plan.threads))?;
        self.write("messages.csv", |out| lists.write_messages(out, &judging, &message_context))?;
        self.write("senders.csv", |out| lists.write_senders(out, outcome, plan))?;
        self.write("streams.csv", |out| lists.write_streams(out, outcome))?;
        // How old the newest message is depends on the day of the run, and what is new on the run before it.
        let content = SummaryContent {
            closing: ClosingLines { newest: None, ..content.closing },
            changes: None,
            ..*content
        };
        let summary_text = self.shown(summary(&content, None));
        self.write("summary.txt", |out| out.write_all(summary_text.as_bytes()))?;
        let everything = self.shown(remarks(outcome, RemarkDetail { quiet: false, verbose: true }));
        self.write("not-read.txt", |out| out.write_all(everything.as_bytes()))
    }

    /// Lines of the program, as the folder shows them.
    fn shown(&self, lines: String) -> String {
        match &self.hidden {
            Some(hidden) => lines.lines().map(|line| hidden.line(&visible(line)) + "\n").collect(),
            None => lines,
        }
    }
}
