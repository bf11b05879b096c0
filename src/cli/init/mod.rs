//! `init`: a config file to fill in, or a job that runs the program every night.

mod nightly;
mod template;

use super::arguments::{InitOptions, NightlyJob};
use super::config::{Config, place, without_mailboxes};
use super::console::Console;
use super::output::{PreparedOutput, folder, publish};
use super::quote::quoted;
use super::status::DONE;
use crate::error::{Error, Result};
use crate::outputs::KINDS;
use clap::{ColorChoice, Command};
use nightly::{JobOutput, ScheduledJob};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes the config file, or prints a job. It is not interactive.
pub fn run_init(options: &InitOptions, console: Console) -> Result<u8> {
    let named = options.config.clone().or_else(|| place().map(|(path, _)| path));
    let path = named.ok_or_else(|| {
        Error::new("the config file", "has no place, because this user has no home folder")
            .hint("give it one with --config FILE")
    })?;
    let path = std::path::absolute(&path).map_err(|error| Error::io(&path, "can't be found", &error))?;
    let program = without_mailboxes(ColorChoice::Never);
    let check = program.find_subcommand("check").unwrap_or(&program);
    match options.print {
        None => write(&path, check, console),
        Some(job) => print(job, &path, check, console),
    }
}

/// Writes the file whole or not at all, and never in the place of another.
fn write(path: &Path, check: &Command, console: Console) -> Result<u8> {
    let there = || {
        Error::file(path, "is there already, and was left as it is")
            .hint("edit it, or give another file with --config FILE")
    };
    if path.symlink_metadata().is_ok() {
        return Err(there());
    }
    let failed = |error: &std::io::Error| Error::io(path, "can't be written", error);
    let folder = folder(path);
    std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(template::template(check).as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| failed(&error))?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(refused) if refused.error.kind() == std::io::ErrorKind::AlreadyExists => return Err(there()),
        Err(refused) => return Err(failed(&refused.error)),
    }
    console.print_lines(&format!(
        "wrote {}\nset `mailboxes` and `output` in it; then `mailfatigue check` needs no options",
        quoted(&path.to_string_lossy())
    ));
    Ok(DONE)
}

fn print(job: NightlyJob, path: &Path, check: &Command, console: Console) -> Result<u8> {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("mailfatigue"));
    let config = path.exists().then(|| Config::read(path, "command line", check)).transpose()?;
    console.warn(unready(path, config.as_ref()));
    let job_output = job_output(path, config.as_ref());
    let folders = config.as_ref().map(|config| folders(config, &job_output)).unwrap_or_default();
    let nightly = ScheduledJob { program: &program, config: path, folders: &folders, job_output };
    let text = match job {
        NightlyJob::Crontab => nightly.crontab(),
        NightlyJob::Systemd => nightly.systemd(),
    };
    publish([PreparedOutput::Stream { content: text.into_bytes().into(), place: "-".into() }])?;
    Ok(DONE)
}

/// What is missing before the job can run.
fn unready(path: &Path, config: Option<&Config>) -> Option<Error> {
    let Some(config) = config else {
        return Some(Error::file(path, "is not there yet").hint("`mailfatigue init` writes it").as_warning());
    };
    let sets = |id: &str| config.entries.iter().any(|entry| entry.id == id);
    let missing = ["mailboxes", "output"].into_iter().find(|id| !sets(id))?;
    Some(
        Error::file(path, format!("does not set `{missing}`"))
            .hint("set it before the job runs")
            .as_warning(),
    )
}

/// What the job prints. A state file that no option names goes beside the report, or beside the config file.
fn job_output(path: &Path, config: Option<&Config>) -> JobOutput {
    let entry = |id: &str| config.and_then(|config| config.entries.iter().find(|entry| entry.id == id));
    if entry("quiet").is_some_and(|entry| !entry.words.is_empty()) {
        return JobOutput::Nothing;
    }
    if entry("since_last").is_some() {
        return JobOutput::Changes(None);
    }
    let report = entry("output").and_then(|entry| entry.files.first()).filter(|file| file.as_os_str() != "-");
    JobOutput::Changes(Some(folder(report.map_or(path, PathBuf::as_path)).join("mailfatigue-state.json")))
}

/// The folders of everything that the job writes, sorted: its outputs, the state file, the cache.
fn folders(config: &Config, job_output: &JobOutput) -> Vec<String> {
    let is_written = |id: &str| {
        id == "cache"
            || KINDS.iter().any(|kind| {
                kind.command == "check" && kind.option.trim_start_matches('-').replace('-', "_") == id
            })
    };
    let files = config.entries.iter().filter(|entry| is_written(&entry.id)).flat_map(|entry| &entry.files);
    let state = match job_output {
        JobOutput::Changes(state) => state.as_ref(),
        JobOutput::Nothing => None,
    };
    let files = files.filter(|file| file.as_os_str() != "-").chain(state);
    let mut folders: Vec<String> = files.map(|file| folder(file).display().to_string()).collect();
    folders.sort();
    folders.dedup();
    folders
}
