//! What is shown while a run goes on; and the clock.

use crate::check::Plan;
use crate::time::Seconds;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::time::{SystemTime, UNIX_EPOCH};

/// A bar of the bytes read, where somebody watches.
pub fn progress(quiet: bool, plan: &Plan) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(plan.survey.sources.iter().filter_map(|source| source.size).sum());
    let style = ProgressStyle::with_template("reading {wide_bar} {bytes}/{total_bytes}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// The instant of the run.
pub fn now() -> Seconds {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| Seconds::try_from(since.as_secs()).unwrap_or(Seconds::MAX))
}
