//! A set of signals, as bits.

/// The most conditions that a table of rules may have in all.
pub(super) const MOST: usize = 64 * WORDS;
const WORDS: usize = 12;

/// Which conditions are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signals([u64; WORDS]);

impl Signals {
    /// Adds the signal of that number (below [`MOST`]).
    pub fn raise(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Whether the signal of that number is raised.
    pub fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Adds all of `other`.
    pub fn raise_all(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// The numbers of those raised, in order.
    pub fn numbers(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(place, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.checked_sub(1)?;
                Some(place * 64 + bit)
            })
        })
    }

    /// Whether a signal is in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(word, other)| word & other != 0)
    }
}
