//! Limits on the texts about each sender, so that a page of 500 senders stays below two megabytes for any mail.
//!
//! A page is written with the widest limits. Where it gets too large, it is written again with narrower ones: texts are cut earlier,
//! and an address or a letter that does not fit is left to the page of its sender and to `letter`. Only senders that try
//! hard to make a page large reach the last steps.

/// The size of a page that most people can send and open, in bytes.
const PAGE: usize = 2_000_000;

/// Up to this many senders the page is at most that large; with more senders their rows come on top.
const SENDERS: usize = 500;

/// A row of a plain table, in bytes.
const ROW: usize = 400;

/// Lengths are in letters of plain text; letters that take more bytes count for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimits {
    pub name: usize,
    /// A subject, or another line from a message.
    pub line: usize,
    pub reason: usize,
    /// A web or mail address, never cut: half an address is useless.
    pub address: usize,
    /// In bytes.
    pub letter: usize,
    /// The most cards; the table and the report have the rest.
    pub cards: usize,
    /// The most rows of the table; the report has them all.
    pub rows: usize,
    step: usize,
}

const STEPS: [TextLimits; 4] = [
    TextLimits {
        name: 80,
        line: 160,
        reason: 600,
        address: 2_000,
        letter: 40_000,
        cards: 500,
        rows: 5_000,
        step: 0,
    },
    TextLimits {
        name: 60,
        line: 100,
        reason: 400,
        address: 700,
        letter: 12_000,
        cards: 500,
        rows: 5_000,
        step: 1,
    },
    TextLimits {
        name: 40,
        line: 60,
        reason: 300,
        address: 300,
        letter: 6_000,
        cards: 500,
        rows: 5_000,
        step: 2,
    },
    TextLimits {
        name: 30,
        line: 40,
        reason: 240,
        address: 120,
        letter: 4_000,
        cards: 500,
        rows: 5_000,
        step: 3,
    },
];

impl TextLimits {
    /// The widest limits: enough for all usual mail.
    pub const MOST: Self = STEPS[0];

    /// The limits of a page about one sender: its addresses are there to be copied, of any length.
    pub const ONE_SENDER: Self = Self { address: 20_000, letter: usize::MAX, ..STEPS[0] };

    /// Narrower limits, where a page with these has that many bytes and is too large; `None`: it is small enough, or gets
    /// no smaller.
    pub fn after(self, bytes: usize, senders: usize, rows: usize) -> Option<Self> {
        let rows = rows.min(self.rows);
        let more_rows = if senders > SENDERS { rows.saturating_sub(SENDERS) } else { 0 };
        let most = PAGE + more_rows * ROW;
        if bytes < most {
            return None;
        }
        let next = STEPS.get(self.step + 1).copied();
        next.or_else(|| self.with_fewer_rows(senders, rows)).or_else(|| self.with_fewer_cards(bytes, most))
    }

    fn with_fewer_rows(self, senders: usize, rows: usize) -> Option<Self> {
        (senders <= SENDERS && rows > SENDERS).then_some(Self { rows: SENDERS, ..self })
    }

    fn with_fewer_cards(self, bytes: usize, most: usize) -> Option<Self> {
        let share = (self.cards * most).checked_div(bytes)?;
        (self.cards > 0).then(|| Self { cards: share.min(self.cards - 1), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limits that are tried while pages stay that large.
    fn tried(bytes: usize, senders: usize, rows: usize) -> Vec<TextLimits> {
        std::iter::successors(Some(TextLimits::MOST), |limits| limits.after(bytes, senders, rows)).collect()
    }

    #[test]
    fn a_page_of_a_usual_size_has_the_most_room() {
        assert_eq!(tried(PAGE - 1, 500, 500), [TextLimits::MOST]);
        assert_eq!(tried(3_000_000, 5_000, 5_000), [TextLimits::MOST], "its rows come on top");
    }

    #[test]
    fn a_page_that_stays_too_large_loses_text_then_rows_and_cards_at_last() {
        let limits = tried(2_100_000, 500, 5_000);
        assert_eq!(limits[..4], STEPS);
        assert_eq!((limits[4].rows, limits[4].cards), (500, 500));
        assert_eq!((limits[5].rows, limits[5].cards), (500, 476));
        assert_eq!(limits.last().map(|limits| limits.cards), Some(0), "it ends");
    }
}
