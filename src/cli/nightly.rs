//! The options of a job that runs every night: what changed since the last run, and what happens where two runs meet.

use super::output::{PreparedOutput, prepare, target};
use super::redact::RedactKey;
use crate::check::{MailFound, Outcome, Plan};
use crate::error::{Error, Result};
use crate::fact::Redaction;
use crate::outputs::STATE;
use crate::since_last::{Changes, LastRun, StoredRun, ThisRun};
use clap::Args;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The options.
#[derive(Debug, Args)]
pub struct NightlyOptions {
    /// Compare with the last run, which FILE remembers, and remember this one in it: the report gets the column `change`,
    /// and the summary begins with what is new
    #[arg(long, value_name = "FILE", help_heading = "Every night")]
    pub since_last: Option<PathBuf>,

    /// Say nothing where nothing changed since the last run; errors and warnings remain, and the report is written
    #[arg(long, help_heading = "Every night")]
    pub only_changes: bool,

    /// How long to wait for another run that writes the same files, then end with status 75
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 600,
        value_parser = seconds,
        overrides_with = "no_wait",
        help_heading = "Every night"
    )]
    pub wait: u32,

    /// Do not wait for another run that writes the same files
    #[arg(long, overrides_with = "wait", help_heading = "Every night")]
    pub no_wait: bool,
}

fn seconds(text: &str) -> std::result::Result<u32, String> {
    text.parse().map_err(|_| "write a whole number of seconds".to_string())
}

/// The last run, where the run is compared with it.
pub struct LastRunState {
    /// The state file.
    path: PathBuf,
    /// What it contains; `None`: this is the first run.
    last: Option<LastRun>,
    /// Why it can't be used, where it is there and can't.
    unusable: Option<String>,
}

/// The run, compared with the last one.
pub struct ComparedRun {
    /// What changed.
    pub changes: Changes,
    path: PathBuf,
    unusable: Option<String>,
}

impl NightlyOptions {
    /// An error where an option is about the last run, but the run is not compared with one.
    pub fn checked(&self, redact: Option<&RedactKey>) -> Result<()> {
        if self.only_changes && self.since_last.is_none() {
            return Err(Error::new("--only-changes", "needs the last run to compare with")
                .hint("give its state file with --since-last FILE"));
        }
        if self.since_last.is_some() && redact == Some(&RedactKey::Random) {
            let what = "makes a new key for each run, with which --since-last finds nobody again";
            return Err(Error::new("--redact", what).hint("give a key that stays: --redact=KEYFILE"));
        }
        match self.since_last.as_deref() {
            Some(path) if path.as_os_str() == "-" || path.metadata().is_ok_and(|kind| !kind.is_file()) => {
                let what = "is not a file that can be read and then replaced";
                Err(Error::new(format!("--since-last `{}`", path.display()), what).hint("give a file"))
            }
            _ => Ok(()),
        }
    }

    /// The longest time to wait for another run.
    pub fn patience(&self) -> Duration {
        if self.no_wait { Duration::ZERO } else { Duration::from_secs(self.wait.into()) }
    }

    /// Reads the state file. With `force` another file in its place is set aside as a damaged one is.
    pub fn remembered(&self, force: bool) -> Result<Option<LastRunState>> {
        let Some(path) = self.since_last.clone() else { return Ok(None) };
        let (last, unusable) = match StoredRun::at(&path)? {
            StoredRun::Nothing => (None, None),
            StoredRun::LastRun(last) => (Some(last), None),
            StoredRun::Unusable(why) => (None, Some(why)),
            StoredRun::AnotherFile(kind) if force => (None, Some(format!("it is {kind}"))),
            StoredRun::AnotherFile(kind) => {
                let what = format!("is there already, and is {kind}, not {}", STATE.one);
                return Err(Error::new(format!("--since-last `{}`", path.display()), what)
                    .hint("give --since-last another file, or remove this one"));
            }
        };
        Ok(Some(LastRunState { path, last, unusable }))
    }
}

impl LastRunState {
    /// The same with pseudonyms, where a run without them came before.
    pub fn redacted(mut self, redaction: &Redaction) -> Self {
        self.last.iter_mut().for_each(|last| last.redact(redaction));
        self
    }

    /// Compares a run with it.
    pub fn compared(self, plan: &Plan, outcome: &mut Outcome) -> ComparedRun {
        let this = ThisRun {
            policy: &plan.policy,
            as_of: outcome.as_of,
            messages: outcome.tally.sum(),
            complete: outcome.complete() && outcome.found() == MailFound::Usable,
        };
        let rows = outcome.cases.iter_mut().chain(&mut outcome.pressure);
        let changes = Changes::of(self.last, rows, this);
        ComparedRun { changes, path: self.path, unusable: self.unusable }
    }
}

impl ComparedRun {
    /// The new state file, complete.
    pub fn prepared(&self) -> Result<PreparedOutput> {
        prepare(&self.path, |out| self.changes.next.write(out))
    }

    /// Renames a file that can't be used, before the new one gets its name. Returns a warning about it.
    pub fn set_aside(&self) -> Result<Option<Error>> {
        let Some(why) = &self.unusable else { return Ok(None) };
        let failed = |error: io::Error| Error::io(&self.path, "can't be set aside", &error);
        let kept = kept(&target(&self.path).map_err(failed)?).map_err(failed)?;
        let what = format!("can't be used ({why}), so this run was compared with nothing");
        let hint = format!("it was set aside as `{}`", kept.display());
        Ok(Some(Error::file(&self.path, what).hint(hint).as_warning()))
    }
}

/// Gives a file a second name, `NAME.bad` or the next one that is free; its own is about to be the new file's.
fn kept(place: &Path) -> io::Result<PathBuf> {
    for number in 1..1_000 {
        let mut bad = place.as_os_str().to_os_string();
        bad.push(if number == 1 { ".bad".to_string() } else { format!(".bad{number}") });
        let bad = PathBuf::from(bad);
        match std::fs::hard_link(place, &bad) {
            Ok(()) => return Ok(bad),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // File systems without links.
            Err(_) if bad.symlink_metadata().is_err() => return std::fs::rename(place, &bad).map(|()| bad),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many files were set aside before"))
}
