//! How each kind of output begins, and how one is recognised by that.

/// The first columns of the report: enough to know it by, whatever columns a later version adds.
pub const REPORT_COLUMNS: [&str; 7] =
    ["flagged", "verdict", "sender", "sender_name", "customer", "cadence", "reason"];

/// The first columns of the list of messages.
pub const MESSAGES_COLUMNS: [&str; 8] =
    ["sender", "customer", "day", "time", "kind", "rule", "counted_as", "consent"];

/// The columns of the list of unmatched customers.
pub const UNMATCHED_COLUMNS: [&str; 4] = ["customer", "sender", "marketing_messages", "first_message"];

/// The first columns of the list of senders.
pub const SENDERS_COLUMNS: [&str; 4] = ["sender", "sender_name", "customers", "flagged_customers"];

/// The first columns of the list of streams.
pub const STREAMS_COLUMNS: [&str; 4] = ["sender", "stream_by", "stream", "messages"];

/// How the report as JSON begins.
pub const JSON_BEGINNING: &str = r#"{"schema":1,"summary":{"program":"mailfatigue","#;

/// The first key of a state file, whose value is the file's version.
pub const STATE_MARK: &str = "mailfatigue_state";

/// Who made a workbook: in its properties, which are its second member and not compressed. A program that saves the
/// workbook again compresses them, and what somebody changed is not replaced.
pub const WORKBOOK_CREATOR: &str = "mailfatigue";

/// What the first column of a file of facts says in every row, so that it is near the file's beginning.
pub const FACTS_MARK: &str = "mailfatigue facts";

/// With which words a letter begins, in each of its languages. No mail begins so: a header's name has no blank.
pub const LETTER_BEGINNINGS: [&str; 8] = [
    "Advertising to ",
    "Werbung an ",
    "Publicité envoyée à ",
    "Publicidad enviada a ",
    "Pubblicità inviata a ",
    "Reclame aan ",
    "Publicidade enviada para ",
    "Reklamy na adres ",
];

/// How a page begins.
pub const PAGE_BEGINNING: &str = "<!DOCTYPE html>\n<html lang=\"en\" data-made-by=\"mailfatigue\">\n";

/// How many bytes of a file are enough to recognise it.
pub const LOOK: usize = 4_096;

/// Whether a CSV file has these columns first, whatever its delimiter, with a byte-order mark or without.
pub fn begins_with(bytes: &[u8], columns: &[&str]) -> bool {
    // Most files that are asked about are mail: the first cell says so at once, and the delimiter follows it.
    let unquoted = |text: &[u8]| text.strip_prefix(b"\"").unwrap_or(text).to_vec();
    let line = unquoted(first_line(bytes));
    let Some(rest) = columns.first().and_then(|first| line.strip_prefix(first.as_bytes())) else {
        return false;
    };
    let Some(delimiter) = unquoted(rest).first().copied().filter(|byte| is_delimiter(*byte)) else {
        return false;
    };
    let header = header(bytes, delimiter);
    header.len() >= columns.len() && header.iter().zip(columns).all(|(there, column)| there == column)
}

/// Whether it begins as `report::write_json_report` begins, whatever white space a program put between.
pub fn is_json_report(bytes: &[u8]) -> bool {
    let bare = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(JSON_BEGINNING.len()).collect()
    };
    bytes.first() == Some(&b'{') && bare(bytes) == bare(JSON_BEGINNING.as_bytes())
}

/// Whether the first key of the JSON is that of a state file.
pub fn is_state(bytes: &[u8]) -> bool {
    let rest = bytes.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    rest.is_some_and(|rest| rest.starts_with(format!("\"{STATE_MARK}\"").as_bytes()))
}

/// A letter, with the note that says what its days are counted by.
pub fn is_letter(bytes: &[u8]) -> bool {
    LETTER_BEGINNINGS.iter().any(|words| bytes.starts_with(words.as_bytes()))
        && memchr::memmem::find(bytes.get(..LOOK).unwrap_or(bytes), b"(mailfatigue ").is_some()
}

/// A workbook whose properties name this program.
pub fn is_workbook(bytes: &[u8]) -> bool {
    let creator = format!("<dc:creator>{WORKBOOK_CREATOR}</dc:creator>");
    bytes.starts_with(b"PK\x03\x04")
        && memchr::memmem::find(bytes.get(..LOOK).unwrap_or(bytes), creator.as_bytes()).is_some()
}

/// A Parquet file whose first column is that of facts.
pub fn is_facts(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PAR1")
        && memchr::memmem::find(bytes.get(..LOOK).unwrap_or(bytes), FACTS_MARK.as_bytes()).is_some()
}

/// Whether it begins as the page's template does.
pub fn is_page(bytes: &[u8]) -> bool {
    bytes.starts_with(PAGE_BEGINNING.as_bytes())
}

/// A CSV file with the columns of a consent list, in whatever order.
pub fn is_consent_list(bytes: &[u8]) -> bool {
    let line = first_line(bytes).to_ascii_lowercase();
    if memchr::memmem::find(&line, b"event").is_none() {
        return false;
    }
    (0_u8..128).filter(|byte| is_delimiter(*byte) && line.contains(byte)).any(|delimiter| {
        let header = header(bytes, delimiter);
        let has = |name: &str| header.iter().any(|column| column.eq_ignore_ascii_case(name));
        has("event") && (has("sender") || has("customer"))
    })
}

/// Whether the byte may be the delimiter: a sign, a tab or a blank.
fn is_delimiter(byte: u8) -> bool {
    (byte.is_ascii_punctuation() || matches!(byte, b'\t' | b' ')) && byte != b'"'
}

fn first_line(bytes: &[u8]) -> &[u8] {
    let bytes = &bytes[..bytes.len().min(LOOK)];
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default()
}

/// The cells of the first line; none where they are not text.
fn header(bytes: &[u8], delimiter: u8) -> Vec<String> {
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(first_line(bytes));
    let mut cells = csv::StringRecord::new();
    if !rows.read_record(&mut cells).is_ok_and(|there| there) {
        return Vec::new();
    }
    cells.iter().map(|cell| cell.trim().to_string()).collect()
}
