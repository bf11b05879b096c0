//! Tests of `html`.

use super::reader::{LAST, MOST_TEXT};
use super::tag::UNSEEN;
use super::*;
use crate::text::fold::fold;
use html5gum::{Token, Tokenizer};
use proptest::prelude::*;

fn read(html: &str) -> String {
    let mut text = String::new();
    read_html(&mut Coded::decoded(html), &mut String::new(), &mut |piece| add(&mut text, piece));
    text
}

fn add(text: &mut String, piece: Piece<'_>) {
    match piece {
        Piece::Text(words) => text.push_str(words),
        Piece::Break => text.push('\n'),
        Piece::Link(_) | Piece::LinkEnd | Piece::Picture => {}
    }
}

#[test]
fn words_stay_apart_and_whole() {
    let html = "<p><b>Sale</b> ends <i>so</i>on&nbsp;&mdash; R&amp;D</p>now<br>or\nnever<style>p { }</style>";
    assert_eq!(fold(&read(html)), "sale ends soon - r&d now or never");
    let cells = "<table><tr><td>Price</td><td class=x>12</td></tr></table><ul><li>one<li>two</ul><div>a</div><div>b</div>";
    assert_eq!(fold(&read(cells)), "price 0 one two a b");
}

#[test]
fn styles_scripts_and_comments_are_not_text() {
    for html in [
        "a<style type=\"text/css\" media=all>p > b { color: red }</style>b",
        "a<script type='x'>if (1 < 2) { \"</p>\" }</script>b",
        "a<!-- x --->b",
        "a<!-- x --!>b",
        "a<!-->b",
        "a<!--[if mso]><p>x</p><![endif]-->b",
        "a<![if !mso]>b",
        "a<SCRIPT>x</Script >b",
        "a<img title='1 > 0'>b",
    ] {
        assert_eq!(read(html).replace('\n', ""), "ab", "{html}");
    }
}

#[test]
fn hidden_elements_are_left_out_where_they_end() {
    let hidden = "<div style=\"font-size:1px; Display: none\">preview <div>x</div></div>text";
    assert_eq!(read(hidden).trim(), "text");
    assert_eq!(read("<div style='display:none'>all of it").trim(), "all of it");
    assert_eq!(read("<p style='border:none'>seen</p>").trim(), "seen");
}

#[test]
fn links_and_pictures_are_counted_and_alternative_texts_read() {
    let mut text = String::new();
    let html = "<a class=b href = 'https://shop.example/x'><img src=\"a>b.png\" alt=\"Caf&eacute; sale\"></a><a href=#top>up</a>";
    let markup = read_html(&mut Coded::decoded(html), &mut String::new(), &mut |piece| add(&mut text, piece));
    assert_eq!((markup.links, markup.pictures, markup.linked_pictures), (1, 1, 1));
    assert_eq!(fold(&text), "cafe sale up");
}

#[test]
fn of_a_long_page_the_beginning_and_the_end_are_read() {
    let middle = "<p>filling words</p>".repeat(3_000);
    let read = fold(&read(&format!("<p>Sale!</p>{middle}<b>middle</b>{middle}<p>Unsubscribe</p>")));
    assert!(read.starts_with("sale!") && read.ends_with("unsubscribe") && !read.contains("middle"));
    assert!(read.len() < MOST_TEXT + LAST);
}

/// The visible text by a tokenizer that follows the standard.
fn by_the_standard(html: &str) -> String {
    let (mut text, mut unseen) = (String::new(), None);
    for token in Tokenizer::new(html).flatten() {
        match token {
            Token::String(words) if unseen.is_none() => text.push_str(&String::from_utf8_lossy(&words)),
            Token::StartTag(tag) if unseen.is_none() => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                unseen = UNSEEN.contains(&name.as_bytes()).then_some(name);
            }
            Token::EndTag(tag) if unseen.as_deref().is_some_and(|name| *tag.name == *name.as_bytes()) => {
                unseen = None;
            }
            _ => {}
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_page_reads_as_the_standard_reads_it(
        html in "(<(/)?(br|p|P|td|a href=\"b>c\"|a b='c' d|i x=y|table/)( |/| x| )?>|<!--(a|-|>| )*(-->|--!>)|<!x>|<[?]y>|<3|<|a < b|[a-zé;>/! -]{1,3}|&(amp|lt|#64);| |\n){0,14}"
    ) {
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(letters(&read(&html)), letters(&by_the_standard(&html)));
    }

    #[test]
    fn blocks_read_as_the_whole(
        html in "(<(/)?(br|p|td|a href=\"b>\nc\"|a\nhref='http://d'|style|p style='\ndisplay:none'|img alt=\"\nx\")>|<!--\n?(a|-|>)*-->|<\n|[a-z]{1,3}|&(amp|lt);|\n){0,14}",
        first in 0_usize..40
    ) {
        let read = |first| {
            let (mut text, mut links) = (String::new(), String::new());
            let markup = read_in_blocks(&mut Coded::decoded(&*html), first, &mut String::new(), &mut |piece| {
                if let Piece::Link(target) = piece {
                    links.push_str(target);
                }
                add(&mut text, piece);
            });
            (fold(&text), links, markup)
        };
        prop_assert_eq!(read(first), read(usize::MAX / 2));
    }
}
