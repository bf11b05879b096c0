//! What the owner of a mailbox writes to a sender in their own words, and whether it asks that *mail* stop. Whatever else
//! somebody writes to a firm (a class to cancel, an invoice to send by post) is not such a wish. The words are data in
//! `own_words.toml`.

use crate::text::fold::fold;
use serde::Deserialize;
use std::sync::LazyLock;

/// A letter longer than this, in words, is more than a wish to be left alone.
const MOST_WORDS: usize = 60;

/// How many words before a wish may turn it round.
const BEFORE: usize = 5;

/// How many words may come between a wish and the word for mail.
const BETWEEN: usize = 10;

/// Stands among the words where a clause ends.
const BREAK: &str = ",";

/// The words of `own_words.toml`, ready to compare.
struct Wording {
    languages: Vec<LanguageWording>,
    courtesy: Courtesy,
    notice: Notice,
}

/// A phrase as its folded words.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct Phrase(Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWording {
    language: Vec<LanguageWording>,
    courtesy: Courtesy,
    notice: Notice,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LanguageWording {
    #[serde(rename = "name")]
    _name: String,
    wishes: Vec<Phrase>,
    mail: Vec<Phrase>,
    between: Vec<Phrase>,
    at_end: Vec<Phrase>,
    whole: Vec<Phrase>,
    not: Vec<Phrase>,
    request: Vec<Phrase>,
    doubt: Vec<Phrase>,
    elsewhere: Vec<Phrase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Courtesy {
    anew: Vec<Phrase>,
    words: Vec<Phrase>,
    alone: Vec<Phrase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    channels: Vec<Phrase>,
    mail: Vec<Phrase>,
    said: Vec<Phrase>,
}

/// Parsed for the first mail of an owner; a test asserts that it can be parsed.
static WORDING: LazyLock<Option<Wording>> = LazyLock::new(|| {
    let WrittenWording { language, courtesy, notice } =
        toml::from_str(include_str!("own_words.toml")).ok()?;
    Some(Wording { languages: language, courtesy, notice })
});

/// Whether the owner's own words ask that mail stop. `subject` is a subject that they chose themselves.
pub(super) fn ask_to_stop(subject: Option<&str>, text: &str) -> bool {
    let Some(wording) = &*WORDING else { return false };
    let own = own_words(text);
    if own.split_whitespace().count() > MOST_WORDS {
        return false;
    }
    let sentences: Vec<Sentence> = subject.into_iter().chain([&*own]).flat_map(sentences).collect();
    let elsewhere = |language: &LanguageWording| {
        sentences
            .iter()
            .any(|sentence| any(&language.elsewhere, |phrase| contains_phrase(&sentence.words, phrase)))
    };
    sentences.iter().any(|sentence| is_alone(&sentence.words, wording))
        || wording.languages.iter().any(|language| {
            !elsewhere(language)
                && sentences.iter().any(|sentence| asks(sentence, language, &wording.courtesy))
        })
}

/// Whether a sender's notice of unsubscription is about another channel than mail.
pub(super) fn is_of_another_channel(subject: &str, text: &str) -> bool {
    let Some(Wording { notice, .. }) = &*WORDING else { return false };
    let sentences: Vec<Vec<String>> =
        [subject, text].into_iter().flat_map(sentences).map(|sentence| sentence.words).collect();
    let names =
        |sentence: &&Vec<String>, list: &[Phrase]| any(list, |phrase| contains_phrase(sentence, phrase));
    let says = |sentence: &&Vec<String>| any(&notice.said, |phrase| begins_any(sentence, phrase));
    let mut saying = sentences.iter().filter(says);
    let of_mail =
        saying.clone().any(|sentence| names(&sentence, &notice.mail) && !names(&sentence, &notice.channels));
    let of_both = saying.clone().any(|sentence| {
        names(&sentence, &notice.channels)
            && names(&sentence, &notice.mail)
            && !sentence.iter().any(|word| word == "still")
    });
    !of_mail && !of_both && saying.any(|sentence| names(&sentence, &notice.channels))
}

impl Courtesy {
    /// Whether a word says nothing of its own.
    fn is_of(&self, word: &str) -> bool {
        word == BREAK || is_word_of(&self.anew, word) || is_word_of(&self.words, word)
    }
}

/// Whether a sentence is nothing but a word that speaks of mailings alone, and courtesy.
fn is_alone(sentence: &[String], wording: &Wording) -> bool {
    let courtesy = &wording.courtesy;
    let is_alone = |word: &String| is_word_of(&courtesy.alone, word);
    sentence.iter().any(is_alone) && sentence.iter().all(|word| is_alone(word) || courtesy.is_of(word))
}

fn asks(sentence: &Sentence, language: &LanguageWording, courtesy: &Courtesy) -> bool {
    let Sentence { words, is_question } = sentence;
    let meant = |start: usize| {
        let before = &words[..start];
        is_meant(before, language, courtesy) && (!is_question || is_request(before, language, courtesy))
    };
    (0..words.len()).any(|start| {
        let rest = &words[start..];
        let whole = any(&language.whole, |phrase| begins(rest, phrase));
        let at_end = any(&language.at_end, |phrase| {
            begins(rest, phrase) && rest[phrase.0.len()..].iter().all(|word| courtesy.is_of(word))
        });
        let paired = pair(rest, &language.wishes, &language.mail, language)
            || pair(rest, &language.mail, &language.wishes, language);
        (whole || at_end || paired) && meant(start)
    })
}

/// Whether words begin with a phrase of the first list and, past words that may come between, one of the second.
fn pair(words: &[String], first: &[Phrase], second: &[Phrase], language: &LanguageWording) -> bool {
    any(first, |phrase| {
        let Some(rest) = words.get(phrase.0.len()..).filter(|_| begins(words, phrase)) else { return false };
        let gaps = (0..=rest.len().min(BETWEEN)).take_while(|gap| {
            gap.checked_sub(1).is_none_or(|last| is_word_of(&language.between, &rest[last]))
        });
        gaps.into_iter().any(|gap| any(second, |phrase| begins(&rest[gap..], phrase)))
    })
}

/// Whether no word before a wish turns it round, in its clause and after the last word of courtesy.
fn is_meant(before: &[String], language: &LanguageWording, courtesy: &Courtesy) -> bool {
    let starts_anew = |word: &String| word == BREAK || is_word_of(&courtesy.anew, word);
    let from = before.iter().rposition(starts_anew).map_or(0, |at| at + 1);
    let clause = &before[from..];
    let near = &clause[clause.len().saturating_sub(BEFORE)..];
    !near.iter().any(|word| is_word_of(&language.not, word))
        && !any(&language.doubt, |phrase| contains_phrase(clause, phrase))
}

/// Whether a question asks for something: it begins with the wish, or with a request. "When does the newsletter stop?" only
/// wants to know.
fn is_request(before: &[String], language: &LanguageWording, courtesy: &Courtesy) -> bool {
    before.iter().all(|word| courtesy.is_of(word))
        || any(&language.request, |phrase| contains_phrase(before, phrase))
}

fn any(list: &[Phrase], is: impl Fn(&Phrase) -> bool) -> bool {
    list.iter().any(is)
}

fn is_word_of(list: &[Phrase], word: &str) -> bool {
    any(list, |phrase| phrase.0 == [word])
}

fn begins(words: &[String], phrase: &Phrase) -> bool {
    words.starts_with(&phrase.0)
}

fn contains_phrase(words: &[String], phrase: &Phrase) -> bool {
    (0..words.len()).any(|start| begins(&words[start..], phrase))
}

/// Whether words contain a phrase, the last of whose words may be the beginning of one.
fn begins_any(words: &[String], phrase: &Phrase) -> bool {
    let Some((last, before)) = phrase.0.split_last() else { return false };
    (0..words.len()).any(|start| {
        words[start..].starts_with(before)
            && words.get(start + before.len()).is_some_and(|word| word.starts_with(last.as_str()))
    })
}

impl From<String> for Phrase {
    fn from(written: String) -> Self {
        Self(words(&written))
    }
}

/// The folded words of a text; a mark where a clause ends.
fn words(text: &str) -> Vec<String> {
    // An address is the writer's own: "unsubscribe robin@home.example".
    let whole = text.split_whitespace().map(|word| if word.contains('@') { "me" } else { word });
    let folded = fold(&whole.collect::<Vec<_>>().join(" "));
    let mut words = Vec::new();
    let mut word = String::new();
    for c in folded.chars().chain([' ']) {
        if c.is_alphanumeric() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if matches!(c, ',' | ':' | ';' | '(' | ')') && words.last().is_some_and(|last| last != BREAK) {
            words.push(BREAK.to_string());
        }
    }
    words
}

/// A sentence, as words.
struct Sentence {
    words: Vec<String>,
    is_question: bool,
}

/// The sentences of a text.
fn sentences(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let text = text.replace("\r\n", "\n").replace("\n\n", ".\n");
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let after = text[at + c.len_utf8()..].chars().next();
        if matches!(c, '.' | '!' | '?' | '…') && after.is_none_or(char::is_whitespace) {
            sentences.push(Sentence { words: words(&text[start..at]), is_question: c == '?' });
            start = at + c.len_utf8();
        }
    }
    sentences.push(Sentence { words: words(&text[start..]), is_question: false });
    sentences
}

/// The lines before any quotation and the signature, without quoted ones.
fn own_words(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let ends = |at: &usize| {
        let line = lines[*at].trim();
        // A mail program breaks a long line above a quotation in two.
        let joined = lines.get(at + 1).map(|next| format!("{line} {}", next.trim()));
        lines[*at] == "--"
            || introduces_quotation(line)
            || joined.is_some_and(|joined| wraps_introduction(line, &joined))
    };
    let end = (0..lines.len()).find(ends).unwrap_or(lines.len());
    let own = lines[..end].iter().map(|line| line.trim());
    own.filter(|line| !line.starts_with('>') && !line.starts_with('|')).collect::<Vec<_>>().join("\n")
}

/// Whether a line and the next one are one line above a quotation: it names a date or an address.
fn wraps_introduction(line: &str, joined: &str) -> bool {
    let starts = ["on ", "am ", "le ", "el ", "il ", "op ", "em ", "w dniu ", "dnia "];
    let folded = fold(line);
    starts.iter().any(|start| folded.starts_with(start))
        && line.contains(|c: char| c.is_ascii_digit())
        && introduces_quotation(joined)
}

/// What mail programs put above the message that is answered.
fn introduces_quotation(line: &str) -> bool {
    let folded = fold(line);
    let wrote = [
        "wrote:",
        "writes:",
        "schrieb:",
        "a ecrit :",
        "a ecrit:",
        "escribio:",
        "ha scritto:",
        "schreef:",
        "escreveu:",
        "napisal:",
        "napisala:",
        "napisal(a):",
        "pisze:",
    ];
    let wrote_before = ["schrieb ", "schreef "];
    let headed = ["from:", "von:", "de :", "de:", "da:", "van:", "od:"];
    (line.starts_with("--") && line.contains("essage")) // "-----Original Message-----" and its kin
        || (line.starts_with("---") && line.ends_with("---"))
        || line.starts_with("________")
        || wrote.iter().any(|end| folded.ends_with(end))
        || (wrote_before.iter().any(|verb| folded.contains(verb)) && folded.ends_with(':'))
        || (headed.iter().any(|start| folded.starts_with(start)) && folded.contains('@'))
}

#[cfg(test)]
mod tests;
