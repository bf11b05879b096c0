//! The parts of a date, and the numbers among them.

/// A run of 1 to `most` digits, with a trailing comma forgiven.
pub fn number(text: &[u8], most: usize) -> Option<u32> {
    let text = text.strip_suffix(b",").unwrap_or(text);
    if text.is_empty() || text.len() > most || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

/// The parts of a value between blanks and comments; a value of more parts than any date has keeps none.
#[derive(Default)]
pub struct Tokens<'a> {
    parts: [&'a [u8]; 10],
    count: usize,
}

impl<'a> Tokens<'a> {
    pub fn split(&mut self, value: &'a [u8]) {
        let mut depth = 0_u32;
        let mut start = None;
        for (at, byte) in value.iter().enumerate() {
            let inside = depth > 0;
            match byte {
                b'(' => depth = depth.saturating_add(1),
                b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            let outside_word = inside || depth > 0 || byte.is_ascii_whitespace() || *byte == 0;
            match (start, outside_word) {
                (None, false) => start = Some(at),
                (Some(from), true) => {
                    self.push(&value[from..at]);
                    start = None;
                }
                _ => {}
            }
        }
        if let Some(from) = start {
            self.push(&value[from..]);
        }
    }

    fn push(&mut self, part: &'a [u8]) {
        // `Thu,9 Nov` has no blank after its comma.
        let comma = part.iter().position(|b| *b == b',').filter(|at| at + 1 < part.len());
        let (head, tail) = comma.map_or((part, None), |at| (&part[..=at], Some(&part[at + 1..])));
        for piece in [Some(head), tail].into_iter().flatten().filter(|piece| *piece != b",") {
            if let Some(slot) = self.parts.get_mut(self.count) {
                *slot = piece;
            }
            self.count += 1;
        }
    }

    pub fn as_slice(&self) -> &[&'a [u8]] {
        self.parts.get(..self.count).unwrap_or(&[])
    }
}
