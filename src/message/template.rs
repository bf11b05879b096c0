//! What mails made from one template share: the structure of the page and the shape of its links, while texts, pictures
//! and tokens change from mail to mail.

/// A hash that grows with what it is given (FNV-1a, 32 bits): the same in every run and on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShapeHash(u32);

impl Default for ShapeHash {
    fn default() -> Self {
        Self(0x811C_9DC5)
    }
}

impl ShapeHash {
    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }

    /// Adds the host and the path of a web address: without scheme, user, port, query and fragment, and with a `*` for
    /// each token.
    pub fn add_address(&mut self, address: &str, words: PathWords) {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = host.split_once(':').map_or(host, |(host, _)| host);
        for label in host.split('.') {
            self.add(b".");
            self.add_word(label);
        }
        for segment in path.split('/').filter(|segment| !segment.is_empty()).take(MOST_SEGMENTS) {
            self.add(b"/");
            match words {
                PathWords::Kept => self.add_word(segment),
                PathWords::Dropped => {}
            }
        }
    }

    /// Adds a word in lower case, or `*` for a token.
    fn add_word(&mut self, word: &str) {
        if is_token(word) {
            self.add(b"*");
        } else {
            word.bytes().for_each(|byte| self.add(&[byte.to_ascii_lowercase()]));
        }
    }

    /// The hash; never 0, which says that there is none.
    pub fn hash(self) -> u32 {
        self.0.max(1)
    }
}

/// Whether the words of a path count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathWords {
    /// As in the path of a way out, which is the same in each mail.
    Kept,
    /// As in the path of a link to what the mail is about.
    Dropped,
}

/// Segments of a path beyond this number say nothing more.
const MOST_SEGMENTS: usize = 6;

/// Words of a path are shorter than this.
const LONGEST_WORD: usize = 24;

/// Whether a part of an address is made for one mail or one recipient: it has a digit, a letter case that changes
/// within it, or a length that no word has.
fn is_token(word: &str) -> bool {
    let bytes = word.as_bytes();
    let mixed_case =
        || bytes.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    bytes.len() > LONGEST_WORD
        || bytes.iter().any(u8::is_ascii_digit)
        || bytes.contains(&b'%')
        || mixed_case()
}

/// The template of a page, gathered while its tags are read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Template {
    tags: ShapeHash,
    count: u32,
    first_link: ShapeHash,
    links: u32,
    /// Whether what comes counts no more.
    is_closed: bool,
}

/// Tags beyond this number belong to what one mail says.
const MOST_TAGS: u32 = 64;

impl Template {
    /// Notes an opening tag by its name in lower case, where it is one of structure.
    pub fn tag(&mut self, name: &[u8]) {
        if self.count < MOST_TAGS && !self.is_closed && is_structural(name) {
            self.count += 1;
            self.tags.add(name);
            self.tags.add(b">");
        }
    }

    /// Notes the address of a link. Only the first counts: those that come later lead to what one mail is about.
    pub fn link(&mut self, address: &str) {
        if self.is_closed {
            return;
        }
        if self.links == 0 {
            self.first_link.add_address(address, PathWords::Dropped);
        }
        self.links += 1;
    }

    /// Leaves out whatever comes from now on.
    pub fn close(&mut self) {
        self.is_closed = true;
    }

    /// Whether nothing more can change it.
    pub fn is_complete(&self) -> bool {
        self.is_closed || (self.count == MOST_TAGS && self.links > 0)
    }

    /// The hash of a template; 0 where nothing shows one: a text without structure and without links.
    pub fn hash(self) -> u32 {
        if self.count == 0 && self.links == 0 {
            return 0;
        }
        let mut all = self.tags;
        all.add(&self.first_link.hash().to_le_bytes());
        all.hash()
    }
}

/// Whether a tag gives a page its structure. Paragraphs, line breaks and what is within lines change with the text.
fn is_structural(name: &[u8]) -> bool {
    matches!(
        name,
        b"table"
            | b"tr"
            | b"td"
            | b"th"
            | b"div"
            | b"img"
            | b"ul"
            | b"ol"
            | b"li"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"center"
            | b"hr"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way_out(address: &str) -> u32 {
        let mut shape = ShapeHash::default();
        shape.add_address(address, PathWords::Kept);
        shape.hash()
    }

    #[test]
    fn tokens_and_parameters_make_no_difference() {
        let plain = way_out("https://click.shop.example/leave/8f3a");
        for same in [
            "https://click.shop.example/leave/77b0?x=1",
            "http://robin@CLICK.shop.example:443/leave/Za1#top",
            "https://click.shop.example/leave/aQxYz",
        ] {
            assert_eq!(way_out(same), plain, "{same}");
        }
        for other in ["https://click.shop.example/stay/8f3a", "https://shop.example/leave/8f3a"] {
            assert_ne!(way_out(other), plain, "{other}");
        }
    }

    fn template(tags: &[&str], links: &[&str]) -> u32 {
        let mut template = Template::default();
        tags.iter().for_each(|tag| template.tag(tag.as_bytes()));
        links.iter().for_each(|link| template.link(link));
        template.hash()
    }

    #[test]
    fn a_template_is_structure_and_where_the_first_link_goes() {
        let page = template(&["table", "tr", "td", "img"], &["https://a.example/v/1", "https://a.example/b"]);
        assert_eq!(page, template(&["table", "tr", "span", "td", "b", "img"], &["https://a.example/w/2"]));
        assert_ne!(page, template(&["table", "tr", "td"], &["https://a.example/v/1"]));
        assert_ne!(page, template(&["table", "tr", "td", "img"], &["https://b.example/v/1"]));
        assert_eq!(template(&["p", "br"], &[]), 0);
    }
}
