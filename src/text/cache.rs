//! A cache of parsed values by their raw bytes: most values recur thousands of times.
//!
//! A cache has a fixed number of places. Each value has one place, and a newcomer takes it over. So a cache never grows,
//! and values made to meet in one place cost what a first look costs, no more: a quick hash will do. Without caches, a
//! run over small messages took a sixth longer.

/// A value longer than this is not kept, in bytes.
const LONGEST: usize = 512;

/// What some raw values mean.
#[derive(Debug)]
pub struct Meanings<V> {
    places: Vec<Option<CacheEntry<V>>>,
    filled: usize,
    /// How many places there may be.
    count: usize,
}

/// How many places are made at first.
const LEAST: usize = 64;

#[derive(Debug)]
struct CacheEntry<V> {
    raw: Vec<u8>,
    meaning: V,
}

impl<V: Clone> Meanings<V> {
    /// With at most `2^bits` places, which are made as values come.
    pub fn new(bits: u32) -> Self {
        Self { places: Vec::new(), filled: 0, count: 1 << bits.min(20) }
    }

    /// What `raw` means: as known, or as `read` says.
    pub fn meaning(&mut self, raw: &[u8], read: impl FnOnce() -> V) -> V {
        if let Some(known) = self.known(raw) {
            return known.clone();
        }
        let meaning = read();
        self.note(raw, meaning.clone());
        meaning
    }

    /// What `raw` means, where that is known.
    pub fn known(&self, raw: &[u8]) -> Option<&V> {
        let places = self.places.len();
        let known = self.places.get(place(raw, places))?.as_ref().filter(|known| known.raw == raw)?;
        Some(&known.meaning)
    }

    /// Notes what `raw` means.
    pub fn note(&mut self, raw: &[u8], meaning: V) {
        if raw.len() > LONGEST {
            return;
        }
        // Each value has one place: where few of them are taken, few values meet.
        if self.filled * 8 >= self.places.len() && self.places.len() < self.count {
            self.grow();
        }
        let place = place(raw, self.places.len());
        match &mut self.places[place] {
            Some(other) => {
                other.raw.clear();
                other.raw.extend_from_slice(raw);
                other.meaning = meaning;
            }
            empty => {
                *empty = Some(CacheEntry { raw: raw.to_vec(), meaning });
                self.filled += 1;
            }
        }
    }

    /// Four times as many places, as far as there may be.
    fn grow(&mut self) {
        let wanted = (self.places.len() * 4).clamp(LEAST.min(self.count), self.count);
        let settled = std::mem::take(&mut self.places);
        self.places.resize_with(wanted, || None);
        for known in settled.into_iter().flatten() {
            let place = place(&known.raw, wanted);
            self.places[place] = Some(known);
        }
    }
}

/// The place of a value among `count` (a power of two), from eight bytes at a time.
fn place(raw: &[u8], count: usize) -> usize {
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(SPREAD).rotate_left(29);
    let (words, rest) = raw.as_chunks::<8>();
    let sum = words.iter().fold(raw.len() as u64, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    let last = match raw.last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => rest.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    };
    let sum = mix(sum, last).wrapping_mul(SPREAD);
    usize::try_from(sum >> 40).unwrap_or(0) & count.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_once_until_another_takes_its_place() {
        let mut memo = Meanings::new(0);
        let mut read = Vec::new();
        for raw in [&b"a"[..], b"a", b"b", b"a"] {
            let meaning = memo.meaning(raw, || {
                read.push(raw);
                raw.len()
            });
            assert_eq!(meaning, 1);
        }
        assert_eq!(read, [&b"a"[..], b"b", b"a"]);
    }

    #[test]
    fn long_values_are_read_each_time() {
        let mut memo = Meanings::new(4);
        let long = [b'x'; LONGEST + 1];
        memo.note(&long, 1);
        assert_eq!(memo.known(&long), None);
        memo.note(b"x", 2);
        assert_eq!(memo.known(b"x"), Some(&2));
    }

    #[test]
    fn similar_values_have_places_of_their_own() {
        let places: std::collections::HashSet<usize> = (0..1_000)
            .map(|n| place(format!("Shop {n} <news@shop{n}.example>").as_bytes(), 1 << 16))
            .collect();
        assert!(places.len() > 950, "{}", places.len());
    }
}
