//! The clock, where it can be believed.

use crate::error::{Error, Result};
use crate::time::{Day, Seconds};
use std::time::{SystemTime, UNIX_EPOCH};

/// Every build of these sources is of this day or a later one: 2026-07-01. A constant, so that two builds give the same
/// program; who builds packages gives the exact time in `SOURCE_DATE_EPOCH`. To be moved on at a release.
const SOURCES: Day = Day::from_number(20_635);

const SECONDS_A_DAY: Seconds = 86_400;

/// The instant of the run.
pub fn now() -> Result<Seconds> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| Seconds::try_from(since.as_secs()).unwrap_or(Seconds::MAX));
    believed(now, built())
}

/// When the program was built, where that is known.
fn built() -> Seconds {
    let given = option_env!("SOURCE_DATE_EPOCH").and_then(|seconds| seconds.parse().ok());
    given.unwrap_or(Seconds::from(SOURCES.number()) * SECONDS_A_DAY)
}

/// A clock before the time of building has stopped or was never set: all mail would be of the future.
fn believed(now: Seconds, built: Seconds) -> Result<Seconds> {
    if now >= built {
        return Ok(now);
    }
    let day = |seconds: Seconds| Day::from_number(i32::try_from(seconds / SECONDS_A_DAY).unwrap_or(i32::MAX));
    let what = format!("says {}, but this program was built on {} or later", day(now), day(built));
    Err(Error::new("the machine's clock", what).hint("set the clock and run again; nothing was written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_from_before_the_build_is_not_believed() {
        assert_eq!(SOURCES.to_string(), "2026-07-01");
        let built = Seconds::from(SOURCES.number()) * SECONDS_A_DAY;
        for now in [0, 978_307_200, built - 1] {
            let words = believed(now, built).expect_err("too early").to_string();
            assert!(
                words.contains("2026-07-01 or later") && words.contains("hint: set the clock"),
                "{words}"
            );
        }
        assert_eq!(believed(built, built), Ok(built));
    }
}
