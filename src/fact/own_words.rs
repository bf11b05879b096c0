//! What the owner of a mailbox writes to a sender in their own words, and whether it asks that *mail* stop. Whatever else
//! somebody writes to a firm (a class to cancel, an invoice to send by post) is no such wish. The words are data in
//! `own_words.toml`.

use crate::text::fold::fold;
use serde::Deserialize;
use std::sync::LazyLock;

/// A letter longer than this, in words, is more than a wish to be left alone.
const MOST_WORDS: usize = 60;

/// How many words before a wish may turn it round.
const BEFORE: usize = 5;

/// How many words may come between a wish and the word for mail.
const BETWEEN: usize = 8;

/// Stands among the words where a clause ends.
const BREAK: &str = ",";

/// The words of `own_words.toml`, ready to compare.
struct Wording {
    languages: Vec<Language>,
    courtesy: Courtesy,
    notice: Notice,
}

/// A phrase as its folded words.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct Phrase(Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    language: Vec<Language>,
    courtesy: Courtesy,
    notice: Notice,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    #[serde(rename = "name")]
    _name: String,
    wishes: Vec<Phrase>,
    mail: Vec<Phrase>,
    between: Vec<Phrase>,
    at_end: Vec<Phrase>,
    whole: Vec<Phrase>,
    not: Vec<Phrase>,
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

/// Read when the first letter of an owner's is looked at; a test asserts that it can be read.
static WORDING: LazyLock<Option<Wording>> = LazyLock::new(|| {
    let Written { language, courtesy, notice } = toml::from_str(include_str!("own_words.toml")).ok()?;
    Some(Wording { languages: language, courtesy, notice })
});

/// Whether the owner's own words ask that mail stop. `subject` is a subject that they chose themselves.
pub(super) fn ask_to_stop(subject: Option<&str>, text: &str) -> bool {
    let Some(wording) = &*WORDING else { return false };
    let own = own_words(text);
    if own.split_whitespace().count() > MOST_WORDS {
        return false;
    }
    let sentences: Vec<Vec<String>> = subject.into_iter().chain([&*own]).flat_map(sentences).collect();
    let elsewhere = |language: &Language| {
        sentences.iter().any(|sentence| any(&language.elsewhere, |phrase| holds(sentence, phrase)))
    };
    sentences.iter().any(|sentence| is_alone(sentence, wording))
        || wording.languages.iter().any(|language| {
            !elsewhere(language)
                && sentences.iter().any(|sentence| asks(sentence, language, &wording.courtesy))
        })
}

/// Whether a sender's notice of unsubscription is about another channel than mail.
pub(super) fn is_of_another_channel(subject: &str, text: &str) -> bool {
    let Some(Wording { notice, .. }) = &*WORDING else { return false };
    let sentences: Vec<Vec<String>> = [subject, text].into_iter().flat_map(sentences).collect();
    let names = |sentence: &&Vec<String>, list: &[Phrase]| any(list, |phrase| holds(sentence, phrase));
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

fn asks(sentence: &[String], language: &Language, courtesy: &Courtesy) -> bool {
    let meant = |start: usize| is_meant(&sentence[..start], language, courtesy);
    (0..sentence.len()).any(|start| {
        let rest = &sentence[start..];
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
fn pair(words: &[String], first: &[Phrase], second: &[Phrase], language: &Language) -> bool {
    any(first, |phrase| {
        let Some(rest) = words.get(phrase.0.len()..).filter(|_| begins(words, phrase)) else { return false };
        let gaps = (0..=rest.len().min(BETWEEN)).take_while(|gap| {
            gap.checked_sub(1).is_none_or(|last| is_word_of(&language.between, &rest[last]))
        });
        gaps.into_iter().any(|gap| any(second, |phrase| begins(&rest[gap..], phrase)))
    })
}

/// Whether no word before a wish turns it round, in its clause and after the last word of courtesy.
fn is_meant(before: &[String], language: &Language, courtesy: &Courtesy) -> bool {
    let starts_anew = |word: &String| word == BREAK || is_word_of(&courtesy.anew, word);
    let from = before.iter().rposition(starts_anew).map_or(0, |at| at + 1);
    let clause = &before[from..];
    let near = &clause[clause.len().saturating_sub(BEFORE)..];
    !near.iter().any(|word| is_word_of(&language.not, word))
        && !any(&language.doubt, |phrase| holds(clause, phrase))
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

fn holds(words: &[String], phrase: &Phrase) -> bool {
    (0..words.len()).any(|start| begins(&words[start..], phrase))
}

/// Whether words hold a phrase, the last of whose words may be the beginning of one.
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

/// The sentences of a text, as words.
fn sentences(text: &str) -> Vec<Vec<String>> {
    let mut sentences = Vec::new();
    let text = text.replace("\r\n", "\n").replace("\n\n", ".\n");
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let after = text[at + c.len_utf8()..].chars().next();
        if matches!(c, '.' | '!' | '?' | '…') && after.is_none_or(char::is_whitespace) {
            sentences.push(words(&text[start..at]));
            start = at + c.len_utf8();
        }
    }
    sentences.push(words(&text[start..]));
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
mod tests {
    use super::*;

    fn asks(text: &str) -> bool {
        ask_to_stop(None, text)
    }

    #[test]
    fn the_words_are_read() {
        let written: Written = toml::from_str(include_str!("own_words.toml")).expect("own_words.toml");
        assert_eq!(written.language.len(), 8);
    }

    #[test]
    fn a_wish_that_mail_stop_is_heard_in_eight_languages() {
        for words in [
            "Unsubscribe",
            "Hi, please unsubscribe me. Thanks",
            "Please take me off your mailing list.",
            "I no longer want to receive your emails",
            "I didn't sign up for this, please remove me from the newsletter.",
            "Could you stop sending me these daily offers? Stop the marketing emails, please.",
            "I object to the use of my data for direct marketing.",
            "Please stop emailing me!",
            "No more newsletters, thank you.",
            "Bitte melden Sie mich vom Newsletter ab.",
            "Hallo,\nich möchte Ihren Newsletter abbestellen.\nGruß, Robin",
            "Bitte keine Werbe-Mails mehr!",
            "Nehmen Sie mich bitte aus dem Verteiler.",
            "Ich widerspreche der Nutzung meiner Daten für Werbung.",
            "Merci de me désabonner de votre newsletter",
            "Je ne souhaite plus recevoir vos e-mails.",
            "Arrêtez de m'envoyer des publicités",
            "Quiero darme de baja de su boletín.",
            "Por favor, no me envíen más correos",
            "Cancellatemi dalla vostra mailing list, grazie",
            "Non voglio più ricevere la newsletter.",
            "Graag afmelden voor de nieuwsbrief",
            "Ik wil geen mails meer ontvangen",
            "Quero cancelar a subscrição da newsletter",
            "Parem de me enviar e-mails",
            "Proszę wypisać mnie z newslettera",
            "Nie chcę otrzymywać reklam",
            "Hören Sie auf, mir Werbung zu senden!",
            "Pls unsubscribe",
            "I want to be removed from your mailing list",
            "Please unsubscribe robin@home.example from your mailing list.",
            "Quero sair da lista de e-mails",
        ] {
            assert!(asks(words), "{words}");
        }
        assert!(ask_to_stop(Some("Remove me from the mailing list"), "Thanks, Robin"));
    }

    #[test]
    fn whatever_else_is_written_is_no_such_wish() {
        for words in [
            "I must cancel my lesson on Friday, sorry.",
            "Please remove me from the waiting list.",
            "Please take me off the list for the boat trip.",
            "I have a cold. Your newsletter was nice, though!",
            "Please cancel my order, I saw your emails too late.",
            "Do not email me the receipt, a letter will do.",
            "Please stop emailing me the receipts.",
            "Stop sending me the wrong size, please.",
            "Please unsubscribe me from the Monday course.",
            "Can you stop by on Tuesday? I lost your email.",
            "Please send the newsletter to my new address and stop the emails to the old one.",
            "bitte den Tippfehler in meinem Namen entfernen",
            "Ich kann heute nicht kommen und muss mich abmelden. Ihre Mails lese ich gern.",
            "Ich habe leider keine Mail bekommen.",
            "Melden Sie mich bitte für den Newsletter an.",
            "Hiermit widerrufe ich den Vertrag über den Kauf von Schuhen.",
            "Je dois annuler mon cours de demain",
            "Ejerzo mi derecho de desistimiento del pedido 4711",
            "Devo cancellare la lezione di domani, ho letto la mail.",
            "Ik moet me afmelden voor de les van vanavond",
            "Preciso de cancelar a aula de amanhã",
            "Rezygnuję z jutrzejszych zajęć",
            "When will my order arrive?",
            "Ich bekomme keine E-Mails mehr von Ihnen, was ist los?",
            "Ik ontvang geen nieuwsbrief meer, hoe kan dat?",
            "Thanks for the newsletter. Please cancel my table for tonight.",
            "Unsubscribe me from text messages, the emails are fine.",
        ] {
            assert!(!asks(words), "{words}");
        }
    }

    #[test]
    fn a_not_a_question_or_a_condition_before_it_asks_for_nothing() {
        for words in [
            "I do not want to unsubscribe from the newsletter!",
            "Please don't remove me from the mailing list.",
            "Why did you stop the newsletter?",
            "How do I unsubscribe from the newsletter?",
            "If you raise prices I will unsubscribe from your emails.",
            "Ich möchte den Newsletter nicht abbestellen.",
            "Je ne veux pas me désabonner de la newsletter",
            "No quiero darme de baja del boletín",
            "Non cancellatemi dalla newsletter",
            "Ik wil me niet afmelden voor de nieuwsbrief",
            "Não quero cancelar a subscrição da newsletter",
            "Nie chcę się wypisać z newslettera",
        ] {
            assert!(!asks(words), "{words}");
        }
    }

    #[test]
    fn a_long_letter_and_what_is_quoted_are_no_wish() {
        let long = "This is a long letter about many things that happened at the shop. ".repeat(5);
        assert!(!asks(&format!("{long}Please stop sending me your newsletter.")));
        for quoted in [
            "> please stop sending me the newsletter\nNo, keep it coming!",
            "Lovely!\n\nOn Mon, 2 Mar 2026, Moss Shop <post@moss.example> wrote:\nUnsubscribe from the newsletter",
            "Lovely!\n\nOn Mon, 2 Mar 2026 at 10:00 Moss Shop and Daughters\n<post@moss.example> wrote:\n\nStop the newsletter",
            "Danke\n-----Ursprüngliche Nachricht-----\nNewsletter abbestellen",
            "Danke\nVon: Moss <post@moss.example>\nNewsletter abbestellen",
            "Thanks\n-- \nStop the newsletter: a poem",
        ] {
            assert!(!asks(quoted), "{quoted}");
        }
    }

    #[test]
    fn a_notice_of_another_channel_is_none_of_mail() {
        for (subject, text) in [
            ("You have been unsubscribed from text messages", "We will still send you emails."),
            ("Unsubscribed", "You will no longer receive SMS from Moss."),
            (
                "You're unsubscribed",
                "You have been unsubscribed from push notifications. Emails go on as before.",
            ),
            ("Abmeldung bestätigt", "Sie wurden von unseren SMS abgemeldet."),
            ("Désinscription confirmée", "Vous êtes désinscrit de nos textos."),
        ] {
            assert!(is_of_another_channel(subject, text), "{subject}: {text}");
        }
        for (subject, text) in [
            ("You have been unsubscribed", "Sorry to see you go."),
            (
                "Unsubscribed",
                "You have been unsubscribed from our emails. To stop text messages, reply STOP.",
            ),
            ("You have been unsubscribed", "You will no longer receive emails or text messages from Moss."),
            ("Abmeldung", "Sie wurden vom Newsletter abgemeldet."),
        ] {
            assert!(!is_of_another_channel(subject, text), "{subject}: {text}");
        }
    }
}
