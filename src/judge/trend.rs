//! How a pair compares with the run before: the flag first, then the days with marketing in the last 28.

/// A smaller difference in days is the noise of any sender.
const DAYS_THAT_COUNT: u32 = 4;

/// What became of a pair since the run before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trend {
    /// The run before did not have it.
    New,
    /// Flagged now and not before, or as before with mail on at least 4 days more.
    Worse,
    /// Neither.
    Ongoing,
    /// Flagged before and not now, or as before with mail on at least 4 days fewer.
    Better,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrendInput {
    /// Whether the pair is flagged.
    pub flagged: bool,
    /// Days with marketing in the 28 days to the day of asking.
    pub days: u32,
}

impl Trend {
    /// The word in the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Ongoing => "ongoing",
            Self::Better => "better",
        }
    }

    /// From what was to what is.
    pub fn between(before: Option<TrendInput>, now: TrendInput) -> Self {
        let Some(before) = before else { return Self::New };
        match (before.flagged, now.flagged) {
            (false, true) => Self::Worse,
            (true, false) => Self::Better,
            _ if now.days.saturating_sub(before.days) >= DAYS_THAT_COUNT => Self::Worse,
            _ if before.days.saturating_sub(now.days) >= DAYS_THAT_COUNT => Self::Better,
            _ => Self::Ongoing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_decides_and_then_four_days() {
        let of = |flagged, days| TrendInput { flagged, days };
        for (before, now, expected) in [
            (None, of(false, 1), Trend::New),
            (None, of(true, 28), Trend::New),
            (Some(of(false, 23)), of(true, 24), Trend::Worse),
            (Some(of(false, 28)), of(true, 3), Trend::Worse),
            (Some(of(true, 24)), of(false, 28), Trend::Better),
            (Some(of(false, 8)), of(false, 11), Trend::Ongoing),
            (Some(of(false, 8)), of(false, 12), Trend::Worse),
            (Some(of(true, 12)), of(true, 9), Trend::Ongoing),
            (Some(of(true, 12)), of(true, 8), Trend::Better),
            (Some(of(true, u32::MAX)), of(true, u32::MAX), Trend::Ongoing),
        ] {
            assert_eq!(Trend::between(before, now), expected, "{before:?} to {now:?}");
        }
    }
}
