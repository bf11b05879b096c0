//! What was read, in the folder of evidence: copies of what shaped the run, and the size and SHA-256 of every file.

use super::{EvidenceFolder, EvidenceInputs};
use crate::error::{Error, Result};
use crate::fact::Redaction;
use crate::policy::{DEFAULT_POLICY, PRESET, preset};
use crate::report::{Cell, CsvStyle, CsvTable};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use toml::{Table as Toml, Value};

/// A file that shaped the run.
pub struct CopiedFile {
    what: &'static str,
    path: PathBuf,
    /// How the folder shows the path.
    shown: String,
    /// The name of its copy; empty where there is none.
    copy: String,
}

impl EvidenceFolder {
    /// Copies the policy, the lists and the other files that shaped the run; returns what each was, and its copy.
    pub fn copies(&self, inputs: &EvidenceInputs<'_>) -> Result<Vec<CopiedFile>> {
        let read = &inputs.options.inputs;
        self.built_in_policy(read.policy.as_deref())?;
        let mut copies: Vec<CopiedFile> = Vec::new();
        // The key can undo the pseudonyms, so not even its checksum is written.
        let files = read.files().into_iter().filter(|(what, _)| !matches!(*what, "mailbox" | "key file"));
        for (what, path) in files {
            let number = copies.iter().filter(|known| known.what == what).count() + 1;
            let shown = self.hidden.as_ref().map_or_else(
                || path.to_string_lossy().into_owned(),
                |_| if path.as_os_str() == "-" { "-".to_string() } else { format!("{what} {number}") },
            );
            let ending = path.extension().map_or("csv".into(), |ending| ending.to_string_lossy());
            let name = match what {
                "consent list" => format!("consent-{number}.{ending}"),
                other => format!("{}.toml", other.trim_start_matches("file of ").replace(' ', "-")),
            };
            let copied = path.as_os_str() != "-" && self.copy(what, path, &name, inputs.redaction)?;
            let copy = if copied { name } else { String::new() };
            copies.push(CopiedFile { what, path: path.to_path_buf(), shown, copy });
        }
        Ok(copies)
    }

    /// The default policy or a preset, which no file has.
    fn built_in_policy(&self, policy: Option<&Path>) -> Result<()> {
        let text = match policy.map(|path| path.to_str().and_then(|path| path.strip_prefix(PRESET))) {
            None => DEFAULT_POLICY,
            Some(Some(name)) => preset(name)?,
            Some(None) => return Ok(()),
        };
        let written = self.write("policy.toml", |out| out.write_all(text.as_bytes()));
        written.map_err(|error| Error::io(&self.place, "can't be written", &error))
    }

    /// Copies a file; where outputs are redacted, only what is left of a policy or a map without names of people.
    fn copy(&self, what: &str, path: &Path, name: &str, redaction: Option<&Redaction>) -> Result<bool> {
        let failed = |error| Error::io(path, "can't be read", &error);
        let Some(redaction) = redaction else {
            let copy = fs::copy(path, self.folder.path().join(name));
            return copy.map(|_| true).map_err(failed);
        };
        if !matches!(what, "policy" | "consent map") {
            return Ok(false);
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        let table: Toml = text.parse().map_err(|error| Error::toml(path, &text, &error))?;
        let text = self.shown(without_people(table, redaction).to_string());
        let written = self.write(name, |out| out.write_all(text.as_bytes()));
        written.map(|()| true).map_err(|error| Error::io(&self.place, "can't be written", &error))
    }

    /// The list of everything that was read: its name, size and SHA-256.
    pub fn list_inputs(&self, inputs: &EvidenceInputs<'_>, others: &[CopiedFile]) -> io::Result<()> {
        let style = CsvStyle { delimiter: b',', bom: false, raw: false, decimal_comma: false };
        self.write("inputs.csv", |out| {
            let mut table =
                CsvTable::new(out, style, ["what", "path", "copy", "bytes", "sha256"].into_iter())?;
            for CopiedFile { what, path, shown, copy } in others {
                table.row(cells(what, path, shown, copy).into_iter())?;
            }
            for source in &inputs.plan.survey.sources {
                let path = &*source.origin.path;
                let shown = match &self.hidden {
                    Some(_) if path.as_os_str() != "-" => format!("mailbox {}", source.argument + 1),
                    _ => path.to_string_lossy().into_owned(),
                };
                table.row(cells("mailbox", path, &shown, "").into_iter())?;
            }
            table.finish()
        })
    }

    /// The sums of the folder's own files, as `sha256sum --check` reads them.
    pub fn sums(&self) -> io::Result<()> {
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
}

/// A policy or a map without its comments (a table has none) and with pseudonyms of the customers that it names.
fn without_people(mut table: Toml, redaction: &Redaction) -> Toml {
    let rules = table.get_mut("rule").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        let customers = rule.get_mut("must_be_zero").and_then(Value::as_array_mut);
        for customer in customers.into_iter().flatten() {
            if let Some(address) = customer.as_str().map(str::trim).filter(|entry| !entry.starts_with('@')) {
                *customer = Value::String(redaction.customer(&address.to_lowercase()));
            }
        }
    }
    table
}

/// A row of the list.
fn cells(what: &'static str, path: &Path, shown: &str, copy: &str) -> [Cell; 5] {
    let known = if path.as_os_str() == "-" { None } else { sum(path).ok() };
    let (bytes, sum) = known.unzip();
    [
        Cell::Word(what),
        Cell::text(shown),
        Cell::text(copy),
        Cell::maybe(bytes, Cell::Whole),
        Cell::maybe(sum.as_deref(), Cell::text),
    ]
}

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
