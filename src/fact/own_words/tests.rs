//! Wishes in the owner's own words, and what only looks like one.

use super::*;

fn asks(text: &str) -> bool {
    ask_to_stop(None, text)
}

#[test]
fn the_words_are_read() {
    let written: WrittenWording = toml::from_str(include_str!("../own_words.toml")).expect("own_words.toml");
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
        "Would you take me off your mailing list?",
        "Hiermit widerspreche ich der Zusendung von Newslettern.",
        "Cancele a minha inscrição no boletim, por favor.",
        "Je m'oppose à la réception de vos publicités.",
        "Please discontinue these newsletters.",
        "Können Sie mich bitte vom Newsletter abmelden?",
        "Pourriez-vous me désinscrire de la newsletter ?",
        "¿Pueden dejar de enviarme publicidad? Quiero darme de baja del boletín.",
        "Unsubscribe me from this newsletter?",
        "Could you stop sending me these daily offers? Stop the marketing emails, please.",
        "I object to the use of my data for direct marketing.",
        "Please stop emailing me!",
        "Could you stop emailing me every single day?",
        "I object to your use of my e-mail address for direct marketing.",
        "Retire o meu e-mail da lista de newsletters, por favor.",
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
        "When do these newsletters end?",
        "Is it so that you will stop sending emails in June?",
        "I would hate to be taken off your mailing list.",
        "Must everybody unsubscribe from the newsletter to change their address?",
        "Wird der Newsletter eingestellt oder muss man sich vom Newsletter abmelden?",
        "Faut-il se désabonner de la newsletter pour changer d'adresse ?",
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
        ("Unsubscribed", "You have been unsubscribed from our emails. To stop text messages, reply STOP."),
        ("You have been unsubscribed", "You will no longer receive emails or text messages from Moss."),
        ("Abmeldung", "Sie wurden vom Newsletter abgemeldet."),
    ] {
        assert!(!is_of_another_channel(subject, text), "{subject}: {text}");
    }
}
