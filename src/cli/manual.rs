//! The manual: a page for the program and one for each command (roff).

use super::arguments::Arguments;
use super::output::{prepare, publish};
use crate::error::{Error, Result};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// By these words a page of this manual is recognised: a page may be replaced, other files may not.
const MARK: &[u8] = b".TH mailfatigue";

/// The page of the program, or of a command.
pub fn page(command: Option<&str>) -> Result<Vec<u8>> {
    let program = program();
    let page = match command {
        None => Some(&program),
        Some(name) => program.find_subcommand(name),
    };
    let page = page.ok_or_else(|| {
        let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
        Error::new(format!("`{}`", command.unwrap_or_default()), "is not a command")
            .hint(format!("write one of {}", names.join(", ")))
    })?;
    let mut bytes = Vec::new();
    write(page, &program, &[], &mut bytes).map_err(|error| Error::standard_output(&error))?;
    Ok(bytes)
}

/// Writes all pages into a folder, which is made where it is missing.
pub fn write_all(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "can't be made", &error))?;
    let program = program();
    let commands: Vec<&Command> = program.get_subcommands().collect();
    let names: Vec<String> = std::iter::once(&program).chain(commands.iter().copied()).map(name).collect();
    let mut pages = Vec::new();
    for (command, page) in std::iter::once(&program).chain(commands).zip(&names) {
        let path = folder.join(format!("{page}.1"));
        spare(&path)?;
        let others: Vec<&str> = match page.as_str() {
            "mailfatigue" => names.iter().map(String::as_str).filter(|other| other != page).collect(),
            _ => vec!["mailfatigue"],
        };
        pages.push(prepare(&path, |out| write(command, &program, &others, out))?);
    }
    publish(pages)
}

/// A file that is not a page of this manual is not replaced.
fn spare(path: &PathBuf) -> Result<()> {
    let there = std::fs::read(path).unwrap_or_default();
    if there.is_empty() || memchr::memmem::find(&there, MARK).is_some() {
        return Ok(());
    }
    Err(Error::file(path, "is there already, and is not a page of this manual").hint("give another folder"))
}

fn program() -> Command {
    let mut program = Arguments::command().bin_name("mailfatigue").disable_help_subcommand(true);
    program.build();
    program
}

/// The name of a page.
fn name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_string()
}

/// Writes a page; `others` are the pages that are there beside it.
fn write(command: &Command, program: &Command, others: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let source = format!("{} {}", program.get_name(), env!("CARGO_PKG_VERSION"));
    let page = Man::new(command.clone()).source(source);
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    let mut rest = Roff::new();
    if command.has_subcommands() {
        rest.control("SH", ["COMMANDS"]);
        for sub in command.get_subcommands() {
            rest.control("TP", []);
            rest.text([bold(format!("mailfatigue {}", sub.get_name()))]);
            rest.text([roman(sub.get_about().map(ToString::to_string).unwrap_or_default())]);
        }
    }
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    for paragraph in after.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        let (head, text) = paragraph.split_once(": ").unwrap_or(("Notes", paragraph));
        rest.control("SH", [head.to_uppercase().as_str()]);
        rest.text([roman(text)]);
    }
    if !others.is_empty() {
        rest.control("SH", ["SEE ALSO"]);
        let others: Vec<String> = others.iter().map(|other| format!("{other}(1)")).collect();
        rest.text([roman(others.join(", "))]);
    }
    rest.to_writer(out)
}
