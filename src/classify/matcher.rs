//! What is sought in the texts of one place, subjects or bodies, and what it raises.

use super::signals::Signals;
use crate::text::fold::{Folder, Word};
use crate::text::phrases::{Anchors, Phrases};

/// The built-in phrases for one place, those of a rules file, and what the lists of both raise.
#[derive(Debug)]
pub(super) struct Sought {
    built_in: &'static Phrases,
    own: Option<Phrases>,
    /// Of both.
    anchors: Anchors,
    /// The signals that a phrase of each list raises, by the list's number.
    pub raises: Vec<Vec<usize>>,
}

/// What was heard of a text: the text folded, and its words on which phrases may hang. Reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    folder: Folder,
    words: Words,
}

/// Words noted one behind the other.
#[derive(Debug, Default)]
struct Words {
    noted: usize,
    /// Those, and room.
    room: Vec<Word>,
}

impl Words {
    /// Notes a word if it matters. It is put down in any case: which words matter nobody can foretell, so that a
    /// processor waits longer at a branch than it takes to put them all down.
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

impl Ear {
    /// Forgets the text before.
    pub fn clear(&mut self) {
        self.folder.clear();
        self.words.noted = 0;
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.folder.text()).unwrap_or_default()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.folder.text().is_empty()
    }
}

impl Sought {
    pub fn new(built_in: &'static Phrases, own: Option<Phrases>, raises: Vec<Vec<usize>>) -> Self {
        let mut anchors = built_in.anchors();
        if let Some(own) = &own {
            anchors.extend(&own.anchors());
        }
        Self { built_in, own, anchors, raises }
    }

    /// Folds a text behind what was heard before, and notes the words on which a phrase may hang.
    pub fn hear(&self, text: &str, ear: &mut Ear) {
        let (Ear { folder, words }, may_be_anchor) = (ear, self.anchors.look());
        folder.add(text, &mut |word| words.note(word, may_be_anchor(&word)));
    }

    /// What the phrases raise that stand as whole words in what was heard.
    pub fn raised_in(&self, ear: &mut Ear) -> Signals {
        let (Ear { folder, words }, may_be_anchor) = (ear, self.anchors.look());
        folder.finish(&mut |word| words.note(word, may_be_anchor(&word)));
        let mut raised = Signals::default();
        let mut found = |list: u32| {
            self.raises.get(list as usize).into_iter().flatten().for_each(|signal| raised.raise(*signal));
        };
        for phrases in std::iter::once(self.built_in).chain(&self.own) {
            phrases.find(folder.text(), words.as_slice(), &mut found);
        }
        raised
    }
}
