//! Likely mistakes in file names: a name with blanks and without quotes, quotes from a document, a `~` that
//! the shell did not expand, a report without its option. Found before anything is read or written.

use super::quote::quoted;
use super::spelling::is_dash;
use crate::error::{Error, did_you_mean, nearest};
use crate::outputs::OutputKind;
use crate::report::visible;
use clap::{Arg, ArgMatches, Command};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// How many words of a name are put together at most.
const WORDS: usize = 16;

/// The first such name, as an error with the correction. `command` and `given` are those of the command typed.
pub fn misnamed(typed: &[OsString], command: &Command, given: &ArgMatches) -> Option<Error> {
    let names = FileNames::of(command, given);
    names
        .with_tilde()
        .or_else(|| names.with_hidden_characters())
        .or_else(|| names.without_quotes(typed))
        .or_else(|| names.with_dash(command))
        .or_else(|| names.of_missing_words(typed))
        .or_else(|| names.cut_in_two(typed))
        .or_else(|| names.value_without_equals(typed, command))
        .or_else(|| names.report(command, given))
        .or_else(|| names.pattern())
}

/// The names of files on the command line.
struct FileNames<'a> {
    mailboxes: Vec<&'a OsStr>,
    /// Of options.
    others: Vec<&'a OsStr>,
}

impl<'a> FileNames<'a> {
    fn of(command: &Command, given: &'a ArgMatches) -> Self {
        let values = |arg: &Arg| {
            let raw = given.try_get_raw(arg.get_id().as_str()).ok().flatten();
            raw.into_iter().flatten().collect::<Vec<_>>()
        };
        let (mut mailboxes, mut others) = (Vec::new(), Vec::new());
        for arg in command.get_arguments().filter(|arg| takes_file(arg)) {
            if arg.is_positional() { &mut mailboxes } else { &mut others }.extend(values(arg));
        }
        Self { mailboxes, others }
    }

    fn all(&self) -> impl Iterator<Item = &'a OsStr> {
        self.mailboxes.iter().chain(&self.others).copied()
    }

    /// A `~` that the shell did not expand: it was in quotes, or after `=`.
    fn with_tilde(&self) -> Option<Error> {
        let written = |name: &&OsStr| name.to_str().is_some_and(|name| name == "~" || name.starts_with("~/"));
        let name = self.all().find(written).filter(|_| !Path::new("~").exists())?.to_string_lossy();
        let home = name.replacen('~', "$HOME", 1);
        Some(
            Error::new(format!("`{name}`"), "the shell did not put your home folder in the place of `~`")
                .hint(format!("write \"{home}\"; `~` works only without quotes and at the start of a word")),
        )
    }

    /// A name with an invisible character, such as the line end of a script written on Windows.
    fn with_hidden_characters(&self) -> Option<Error> {
        self.all().filter(|name| is_missing(name)).find_map(|name| {
            let name = name.to_string_lossy();
            let bare = visible(&name);
            (bare != name && Path::new(bare.as_ref()).exists()).then(|| {
                let what = "the name that was given has a character in it which nobody sees, such as the line end of a \
                            script written on Windows";
                Error::new(format!("`{bare}`"), what).hint(format!("write only {}", quoted(&bare)))
            })
        })
    }

    /// A mailbox with `*` or `?` in its name that the shell did not expand.
    fn pattern(&self) -> Option<Error> {
        let written = |name: &&&OsStr| is_missing(name) && name.to_string_lossy().contains(['*', '?']);
        let name = self.mailboxes.iter().find(written)?.to_string_lossy();
        Some(
            Error::new(format!("`{name}`"), "no file has a name like this here")
                .hint("check the folder; in quotes the shell takes `*` and `?` as they are"),
        )
    }

    /// Words that together are the name of a file which is there, while some of them alone are not.
    fn without_quotes(&self, typed: &[OsString]) -> Option<Error> {
        let is_name = |word: &OsString| self.all().any(|name| name == word);
        for start in 1..typed.len() {
            let words = typed[start..].iter().take(WORDS).take_while(|word| is_name(word)).count();
            for end in (start + 1..=start + words).rev() {
                let name = joined(&typed[start..end]);
                let bare = name.trim_matches(is_quote);
                let whole = end - start == 1;
                let there = Path::new(bare).exists() && !(whole && bare == name);
                if there && typed[start..end].iter().any(|word| is_missing(word)) {
                    let (subject, what) = if bare == name {
                        (bare, "is one name, but without quotes the shell makes several of it")
                    } else {
                        (name.as_str(), "the quotes are those of a document, which the shell does not know")
                    };
                    let hint = format!("write it in quotes: {}", quoted(bare));
                    return Some(Error::new(format!("`{subject}`"), what).hint(hint));
                }
            }
        }
        None
    }

    /// Mailboxes of which none is there and that look like the words of one name.
    fn of_missing_words(&self, typed: &[OsString]) -> Option<Error> {
        let (last, first) = self.mailboxes.split_last()?;
        let words: Vec<OsString> = self.mailboxes.iter().map(|word| word.to_os_string()).collect();
        let looks_so = !first.is_empty()
            && self.mailboxes.iter().all(|word| is_missing(word))
            && first.iter().all(|word| Path::new(word).extension().is_none())
            && Path::new(last).extension().is_some()
            && typed.windows(words.len()).any(|window| window == words);
        looks_so.then(|| {
            let name = joined(&words);
            Error::new(
                format!("`{name}`"),
                "there is no such file, and none that has one of these words as its name",
            )
            .hint(format!("check the spelling, and write a name with blanks in quotes: {}", quoted(&name)))
        })
    }

    /// The name of an output with blanks and without quotes: its last word is a mailbox that is not there.
    fn cut_in_two(&self, typed: &[OsString]) -> Option<Error> {
        let [option, first, second] = typed.windows(3).find_map(|words| match words {
            [option, first, second] => {
                let is_option = option.to_str().is_some_and(|option| option.starts_with('-'));
                let cut = self.others.contains(&first.as_os_str())
                    && self.mailboxes.contains(&second.as_os_str())
                    && Path::new(first).extension().is_none()
                    && kind_called(second).is_some();
                (is_option && cut && is_missing(second)).then_some([option, first, second])
            }
            _ => None,
        })?;
        let name = joined(&[first.clone(), second.clone()]);
        let hint = format!("did you mean {} {}?", option.to_string_lossy(), quoted(&name));
        Some(
            Error::new(format!("`{}`", second.to_string_lossy()), "there is no such file to be read")
                .hint(hint),
        )
    }

    /// A mailbox that is not there, after an option that takes a value only with `=`.
    fn value_without_equals(&self, typed: &[OsString], command: &Command) -> Option<Error> {
        let takes = |option: &OsStr| {
            let name = option.to_str().and_then(|option| option.strip_prefix("--"));
            let arg = command.get_arguments().find(|arg| arg.get_long() == name && name.is_some());
            arg.is_some_and(Arg::is_require_equals_set)
        };
        typed.windows(2).find_map(|words| match words {
            [option, value]
                if takes(option) && self.mailboxes.contains(&value.as_os_str()) && is_missing(value) =>
            {
                let value = value.to_string_lossy();
                let hint = format!("did you mean {}={}?", option.to_string_lossy(), quoted(&value));
                Some(Error::new(format!("`{value}`"), "there is no such file to be read").hint(hint))
            }
            _ => None,
        })
    }

    /// A mailbox that is not there and begins like an option, with a dash from a document.
    fn with_dash(&self, command: &Command) -> Option<Error> {
        let missing =
            self.mailboxes.iter().filter(|name| is_missing(name)).map(|name| name.to_string_lossy());
        let (name, bare) = missing.into_iter().find_map(|name| {
            let bare = name.trim_start_matches(is_dash).to_string();
            (!bare.is_empty() && bare.len() < name.len() && !name.starts_with('-')).then_some((name, bare))
        })?;
        let near = nearest(&bare, command.get_arguments().filter_map(Arg::get_long));
        let near: Vec<String> = near.iter().take(1).map(|option| format!("--{option}")).collect();
        let hint = did_you_mean(&near);
        let hint = hint.unwrap_or_else(|| format!("an option is written with two hyphens: --{bare}"));
        let what = "begins with a dash that is not a hyphen, and there is no such file";
        Some(Error::new(format!("`{name}`"), what).hint(hint))
    }

    /// A last mailbox that is not there and is called like a report.
    fn report(&self, command: &Command, given: &ArgMatches) -> Option<Error> {
        let (last, read) = self.mailboxes.split_last()?;
        let kind = kind_called(last)?;
        let option = kind.option.trim_start_matches('-');
        let known = command.get_arguments().any(|arg| arg.get_long() == Some(option));
        let by_user = given.try_contains_id(option).is_ok_and(|there| there)
            && given.value_source(option) == Some(clap::parser::ValueSource::CommandLine);
        let meant = known && !by_user && !read.is_empty() && is_missing(last);
        meant.then(|| {
            let name = last.to_string_lossy();
            Error::new(format!("`{name}`"), "there is no such file to be read").hint(format!(
                "did you mean {} {}?",
                kind.asked,
                quoted(&name)
            ))
        })
    }
}

/// The kind of output that has such a name.
fn kind_called(name: &OsStr) -> Option<&'static OutputKind> {
    OutputKind::with_ending(&Path::new(name).extension()?.to_str()?.to_ascii_lowercase())
}

/// Whether the values of an option are names of files or folders.
pub fn takes_file(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    names.iter().any(|name| name.contains("FILE") || matches!(name.as_str(), "MAILBOX" | "DIR" | "FOLDER"))
}

fn is_missing(name: &OsStr) -> bool {
    name != "-" && Path::new(name).symlink_metadata().is_err()
}

fn joined(words: &[OsString]) -> String {
    words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Quotes as documents have them.
fn is_quote(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2039}' | '\u{203a}')
}
