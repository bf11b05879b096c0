//! `--evidence DIR`: what an auditor asks for in one folder, which is complete or not there.
//!
//! It is written beside its place, under a name of its own, and renamed when everything is in it. Only an earlier folder
//! of this kind is replaced. Left out is the time of the run but for one line of its README.txt, so that a run that is
//! repeated over the same input gives the same bytes.

use super::arguments::Check;
use super::interrupt::uninterrupted;
use super::output::folder;
use super::quote::command_line;
use super::remarks::{Amount, remarks};
use crate::check::{Outcome, Plan};
use crate::error::{Error, Result};
use crate::outputs::{keep_no_longer, private_folder};
use crate::policy::{DEFAULT_POLICY, PRESET, preset};
use crate::report::{
    Account, Cell, Closing, Context, Listing, Style, Table, rows, summary, write_messages, write_report,
    write_senders, write_streams,
};
use crate::time::Time;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// How the README of such a folder begins: by this an earlier one is known.
const MARK: &str = "Evidence of a run of mailfatigue\n";

/// What the folder is made from.
pub struct EvidenceInputs<'a> {
    pub options: &'a Check,
    pub plan: &'a Plan,
    pub outcome: &'a Outcome,
    pub account: Account<'a>,
}

/// A folder that is complete but not yet in its place.
pub struct Evidence {
    folder: TempDir,
    place: PathBuf,
}

/// Checks before anything is read that the folder may be written: it is not there, or an earlier one, and nothing that is
/// read is in it.
pub fn may_be_written(place: &Path, inputs: &[(&'static str, &Path)]) -> Result<()> {
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
        if !is_earlier(place) {
            let what = "is there already, and is not an evidence folder of this program";
            return Err(error(what.into()).hint(another));
        }
    }
    let above = folder(place);
    if !above.is_dir() {
        return Err(error(format!("can't be written: there is no folder `{}`", above.display()))
            .hint(format!("create the folder `{}` first", above.display())));
    }
    tempfile::tempfile_in(above).map(drop).map_err(|failed| {
        let what = format!("can't be written, because no file can be made in `{}`", above.display());
        Error::io(place, &what, &failed)
    })
}

/// Whether it is an evidence folder that was written before; an empty folder may become one.
fn is_earlier(place: &Path) -> bool {
    let mut begins = vec![0; MARK.len()];
    let readme = File::open(place.join("README.txt")).and_then(|mut file| file.read_exact(&mut begins));
    let is_empty = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
    is_empty || (readme.is_ok() && begins == MARK.as_bytes())
}

impl Evidence {
    /// Writes everything into a folder beside `place`.
    pub fn prepare(place: &Path, inputs: &EvidenceInputs<'_>) -> Result<Self> {
        let failed = |error: io::Error| Error::io(place, "can't be written", &error);
        let folder = private_folder(Some(folder(place))).map_err(failed)?;
        let this = Self { folder, place: place.to_path_buf() };
        this.outputs(inputs).map_err(failed)?;
        let read = this.inputs(inputs)?;
        this.mailboxes(inputs, &read).map_err(failed)?;
        this.sums().map_err(failed)?;
        this.readme(inputs).map_err(failed)?;
        Ok(this)
    }

    /// Gives the folder its name, in place of an earlier one.
    pub fn put_in_place(self) -> Result<()> {
        let Self { folder, place } = self;
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
        let EvidenceInputs { options, plan, outcome, account } = inputs;
        let style = options.style();
        let context = Context { policy: &plan.policy, list_given: plan.ledger.given, compared: false };
        let judging = plan.judging(&outcome.history, &outcome.findings, &plan.scope, outcome.as_of);
        let listing = Listing { details: &outcome.details, rules: &plan.lens.rules, all: plan.all };
        let rows = rows(&outcome.cases, &outcome.pressure, &plan.policy);
        self.write("report.csv", |out| write_report(out, style, &rows, &context))?;
        self.write("messages.csv", |out| write_messages(out, style, &judging, &listing))?;
        self.write("senders.csv", |out| write_senders(out, style, outcome.marketing_cases(), &judging))?;
        self.write("streams.csv", |out| write_streams(out, style, &judging, &listing))?;
        // How old the newest message is depends on the day of the run, and what is new on the run before it.
        let account =
            Account { closing: Closing { newest: None, ..account.closing }, changes: None, ..*account };
        self.write("summary.txt", |out| out.write_all(summary(&account, None).as_bytes()))?;
        let everything = remarks(outcome, Amount { quiet: false, verbose: true });
        self.write("not-read.txt", |out| out.write_all(everything.as_bytes()))
    }

    /// Copies the policy, the lists and the other files that shaped the run; returns what each was, and its copy.
    fn inputs(&self, inputs: &EvidenceInputs<'_>) -> Result<Vec<(&'static str, PathBuf, String)>> {
        let read = &inputs.options.inputs;
        let named =
            |path: &Path| path.to_str().and_then(|path| path.strip_prefix(PRESET)).map(str::to_string);
        let mut copies = Vec::new();
        let policy = match read.policy.as_deref() {
            None => Some(DEFAULT_POLICY),
            Some(path) => named(path).map(|name| preset(&name)).transpose()?,
        };
        if let Some(text) = policy {
            let failed = |error| Error::io(&self.place, "can't be written", &error);
            self.write("policy.toml", |out| out.write_all(text.as_bytes())).map_err(failed)?;
        }
        for (what, path) in read.files().into_iter().filter(|(what, _)| *what != "mailbox") {
            let number = copies.iter().filter(|(known, _, _)| *known == what).count() + 1;
            let ending = path.extension().map_or("csv".into(), |ending| ending.to_string_lossy());
            let name = match what {
                "consent list" => format!("consent-{number}.{ending}"),
                other => format!("{}.toml", other.trim_start_matches("file of ").replace(' ', "-")),
            };
            if path.as_os_str() == "-" {
                copies.push((what, path.to_path_buf(), String::new()));
                continue;
            }
            fs::copy(path, self.folder.path().join(&name))
                .map_err(|error| Error::io(path, "can't be read", &error))?;
            copies.push((what, path.to_path_buf(), name));
        }
        Ok(copies)
    }

    /// The list of everything that was read: its name, size and SHA-256.
    fn mailboxes(
        &self,
        inputs: &EvidenceInputs<'_>,
        others: &[(&'static str, PathBuf, String)],
    ) -> io::Result<()> {
        let style = Style { delimiter: b',', bom: false, raw: false, decimal_comma: false };
        self.write("inputs.csv", |out| {
            let mut table = Table::new(out, style, ["what", "path", "copy", "bytes", "sha256"].into_iter())?;
            let mailboxes =
                inputs.plan.survey.sources.iter().map(|source| ("mailbox", &*source.origin.path, ""));
            let others = others.iter().map(|(what, path, copy)| (*what, path.as_path(), copy.as_str()));
            for (what, path, copy) in others.chain(mailboxes) {
                let known = if path.as_os_str() == "-" { None } else { sum(path).ok() };
                let path = path.to_string_lossy();
                let (bytes, sum) = known.unzip();
                let cells = [
                    Cell::Word(what),
                    Cell::text(&path),
                    Cell::text(copy),
                    Cell::maybe(bytes, Cell::Whole),
                    Cell::maybe(sum.as_deref(), Cell::text),
                ];
                table.row(cells.into_iter())?;
            }
            table.finish()
        })
    }

    /// The sums of the folder's own files, as `sha256sum --check` reads them.
    fn sums(&self) -> io::Result<()> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path())?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<_>>()?;
        names.sort();
        let mut text = String::new();
        for name in names {
            text += &format!("{}  {name}\n", sum(&self.folder.path().join(&name))?.1);
        }
        self.write("SHA256SUMS", |out| out.write_all(text.as_bytes()))
    }

    fn readme(&self, inputs: &EvidenceInputs<'_>) -> io::Result<()> {
        let plan = inputs.plan;
        let now = Time::believed(plan.lens.now, plan.lens.now).map(|now| plan.scope.zone.rfc3339(now));
        let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
        let command = command_line(std::iter::once("mailfatigue".to_string()).chain(words));
        let text = format!(
            "{MARK}\nRun at:  {}\nProgram: mailfatigue {}\nCommand: {}\nDays in: {}\n\n{FILES}",
            now.unwrap_or_default(),
            env!("CARGO_PKG_VERSION"),
            crate::report::visible(&command),
            plan.scope.zone.name(),
        );
        self.write("README.txt", |out| out.write_all(text.as_bytes()))
    }
}

/// What the README says of the files.
const FILES: &str = "\
report.csv    a row for each sender and customer, with the verdict and its reason
messages.csv  a row for each message that counts (with --all: for each message read), its file and its byte there
senders.csv   a row for each sender
streams.csv   a row for each stream of a sender, to take samples from
summary.txt   what the program said of the run; its numbers account for every message
not-read.txt  what was not read, or could not be used, and why; empty where there is nothing
policy.toml   the policy that gave the verdicts; consent lists, rules and brands, where there were any, are beside it as
              they were read
inputs.csv    every file that was read, with its size and SHA-256 at the end of the run (none: standard input, or gone)
SHA256SUMS    of all these files: sha256sum --check SHA256SUMS

To repeat it: take the same version of the program, compare the files to be read with inputs.csv, and run the command
above in the same folder, with another folder after --evidence. All files are then the same, byte for byte, except for
this one's line \"Run at\" and, in summary.txt, names of other outputs that you change.
";

/// The size and SHA-256 of a file.
fn sum(path: &Path) -> io::Result<(u64, String)> {
    let mut bytes = BufReader::with_capacity(256 * 1_024, File::open(path)?);
    let mut digest = Sha256::new();
    let mut block = vec![0; 256 * 1_024];
    let mut size = 0;
    loop {
        let read = bytes.read(&mut block)?;
        if read == 0 {
            break;
        }
        size += read as u64;
        digest.update(&block[..read]);
    }
    Ok((size, digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}
