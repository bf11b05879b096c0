//! Tests of `header`.

use super::*;

#[test]
fn constants_number_their_names() {
    let vocabulary = Vocabulary::default();
    let find = |name: &[u8]| vocabulary.find(name, name.len());
    assert_eq!(find(b"From"), Some(FieldName::FROM));
    assert_eq!(vocabulary.find(b"FROM: somebody", 4), Some(FieldName::FROM));
    assert_eq!(find(b"X-IMAP"), Some(FieldName::X_IMAP));
    assert_eq!(find(b"list-Unsubscribe-POST"), Some(FieldName::LIST_UNSUBSCRIBE_POST));
    assert_eq!(find(b"list-UnsubXcribe-POST"), None);
    assert_eq!(find(b"X\rIMAP"), None);
    assert_eq!(find(b"X-Unknown"), None);
    assert_eq!(find(&[b'x'; 300]), None);
}

#[test]
fn fields_are_found_folded_or_not_and_in_any_case() {
    let block = b"FROM : Ann\r\nX-Other: 1\r\n folded\r\nsubject:\r\n  two\r\n\tlines\r\nno field at all\r\n lost\r\nTo: x";
    let mut spans = Spans::default();
    let fields = spans.scan(&Vocabulary::default(), block);
    assert_eq!(fields.first(FieldName::FROM), Some(&b"Ann"[..]));
    assert_eq!(fields.first(FieldName::SUBJECT), Some(&b"two\r\n\tlines"[..]));
    assert_eq!(fields.first(FieldName::TO), Some(&b"x"[..]));
    assert_eq!((fields.position(FieldName::FROM), fields.position(FieldName::SUBJECT)), (Some(0), Some(2)));
}
