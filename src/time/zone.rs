//! Rules of a time zone: which civil day an instant falls on, and when a civil day begins.
//!
//! The only place that knows `jiff`. The rules are the bundled IANA database, so that the same input gives
//! the same days on every machine.

use super::{Day, Seconds, Time, zone_names};
use crate::error::{Error, Result, did_you_mean, nearest};
use chrono::{Datelike, Timelike};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

/// A time zone, with its offsets since 1990 laid out for quick look-up.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
    /// From this second on, this many seconds east of UTC. Sorted; covers every believed time.
    offsets: Vec<(Seconds, i32)>,
    origin: ZoneOrigin,
}

/// Where the zone was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneOrigin {
    /// The user.
    User,
    /// The machine.
    Machine,
    /// Nobody: UTC was taken.
    Nobody,
}

impl Zone {
    /// The zone of that IANA name, whatever its case.
    pub fn named(name: &str) -> Result<Self> {
        let database = TimeZoneDatabase::bundled();
        let Ok(rules) = database.get(name) else {
            return Err(Error::new("--timezone", format!("unknown time zone `{name}`")).hint(hint(name)));
        };
        Ok(Self::of(rules.iana_name().unwrap_or(name).to_string(), rules))
    }

    /// The machine's own zone: by its name in the bundled rules, where it has one; UTC where the machine does not say.
    /// `variable` is what the environment's `TZ` says; a name that is not known is an error, not UTC.
    pub fn of_the_machine(variable: Option<&str>) -> Result<Self> {
        match (TimeZone::try_system(), variable.filter(|name| !name.is_empty())) {
            (Ok(system), variable) => {
                let zone = match system.iana_name().map(Self::named) {
                    Some(Ok(zone)) => zone,
                    _ => Self::of(variable.unwrap_or("a zone without a name").to_string(), system),
                };
                Ok(Self { origin: ZoneOrigin::Machine, ..zone })
            }
            (Err(_), Some(name)) => {
                let what = format!("unknown time zone `{name}` in the environment variable");
                Err(Error::new("TZ", what).hint(format!("{}; or give --timezone", hint(name))))
            }
            (Err(_), None) => Ok(Self::assumed()),
        }
    }

    /// UTC, because no other zone is set.
    pub fn assumed() -> Self {
        Self { origin: ZoneOrigin::Nobody, ..Self::of("UTC".to_string(), TimeZone::UTC) }
    }

    fn of(name: String, rules: TimeZone) -> Self {
        let mut offsets = vec![(Seconds::MIN, offset_at(&rules, super::EARLIEST))];
        let start = jiff::Timestamp::from_second(super::EARLIEST).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        for change in rules.following(start) {
            if change.timestamp().as_second() > Seconds::from(u32::MAX) {
                break;
            }
            offsets.push((change.timestamp().as_second(), change.offset().seconds()));
        }
        Self { name, rules, offsets, origin: ZoneOrigin::User }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it was set.
    pub fn origin(&self) -> ZoneOrigin {
        self.origin
    }

    /// The civil day on which a believed instant falls.
    pub fn day(&self, time: Time) -> Day {
        self.day_at(time.seconds())
    }

    /// The civil day of any second.
    pub fn day_at(&self, seconds: Seconds) -> Day {
        let local = seconds.saturating_add(Seconds::from(self.offset(seconds)));
        let number = local.div_euclid(super::DAY);
        Day::from_number(i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Seconds east of UTC at that second.
    fn offset(&self, seconds: Seconds) -> i32 {
        if seconds < super::EARLIEST {
            return offset_at(&self.rules, seconds);
        }
        let after = self.offsets.partition_point(|(from, _)| *from <= seconds);
        self.offsets.get(after.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
    }

    /// The first instant of a civil day: midnight, or the first moment after it where clocks skip midnight.
    pub fn first_instant(&self, day: Day) -> Option<Seconds> {
        self.instant(day.date()?.and_hms_opt(0, 0, 0)?)
    }

    /// The instant of a local date and time. In a gap it is the moment after the gap; of two, the earlier.
    pub fn instant(&self, local: chrono::NaiveDateTime) -> Option<Seconds> {
        let civil = jiff::civil::DateTime::new(
            i16::try_from(local.year()).ok()?,
            i8::try_from(local.month()).ok()?,
            i8::try_from(local.day()).ok()?,
            i8::try_from(local.hour()).ok()?,
            i8::try_from(local.minute()).ok()?,
            i8::try_from(local.second()).ok()?,
            0,
        )
        .ok()?;
        match self.rules.to_ambiguous_timestamp(civil).offset() {
            jiff::tz::AmbiguousOffset::Gap { before, .. } => self.end_of_gap(before, civil),
            jiff::tz::AmbiguousOffset::Fold { before, .. } => timestamp(before, civil),
            jiff::tz::AmbiguousOffset::Unambiguous { offset } => timestamp(offset, civil),
        }
    }

    /// The change of clocks that made `civil` not exist.
    fn end_of_gap(&self, before: Offset, civil: jiff::civil::DateTime) -> Option<Seconds> {
        let inside = jiff::Timestamp::from_second(timestamp(before, civil)?).ok()?;
        let after = inside.checked_add(jiff::SignedDuration::from_secs(1)).ok()?;
        self.rules.preceding(after).next().map(|change| change.timestamp().as_second())
    }

    /// RFC 3339 with the zone's offset at that moment, to the second.
    pub fn rfc3339(&self, time: Time) -> String {
        chrono::FixedOffset::east_opt(self.offset(time.seconds()))
            .zip(chrono::DateTime::from_timestamp(time.seconds(), 0))
            .map_or_else(String::new, |(offset, utc)| utc.with_timezone(&offset).to_rfc3339())
    }
}

/// What to write in place of a name that is not known.
fn hint(name: &str) -> String {
    if zone_names::is_offset(name) {
        return "an offset does not say when clocks change; write a place, such as Europe/Berlin".to_string();
    }
    let names: Vec<String> = TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
    let near = match zone_names::meant(name) {
        [] => nearest(name, names.iter().map(String::as_str)),
        meant => meant.to_vec(),
    };
    did_you_mean(&near).unwrap_or_else(|| "write an IANA name such as Europe/Berlin or UTC".to_string())
}

fn offset_at(rules: &TimeZone, seconds: Seconds) -> i32 {
    jiff::Timestamp::from_second(seconds).map_or(0, |at| rules.to_offset(at).seconds())
}

fn timestamp(offset: Offset, civil: jiff::civil::DateTime) -> Option<Seconds> {
    offset.to_timestamp(civil).ok().map(|at| at.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a known zone")
    }

    fn utc(text: &str) -> Seconds {
        chrono::DateTime::parse_from_rfc3339(text).expect("RFC 3339").timestamp()
    }

    #[test]
    fn a_day_is_the_civil_date_in_the_zone() {
        let instant = utc("2026-03-28T23:30:00Z");
        assert_eq!(zone("UTC").day_at(instant).to_string(), "2026-03-28");
        assert_eq!(zone("Europe/Berlin").day_at(instant).to_string(), "2026-03-29");
        assert_eq!(zone("America/Los_Angeles").day_at(instant).to_string(), "2026-03-28");
    }

    #[test]
    fn a_day_begins_after_the_gap_where_clocks_skip_midnight() {
        // Brazil's clocks went from 2018-11-03 23:59:59 straight to 01:00 on the 4th.
        let day = Day::parse("2018-11-04").expect("a date");
        assert_eq!(zone("America/Sao_Paulo").first_instant(day), Some(utc("2018-11-04T01:00:00-02:00")));
        // Samoa had no 30 December 2011 at all: it begins where the 31st does.
        let gone = Day::parse("2011-12-30").expect("a date");
        let next = Day::parse("2011-12-31").expect("a date");
        assert_eq!(zone("Pacific/Apia").first_instant(gone), zone("Pacific/Apia").first_instant(next));
    }

    #[test]
    fn the_table_agrees_with_the_rules() {
        for name in
            ["Europe/London", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata", "Africa/Casablanca"]
        {
            let zone = zone(name);
            for step in 0..5_000 {
                let seconds = super::super::EARLIEST + step * 731_111;
                assert_eq!(zone.offset(seconds), offset_at(&zone.rules, seconds), "{name} at {seconds}");
            }
        }
    }

    #[test]
    fn an_unknown_zone_names_its_neighbours() {
        let error = Zone::named("Europe/Berln").expect_err("no such zone").to_string();
        assert!(error.contains("did you mean Europe/Berlin"), "{error}");
        let error = Zone::named("Pacific Time").expect_err("no such zone").to_string();
        assert!(error.ends_with("did you mean America/Los_Angeles?"), "{error}");
        let error = Zone::named("New York").expect_err("no such zone").to_string();
        assert!(error.contains("did you mean America/New_York"), "{error}");
        let error = Zone::named("UTC+2").expect_err("no such zone").to_string();
        assert!(error.contains("write a place, such as Europe/Berlin"), "{error}");
    }

    #[test]
    fn rfc3339_carries_the_offset_of_the_moment() {
        let time =
            Time::believed(utc("2026-07-01T10:00:00Z"), utc("2026-11-22T00:00:00Z")).expect("believed");
        assert_eq!(zone("Europe/Berlin").rfc3339(time), "2026-07-01T12:00:00+02:00");
    }
}
