//! All phrases of all rules, found in one pass over a folded text.
//!
//! A phrase counts as whole words, so each of its words is a whole word of the text. The longest of them, for long words
//! are rare, is the phrase's anchor: only at an anchor are the phrases compared that hang on it. That is
//! exact, quick to set up (a run over one message needs it too), and done while the text is folded.

use super::super::fold::{Folder, Word};
use super::signals::Signals;
use memchr::memmem;
use std::sync::OnceLock;

/// Phrases, each with the signal that it raises. The index is built when a text first comes: a run that never
/// looks into a body never pays for the body's phrases.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    /// All phrases, one behind the other.
    text: String,
    /// Where each one ends, and its signal.
    phrases: Vec<(u32, u16)>,
    index: OnceLock<Index>,
}

/// What was heard of a text: the text folded, and its words that may be anchors. Reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    folder: Folder,
    words: Vec<Word>,
}

impl Ear {
    /// Forgets the text before.
    pub fn clear(&mut self) {
        self.folder.clear();
        self.words.clear();
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.folder.text()).unwrap_or_default()
    }

    /// A text folded, and nothing heard in it.
    pub fn fold(&mut self, text: &str) -> &str {
        self.clear();
        self.folder.add(text, &mut |_| {});
        self.folder.finish(&mut |_| {});
        self.text()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.folder.text().is_empty()
    }
}

/// Where phrases are found by their anchors.
#[derive(Debug)]
struct Index {
    /// Which anchors there may be: a bit for each of the mixed keys' upper values.
    seen: Vec<u64>,
    /// For each place where its hangers begin; they end where those of the next place begin.
    places: Vec<u32>,
    hangers: Vec<Hanger>,
    /// Phrases without a word.
    wordless: Vec<usize>,
}

/// A phrase that hangs on an anchor. Small, for these are looked at all the time.
#[derive(Debug)]
struct Hanger {
    /// The anchor's key in short.
    key: u32,
    phrase: u32,
    /// Where the anchor stands in the phrase.
    at: u32,
    /// The two bytes before and behind the anchor, where the phrase has them: most neighbours in a text differ there.
    before: Option<[u8; 2]>,
    behind: Option<[u8; 2]>,
}

impl Phrases {
    /// Adds a folded phrase.
    pub fn push(&mut self, phrase: &str, signal: usize) {
        self.text.push_str(phrase);
        self.phrases.push((number(self.text.len()), u16::try_from(signal).unwrap_or(u16::MAX)));
        self.index = OnceLock::new();
    }

    fn phrase(&self, at: usize) -> &str {
        let end = |at: usize| self.phrases.get(at).map_or(0, |(end, _)| *end as usize);
        &self.text[at.checked_sub(1).map_or(0, end)..end(at)]
    }

    /// Folds a text behind what was heard before, and notes the words on which a phrase may hang.
    pub fn hear(&self, text: &str, ear: &mut Ear) {
        let (index, words) = (self.index(), &mut ear.words);
        ear.folder.add(text, &mut |word| index.note(word, words));
    }

    /// What the phrases raise that stand as whole words in what was heard.
    pub fn raised_in(&self, ear: &mut Ear) -> Signals {
        let (index, words) = (self.index(), &mut ear.words);
        ear.folder.finish(&mut |word| index.note(word, words));
        let text = ear.folder.text();
        let mut raised = Signals::default();
        for word in &ear.words {
            for hanger in index.hanging_on(word.key) {
                let phrase = hanger.phrase as usize;
                let behind = text.get(word.end..).and_then(<[u8]>::first_chunk);
                let before = word.start.checked_sub(2).and_then(|at| text[at..].first_chunk());
                if hanger.behind.is_some() && hanger.behind.as_ref() != behind
                    || hanger.before.is_some() && hanger.before.as_ref() != before
                {
                    continue;
                }
                if let Some(start) = word.start.checked_sub(hanger.at as usize)
                    && self.stands_at(phrase, text, start)
                {
                    raised.raise(usize::from(self.phrases[phrase].1));
                }
            }
        }
        for phrase in &index.wordless {
            if memmem::find(text, self.phrase(*phrase).as_bytes()).is_some() {
                raised.raise(usize::from(self.phrases[*phrase].1));
            }
        }
        raised
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }

    /// Whether a phrase stands there, and no word goes on before or behind it.
    fn stands_at(&self, phrase: usize, text: &[u8], start: usize) -> bool {
        let phrase = self.phrase(phrase).as_bytes();
        let Some(rest) = text.get(start..).and_then(|text| text.strip_prefix(phrase)) else { return false };
        let word = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        let goes_on = (word(before) && word(phrase.first())) || (word(phrase.last()) && word(rest.first()));
        !goes_on
    }
}

impl Index {
    fn of(phrases: &Phrases) -> Self {
        let count = phrases.phrases.len();
        let (mut wordless, mut hangers) = (Vec::new(), Vec::with_capacity(count));
        let mut folder = Folder::default();
        for (at, text) in (0..count).map(|at| (at, phrases.phrase(at))) {
            let mut anchor: Option<Word> = None;
            let mut choose = |word: Word| {
                if anchor.is_none_or(|other| word.end - word.start >= other.end - other.start) {
                    anchor = Some(word);
                }
            };
            folder.clear();
            folder.add(text, &mut choose);
            folder.finish(&mut choose);
            match anchor {
                Some(word) => hangers.push(Hanger::of(at, text.as_bytes(), &word)),
                None if text.is_empty() => {}
                None => wordless.push(at),
            }
        }
        let mut this = Self {
            seen: vec![0; SEEN / 64],
            places: vec![0; (hangers.len() * 2).next_power_of_two() + 1],
            hangers: Vec::new(),
            wordless,
        };
        hangers.sort_unstable_by_key(|hanger| (this.place(hanger.key), hanger.phrase));
        for hanger in &hangers {
            this.seen[bit(hanger.key) / 64] |= 1 << (bit(hanger.key) % 64);
            let next = this.place(hanger.key) + 1;
            this.places[next] += 1;
        }
        let mut sum = 0;
        for begin in &mut this.places {
            sum += *begin;
            *begin = sum;
        }
        Self { hangers, ..this }
    }

    fn place(&self, key: u32) -> usize {
        key as usize & (self.places.len() - 2)
    }

    /// Notes a word that may be a phrase's anchor: hardly any other passes.
    fn note(&self, word: Word, anchors: &mut Vec<Word>) {
        let bit = bit(short(word.key));
        if self.seen[bit / 64] >> (bit % 64) & 1 == 1 {
            anchors.push(word);
        }
    }

    /// The phrases whose anchor has that key.
    fn hanging_on(&self, key: u64) -> impl Iterator<Item = &Hanger> {
        let (key, place) = (short(key), self.place(short(key)));
        let found = self.places[place] as usize..self.places[place + 1] as usize;
        self.hangers[found].iter().filter(move |hanger| hanger.key == key)
    }
}

impl Hanger {
    fn of(phrase: usize, text: &[u8], anchor: &Word) -> Self {
        let before = text[..anchor.start].last_chunk().copied();
        let behind = text[anchor.end..].first_chunk().copied();
        Self { key: short(anchor.key), phrase: number(phrase), at: number(anchor.start), before, behind }
    }
}

fn number(from: usize) -> u32 {
    u32::try_from(from).unwrap_or(u32::MAX)
}

/// The upper half of a word's key: enough to tell words apart, and the better mixed one.
fn short(key: u64) -> u32 {
    (key >> 32) as u32
}

/// Bits of the first look, which most words of a text fail: 16 KiB stay in the first cache.
const SEEN: usize = 1 << 17;

fn bit(key: u32) -> usize {
    (key >> 15) as usize
}

/// Letters and digits; all that is not ASCII counts as a letter.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
impl Phrases {
    /// What a text raises.
    pub fn raised_by_text(&self, text: &str) -> Signals {
        let mut ear = Ear::default();
        self.hear(text, &mut ear);
        self.raised_in(&mut ear)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fold::fold;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn phrases_are_found_as_whole_words_and_within_each_other() {
        let mut phrases = Phrases::default();
        for (phrase, number) in [("ups", 0), ("0% off", 1), ("off", 2), ("you're in", 3)] {
            phrases.push(phrase, number);
        }
        let raised = |text: &str| {
            (0..4).filter(|number| phrases.raised_by_text(text).has(*number)).collect::<Vec<_>>()
        };
        assert_eq!(raised("now 0% off, you're in"), [1, 2, 3]);
        assert!(raised("startups and offers").is_empty());
        assert_eq!(raised("ups"), [0]);
        assert!(raised("").is_empty());
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
            let stands = |phrase: &&str| (0..text.len()).any(|start| {
                let bytes = text.as_bytes();
                bytes[start..].starts_with(phrase.as_bytes())
                    && !(word(phrase.as_bytes().first()) && start > 0 && word(bytes.get(start - 1)))
                    && !(word(phrase.as_bytes().last()) && word(bytes.get(start + phrase.len())))
            });
            let expected: Vec<usize> =
                listed.iter().enumerate().filter(|(_, phrase)| stands(phrase)).map(|(number, _)| number).collect();
            let mut phrases = Phrases::default();
            listed.iter().enumerate().for_each(|(number, phrase)| phrases.push(phrase, number));
            let raised = phrases.raised_by_text(raw);
            let found: Vec<usize> = (0..8).filter(|number| raised.has(*number)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
