//! What the columns of another system's export mean: as written in TOML, then checked. The presets are `consent/formats`;
//! `--consent-map` names a file of the same form.

use super::column_names::ColumnNames;
use super::dates::DateOrder;
use super::words::folded;
use crate::consent::EventKind;
use crate::error::{Error, Result, suggest};
use crate::time::Zone;
use encoding_rs::Encoding;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use toml::Spanned;

/// The presets: a name, and the text of its file.
const PRESETS: [(&str, &str); 6] = [
    ("mailchimp", include_str!("../formats/mailchimp.toml")),
    ("klaviyo", include_str!("../formats/klaviyo.toml")),
    ("hubspot", include_str!("../formats/hubspot.toml")),
    ("marketing-cloud", include_str!("../formats/marketing-cloud.toml")),
    ("brevo", include_str!("../formats/brevo.toml")),
    ("onetrust", include_str!("../formats/onetrust.toml")),
];

/// The presets that can be read, in the order of [`PRESETS`]; a test reads all.
static CHECKED: LazyLock<Vec<ExportFormat>> = LazyLock::new(|| {
    let checked =
        PRESETS.iter().filter_map(|(name, text)| ExportFormat::parse(name, text, Path::new(name)).ok());
    checked.collect()
});

/// Where a format comes from, as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatSource {
    /// A preset.
    Preset(String),
    /// A file of the user's.
    Map(PathBuf),
}

/// A format, checked.
#[derive(Debug, Clone)]
pub struct ExportFormat {
    /// The preset's name; of a map, its file.
    pub name: String,
    /// The system and its export, in words.
    pub title: String,
    /// The zone of times without an offset; otherwise that of the run.
    pub zone: Option<Zone>,
    /// The encoding of bytes that are not UTF-8 or UTF-16; otherwise Windows-1252.
    pub charset: Option<&'static Encoding>,
    /// Which number comes first in dates whose year comes last.
    pub dates: Option<DateOrder>,
    /// The customer's address.
    pub customer: ColumnNames,
    /// The sender; otherwise the command line names it.
    pub sender: Option<ColumnNames>,
    /// What the consent of a row is for: a purpose, or a list.
    pub purpose: Option<ColumnNames>,
    /// The purposes that are about marketing e-mail, where the format names them.
    pub only: Option<Vec<String>>,
    /// Further columns that distinguish such a file from others.
    pub known_by: Vec<ColumnNames>,
    /// The events that a row may have.
    pub events: Vec<EventFormat>,
}

/// An event that a row may have.
#[derive(Debug, Clone)]
pub struct EventFormat {
    /// What happened.
    pub encoding: EventEncoding,
    /// When; without such a column the event has no date.
    pub date: Option<ColumnNames>,
    /// A column that must not be blank, or nothing happened.
    pub with: Option<ColumnNames>,
    /// Whether some files have no such columns.
    pub optional: bool,
}

/// How a row encodes an event.
#[derive(Debug, Clone)]
pub enum EventEncoding {
    /// By a word in a column; `None`: the words of the program's own lists.
    Word(ColumnNames, Option<HashMap<String, Option<EventKind>>>),
    /// By having a date.
    Dated(EventKind),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFormat {
    /// The preset that all keys not in the file are taken from.
    format: Option<Spanned<String>>,
    title: Option<String>,
    zone: Option<Spanned<String>>,
    charset: Option<Spanned<String>>,
    dates: Option<Spanned<String>>,
    customer: Option<ColumnNames>,
    sender: Option<ColumnNames>,
    purpose: Option<ColumnNames>,
    only: Option<Vec<String>>,
    known_by: Option<Vec<ColumnNames>>,
    #[serde(default)]
    event: Vec<Spanned<WrittenEvent>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEvent {
    event: Option<Spanned<String>>,
    column: Option<ColumnNames>,
    words: Option<BTreeMap<String, Spanned<String>>>,
    date: Option<ColumnNames>,
    with: Option<ColumnNames>,
    #[serde(default)]
    optional: bool,
}

impl ExportFormat {
    /// The format that the command line names.
    pub fn load(source: &FormatSource) -> Result<Self> {
        match source {
            FormatSource::Map(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| Error::io(path, "can't be read", &error))?;
                Self::parse(&path.display().to_string(), &text, path)
            }
            FormatSource::Preset(name) => Self::preset(name).cloned().ok_or_else(|| {
                Error::new("--consent-format", format!("unknown format `{name}`")).hint(near_preset(name))
            }),
        }
    }

    /// All presets.
    pub fn presets() -> &'static [Self] {
        &CHECKED
    }

    /// The names of the presets.
    pub fn preset_names() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }

    /// Whether it is a file of the user's.
    pub fn is_map(&self) -> bool {
        Self::preset(&self.name).is_none()
    }

    fn preset(name: &str) -> Option<&'static Self> {
        CHECKED.iter().find(|format| format.name == name)
    }

    /// Reads the text of a format, under the name of its file.
    pub fn parse(name: &str, text: &str, path: &Path) -> Result<Self> {
        let written: WrittenFormat = toml::from_str(text).map_err(|error| Error::toml(path, text, &error))?;
        FormatValidator { text, path }.format(name, written)
    }
}

fn near_preset(name: &str) -> String {
    let all = || ExportFormat::preset_names().collect::<Vec<_>>().join(", ");
    suggest(name, ExportFormat::preset_names()).unwrap_or_else(|| format!("write one of {}", all()))
}

/// Checks a format as written, and reports where it is not valid.
struct FormatValidator<'a> {
    text: &'a str,
    path: &'a Path,
}

impl FormatValidator<'_> {
    fn error(&self, offset: usize, what: impl Into<String>) -> Error {
        Error::file(self.path, what).at_line(Error::line_of(self.text, offset))
    }

    fn format(&self, name: &str, written: WrittenFormat) -> Result<ExportFormat> {
        let base = written.format.as_ref().map(|format| self.base(format)).transpose()?;
        let events: Vec<EventFormat> =
            written.event.iter().map(|event| self.event(event)).collect::<Result<_>>()?;
        let lacks = |what: &str, hint: &str| Error::file(self.path, what).hint(hint);
        let customer = written.customer.or_else(|| base.map(|base| base.customer.clone()));
        let events = if events.is_empty() { base.map_or(events, |base| base.events.clone()) } else { events };
        let purpose = written.purpose.or_else(|| base.and_then(|base| base.purpose.clone()));
        if events.is_empty() {
            return Err(lacks("says nothing about events", "add a table [[event]]"));
        }
        if written.only.is_some() && purpose.is_none() {
            return Err(lacks(
                "`only` needs `purpose`",
                "write purpose = \"…\": the column that `only` is about",
            ));
        }
        Ok(ExportFormat {
            name: name.to_string(),
            title: written.title.or_else(|| base.map(|base| base.title.clone())).unwrap_or_default(),
            zone: self.zone(written.zone.as_ref())?.or_else(|| base.and_then(|base| base.zone.clone())),
            charset: self.charset(written.charset.as_ref())?.or_else(|| base.and_then(|base| base.charset)),
            dates: self.dates(written.dates.as_ref())?.or_else(|| base.and_then(|base| base.dates)),
            customer: customer.ok_or_else(|| {
                lacks(
                    "names no column of customers",
                    "write customer = \"…\": the column with their addresses",
                )
            })?,
            sender: written.sender.or_else(|| base.and_then(|base| base.sender.clone())),
            purpose,
            only: written.only,
            known_by: written.known_by.or_else(|| base.map(|base| base.known_by.clone())).unwrap_or_default(),
            events,
        })
    }

    fn base(&self, named: &Spanned<String>) -> Result<&'static ExportFormat> {
        ExportFormat::preset(named.get_ref()).ok_or_else(|| {
            self.error(named.span().start, format!("unknown format `{}`", named.get_ref()))
                .hint(near_preset(named.get_ref()))
        })
    }

    fn zone(&self, written: Option<&Spanned<String>>) -> Result<Option<Zone>> {
        let Some(written) = written else { return Ok(None) };
        let named = Zone::named(written.get_ref()).map(Some);
        named.map_err(|_| {
            self.error(written.span().start, format!("unknown time zone `{}`", written.get_ref()))
                .hint("write an IANA name such as Europe/Berlin or UTC; Etc/GMT+6 is six hours behind UTC")
        })
    }

    fn charset(&self, written: Option<&Spanned<String>>) -> Result<Option<&'static Encoding>> {
        let Some(written) = written else { return Ok(None) };
        let known = Encoding::for_label(written.get_ref().as_bytes());
        known.map(Some).ok_or_else(|| {
            self.error(written.span().start, format!("unknown charset `{}`", written.get_ref())).hint(
                "write a name of the WHATWG Encoding Standard, such as utf-8, windows-1252 or iso-8859-2",
            )
        })
    }

    fn dates(&self, written: Option<&Spanned<String>>) -> Result<Option<DateOrder>> {
        match written.map(|written| (written.get_ref().as_str(), written.span().start)) {
            None => Ok(None),
            Some(("dmy", _)) => Ok(Some(DateOrder::DayFirst)),
            Some(("mdy", _)) => Ok(Some(DateOrder::MonthFirst)),
            Some((other, at)) => Err(self
                .error(at, format!("unknown order `{other}`"))
                .hint("write dmy (27.02.2026) or mdy (2/27/2026)")),
        }
    }

    fn event(&self, spanned: &Spanned<WrittenEvent>) -> Result<EventFormat> {
        let (written, at) = (spanned.get_ref(), spanned.span().start);
        let encoding = match (&written.column, &written.event) {
            (Some(_), Some(_)) => {
                let what = "`event` and `column` exclude each other";
                return Err(self
                    .error(at, what)
                    .hint("`event`: a date in `date` says it; `column`: a word in `column`"));
            }
            (Some(column), None) => {
                let words = written.words.as_ref().map(|words| self.words(words)).transpose()?;
                EventEncoding::Word(column.clone(), words)
            }
            (None, _) if written.words.is_some() => {
                return Err(self
                    .error(at, "`words` needs `column`")
                    .hint("write column = \"…\": where the words are"));
            }
            (None, Some(event)) if written.date.is_some() => match self.event_kind(event)? {
                Some(kind) => EventEncoding::Dated(kind),
                None => {
                    return Err(self
                        .error(event.span().start, "`event = \"none\"` says nothing")
                        .hint("leave it out"));
                }
            },
            (None, _) => {
                let hint = "write column = \"…\" with words, or event = \"…\" with date = \"…\"";
                return Err(self.error(at, "an event needs `column`, or `event` and `date`").hint(hint));
            }
        };
        Ok(EventFormat {
            encoding,
            date: written.date.clone(),
            with: written.with.clone(),
            optional: written.optional,
        })
    }

    fn words(
        &self,
        written: &BTreeMap<String, Spanned<String>>,
    ) -> Result<HashMap<String, Option<EventKind>>> {
        let mut words = HashMap::new();
        for (word, event) in written {
            let kind = self.event_kind(event)?;
            if words.insert(folded(word), kind).is_some_and(|other| other != kind) {
                return Err(self
                    .error(event.span().start, format!("`{word}` is there twice, with two meanings"))
                    .hint("leave one out: capitals, hyphens and blanks make no difference"));
            }
        }
        Ok(words)
    }

    fn event_kind(&self, word: &Spanned<String>) -> Result<Option<EventKind>> {
        Ok(match word.get_ref().as_str() {
            "granted" => Some(EventKind::Granted),
            "refused" => Some(EventKind::Refused),
            "withdrawn" => Some(EventKind::Withdrawn),
            "purchase" => Some(EventKind::Purchase),
            "none" => None,
            other => {
                return Err(self
                    .error(word.span().start, format!("unknown event `{other}`"))
                    .hint("write granted, refused, withdrawn, purchase or none"));
            }
        })
    }
}
