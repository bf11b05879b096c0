//! The state file: what one run leaves for the next to be compared with. JSON, whose first key is its version.

use super::PairName;
use crate::error::Error;
use crate::fact::Redaction;
use crate::judge::TrendInput;
use crate::mailbox::is_mail;
use crate::outputs::{OutputKind, STATE, STATE_MARK};
use crate::time::Day;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The version that is written, and the newest that can be read.
const VERSION: u64 = 1;

/// A file longer than this (ten million pairs) is not one of ours.
const LONGEST: u64 = 1 << 30;

/// What the last run found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LastRun {
    /// Its day of asking.
    pub as_of: Option<Day>,
    /// How many messages it read.
    pub messages: u64,
    /// Its pairs with marketing.
    pub pairs: BTreeMap<PairName, TrendInput>,
}

/// What there is at the state file's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredRun {
    /// Nothing, or an empty file: this is the first run.
    Nothing,
    /// What the last run left.
    LastRun(LastRun),
    /// A state file that can't be used, and why.
    Unusable(String),
    /// A whole file of another kind, and which.
    AnotherFile(&'static str),
}

/// The file as it is written, without its first key.
#[derive(Deserialize)]
struct WrittenRun {
    as_of: Option<String>,
    messages: u64,
    pairs: Vec<(String, String, bool, u32)>,
    sha256: String,
}

impl LastRun {
    /// Puts pseudonyms in place of names that a run before, which was not redacted, left.
    pub fn redact(&mut self, redaction: &Redaction) {
        let pairs = std::mem::take(&mut self.pairs).into_iter();
        let redacted = |(sender, customer): PairName| match Redaction::is_pseudonym(&customer) {
            true => (sender, customer),
            // Brands without a dot look like people here: they are compared as new.
            false => {
                let is_nobodys = sender.contains('.') || sender.starts_with('*');
                (redaction.sender(&sender, is_nobodys), redaction.customer(&customer))
            }
        };
        self.pairs = pairs.map(|(name, snapshot)| (redacted(name), snapshot)).collect();
    }
}

impl StoredRun {
    /// Reads the file.
    pub fn at(path: &Path) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::io(path, "can't be read", &error);
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Nothing),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
        Ok(Self::of(&bytes))
    }

    /// What the bytes of a file are.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Nothing;
        }
        if let Some(kind) = OutputKind::of(bytes).filter(|kind| !std::ptr::eq(*kind, &STATE)) {
            return Self::AnotherFile(kind.one);
        }
        if is_mail(bytes) {
            return Self::AnotherFile("mail");
        }
        let text = String::from_utf8_lossy(bytes);
        let json = match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(json @ serde_json::Value::Object(_)) => json,
            Ok(_) => return Self::Unusable("it is not a state file".to_string()),
            Err(_) if is_settings(&text) => return Self::AnotherFile("a file of settings"),
            Err(error) => return Self::Unusable(format!("it can't be read from line {} on", error.line())),
        };
        match json.get(STATE_MARK).map(serde_json::Value::as_u64) {
            None if json.get("pairs").is_none() => Self::AnotherFile("a JSON file"),
            None => Self::Unusable("it does not begin as state files do".to_string()),
            Some(Some(VERSION)) => match LastRun::read(json) {
                Some(last) => Self::LastRun(last),
                None => Self::Unusable("its check sum does not match what is in it".to_string()),
            },
            Some(Some(newer)) if newer > VERSION => {
                Self::Unusable("it was written by a newer version of this program".to_string())
            }
            Some(_) => Self::Unusable("its version is not a number".to_string()),
        }
    }
}

/// Whether it is a TOML file that sets something: a config file or a policy.
fn is_settings(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| !table.is_empty())
}

impl LastRun {
    fn read(json: serde_json::Value) -> Option<Self> {
        let written: WrittenRun = serde_json::from_value(json).ok()?;
        let as_of = match &written.as_of {
            Some(day) => Some(Day::parse(day)?),
            None => None,
        };
        let pairs = written
            .pairs
            .into_iter()
            .map(|(sender, customer, flagged, days)| ((sender, customer), TrendInput { flagged, days }));
        let this = Self { as_of, messages: written.messages, pairs: pairs.collect() };
        (this.sum().ok()? == written.sha256).then_some(this)
    }

    /// Writes the file.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        write!(out, "{{\"{STATE_MARK}\":{VERSION},")?;
        self.body(&mut out)?;
        writeln!(out, ",\n\"sha256\":\"{}\"}}", self.sum()?)
    }

    /// All that the check sum is about.
    fn body(&self, out: &mut dyn Write) -> io::Result<()> {
        let as_of = serde_json::to_string(&self.as_of.map(|day| day.to_string()))?;
        write!(out, "\"as_of\":{as_of},\"messages\":{},\"pairs\":[", self.messages)?;
        for (at, ((sender, customer), now)) in self.pairs.iter().enumerate() {
            let row = serde_json::to_string(&(sender, customer, now.flagged, now.days))?;
            write!(out, "{}{row}", if at == 0 { "\n" } else { ",\n" })?;
        }
        out.write_all(b"\n]")
    }

    /// The SHA-256 of it: a bit that a disk lost must not make one sender of another.
    fn sum(&self) -> io::Result<String> {
        let mut body = Vec::new();
        self.body(&mut body)?;
        Ok(Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> (LastRun, Vec<u8>) {
        let pair = |sender: &str, flagged, days| {
            ((sender.to_string(), "robin@home.example".to_string()), TrendInput { flagged, days })
        };
        let last = LastRun {
            as_of: Day::parse("2026-06-14"),
            messages: 191,
            pairs: [pair("shop.example", true, 28), pair("\"quoted\" \u{1b} ünï", false, 3)].into(),
        };
        let mut bytes = Vec::new();
        last.write(&mut bytes).expect("written");
        (last, bytes)
    }

    #[test]
    fn what_is_written_is_read_and_recognised_also_in_another_layout() {
        let (last, bytes) = written();
        assert_eq!(StoredRun::of(&bytes), StoredRun::LastRun(last.clone()));
        assert!(STATE.includes(&bytes));
        let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        let pretty = serde_json::to_string_pretty(&json).expect("JSON");
        assert_eq!(StoredRun::of(pretty.as_bytes()), StoredRun::LastRun(last));
        let mut empty = Vec::new();
        LastRun::default().write(&mut empty).expect("written");
        assert_eq!(StoredRun::of(&empty), StoredRun::LastRun(LastRun::default()));
        assert_eq!(StoredRun::of(b""), StoredRun::Nothing);
    }

    #[test]
    fn every_damage_is_noticed() {
        let (last, bytes) = written();
        for at in 0..bytes.len() {
            let cut = StoredRun::of(&bytes[..at]);
            // Without its last line end it is whole.
            assert!(!matches!(cut, StoredRun::LastRun(_)) || at == bytes.len() - 1, "cut at {at}");
            for bit in [1, 4, 0x20, 0x80] {
                let mut flipped = bytes.clone();
                flipped[at] ^= bit;
                match StoredRun::of(&flipped) {
                    StoredRun::LastRun(read) => assert_eq!(read, last, "byte {at}"),
                    StoredRun::Nothing => panic!("byte {at}: not empty"),
                    StoredRun::Unusable(_) | StoredRun::AnotherFile(_) => {}
                }
            }
        }
    }

    #[test]
    fn a_newer_version_and_other_files_are_told_apart() {
        let newer = String::from_utf8(written().1).expect("UTF-8").replacen(":1,", ":2,", 1);
        let StoredRun::Unusable(why) = StoredRun::of(newer.as_bytes()) else {
            panic!("a newer one can't be read")
        };
        assert!(why.contains("newer version"), "{why}");
        for (text, expected) in [
            ("{\"a\": 1}", StoredRun::AnotherFile("a JSON file")),
            ("From a@b.example Sat Jan  3 08:00:00 2026\nSubject: x\n", StoredRun::AnotherFile("mail")),
            ("[[rule]]\nverdict = \"x\"\n", StoredRun::AnotherFile("a file of settings")),
        ] {
            assert_eq!(StoredRun::of(text.as_bytes()), expected);
        }
        for text in ["garbage", "{\"mailfatigue_state\":", "\0\0\0\0", "[]", "{\"mailfatigue_state\":\"x\"}"]
        {
            assert!(matches!(StoredRun::of(text.as_bytes()), StoredRun::Unusable(_)), "{text:?}");
        }
    }
}
