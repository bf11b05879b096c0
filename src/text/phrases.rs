//! Phrases found in one pass over a folded text.
//!
//! A phrase counts as whole words, so each of its words is a whole word of the text. The longest of them, for long words
//! are rare, is the phrase's anchor: only at an anchor are the phrases compared that hang on it. That is
//! exact, and done while the text is folded. What is built in was indexed when the program was built (`build.rs`).

use crate::text::fold::{Folder, Word, fold};
use memchr::memmem;
use std::borrow::Cow;
use std::ops::Range;

/// Part of the program, or made by a run.
type Entries<T> = Cow<'static, [T]>;

/// Phrases, each with the list that it belongs to, and where they are found by their anchors.
#[derive(Debug)]
pub struct Phrases {
    /// All phrases, folded, one after the other.
    pub text: Cow<'static, str>,
    /// Where each one ends, and the number of its list.
    pub phrases: Entries<(u32, u32)>,
    /// Which anchors there may be: a bit for each of the mixed keys' upper values.
    pub seen: Entries<u64>,
    /// The same of the keys of anchors with their neighbours.
    pub seen_beside: Entries<u64>,
    /// For each place where its hangers begin; they end where those of the next place begin.
    pub places: Entries<u32>,
    pub hangers: Entries<Hanger>,
    /// Phrases without a word.
    pub wordless: Entries<u32>,
}

/// A phrase that hangs on an anchor.
#[derive(Debug, Clone)]
pub struct Hanger {
    /// The key, in short, of the anchor with the bytes beside it.
    pub key: u32,
    pub phrase: u32,
    /// The anchor's place in the phrase.
    pub at: u32,
}

/// The first look at a word: which anchors there may be, as bits.
#[derive(Debug)]
pub struct Anchors(Entries<u64>);

impl Anchors {
    /// Whether a phrase may hang on a word, by its key: it does on hardly any other.
    pub fn look(&self) -> impl Fn(&Word) -> bool {
        let bits: &[u64] = &self.0;
        move |word| is_set(bits, word.key)
    }

    /// Those of other phrases, too.
    pub fn extend(&mut self, others: &Self) {
        self.0.to_mut().iter_mut().zip(&*others.0).for_each(|(these, others)| *these |= others);
    }
}

impl Phrases {
    /// Indexes phrases as written, each with the number of its list.
    pub fn of<'a>(listed: impl IntoIterator<Item = (u32, &'a str)>) -> Self {
        let (mut text, mut phrases) = (String::new(), Vec::new());
        let (mut wordless, mut hangers) = (Vec::new(), Vec::new());
        let (mut seen, mut seen_beside) = (vec![0; SEEN / 64], vec![0; SEEN / 64]);
        for (list, phrase) in listed {
            let phrase = fold(phrase);
            match anchor(&phrase) {
                Some(anchor) => {
                    set(&mut seen, anchor.key);
                    hangers.push(Hanger::of(phrases.len(), phrase.as_bytes(), &anchor));
                }
                None if phrase.is_empty() => continue,
                None => wordless.push(number(phrases.len())),
            }
            text.push_str(&phrase);
            phrases.push((number(text.len()), list));
        }
        let places = (hangers.len() * 2).next_power_of_two();
        let mut this = Self {
            text: text.into(),
            phrases: phrases.into(),
            seen: seen.into(),
            seen_beside: Entries::default(),
            places: vec![0; places + 1].into(),
            hangers: Entries::default(),
            wordless: wordless.into(),
        };
        hangers.sort_unstable_by_key(|hanger| (this.place(hanger.key), hanger.phrase));
        for hanger in &hangers {
            set(&mut seen_beside, u64::from(hanger.key) << 32);
            let next = this.place(hanger.key) + 1;
            this.places.to_mut()[next] += 1;
        }
        let mut sum = 0;
        for begin in this.places.to_mut() {
            sum += *begin;
            *begin = sum;
        }
        Self { seen_beside: seen_beside.into(), hangers: hangers.into(), ..this }
    }

    /// The phrases of a list, folded.
    pub fn of_list(&self, list: u32) -> impl Iterator<Item = &str> {
        (0..self.phrases.len()).filter(move |at| self.list(*at) == list).map(|at| self.phrase(at))
    }

    /// Which words a phrase may hang on.
    pub fn anchors(&self) -> Anchors {
        Anchors(self.seen.clone())
    }

    /// Reports each phrase that occurs as whole words in a folded text with these words, among others: its list, and
    /// where it begins and ends.
    pub fn find(&self, text: &[u8], words: &[Word], found: &mut impl FnMut(u32, Range<usize>)) {
        for word in words {
            for key in keys(text, word) {
                if !is_set(&self.seen_beside, key) {
                    continue;
                }
                for hanger in self.hanging_on(key) {
                    let phrase = hanger.phrase as usize;
                    if let Some(start) = word.start.checked_sub(hanger.at as usize)
                        && self.matches_at(phrase, text, start)
                    {
                        found(self.list(phrase), start..start + self.phrase(phrase).len());
                    }
                }
            }
        }
        for phrase in self.wordless.iter().map(|phrase| *phrase as usize) {
            let sought = self.phrase(phrase).as_bytes();
            for start in memmem::find_iter(text, sought) {
                found(self.list(phrase), start..start + sought.len());
            }
        }
    }

    pub fn list(&self, phrase: usize) -> u32 {
        self.phrases[phrase].1
    }

    pub fn phrase(&self, at: usize) -> &str {
        let end = |at: usize| self.phrases.get(at).map_or(0, |(end, _)| *end as usize);
        &self.text[at.checked_sub(1).map_or(0, end)..end(at)]
    }

    /// Whether a phrase is there, as whole words.
    fn matches_at(&self, phrase: usize, text: &[u8], start: usize) -> bool {
        let phrase = self.phrase(phrase).as_bytes();
        let Some(rest) = text.get(start..).and_then(|text| text.strip_prefix(phrase)) else { return false };
        let word = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        let is_inside_word =
            (word(before) && word(phrase.first())) || (word(phrase.last()) && word(rest.first()));
        !is_inside_word
    }

    fn place(&self, key: u32) -> usize {
        key as usize & (self.places.len() - 2)
    }

    /// The phrases whose anchor has that key.
    fn hanging_on(&self, key: u64) -> impl Iterator<Item = &Hanger> {
        let (key, place) = (short(key), self.place(short(key)));
        let found = self.places[place] as usize..self.places[place + 1] as usize;
        self.hangers[found].iter().filter(move |hanger| hanger.key == key)
    }
}

/// The longest word of a folded phrase, the last of those.
fn anchor(phrase: &str) -> Option<Word> {
    let mut anchor: Option<Word> = None;
    let mut choose = |word: Word| {
        if anchor.is_none_or(|other| word.end - word.start >= other.end - other.start) {
            anchor = Some(word);
        }
    };
    let mut folder = Folder::default();
    folder.add(phrase, &mut choose);
    folder.finish(&mut choose);
    anchor
}

impl Hanger {
    fn of(phrase: usize, text: &[u8], anchor: &Word) -> Self {
        let [after, before, alone] = keys(text, anchor);
        let key = [after, before].into_iter().find(|key| *key != alone).unwrap_or(alone);
        Self { key: short(key), phrase: number(phrase), at: number(anchor.start) }
    }
}

/// The keys under which a phrase may hang on a word: with the two bytes after it, with those before it, and by itself,
/// which is also where there are no such bytes. Most words that are anchors have other neighbours in a text than in the
/// phrases.
fn keys(text: &[u8], word: &Word) -> [u64; 3] {
    let after = text.get(word.end..).and_then(<[u8]>::first_chunk);
    let before = text.get(..word.start).and_then(<[u8]>::last_chunk);
    let with = |neighbour: Option<&[u8; 2]>, side: u64| {
        neighbour.map_or(word.key, |neighbour| {
            let neighbour = u64::from(u16::from_le_bytes(*neighbour)) | side << 16;
            (word.key ^ neighbour).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        })
    };
    [with(after, 1), with(before, 2), word.key]
}

fn number(from: usize) -> u32 {
    u32::try_from(from).unwrap_or(u32::MAX)
}

/// The upper half of a word's key: enough to distinguish words, and the better mixed one.
fn short(key: u64) -> u32 {
    (key >> 32) as u32
}

/// Bits of a first look, two for each key: 64 KiB in which a key of no phrase finds both set once in fifty times. With one
/// bit in 16 KiB it was once in four, and what a false find costs are tables that no cache keeps: a tenth of a run. Without
/// the looks at a word and at a word with its neighbours, small mail takes at least a fifth more processor time and mixed
/// mail a quarter.
const SEEN: usize = 1 << 19;

/// The place of a key's bits and the bits themselves, both by its upper half.
fn bits_of(key: u64) -> (usize, u64) {
    let place = ((key >> 32) as usize * (SEEN / 64)) >> 32;
    (place, (1 << ((key >> 45) & 63)) | (1 << ((key >> 39) & 63)))
}

fn is_set(bits: &[u64], key: u64) -> bool {
    let (place, both) = bits_of(key);
    bits[place] & both == both
}

fn set(bits: &mut [u64], key: u64) {
    let (place, both) = bits_of(key);
    bits[place] |= both;
}

/// Letters and digits; all that is not ASCII counts as a letter.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The lists of the phrases found in a text, in order.
    fn found_in(text: &str, listed: &[&str]) -> Vec<u32> {
        let phrases = Phrases::of((0..).zip(listed.iter().copied()));
        let (mut folder, mut words, mut found) = (Folder::default(), Vec::new(), Vec::new());
        let mut note = |word: Word| words.extend(phrases.anchors().look()(&word).then_some(word));
        folder.add(text, &mut note);
        folder.finish(&mut note);
        phrases.find(folder.text(), &words, &mut |list, _| found.push(list));
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn phrases_are_found_as_whole_words_and_within_each_other() {
        let found = |text: &str| found_in(text, &["ups", "0% off", "off", "you're in"]);
        assert_eq!(found("now 0% off, you're in"), [1, 2, 3]);
        assert!(found("startups and offers").is_empty());
        assert_eq!(found("ups"), [0]);
        assert!(found("").is_empty());
    }

    proptest! {
        #[test]
        fn anchors_miss_nothing(
            listed in proptest::collection::vec("[ab0%.ж -]{1,6}", 1..8), text in "[ab01%.,ж -]{0,40}"
        ) {
            let listed: Vec<String> = listed.iter().map(|phrase| fold(phrase)).collect();
            let mut listed: Vec<&str> = listed.iter().map(String::as_str).filter(|phrase| !phrase.is_empty()).collect();
            let (raw, text) = (&text, fold(&text));
            listed.sort_unstable();
            listed.dedup();
            let word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
            let matches = |phrase: &&str| (0..text.len()).any(|start| {
                let bytes = text.as_bytes();
                bytes[start..].starts_with(phrase.as_bytes())
                    && !(word(phrase.as_bytes().first()) && start > 0 && word(bytes.get(start - 1)))
                    && !(word(phrase.as_bytes().last()) && word(bytes.get(start + phrase.len())))
            });
            let expected: Vec<u32> =
                (0..).zip(&listed).filter(|(_, phrase)| matches(phrase)).map(|(number, _)| number).collect();
            prop_assert_eq!(found_in(raw, &listed), expected);
        }
    }
}
