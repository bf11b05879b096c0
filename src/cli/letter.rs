//! Runs `letter`.

use super::console::Console;
use super::destinations::{Destination, Destinations};
use super::inputs::CommandNeeds;
use super::output::{prepare, publish};
use super::reading::read;
use super::sender_options::LetterOptions;
use super::status::{DONE, FAILED};
use crate::check::{Outcome, Plan};
use crate::error::{Error, Result};
use crate::judge::Case;
use crate::outputs::LETTER;
use crate::report::{SenderQuery, find, letter};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The longest name of a letter's file, in bytes, without its ending: file systems take 255.
const NAME: usize = 200;

/// Writes letters to one sender, or to all that are flagged. Mailboxes that can't be read are reported.
pub fn run_letter(options: &LetterOptions, console: Console) -> Result<u8> {
    let inputs = options.inputs.files();
    let path = options.output.as_deref().unwrap_or(Path::new("-"));
    let out = if options.all_flagged {
        made(path)?;
        Vec::new()
    } else {
        vec![Destination { kind: &LETTER, path }]
    };
    let written = Destinations::checked(out, &inputs, options.force)?;
    let needs = CommandNeeds {
        details: true,
        places: false,
        ways_out: false,
        signs: false,
        all: true,
        unmatched: false,
        by_customer: false,
        outputs: written.ids(),
    };
    let (plan, outcome) = read(&options.inputs, needs, &written, console)?;
    if outcome.is_empty() {
        return Ok(FAILED);
    }
    if options.all_flagged {
        all_flagged(options, path, &plan, &outcome, console)?;
    } else {
        written.replace_only_own()?;
        let letters = to_sender(options, &plan, &outcome)?;
        publish([prepare(path, |out| out.write_all(letters.as_bytes()))?])?;
    }
    Ok(if outcome.complete() { DONE } else { FAILED })
}

/// The letters to one sender: one from each customer.
fn to_sender(options: &LetterOptions, plan: &Plan, outcome: &Outcome) -> Result<String> {
    let sender = options.sender.as_deref().unwrap_or_default();
    let pairs = find(&outcome.history, &SenderQuery { sender, customer: options.customer.as_deref() })?;
    let names = &outcome.history.names;
    let named: BTreeSet<(&str, &str)> =
        pairs.iter().map(|pair| (names.text(pair.sender), names.text(pair.customer))).collect();
    let is_named = |case: &&Case| named.contains(&(case.sender.as_str(), case.customer.as_str()));
    let mut letters = Vec::new();
    for case in outcome.cases.iter().filter(is_named) {
        letters.extend(letter(case, &plan.scope.zone, options.language)?);
    }
    if letters.is_empty() {
        return Err(Error::new(format!("--sender {sender}"), "sent no marketing mail that counts")
            .hint("`mailfatigue explain` with the same options shows what was counted, and why"));
    }
    Ok(letters.join(&format!("\n{}\n\n", "=".repeat(76))))
}

/// A file for each flagged pair; all are complete before any is put in place.
fn all_flagged(
    options: &LetterOptions,
    folder: &Path,
    plan: &Plan,
    outcome: &Outcome,
    console: Console,
) -> Result<()> {
    let mut letters: Vec<(PathBuf, String)> = Vec::new();
    let mut names = BTreeSet::new();
    let customers: BTreeSet<&str> =
        outcome.marketing_cases().iter().map(|case| case.customer.as_str()).collect();
    let of_several = customers.len() > 1;
    for case in outcome.cases.iter().filter(|case| case.is_flagged(&plan.policy)) {
        let Some(text) = letter(case, &plan.scope.zone, options.language)? else { continue };
        let mut name = file_name(case, of_several);
        // Where upper and lower case are one, and where two names differ only in what a file's name can't have.
        while !names.insert(name.to_lowercase()) {
            name.push('_');
        }
        letters.push((folder.join(name + ".txt"), text));
    }
    let destinations = letters.iter().map(|(path, _)| Destination { kind: &LETTER, path }).collect();
    Destinations::checked(destinations, &options.inputs.files(), options.force)?;
    let prepared: Result<Vec<_>> =
        letters.iter().map(|(path, text)| prepare(path, |out| out.write_all(text.as_bytes()))).collect();
    publish(prepared?)?;
    if !options.inputs.quiet {
        console.print_lines(&match letters.len() {
            0 => "no sender is flagged, so no letter was written".to_string(),
            1 => format!("1 letter written into {}", folder.display()),
            several => format!("{several} letters written into {}", folder.display()),
        });
    }
    Ok(())
}

/// The folder of the letters, made where it is missing.
fn made(folder: &Path) -> Result<()> {
    let hint = "write --output FOLDER; it is made where it is missing";
    if folder.as_os_str() == "-" {
        return Err(Error::new(
            "--all-flagged",
            "writes a file for each sender, and needs a folder for them",
        )
        .hint(hint));
    }
    if folder.exists() && !folder.is_dir() {
        let what = "is not a folder, and --all-flagged writes a file for each sender";
        return Err(Error::new(format!("--output `{}`", folder.display()), what).hint(hint));
    }
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "can't be made", &error))?;
    tempfile::tempfile_in(folder)
        .map(drop)
        .map_err(|error| Error::io(folder, "is a folder in which no file can be made", &error))
}

/// The name of a letter's file without its ending: the sender, and the customer where there are several.
fn file_name(case: &Case, of_several: bool) -> String {
    let name = match of_several {
        true => format!("letter {} {}", case.sender, case.customer),
        false => format!("letter {}", case.sender),
    };
    let plain = |c: char| if c.is_alphanumeric() || "@+._".contains(c) { c } else { '-' };
    let mut bytes = 0;
    let fits = |c: &char| {
        bytes += c.len_utf8();
        bytes <= NAME
    };
    name.chars().map(plain).take_while(fits).collect()
}
