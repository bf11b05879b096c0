//! Files of rules and signs, compiled.

use super::super::FoldedText;
use super::super::patterns::Expressions;
use super::super::predicates::Seen;
use super::super::rules::HeaderVerdict;
use super::*;
use crate::message::header::Spans;

const RULES: &str = "[fields]\nbulk = [\"Precedence\", \"List-Id\"]\n\n\
    [[rule]]\nid = \"person\"\nkind = \"personal\"\nwhy = \"w\"\nwhen.has = [\"In-Reply-To\"]\nwhen.lacks = \"bulk\"\n";

fn alone(text: &str) -> Result<Rules> {
    let mut compiler = Compiler::new();
    compiler.file(text, Path::new("own.toml"))?;
    compiler.finish()
}

#[test]
fn a_rule_may_ask_that_none_of_a_list_of_fields_is_there() {
    let rules = alone(RULES).expect("valid rules");
    let decided_by = |header: &str| {
        let mut spans = Spans::default();
        match rules.judge_header(
            &spans.scan(rules.vocabulary(), header.as_bytes()),
            super::super::rules::Heard::default(),
            &Seen::default(),
        ) {
            HeaderVerdict::Decided(decision) => rules.id(decision.rule).to_string(),
            HeaderVerdict::Open(_) => "open".to_string(),
        }
    };
    assert_eq!(decided_by("In-Reply-To: <1@a.example>\n"), "person");
    assert_eq!(decided_by("In-Reply-To: <1@a.example>\nlist-id: <a.example>\n"), "open");
    assert_eq!(decided_by("List-Id: <a.example>\n"), "open");
}

/// The ids of the rules that decide messages of a subject and a text beside the built-in rules.
fn deciding(own: &str, messages: &[(&str, &str)]) -> Vec<String> {
    deciding_of("", own, messages)
}

/// The same of messages of a type.
fn deciding_of(mime: &str, own: &str, messages: &[(&str, &str)]) -> Vec<String> {
    let rules = compile(Some((own, Path::new("own.toml")))).expect("valid rules");
    let (mut ear, mut spans) = (FoldedText::default(), Spans::default());
    let mut decided = Vec::new();
    for (subject, text) in messages {
        let header = format!("From: a@shop.example\nSubject: {subject}\n");
        let fields = spans.scan(rules.vocabulary(), header.as_bytes());
        let heard = rules.hear_subject(subject, &mut ear);
        let (decision, open) = rules.so_far(rules.judge_header(&fields, heard, &Seen::default()));
        let body = open.map(|open| {
            (open, rules.read_body(mime.as_bytes(), text.as_bytes(), Some(open), false, &mut ear))
        });
        let decision = body.map_or(decision, |(open, body)| rules.judge_body(open, &body));
        decided.push(rules.id(decision.rule).to_string());
    }
    decided
}

#[test]
fn lists_of_ones_own_stand_beside_the_built_in_ones() {
    let own = "[phrases.promotion]\nen = [\"grand zebra gala\"]\n[phrases.mine]\nen = [\"quokka news\", \"!!!\"]\n\
        [[rule]]\nid = \"a\"\nkind = \"marketing\"\nwhy = \"w\"\nwhen.body = \"promotion\"\n\
        [[rule]]\nid = \"b\"\nkind = \"personal\"\nwhy = \"w\"\nwhen.anywhere = \"mine\"\n\
        [[rule]]\nid = \"c\"\nkind = \"personal\"\nwhy = \"w\"\nwhen.subject = [\"Purple Walrus\"]\n";
    let messages = [
        // A list extended; its built-in phrases, which stand in subjects, sought in a text.
        ("hi", "come to the Grand Zebra Gala"),
        ("hi", "our flash sale ends today"),
        ("a quokka news", "x"),
        ("hi", "quokka news"),
        ("hey!!!you", "x"),
        ("the purple walrus", "x"),
        ("x", "purple walrus"),
    ];
    assert_eq!(deciding(own, &messages), ["a", "a", "b", "b", "b", "c", "weighed"]);
}

#[test]
fn a_footer_begins_no_earlier_than_its_block() {
    let own = "[[rule]]\nid = \"a\"\nkind = \"personal\"\nwhy = \"w\"\nwhen.text = [\"quokka parcel\"]\n";
    let page = "<p>Two jars of plum jam and one of quince were packed by hand. One jar of apple</p>\
        <p>quokka parcel</p><p>Unsubscribe</p>";
    let line = page.replace("</p><p>", " ");
    assert_eq!(deciding_of("Content-Type: text/html", own, &[("x", page)]), ["a"]);
    assert_ne!(deciding_of("Content-Type: text/html", own, &[("x", &line)]), ["a"]);
}

#[test]
fn an_address_that_leads_out_of_a_mailing_leads_to_no_account() {
    let own = "[[rule]]\nid = \"a\"\nkind = \"personal\"\nwhy = \"w\"\nwhen.links = [\"account\"]\n";
    let decided = |links: &str| deciding(own, &[("x", links)]);
    assert_ne!(decided("leave: https://shop.example/account/unsubscribe/1"), ["a"]);
    assert_eq!(
        decided("https://shop.example/account/1\nleave: https://shop.example/account/unsubscribe"),
        ["a"]
    );
}

#[test]
fn phrases_are_counted_where_a_text_begins() {
    let own =
        "[[rule]]\nid = \"a\"\nkind = \"personal\"\nwhy = \"w\"\nwhen.text = [\"quokka\"]\nwhen.times = 2\n";
    let near = format!("quokka {}quokka", "so it goes ".repeat(20));
    let far = format!("quokka {}quokka", "so it goes ".repeat(300));
    assert_eq!(deciding(own, &[("x", &near)]), ["a"]);
    assert_ne!(deciding(own, &[("x", &far)]), ["a"]);
}

#[test]
fn a_rule_may_not_have_the_id_of_a_built_in_one() {
    let text = RULES.replace("id = \"person\"", "id = \"delivery-report\"");
    let error = alone(&text).expect_err("known").to_string();
    assert!(error.contains("`own.toml` line 5: rule `delivery-report` is a built-in one"), "{error}");
}

#[test]
fn every_built_in_expression_can_be_read() {
    let rules = compile(None).expect("valid rules");
    let values = || rules.fields.iter().flatten().map(|field| &field.values);
    assert!(values().map(Expressions::len).sum::<usize>() > 30);
    let checked: std::result::Result<Vec<()>, _> = values().map(Expressions::check).collect();
    assert_eq!(checked.err(), None);
}

#[test]
fn a_misspelt_list_is_an_error_with_its_line() {
    let text = RULES.replace("when.lacks = \"bulk\"", "when.lacks = \"bulky\"");
    let error = alone(&text).expect_err("no such list").to_string();
    assert!(error.contains("line 9") && error.contains("did you mean bulk?"), "{error}");
}

#[test]
fn a_sign_is_seen_where_it_asks_for_words() {
    let seen = |when: &str| {
        let text = format!("[[sign]]\nid = \"own\"\nwhy = \"w\"\npoints = {{ marketing = 1 }}\n{when}\n");
        alone(&text).map(|rules| rules.signs().iter().find(|sign| sign.id == "own").expect("the sign").source)
    };
    let form = "when.lacks = \"bulk\"\nwhen.is = [\"no-way-out\"]";
    assert_eq!(seen(form).ok(), Some(SeenIn::Form));
    assert_eq!(seen(&format!("{form}\nwhen.subject = [\"quokka\"]")).ok(), Some(SeenIn::Subject));
    assert_eq!(seen(&format!("{form}\nwhen.text = [\"quokka\"]")).ok(), Some(SeenIn::Text));
    let fields = "when.field.Subject = \"a\"\nwhen.field.From = \"b\"";
    assert_eq!(seen(fields).ok(), Some(SeenIn::Subject));
    let error =
        seen("when.subject = [\"quokka\"]\nwhen.text = [\"quokka\"]").expect_err("two places").to_string();
    assert!(error.contains("sign `own` asks for words in more than one place"), "{error}");
}
