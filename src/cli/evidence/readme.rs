//! The README of the folder of evidence: how to repeat the run, and what is in the files.

use super::super::arguments::{Arguments, CheckOptions};
use super::super::config::{is_flag, settings};
use super::super::hidden_names::HiddenNames;
use super::super::paths::takes_file;
use super::super::quote::command_line;
use super::super::redact::RANDOM;
use super::{EvidenceFolder, EvidenceInputs};
use crate::consent::ListFile;
use crate::report::visible;
use crate::time::Time;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory};
use std::io;

/// The beginning of the README, by which an earlier folder is recognised.
pub const MARK: &str = "Evidence of a run of mailfatigue\n";

/// The README's section about the files.
const FILES: &str = "\
report.csv    a row for each sender and customer, with the verdict and its reason
messages.csv  a row for each message that counts (with --all: for each message read), its file and its byte there
senders.csv   a row for each sender
streams.csv   a row for each stream of a sender, to take samples from
summary.txt   what the program said of the run; its numbers account for every message
not-read.txt  what was not read, or could not be used, and why; empty where there is nothing
";

const AS_READ: &str = "\
policy.toml   the policy that gave the verdicts; consent lists and their map, rules, brands and config file, where there
              were any, are beside it as they were read
inputs.csv    every file that was read, with its size and SHA-256 at the end of the run (none: standard input, or gone)
SHA256SUMS    of all these files: sha256sum --check SHA256SUMS

To repeat it: take the same version of the program, compare the files to be read with inputs.csv (a config file among them
has to be at its path, even where the command does not name it), and run the command above where its paths lead to these
files, with another folder after --evidence. Where the command has no --timezone, set the environment variable TZ to the
zone after \"Days in\". All files are then the same, byte for byte, except for this one's lines \"Run at\" and \"Command\" and,
in summary.txt, names of other outputs that you change.
";

const REDACTED: &str = "\
policy.toml   the policy that gave the verdicts; a policy or a map of consent columns that was given is here without its
              comments, and with pseudonyms of customers
inputs.csv    every file that was read, with its size and SHA-256 at the end of the run (none: standard input, or gone)
SHA256SUMS    of all these files: sha256sum --check SHA256SUMS

Redacted: customers, and senders that are addresses, have pseudonyms; subjects, local parts of addresses, Message-IDs and
paths are left out. The command above has every option that was in force, also from a config file, with `…` for what
could name people. Not in this folder, because they name people: consent lists, rules, brands and the config file. Their
sizes and SHA-256 are in inputs.csv, by which whoever has such a file can show that it is the one that was read (and
whoever guesses the whole content of a very small one can check the guess); how many rows the lists have is in
summary.txt.

To repeat it: take the same version of the program, compare the files to be read with inputs.csv, and run the command with
their names and the same key file. Where the command has no --timezone, set the environment variable TZ to the zone after
\"Days in\". All files are then the same, byte for byte, except for this one's lines \"Run at\" and \"Command\".
With --redact alone the key was made for that run and forgotten: then all but the pseudonyms is the same.
";

impl EvidenceFolder {
    pub fn readme(&self, inputs: &EvidenceInputs<'_>) -> io::Result<()> {
        let plan = inputs.plan;
        let now =
            Time::believed(plan.settings.now, plan.settings.now).map(|now| plan.scope.zone.rfc3339(now));
        let (command, rest) = match &self.hidden {
            Some(hidden) => (redacted(inputs.options, hidden), REDACTED),
            None => {
                let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
                (command_line(std::iter::once("mailfatigue".to_string()).chain(words)), AS_READ)
            }
        };
        let text = format!(
            "{MARK}\nRun at:  {}\nProgram: mailfatigue {}\nCommand: {}\nDays in: {}\n\n{FILES}{rest}",
            now.unwrap_or_default(),
            env!("MAILFATIGUE_VERSION"),
            visible(&command),
            plan.scope.zone.name(),
        );
        self.write("README.txt", |out| out.write_all(text.as_bytes()))
    }
}

/// The command line with what a config file sets, in the order of `--help`, and without what names people.
fn redacted(options: &CheckOptions, hidden: &HiddenNames) -> String {
    let mut words = vec!["mailfatigue".to_string(), "check".to_string()];
    let mut program = Arguments::command();
    program.build();
    let parsed = program.clone().try_get_matches_from(&options.line).ok();
    let given = parsed.as_ref().and_then(|parsed| parsed.subcommand_matches("check"));
    if let Some((check, given)) = program.find_subcommand("check").zip(given) {
        let typed = |arg: &&Arg| given.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
        let (mailboxes, others): (Vec<&Arg>, Vec<&Arg>) =
            settings(check).filter(typed).partition(|arg| arg.is_positional());
        others.into_iter().for_each(|arg| words.extend(shown_option(arg, given, options, hidden)));
        words.extend(mailboxes.into_iter().flat_map(|arg| values(arg, given)).map(|path| hidden.path(&path)));
    }
    command_line(words.into_iter())
}

/// An option with its values.
fn shown_option(arg: &Arg, given: &ArgMatches, options: &CheckOptions, hidden: &HiddenNames) -> Vec<String> {
    let name = format!("--{}", arg.get_long().unwrap_or(arg.get_id().as_str()));
    if is_flag(arg) {
        return vec![name];
    }
    let given = values(arg, given);
    let shown: Vec<String> = match arg.get_id().as_str() {
        "redact" if given.iter().any(|value| value == RANDOM) => return vec![name],
        "consent" => options.inputs.consent.iter().map(|list| shown_list(list, hidden)).collect(),
        _ if takes_file(arg) => given.iter().map(|path| hidden.path(path)).collect(),
        _ => given.iter().map(|value| hidden.line(value)).collect(),
    };
    shown.into_iter().map(|value| format!("{name}={value}")).collect()
}

/// A consent list, with the sender that it is about.
fn shown_list(list: &ListFile, hidden: &HiddenNames) -> String {
    let sender = list.sender.as_ref().map(|sender| hidden.line(sender) + "=");
    sender.unwrap_or_default() + &hidden.path(&list.path.to_string_lossy())
}

fn values(arg: &Arg, given: &ArgMatches) -> Vec<String> {
    let raw = given.get_raw(arg.get_id().as_str()).into_iter().flatten();
    raw.map(|value| value.to_string_lossy().into_owned()).collect()
}
