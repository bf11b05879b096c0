//! The `From ` line that begins a message in an mbox file, in the forms that its producers write.
//!
//! A line in a body may begin with `From ` too. So a separator must be whole: a producer's form to the end of
//! the line, and a header field on the next line. No form needs a blank line before it (several producers
//! leave it out), but forms with little content require more evidence instead.

use super::read_buffer::BYTE_ORDER_MARK;
use crate::time::{Seconds, parse_tokens};
use memchr::memchr2;

/// The longest separator line. Real ones contain an address and a date.
const LONGEST_LINE: usize = 1_024;

/// The longest field name (RFC 5322 §2.1.1 limits the whole line to 998).
const LONGEST_NAME: usize = 200;

/// The date of `git format-patch`, Mon Sep 17 00:00:00 2001: a mark, not a time.
const MAGIC: Seconds = 1_000_684_800;

/// The place of a separator, and where the header after it begins.
#[derive(Debug, Clone, Copy)]
pub struct Separator {
    /// Offset of the separator.
    pub offset: u64,
    /// Offset of the header.
    pub header: u64,
    /// The content of the separator.
    pub line: FromLine,
}

/// The content of a separator line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FromLine {
    /// The form, which shows what program wrote it.
    pub form: SeparatorForm,
    /// The date on the line, in seconds since 1970; for Takeout without one, the time in its id.
    pub time: Option<Seconds>,
}

/// The producers' forms that mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeparatorForm {
    /// Google Takeout: `From <digits>@xxx`, whose date is the time of delivery.
    Takeout,
    /// `git format-patch`: 40 hex digits and a date that means nothing; quoted in bodies as well.
    Patch,
    /// Another sender with that same date: a patch that somebody filed. Such lines are in bodies, too, but
    /// hardly ever after a blank line.
    Patched,
    /// Thunderbird's `From - ` or a bare `From `, with or without a date.
    Bare,
    /// Any other sender and a date.
    Dated,
}

/// Whether the bytes at a line's start are a separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeparatorCheck {
    /// They are not.
    No,
    /// More bytes are needed to decide.
    Unclear,
    /// They are; the header begins this many bytes after the line's start.
    Yes(FromLine, usize),
}

/// What is known of the place of a line.
#[derive(Debug, Clone, Copy)]
pub struct LineContext {
    /// The line before it is blank, or there is none.
    pub after_blank: bool,
    /// No more bytes follow those given.
    pub at_end: bool,
    /// It is the first line of the file that is not blank: any `From ` line before a field will do.
    pub first: bool,
}

/// Judges the line at the start of `bytes`, which begin with `From `.
pub fn recognise(bytes: &[u8], setting: LineContext) -> SeparatorCheck {
    let line = match line(bytes, setting.at_end) {
        Ok(Some(line)) => line,
        Ok(None) => return SeparatorCheck::Unclear,
        Err(LineTooLong) => return SeparatorCheck::No,
    };
    let Some(from_line) = read_form(line.text, setting.first) else { return SeparatorCheck::No };
    if from_line.form == SeparatorForm::Patched && !setting.after_blank {
        return SeparatorCheck::No;
    }
    let mut rest = &bytes[line.length..];
    let mut header = line.length;
    // Somebody put files together that each began with a byte-order mark.
    if let Some(after) = rest.strip_prefix(BYTE_ORDER_MARK) {
        rest = after;
        header += BYTE_ORDER_MARK.len();
    } else if BYTE_ORDER_MARK.starts_with(rest) && !setting.at_end {
        return SeparatorCheck::Unclear;
    }
    // ImportExportTools writes a second, quoted separator as if it were a field.
    if rest.starts_with(b">From ") || rest.starts_with(b" From - ") {
        match self::line(rest, setting.at_end) {
            Ok(Some(second)) => {
                rest = &rest[second.length..];
                header += second.length;
            }
            Ok(None) => return SeparatorCheck::Unclear,
            Err(LineTooLong) => return SeparatorCheck::No,
        }
    }
    match next_lines(rest, from_line.form, setting) {
        Some(true) => SeparatorCheck::Yes(from_line, header),
        Some(false) => SeparatorCheck::No,
        None => SeparatorCheck::Unclear,
    }
}

/// Whether what follows the line is the beginning of a header; `None`: more bytes are needed.
fn next_lines(rest: &[u8], form: SeparatorForm, setting: LineContext) -> Option<bool> {
    match field_start(rest) {
        FieldStart::Yes if form == SeparatorForm::Bare => second_line(rest, setting.at_end),
        FieldStart::Yes => Some(true),
        // A message that lost its header, or was cut off right here, still begins with a whole separator.
        FieldStart::Blank => Some(form == SeparatorForm::Dated && setting.after_blank),
        FieldStart::End if setting.at_end => Some(form != SeparatorForm::Bare && setting.after_blank),
        FieldStart::End => None,
        FieldStart::No => Some(false),
    }
}

/// A bare `From ` says so little that the second line, too, must fit a header.
fn second_line(rest: &[u8], at_end: bool) -> Option<bool> {
    let first = match line(rest, at_end) {
        Ok(line) => line?,
        Err(LineTooLong) => return Some(true),
    };
    let second = &rest[first.length..];
    if matches!(second.first(), Some(b' ' | b'\t')) {
        return Some(true);
    }
    match field_start(second) {
        FieldStart::Yes | FieldStart::Blank => Some(true),
        FieldStart::End => at_end.then_some(true),
        FieldStart::No => Some(false),
    }
}

/// What a line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldStart {
    /// A field name and its colon.
    Yes,
    /// Nothing: the line is empty.
    Blank,
    /// The bytes end before it can be decided.
    End,
    /// Anything else.
    No,
}

/// Whether the bytes begin with a header field: a name of printable ASCII and a colon (RFC 5322 §2.2).
pub fn field_start(bytes: &[u8]) -> FieldStart {
    match bytes {
        [] | [b'\r'] => return FieldStart::End,
        [b'\n', ..] | [b'\r', ..] => return FieldStart::Blank,
        [b':', ..] => return FieldStart::No,
        _ => {}
    }
    let name = bytes.iter().take(LONGEST_NAME).position(|b| !(33..=126).contains(b) || *b == b':');
    let Some(end) = name else {
        return if bytes.len() < LONGEST_NAME { FieldStart::End } else { FieldStart::No };
    };
    match bytes[end..].iter().take(LONGEST_NAME).find(|b| !matches!(b, b' ' | b'\t')) {
        Some(b':') if end > 0 => FieldStart::Yes,
        Some(_) => FieldStart::No,
        None => FieldStart::End,
    }
}

struct SeparatorLine<'a> {
    text: &'a [u8],
    /// With its line end.
    length: usize,
}

struct LineTooLong;

/// The first line of `bytes`; `None` where its end is not there yet.
fn line(bytes: &[u8], at_end: bool) -> Result<Option<SeparatorLine<'_>>, LineTooLong> {
    let seen = &bytes[..bytes.len().min(LONGEST_LINE)];
    match memchr2(b'\n', b'\r', seen) {
        Some(end) => {
            let length = match bytes.get(end..end + 2) {
                Some(b"\r\n") => end + 2,
                None if !at_end => return Ok(None),
                _ => end + 1,
            };
            Ok(Some(SeparatorLine { text: &seen[..end], length }))
        }
        None if seen.len() == LONGEST_LINE => Err(LineTooLong),
        None if at_end => Ok(Some(SeparatorLine { text: seen, length: seen.len() })),
        None => Ok(None),
    }
}

/// The form of a whole line, without its line end.
fn read_form(line: &[u8], first: bool) -> Option<FromLine> {
    let rest = line.get(b"From ".len()..)?.trim_ascii();
    if rest.is_empty() || rest == b"-" {
        return Some(FromLine { form: SeparatorForm::Bare, time: None });
    }
    let first_word = rest.iter().position(u8::is_ascii_whitespace).map_or(rest, |end| &rest[..end]);
    if let Some(id) = takeout_id(rest) {
        let words: Vec<&[u8]> = words_of(rest).skip(1).collect();
        return Some(FromLine {
            form: SeparatorForm::Takeout,
            time: date_of(&words).or_else(|| id_time(id)),
        });
    }
    let form = match first_word {
        b"-" => SeparatorForm::Bare,
        hash if hash.len() == 40 && hash.iter().all(u8::is_ascii_hexdigit) => SeparatorForm::Patch,
        _ => SeparatorForm::Dated,
    };
    match any_date(rest) {
        Some(MAGIC) if form == SeparatorForm::Dated => {
            Some(FromLine { form: SeparatorForm::Patched, time: None })
        }
        Some(time) if form == SeparatorForm::Patch => {
            Some(FromLine { form, time: (time != MAGIC).then_some(time) })
        }
        // A date says enough, also where the sender is only `-`.
        Some(time) => Some(FromLine { form: SeparatorForm::Dated, time: Some(time) }),
        None if first => Some(FromLine { form: SeparatorForm::Dated, time: None }),
        None => None,
    }
}

/// The date at the end of a line; its sender may contain blanks (pipermail: `user at example.com`).
fn any_date(line: &[u8]) -> Option<Seconds> {
    let words: Vec<&[u8]> = words_of(line).collect();
    // UUCP's ancient suffix.
    let words = match words.as_slice() {
        [words @ .., b"remote", b"from", _] => words,
        words => words,
    };
    (0..words.len().min(12)).find_map(|at| date_of(&words[at..]))
}

fn words_of(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

fn date_of(words: &[&[u8]]) -> Option<Seconds> {
    // Without a month it is not a date, and most lines that reach this are prose.
    if words.len() < 4 {
        return None;
    }
    parse_tokens(words)
}

/// The digits of `<digits>@xxx`.
fn takeout_id(rest: &[u8]) -> Option<&[u8]> {
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let after = rest[digits..].strip_prefix(b"@xxx")?;
    (digits > 0 && after.first().is_none_or(u8::is_ascii_whitespace)).then_some(&rest[..digits])
}

/// Gmail's message ids carry the time of delivery: the id shifted right by 20 bits is milliseconds since 1970.
fn id_time(digits: &[u8]) -> Option<Seconds> {
    let id: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Seconds::try_from((id >> 20) / 1_000).ok()
}

#[cfg(test)]
mod tests;
