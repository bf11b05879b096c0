//! What is sought in the texts of one place, subjects or bodies, and what it raises.

use super::super::fold::{Folder, Word};
use super::phrases::Phrases;
use super::signals::Signals;

/// The built-in phrases for one place, those of a rules file, and what the lists of both raise.
#[derive(Debug)]
pub(super) struct Sought {
    pub built_in: &'static Phrases,
    pub own: Option<Phrases>,
    /// The signals that a phrase of each list raises, by the list's number.
    pub raises: Vec<Vec<usize>>,
}

/// What was heard of a text: the text folded, and its words on which phrases may hang. Reused from text to text.
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

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.folder.text().is_empty()
    }
}

impl Sought {
    /// Folds a text behind what was heard before, and notes the words on which a phrase may hang.
    pub fn hear(&self, text: &str, ear: &mut Ear) {
        let words = &mut ear.words;
        ear.folder.add(text, &mut |word| self.note(word, words));
    }

    /// What the phrases raise that stand as whole words in what was heard.
    pub fn raised_in(&self, ear: &mut Ear) -> Signals {
        let words = &mut ear.words;
        ear.folder.finish(&mut |word| self.note(word, words));
        let mut raised = Signals::default();
        let mut found = |list: u32| {
            self.raises.get(list as usize).into_iter().flatten().for_each(|signal| raised.raise(*signal));
        };
        self.built_in.find(ear.folder.text(), &ear.words, &mut found);
        if let Some(own) = &self.own {
            own.find(ear.folder.text(), &ear.words, &mut found);
        }
        raised
    }

    fn note(&self, word: Word, words: &mut Vec<Word>) {
        let own = || self.own.as_ref().is_some_and(|own| own.may_hang_on(word.key));
        if self.built_in.may_hang_on(word.key) || own() {
            words.push(word);
        }
    }
}
