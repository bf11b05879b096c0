//! The settings by which the facts of a file were made: only a run with the same settings can use them.

use super::SCHEMA;
use crate::error::{Error, Result};
use crate::fact::{BUILT_IN, ReadingSettings};
use crate::text::digest::sha256;
use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

/// The keys of the metadata.
const SCHEMA_KEY: &str = "mailfatigue.schema";
const PROGRAM: &str = "mailfatigue.program";
const BUILT_IN_KEY: &str = "mailfatigue.built-in";
const RULES: &str = "mailfatigue.rules";
const BRANDS: &str = "mailfatigue.brands";
const OWNERS: &str = "mailfatigue.owner";
const KEEP_TAGS: &str = "mailfatigue.keep-tags";
const REDACTED: &str = "mailfatigue.redacted";

/// The options and rules by which facts are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactSettings {
    rules: Option<String>,
    brands: Option<String>,
    owners: Vec<String>,
    keep_tags: bool,
}

impl FactSettings {
    /// The settings of a run.
    pub fn of(settings: &ReadingSettings) -> Self {
        let (owners, keep_tags) = settings.owners.as_given();
        Self {
            rules: settings.rules.own_digest().map(str::to_string),
            brands: settings.senders.brands().digest().map(str::to_string),
            owners: owners.to_vec(),
            keep_tags,
        }
    }

    /// The metadata of a file made with these settings.
    pub fn metadata(&self) -> HashMap<String, String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let pairs = [
            (SCHEMA_KEY, SCHEMA.to_string()),
            (PROGRAM, env!("CARGO_PKG_VERSION").to_string()),
            (BUILT_IN_KEY, built_in().to_string()),
            (RULES, text(&self.rules)),
            (BRANDS, text(&self.brands)),
            (OWNERS, serde_json::Value::from(self.owners.clone()).to_string()),
            (KEEP_TAGS, self.keep_tags.to_string()),
        ];
        pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
    }

    /// The metadata of a redacted file: without the owner's addresses.
    pub fn redacted_metadata(&self) -> HashMap<String, String> {
        let mut metadata = self.metadata();
        metadata.remove(OWNERS);
        metadata.insert(REDACTED.to_string(), true.to_string());
        metadata
    }

    /// An error where a file with that metadata was made with other settings.
    pub fn check(&self, path: &Path, metadata: &HashMap<String, String>) -> Result<()> {
        let there = |key: &str| metadata.get(key).map_or("", String::as_str);
        let error = |what: String, hint: &str| Err(Error::file(path, what).hint(hint));
        if there(REDACTED) == "true" {
            let what =
                "has redacted facts, which can't be judged: without names, copies and opt-outs are not found";
            return error(
                what.to_string(),
                "give the mailboxes, or facts that were written without --redact",
            );
        }
        let here = env!("CARGO_PKG_VERSION");
        let again = "write them again from the mailboxes, with `mailfatigue facts` of this version";
        match there(SCHEMA_KEY) {
            SCHEMA => {}
            "" => {
                let what = "is a Parquet file or an Arrow stream, but not with facts of this program: its metadata has no \
                            `mailfatigue.schema`";
                return error(what.to_string(), "give what `mailfatigue facts` wrote, or the mailboxes");
            }
            other => {
                let by = there(PROGRAM);
                let what = format!(
                    "has facts of schema {other} (mailfatigue {by}), and this program (mailfatigue {here}) reads schema {SCHEMA}"
                );
                return error(what, again);
            }
        }
        if there(BUILT_IN_KEY) != built_in() {
            let by = there(PROGRAM);
            let what = format!(
                "has facts by other built-in rules: mailfatigue {by} wrote it, and this is mailfatigue {here}"
            );
            return error(what, again);
        }
        let mut files = [("--rules", RULES, &self.rules), ("--brands", BRANDS, &self.brands)].into_iter();
        if let Some((option, _, wanted)) =
            files.find(|(_, key, wanted)| there(key) != wanted.as_deref().unwrap_or(""))
        {
            let was = if there(&format!("mailfatigue.{}", option.trim_start_matches('-'))).is_empty() {
                format!("without {option}")
            } else if wanted.is_some() {
                format!("with another {option} file")
            } else {
                format!("with a {option} file")
            };
            return error(
                format!("has facts that were made {was}"),
                &format!("give {option} as they were made, or write them again"),
            );
        }
        self.check_owners(path, there(OWNERS), there(KEEP_TAGS))
    }

    fn check_owners(&self, path: &Path, owners: &str, keep_tags: &str) -> Result<()> {
        let there: Vec<String> = serde_json::from_str(owners).unwrap_or_default();
        let options = |owners: &[String], keep_tags: bool| {
            let owners = owners.iter().map(|owner| format!("--owner {owner}"));
            let all: Vec<String> = owners.chain(keep_tags.then(|| "--keep-tags".to_string())).collect();
            if all.is_empty() { "neither --owner nor --keep-tags".to_string() } else { all.join(" ") }
        };
        let tags_there = keep_tags == "true";
        if there == self.owners && tags_there == self.keep_tags {
            return Ok(());
        }
        let (was, is) = (options(&there, tags_there), options(&self.owners, self.keep_tags));
        let hint = format!("give the options that they were made with: {was}");
        Err(Error::file(path, format!("has facts that were made with {was}, and this run has {is}"))
            .hint(hint))
    }
}

/// Everything built in, hashed.
fn built_in() -> &'static str {
    static DIGEST: OnceLock<String> = OnceLock::new();
    DIGEST.get_or_init(|| sha256(BUILT_IN.concat().as_bytes()))
}
