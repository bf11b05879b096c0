//! The last lines: how old the newest message is, which days the report is about, where it is.

use crate::report::visible;
use crate::time::{Day, Seconds, Zone, ZoneOrigin};
use std::path::Path;

/// A mailbox whose newest message is older than this many days may no longer receive mail.
const STALE: i64 = 7;

/// The content of the last lines.
#[derive(Debug, Clone, Copy)]
pub struct ClosingLines<'a> {
    /// The zone of civil days.
    pub zone: &'a Zone,
    /// The first and the last day of the report; `None`: no message is dated.
    pub period: Option<(Day, Day)>,
    /// The day of the newest message read.
    pub newest: Option<Day>,
    /// The instant of the run.
    pub now: Seconds,
    /// The file of the report; `None`: it is in no file.
    pub report: Option<&'a Path>,
}

impl ClosingLines<'_> {
    /// Where the newest message is over a week old: its age. Of all lines the only one that depends on the day of the run.
    pub fn age(&self) -> Option<String> {
        let newest = self.newest?;
        let days = i64::from(self.zone.day_at(self.now).number()) - i64::from(newest.number());
        (days > STALE).then(|| {
            let days = super::thousands(days.unsigned_abs());
            format!("the newest message is {days} days old ({newest})")
        })
    }

    /// The zone, the period, the file and the version.
    pub fn last(&self) -> String {
        let guess = match self.zone.origin() {
            ZoneOrigin::User => "",
            ZoneOrigin::Machine => " (this machine's time zone)",
            ZoneOrigin::Nobody => " (this machine names no time zone: set --timezone)",
        };
        let period = match self.period {
            Some((only, last)) if only == last => format!(", {only}"),
            Some((first, last)) => format!(", {first} to {last}"),
            None => String::new(),
        };
        let report = match self.report {
            Some(path) if path.as_os_str() == "-" => "; report on standard output".to_string(),
            Some(path) => format!("; report in {}", visible(&path.to_string_lossy())),
            None => String::new(),
        };
        let version = env!("CARGO_PKG_VERSION");
        format!("days in {}{guess}{period}{report} (mailfatigue {version})", self.zone.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_the_newest_message_is_named_after_a_week() {
        let zone = Zone::named("Europe/London").expect("a zone");
        let newest = Day::parse("2026-06-14");
        let age = |date: &str| {
            let now = zone.first_instant(Day::parse(date)?)?;
            ClosingLines { zone: &zone, period: None, newest, now, report: None }.age()
        };
        assert_eq!(age("2026-06-21"), None);
        assert_eq!(age("2026-06-22").as_deref(), Some("the newest message is 8 days old (2026-06-14)"));
        assert_eq!(age("2026-06-10"), None, "a sender's clock ran ahead");
    }

    #[test]
    fn the_last_line_says_what_was_assumed() {
        let last =
            |zone: &Zone, period, report| ClosingLines { zone, period, newest: None, now: 0, report }.last();
        let zone = Zone::named("Europe/London").expect("a zone");
        let days = Day::parse("2025-08-01").zip(Day::parse("2026-06-14"));
        let line = last(&zone, days, Some(Path::new("re\u{1b}port.csv")));
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            line,
            format!(
                "days in Europe/London, 2025-08-01 to 2026-06-14; report in report.csv (mailfatigue {version})"
            )
        );
        assert_eq!(
            last(&Zone::assumed(), None, Some(Path::new("-"))),
            format!(
                "days in UTC (this machine names no time zone: set --timezone); report on standard output (mailfatigue {version})"
            )
        );
        assert_eq!(last(&zone, None, None), format!("days in Europe/London (mailfatigue {version})"));
    }
}
