//! How the days of a calendar are drawn: a square or a dot for each day with mail, in one of three strengths.
//!
//! A page has hundreds of calendars, so what they share is drawn once: the way through all days, which goes down one
//! week and up the next, and the shapes of all days, as clip paths. A look of a calendar is the way drawn in dashes: a
//! run of days and a gap in turn. Looks are drawn one over the other, so a run may continue beneath the looks above it.

use std::fmt::Write;

/// How many weeks a half of a calendar has at most.
pub const WEEKS_OF_HALF: usize = 27;

/// How many strengths of a colour there are: one, two, and three or more messages a day.
const LEVELS: usize = 3;

/// The looks, the lowest first: a square covers a dot of the same day.
const LOOKS: [&str; 2 * LEVELS] = ["c1", "c2", "c3", "u1", "u2", "u3"];

/// Longer than the way through all days.
const TO_THE_END: usize = 999;

/// A look, by its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayLook(usize);

impl DayLook {
    /// The look of a day with mail.
    pub fn of(messages: u64, is_unconsented: bool) -> Self {
        let level = usize::try_from(messages).unwrap_or(LEVELS).clamp(1, LEVELS) - 1;
        Self(if is_unconsented { LEVELS + level } else { level })
    }
}

/// The layers of one shape: the name of each look, and its dashes.
pub type DashLayers = Vec<(&'static str, String)>;

/// The days of a half, in the order of the way.
#[derive(Debug, Clone)]
pub struct DayPath([Option<DayLook>; WEEKS_OF_HALF * 7]);

impl Default for DayPath {
    fn default() -> Self {
        Self([None; WEEKS_OF_HALF * 7])
    }
}

impl DayPath {
    /// Gives a day its look. Days beyond the half have none.
    pub fn set(&mut self, week: usize, weekday: usize, look: DayLook) {
        let on_the_way = if week.is_multiple_of(2) { weekday } else { 6_usize.saturating_sub(weekday) };
        if let Some(day) = self.0.get_mut(week * 7 + on_the_way) {
            *day = Some(look);
        }
    }

    /// The dots and the squares.
    pub fn layers(&self) -> [DashLayers; 2] {
        let layers = |looks: std::ops::Range<usize>| {
            let dashes = looks.map(|at| (LOOKS[at], self.dashes(DayLook(at))));
            dashes.filter(|(_, dashes)| !dashes.is_empty()).collect()
        };
        [layers(0..LEVELS), layers(LEVELS..2 * LEVELS)]
    }

    /// A dash for each run of days with the look, and a gap after it. Blank where no day has the look.
    fn dashes(&self, look: DayLook) -> String {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let mut is_open = false;
        for (at, day) in self.0.iter().enumerate() {
            match (*day == Some(look), runs.last_mut().filter(|_| is_open)) {
                (true, Some((_, end))) => *end = at + 1,
                (true, None) => runs.push((at, at + 1)),
                (false, _) => {}
            }
            // A day with a look above this one is covered, so anything may be drawn there.
            is_open = *day == Some(look) || (is_open && *day > Some(look));
        }
        let mut dashes = String::new();
        let mut here = 0;
        for (start, end) in runs {
            let _ = match (here, start) {
                (0, 0) => write!(dashes, "{end}"),
                (0, _) => write!(dashes, "0 {start} {}", end - start),
                _ => write!(dashes, " {} {}", start - here, end - start),
            };
            here = end;
        }
        if here > 0 {
            // Dashes begin again at the end of their list.
            let _ = write!(dashes, " {TO_THE_END}");
        }
        dashes
    }
}

/// What all calendars share, in units of a day.
#[derive(Debug, Clone)]
pub struct DayShapes {
    /// The way through all days of a half.
    pub way: String,
    /// Circles around the middles of all days.
    pub dots: String,
    /// Squares around them.
    pub squares: String,
}

impl DayShapes {
    pub fn new() -> Self {
        // The way begins at the upper edge of the first day, so that each day has a whole unit of it.
        let down_and_up = |week: usize| if week.is_multiple_of(2) { "v6h1" } else { "v-6h1" };
        let way: String = (0..WEEKS_OF_HALF).map(down_and_up).collect();
        // After a shape is closed, the pen is at its beginning.
        let everywhere = |start: &str, shape: &str| {
            let week = format!("{shape}zm0 1").repeat(7) + "m1-7";
            format!("M{start}{}", week.repeat(WEEKS_OF_HALF))
        };
        Self {
            way: format!("M0-.5v.5{way}"),
            dots: everywhere("0-.33", "a.33.33 0 1 0 0 .66a.33.33 0 1 0 0-.66"),
            squares: everywhere("-.41-.41", "h.82v.82h-.82"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(looks: &[Option<(u64, bool)>]) -> DayPath {
        let mut days = DayPath::default();
        for (at, look) in looks.iter().enumerate() {
            if let Some((messages, is_unconsented)) = *look {
                days.set(at / 7, at % 7, DayLook::of(messages, is_unconsented));
            }
        }
        days
    }

    /// What is seen of the layers, day by day along the way.
    fn seen(layers: &[DashLayers; 2]) -> Vec<Option<&'static str>> {
        let mut seen = vec![None; WEEKS_OF_HALF * 7];
        for (name, dashes) in layers.iter().flatten() {
            let lengths = dashes.split(' ').map(|length| length.parse::<usize>().expect("a length"));
            let mut here = 0;
            for (at, length) in lengths.enumerate() {
                if at % 2 == 0 {
                    seen[here..here + length].fill(Some(*name));
                }
                here += length;
            }
            assert!(dashes.split(' ').count() % 2 == 0, "an odd list begins again the other way: {dashes}");
        }
        seen
    }

    #[test]
    fn days_in_a_row_are_one_dash_and_weeks_go_down_and_up() {
        let daily = days(&[Some((1, true)); WEEKS_OF_HALF * 7]);
        assert_eq!(daily.layers(), [vec![], vec![("u1", "189 999".to_string())]]);
        // The second Monday is at the end of the second week's way.
        let mut mondays = DayPath::default();
        mondays.set(0, 0, DayLook::of(1, false));
        mondays.set(1, 0, DayLook::of(1, false));
        assert_eq!(mondays.layers(), [vec![("c1", "1 12 1 999".to_string())], vec![]]);
    }

    #[test]
    fn a_look_goes_on_beneath_those_above_it_and_stops_before_a_day_without_mail() {
        let looks =
            [Some((1, true)), Some((3, true)), Some((1, true)), None, Some((2, true)), Some((1, false))];
        let [dots, squares] = days(&looks).layers();
        assert_eq!(dots, [("c1", "0 5 1 999".to_string())]);
        assert_eq!(squares, [("u1", "3 999".into()), ("u2", "0 4 1 999".into()), ("u3", "0 1 1 999".into())]);
    }

    #[test]
    fn what_is_seen_is_what_came_whatever_the_days() {
        let mut random = 7_u64;
        for _ in 0..500 {
            let mut drawn = DayPath::default();
            for week in 0..WEEKS_OF_HALF {
                for weekday in 0..7 {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let (level, other) = ((random >> 33) % 4, (random >> 40).is_multiple_of(3));
                    if level > 0 {
                        drawn.set(week, weekday, DayLook::of(level, other));
                    }
                }
            }
            let wanted: Vec<_> = drawn.0.iter().map(|day| day.map(|look| LOOKS[look.0])).collect();
            let layers = drawn.layers();
            assert_eq!(seen(&layers), wanted);
            let bytes: usize = layers.iter().flatten().map(|(_, dashes)| dashes.len()).sum();
            assert!(bytes < 900, "{bytes}");
        }
    }

    #[test]
    fn each_day_of_the_way_has_its_shapes() {
        let shapes = DayShapes::new();
        assert_eq!(shapes.dots.matches('z').count(), WEEKS_OF_HALF * 7);
        assert_eq!(shapes.squares.matches('z').count(), WEEKS_OF_HALF * 7);
        assert!(shapes.way.starts_with("M0-.5v.5v6h1v-6h1"), "{}", shapes.way);
    }
}
