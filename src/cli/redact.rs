//! `--redact`: the key of the pseudonyms.

use crate::error::{Error, Result};
use crate::fact::Redaction;
use clap::builder::{OsStringValueParser, TypedValueParser};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The value of `--redact` without a file: no file can have this name.
pub const RANDOM: &str = "\0";

/// The longest key file, in bytes.
const LONGEST: u64 = 65_536;

/// Where the key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedactKey {
    /// It is generated for this run, and not stored.
    Random,
    /// A file.
    File(PathBuf),
}

/// The parser of the option.
pub fn redact_key() -> impl TypedValueParser<Value = RedactKey> {
    OsStringValueParser::new().map(|text| match text == OsStr::new(RANDOM) {
        true => RedactKey::Random,
        false => RedactKey::File(text.into()),
    })
}

impl RedactKey {
    /// The file, where there is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Random => None,
            Self::File(path) => Some(path),
        }
    }

    /// Reads or makes the key.
    pub fn redaction(&self) -> Result<Redaction> {
        let key = match self {
            Self::Random => random()?,
            Self::File(path) => read(path)?,
        };
        Redaction::new(&key).ok_or_else(|| self.too_short(key.len()))
    }

    fn too_short(&self, length: usize) -> Error {
        let file = self.file().unwrap_or(Path::new(""));
        let what = match length {
            0 => "is empty, and the pseudonyms need a key".to_string(),
            _ => format!("has a key of {length} bytes; the shortest has {}", Redaction::SHORTEST_KEY),
        };
        Error::file(file, what).hint("make one: openssl rand -hex 32 > FILE")
    }

    /// A line for readers, so that pseudonyms are not mistaken for names.
    pub fn note(&self) -> String {
        let key = match self {
            Self::Random => "by a key made for this run alone",
            Self::File(_) => "the same in all outputs of this key",
        };
        format!(
            "redacted: customers, and senders that are addresses, have pseudonyms, {key}; subjects, local parts, \
             Message-IDs and paths are left out, URLs are cut to their host"
        )
    }
}

fn random() -> Result<Vec<u8>> {
    let mut key = vec![0; 32];
    let made = getrandom::fill(&mut key);
    made.map_err(|error| Error::new("--redact", format!("the system gives no random key: {error}")))?;
    Ok(key)
}

/// The key in a file; line ends after it are not a part of it, because editors add them.
fn read(path: &Path) -> Result<Vec<u8>> {
    if path.as_os_str().is_empty() {
        let hint = "write --redact=KEYFILE, or --redact alone for a key that is made for this run";
        return Err(Error::new("--redact=", "has no name of a file").hint(hint));
    }
    let mut key = Vec::new();
    let file = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut key));
    file.map_err(|error| Error::io(path, "can't be read as the key of --redact", &error))?;
    if key.len() as u64 > LONGEST {
        let error =
            Error::file(path, format!("is longer than {LONGEST} bytes, too long for the key of --redact"));
        return Err(error.hint("make one: openssl rand -hex 32 > FILE"));
    }
    while key.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        key.pop();
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_key_is_another_one_each_time() {
        let pseudonym = || RedactKey::Random.redaction().map(|redaction| redaction.customer("a@x.example"));
        assert_ne!(pseudonym().ok(), pseudonym().ok());
    }
}
