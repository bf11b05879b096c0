//! Jobs that run `check` every night: a line for cron, a service and a timer for systemd.

use std::path::{Path, PathBuf};

/// A job for the machine's scheduler.
pub struct ScheduledJob<'a> {
    /// This program.
    pub program: &'a Path,
    /// The config file.
    pub config: &'a Path,
    /// The folders that the job writes to; empty without a config file.
    pub folders: &'a [String],
    /// What the job prints.
    pub job_output: JobOutput,
}

/// What a job prints besides errors and warnings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutput {
    /// Nothing, because the config file sets `quiet`; the exit status shows whether something is flagged.
    Nothing,
    /// What is new. The state file, where the config file does not name it.
    Changes(Option<PathBuf>),
}

impl ScheduledJob<'_> {
    /// Lines for `crontab -e`.
    pub fn crontab(&self) -> String {
        // crontab(5): `%` ends the command.
        let word = |path: &Path| {
            format!("'{}'", path.display().to_string().replace('\'', r"'\''")).replace('%', r"\%")
        };
        format!(
            "# For `crontab -e`: cron mails to MAILTO what the job says, and nothing where it says nothing.\n\
             MAILTO=me@example.com\n\
             15 3 * * *  {} check {} --config {} || echo \"mailfatigue: status $?\"\n",
            word(self.program),
            match &self.job_output {
                JobOutput::Nothing => "-q --fail-on-flagged".to_string(),
                JobOutput::Changes(None) => "--only-changes".to_string(),
                JobOutput::Changes(Some(state)) => format!("--since-last {} --only-changes", word(state)),
            },
            word(self.config)
        )
    }

    /// A service and a timer.
    pub fn systemd(&self) -> String {
        let program = self.program.display().to_string();
        let config = self.config.display().to_string();
        let folders: String =
            self.folders.iter().map(|folder| format!("ReadWritePaths={}\n", path(folder))).collect();
        let folders = match self.folders {
            [] => {
                "# The folder that the report is written to:\n#ReadWritePaths=/home/me/reports\n".to_string()
            }
            _ => folders,
        };
        format!(
            "# ~/.config/systemd/user/mailfatigue.service\n\
             [Unit]\n\
             Description=Report who sends marketing mail daily without consent on record\n\
             \n\
             [Service]\n\
             Type=oneshot\n\
             ExecStart={} check {} --config {}\n\
             # No network; no file can be written but those in the folders of the outputs and of the cache.\n\
             PrivateNetwork=yes\n\
             RestrictAddressFamilies=none\n\
             ProtectSystem=strict\n\
             ProtectHome=read-only\n\
             PrivateTmp=yes\n\
             NoNewPrivileges=yes\n\
             {folders}\
             \n\
             # ~/.config/systemd/user/mailfatigue.timer; then: systemctl --user enable --now mailfatigue.timer\n\
             [Unit]\n\
             Description=Run mailfatigue every night\n\
             \n\
             [Timer]\n\
             OnCalendar=*-*-* 03:15:00\n\
             Persistent=yes\n\
             \n\
             [Install]\n\
             WantedBy=timers.target\n",
            word(&program),
            match &self.job_output {
                JobOutput::Nothing => "-q".to_string(),
                JobOutput::Changes(None) => "--only-changes".to_string(),
                JobOutput::Changes(Some(state)) => {
                    format!("--since-last {} --only-changes", argument(&state.display().to_string()))
                }
            },
            argument(&config),
        )
    }
}

/// systemd.syntax(7): a word in quotes; `%` begins a specifier.
fn word(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"").replace('%', "%%"))
}

/// systemd.service(5): in arguments `$` begins a variable.
fn argument(text: &str) -> String {
    word(text).replace('$', "$$")
}

/// A path in a list of paths, in quotes.
fn path(text: &str) -> String {
    word(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_schedulers_read_are_escaped() {
        let folders = ["/home/me/re ports".to_string()];
        let job = ScheduledJob {
            program: Path::new("/bin/it's"),
            config: Path::new("/x/100% $a \"b\".toml"),
            folders: &folders,
            job_output: JobOutput::Changes(Some(PathBuf::from("/home/me/re ports/$1.json"))),
        };
        let crontab = job.crontab();
        assert!(
            crontab.contains(r"'/bin/it'\''s' check") && crontab.contains(r#"'/x/100\% $a "b".toml'"#),
            "{crontab}"
        );
        assert!(crontab.contains("--since-last '/home/me/re ports/$1.json' --only-changes"), "{crontab}");
        let units = job.systemd();
        assert!(units.contains(r#"--since-last "/home/me/re ports/$$1.json" --only-changes"#), "{units}");
        assert!(units.contains(r#"--config "/x/100%% $$a \"b\".toml""#), "{units}");
        assert!(units.contains("ReadWritePaths=\"/home/me/re ports\""), "{units}");
    }
}
