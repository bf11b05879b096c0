//! Finds the phrases of lists in the texts of one place, subjects or bodies, and says which signals they raise.

use super::signals::Signals;
use crate::text::fold::{Folder, Word};
use crate::text::phrases::{Anchors, Phrases};
use std::cmp::Reverse;
use std::ops::Range;

/// The built-in phrases for one place, those of a rules file, and what the lists of both raise.
#[derive(Debug)]
pub(super) struct Matcher {
    built_in: &'static Phrases,
    own: Option<Phrases>,
    /// Of both.
    anchors: Anchors,
    /// What a phrase of each list raises, by the list's number.
    raises: Vec<Vec<Raise>>,
    /// Lists whose phrases belong to a footer.
    footer: Vec<u32>,
    /// By the list's number, whether its phrases are words of service mail.
    service: Vec<bool>,
    /// The list of what is in addresses that lead out of a mailing.
    leaving: Option<u32>,
}

/// A signal, raised where phrases of a list occur often enough in a region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raise {
    pub signal: usize,
    pub region: Region,
    pub times: u8,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    /// All of it.
    Whole,
    /// What is said before the footer, within the first [`SAID_WITHIN`] bytes.
    Said,
    /// The first [`TOP`] bytes of that.
    Top,
    /// Before the footer, with a number right after the phrase.
    Numbered,
    /// The addresses of its links.
    Links,
}

/// How many bytes of a folded text are its top.
const TOP: usize = 700;

/// How many bytes of a folded text count as what the mail says: a long one speaks of everything sooner or later, and what
/// it is about comes first.
const SAID_WITHIN: usize = 3_000;

/// Where two or three phrases are asked for, those with fewer bytes and no end of a sentence between them are one:
/// "20 % de descuento" is a percentage and a discount.
const APART: usize = 6;

/// A number belongs to a phrase that ends at most this many bytes before it.
const NUMBER_WITHIN: usize = 14;

/// The words of a link that invites have at most so many bytes and words.
const LONGEST_BUTTON: usize = 60;
const MOST_WORDS: usize = 6;

/// A text as it is compared: folded, with its words on which phrases may hang, and the phrases found in it. Reused
/// from text to text.
#[derive(Debug, Default)]
pub(crate) struct FoldedText {
    folder: Folder,
    words: Words,
    hits: Vec<Hit>,
    /// Where blocks of a page end.
    breaks: Vec<usize>,
    /// The places of the words of links, and where those of the link at hand begin.
    links: Vec<Range<usize>>,
    link: Option<usize>,
}

/// A phrase of a list, and its place in the folded text.
#[derive(Debug, Clone)]
struct Hit {
    list: u32,
    place: Range<usize>,
}

/// Words, one after the other.
#[derive(Debug, Default)]
struct Words {
    noted: usize,
    /// Those, and room.
    room: Vec<Word>,
}

impl Words {
    /// Notes a word if it matters. It is written in any case: no processor can predict which words matter, and a wrong
    /// guess costs more than writing them all.
    fn note(&mut self, word: Word, matters: bool) {
        if self.noted == self.room.len() {
            self.room.resize(self.noted.max(32) * 2, word);
        }
        self.room[self.noted] = word;
        self.noted += usize::from(matters);
    }

    fn as_slice(&self) -> &[Word] {
        &self.room[..self.noted]
    }
}

impl FoldedText {
    /// Forgets the text before.
    pub fn clear(&mut self) {
        self.folder.clear();
        self.words.noted = 0;
        self.hits.clear();
        self.breaks.clear();
        self.links.clear();
        self.link = None;
    }

    /// Notes that a block of a page ends here.
    pub fn note_break(&mut self) {
        self.breaks.push(self.len());
    }

    /// Notes that the words of a link begin here.
    pub fn begin_link(&mut self) {
        self.link = Some(self.len());
    }

    /// Notes that they end here.
    pub fn end_link(&mut self) {
        if let Some(begin) = self.link.take() {
            self.links.push(begin..self.len());
        }
    }

    /// Drops the link at hand: its text is that of a picture.
    pub fn forget_link(&mut self) {
        self.link = None;
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.folder.text()).unwrap_or_default()
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.folder.text().len()
    }
}

impl Matcher {
    pub fn new(
        built_in: &'static Phrases,
        own: Option<Phrases>,
        raises: Vec<Vec<Raise>>,
        footer: Vec<u32>,
        service: &[u32],
        leaving: Option<u32>,
    ) -> Self {
        let mut anchors = built_in.anchors();
        if let Some(own) = &own {
            anchors.extend(&own.anchors());
        }
        let service = (0..).zip(&raises).map(|(list, _)| service.contains(&list)).collect();
        Self { built_in, own, anchors, raises, footer, service, leaving }
    }

    /// Folds a text after what was added before, and notes the words on which a phrase may hang.
    pub fn add(&self, text: &str, to: &mut FoldedText) {
        let (FoldedText { folder, words, .. }, may_be_anchor) = (to, self.anchors.look());
        folder.add(text, &mut |word| words.note(word, may_be_anchor(&word)));
    }

    /// What the phrases in the addresses of links raise; each address ends at a break. An address that leads out of the
    /// mailing raises only that: `/account/unsubscribe` does not lead to an account.
    pub fn raised_by_links(&self, links: &mut FoldedText) -> Signals {
        self.find(links);
        let number = |hit: &Hit| links.breaks.partition_point(|end| *end <= hit.place.start);
        let leads_out = |hit: &&Hit| Some(hit.list) == self.leaving;
        let out: Vec<usize> = links.hits.iter().filter(leads_out).map(number).collect();
        let mut raised = Signals::default();
        for hit in links.hits.iter().filter(|hit| leads_out(hit) || !out.contains(&number(hit))) {
            let raises = self.raises.get(hit.list as usize).into_iter().flatten();
            raises.filter(|raise| raise.region == Region::Links).for_each(|raise| raised.raise(raise.signal));
        }
        raised
    }

    /// What the phrases in the text raise.
    pub fn raised_in(&self, text: &mut FoldedText) -> Signals {
        self.find(text);
        let said = self.said(text);
        let FoldedText { folder, hits, breaks, .. } = text;
        hits.sort_unstable_by_key(|hit| (hit.place.start, Reverse(hit.place.end)));
        let (folded, mut raised) = (folder.text(), Signals::default());
        let mut counts = Counts::default();
        for hit in &*hits {
            for raise in self.raises.get(hit.list as usize).into_iter().flatten() {
                let counts_here = match raise.region {
                    Region::Whole => true,
                    Region::Links => false,
                    Region::Said => hit.place.start < said,
                    Region::Top => hit.place.start < said.min(TOP),
                    Region::Numbered => hit.place.start < said && is_numbered(folded, hit.place.end),
                };
                let few = matches!(raise.times, 2 | 3);
                let apart = |between: Range<usize>| {
                    !few || between.len() >= APART || are_parted(folded, breaks, between)
                };
                if counts_here
                    && (raise.times <= 1 || counts.with(raise.signal, &hit.place, few, apart) >= raise.times)
                {
                    raised.raise(raise.signal);
                }
            }
        }
        raised
    }

    /// How many links of a text that was searched invite in a few words of their own, before the footer: words of service
    /// mail are not among them.
    pub fn buttons(&self, text: &FoldedText) -> u32 {
        let (folded, said) = (text.text(), self.said(text));
        let is_service = |hit: &&Hit| self.service.get(hit.list as usize) == Some(&true);
        let service: Vec<&Range<usize>> = text.hits.iter().filter(is_service).map(|hit| &hit.place).collect();
        let invites = |link: &&Range<usize>| {
            let words = folded.get((*link).clone()).unwrap_or_default();
            link.end <= said
                && words.len() <= LONGEST_BUTTON
                && words.contains(char::is_alphabetic)
                && words.split_whitespace().count() <= MOST_WORDS
                && !service.iter().any(|place| place.start < link.end && link.start < place.end)
        };
        u32::try_from(text.links.iter().filter(invites).count()).unwrap_or(u32::MAX)
    }

    fn find(&self, text: &mut FoldedText) {
        let (FoldedText { folder, words, hits, .. }, may_be_anchor) = (text, self.anchors.look());
        folder.finish(&mut |word| words.note(word, may_be_anchor(&word)));
        let mut found = |list: u32, place: Range<usize>| hits.push(Hit { list, place });
        for phrases in std::iter::once(self.built_in).chain(&self.own) {
            phrases.find(folder.text(), words.as_slice(), &mut found);
        }
    }

    /// Where what the mail says ends: at its footer, or after [`SAID_WITHIN`] bytes.
    fn said(&self, text: &FoldedText) -> usize {
        self.footer(text).min(SAID_WITHIN)
    }

    /// Where the footer begins: at the first of its phrases (how to leave, why one gets this mail, who publishes it)
    /// in the last three fifths of the text, or near its end. Above that they are a line of the template.
    fn footer(&self, text: &FoldedText) -> usize {
        let length = text.len();
        let is_low = |start: &usize| {
            start * 5 >= length * 2 || (start * 5 >= length && length - start <= SHORT_FOOTER)
        };
        let of_a_footer = text.hits.iter().filter(|hit| self.footer.contains(&hit.list));
        let first = of_a_footer.map(|hit| hit.place.start).filter(is_low).min();
        // Of a short text the sentence before may be all that it says.
        first.map_or(length, |start| {
            if start * 5 < length * 2 {
                return start;
            }
            // A sentence does not reach back over the end of a block.
            let ended = text.breaks[..text.breaks.partition_point(|at| *at <= start)].last();
            sentence_start(&text.folder.text()[..start]).max(ended.copied().unwrap_or(0))
        })
    }
}

/// How often signals were met that several phrases raise together: few in any text.
#[derive(Default)]
struct Counts(Vec<Count>);

struct Count {
    signal: usize,
    times: u8,
    /// Where the last phrase ended that counts.
    end: usize,
}

impl Counts {
    /// How often a signal was met with a phrase at that place, which comes after those before it. Of phrases within each
    /// other the first counts; where `few` are asked for, so it does of those that are not `apart` from each other.
    fn with(
        &mut self,
        signal: usize,
        place: &Range<usize>,
        few: bool,
        apart: impl FnOnce(Range<usize>) -> bool,
    ) -> u8 {
        let Some(count) = self.0.iter_mut().find(|count| count.signal == signal) else {
            self.0.push(Count { signal, times: 1, end: place.end });
            return 1;
        };
        let is_new = place.start >= count.end && apart(count.end..place.start);
        if is_new {
            count.times = count.times.saturating_add(1);
        }
        if is_new || few {
            count.end = count.end.max(place.end);
        }
        count.times
    }
}

/// A footer of at most this many bytes may begin in the second fifth of a text.
const SHORT_FOOTER: usize = 500;

/// How far before its first phrase a footer may begin, in bytes.
const LONGEST_SENTENCE: usize = 160;

/// Where the sentence begins that a text breaks off in.
fn sentence_start(text: &[u8]) -> usize {
    let from = text.len().saturating_sub(LONGEST_SENTENCE);
    let ends = |pair: &[u8]| matches!(pair[0], b'.' | b'!' | b'|') && pair[1] == b' ';
    let end = text[from..].windows(2).rposition(ends);
    end.map_or(text.len(), |end| from + end + 2)
}

/// Whether a sentence or a block of a page ends there.
fn are_parted(text: &[u8], breaks: &[usize], place: Range<usize>) -> bool {
    text[place.clone()].iter().any(|byte| matches!(byte, b'.' | b'!' | b'?' | b'|'))
        || breaks[breaks.partition_point(|at| *at < place.start)..].first().is_some_and(|at| *at <= place.end)
}

/// Whether a number follows within the sentence that is neither a price nor a percentage.
fn is_numbered(text: &[u8], end: usize) -> bool {
    let after = &text[end..text.len().min(end + NUMBER_WITHIN)];
    let Some(at) = memchr::memchr(b'0', after) else { return false };
    let (between, beyond) = (&after[..at], &text[end + at + 1..]);
    !between.windows(2).any(|pair| pair == b". " || pair == b"! ")
        && between.is_ascii()
        && !between.contains(&b'$')
        && !begins_with_a_unit(beyond)
}

/// Whether a number before this text is a percentage or a price. The sign of the next price is not its unit: "order 10022
/// $49.90"; before a number with a unit of its own it is: "orders over 49 € 10 % off".
fn begins_with_a_unit(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let after = ["$", "€", "£"].iter().find_map(|sign| text.strip_prefix(sign.as_bytes()));
    let next = after.map(|after| after.trim_ascii_start().strip_prefix(b"0"));
    text.starts_with(b"%") || next.is_some_and(|number| number.is_none_or(begins_with_a_unit))
}
