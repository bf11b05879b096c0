//! What raw values meant when they came before: most recur thousands of times.
//!
//! A memo has a fixed number of places. Each value has one place, and a newcomer takes it over. So a memo never grows,
//! and values made to meet in one place cost what a first look costs, no more: a quick hash will do.

/// A value longer than this is not kept, in bytes.
const LONGEST: usize = 512;

/// What some raw values mean.
#[derive(Debug)]
pub struct Meanings<V> {
    places: Vec<Option<Known<V>>>,
    count: usize,
}

#[derive(Debug)]
struct Known<V> {
    raw: Vec<u8>,
    meaning: V,
}

impl<V: Clone> Meanings<V> {
    /// With `2^bits` places, which are made when the first value comes.
    pub fn new(bits: u32) -> Self {
        Self { places: Vec::new(), count: 1 << bits.min(20) }
    }

    /// What `raw` means: as known, or as `read` says.
    pub fn meaning(&mut self, raw: &[u8], read: impl FnOnce() -> V) -> V {
        if raw.len() > LONGEST {
            return read();
        }
        if self.places.is_empty() {
            self.places.resize_with(self.count, || None);
        }
        let at = place(raw, self.count);
        match &mut self.places[at] {
            Some(known) if known.raw == raw => known.meaning.clone(),
            Some(other) => {
                let meaning = read();
                other.raw.clear();
                other.raw.extend_from_slice(raw);
                other.meaning = meaning.clone();
                meaning
            }
            empty => {
                let meaning = read();
                *empty = Some(Known { raw: raw.to_vec(), meaning: meaning.clone() });
                meaning
            }
        }
    }

    /// What `raw` means, where that is known.
    pub fn known(&self, raw: &[u8]) -> Option<&V> {
        let known = self.places.get(place(raw, self.count))?.as_ref()?;
        (known.raw == raw).then_some(&known.meaning)
    }

    /// Notes what `raw` means.
    pub fn note(&mut self, raw: &[u8], meaning: V) {
        self.meaning(raw, || meaning);
    }
}

/// The place of a value among `count` (a power of two), from eight bytes at a time.
fn place(raw: &[u8], count: usize) -> usize {
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(SPREAD).rotate_left(29);
    let (words, rest) = raw.as_chunks::<8>();
    let sum = words.iter().fold(raw.len() as u64, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let sum = mix(sum, u64::from_le_bytes(last)).wrapping_mul(SPREAD);
    usize::try_from(sum >> 40).unwrap_or(0) & (count - 1)
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
