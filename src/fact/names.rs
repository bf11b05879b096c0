//! Names kept once, each under a small number: senders, customers, addresses, display names, list ids, mailboxes. They
//! share one table, because an address is often a sender and a customer too; the type of a number says what it names.
//!
//! A fact refers to these by number, in four bytes; a reference to a shared text takes 16, and with those a run over
//! 255,000 small messages took 63 MB in place of 45. All texts stand in one buffer; with an allocation for each, a run over
//! 243,000 took 84 MiB in place of 69.

use super::redaction::{Redaction, host_of_address};
use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::RandomState;
use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use string_interner::backend::StringBackend;
use string_interner::symbol::SymbolU32;
use string_interner::{StringInterner, Symbol};

/// The number of a name, with what it names.
pub trait Named: Into<usize> {
    /// Which of the texts that a redacted run shows.
    const SHOWN_AS: ShownAs;
}

/// How a name is shown where a run is redacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownAs {
    Sender,
    Customer,
    Address,
    /// Not at all.
    Nothing,
}

/// What is shown in place of names, by their numbers.
#[derive(Debug, Clone, Default)]
struct ShownNames {
    senders: Vec<String>,
    customers: Vec<String>,
    addresses: Vec<String>,
}

macro_rules! number {
    ($(#[$doc:meta] $name:ident: $shown_as:ident),* $(,)?) => {
        $(
            #[$doc]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(NonZeroU32);

            impl From<u32> for $name {
                fn from(number: u32) -> Self {
                    // Counted from one, so that an `Option` of it takes four bytes.
                    Self(NonZeroU32::MIN.saturating_add(number))
                }
            }

            impl From<$name> for usize {
                fn from(number: $name) -> usize {
                    number.0.get() as usize - 1
                }
            }

            impl Named for $name {
                const SHOWN_AS: ShownAs = ShownAs::$shown_as;
            }
        )*
    };
}

number! {
    /// An organisation (or address) that sends.
    SenderId: Sender,
    /// An address to which mail is delivered.
    CustomerId: Customer,
    /// A From address.
    AddressId: Address,
    /// A display name.
    NameId: Nothing,
    /// A `List-Id`.
    ListId: Nothing,
    /// A mailbox, by its path.
    MailboxId: Nothing,
    /// Any of these.
    NameNumber: Nothing,
}

/// A name that several values share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All names of a run, or of a piece of it.
#[derive(Debug, Clone)]
pub struct NameTable {
    /// Hashed with a key of the process: names come from mail that anybody may have written.
    texts: StringInterner<StringBackend<SymbolU32>, RandomState>,
    /// Those that are kept elsewhere, too, by their numbers: a million pairs have few senders or few customers.
    kept: OnceLock<Box<[OnceLock<Name>]>>,
    /// Where the run is redacted.
    shown: Option<Box<ShownNames>>,
}

/// The names of a piece, and their numbers in the run where they have some yet.
#[derive(Debug)]
pub struct Renaming {
    piece: NameTable,
    numbers: Vec<Option<NameNumber>>,
}

impl Default for NameTable {
    fn default() -> Self {
        let texts = StringInterner::with_hasher(RandomState::new());
        Self { texts, kept: OnceLock::new(), shown: None }
    }
}

impl NameTable {
    /// The number of a name.
    pub fn number<Id: From<u32>>(&mut self, text: &str) -> Id {
        id(self.texts.get_or_intern(text).to_usize())
    }

    /// The name with that number, as outputs show it: what the run is redacted to, where it is.
    pub fn text<Id: Named>(&self, id: Id) -> &str {
        let Some(shown) = &self.shown else { return self.unredacted(id) };
        let texts = match Id::SHOWN_AS {
            ShownAs::Sender => &shown.senders,
            ShownAs::Customer => &shown.customers,
            ShownAs::Address => &shown.addresses,
            ShownAs::Nothing => return "",
        };
        texts.get(id.into()).map_or("", String::as_str)
    }

    /// The same, to be kept elsewhere: one copy of each. Numbers that are given later have none.
    pub fn shared<Id: Named + Copy>(&self, id: Id) -> Name {
        let places = || std::iter::repeat_with(OnceLock::new).take(self.texts.len()).collect();
        let place = self.kept.get_or_init(places).get(id.into()).filter(|_| self.shown.is_none());
        let name = || Name::from(self.text(id));
        place.map_or_else(name, |place| place.get_or_init(name).clone())
    }

    /// The name as mail has it: to be compared with consent lists, never to be shown.
    pub fn unredacted(&self, id: impl Into<usize>) -> &str {
        SymbolU32::try_from_usize(id.into()).and_then(|id| self.texts.resolve(id)).unwrap_or_default()
    }

    /// Whether names are shown redacted.
    pub fn are_redacted(&self) -> bool {
        self.shown.is_some()
    }

    /// From here on shows pseudonyms. The names of organisations stay.
    pub fn redact(&mut self, redaction: &Redaction, organisations: &HashSet<SenderId>) {
        let mut shown = ShownNames::default();
        for (number, text) in self.texts.iter() {
            shown.senders.push(redaction.sender(text, organisations.contains(&id(number.to_usize()))));
            shown.customers.push(redaction.customer(text));
            shown.addresses.push(host_of_address(text));
        }
        self.shown = Some(Box::new(shown));
    }
}

impl From<NameTable> for Renaming {
    fn from(piece: NameTable) -> Self {
        Self { numbers: vec![None; piece.texts.len()], piece }
    }
}

impl Renaming {
    /// The number in the run for a piece's. Names are numbered as they are asked for, so that it does not matter where
    /// pieces end. As copies: what a thread allocated would be in the way of giving back all the memory that it had, 25
    /// bytes for each of ten million messages.
    pub fn of<Id: From<u32> + Into<usize> + Copy>(&mut self, piece: Id, run: &mut NameTable) -> Id {
        let at: usize = piece.into();
        let Some(number) = self.numbers.get_mut(at) else { return piece };
        let number = *number.get_or_insert_with(|| run.number(self.piece.unredacted(piece)));
        id(number.into())
    }
}

fn id<Id: From<u32>>(number: usize) -> Id {
    Id::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_whatever_it_names() {
        let mut names = NameTable::default();
        let sender: SenderId = names.number("ann@home.example");
        let customer: CustomerId = names.number("ann@home.example");
        let other: SenderId = names.number("shop.example");
        assert_eq!(usize::from(sender), usize::from(customer));
        assert_eq!((names.text(sender), names.text(other)), ("ann@home.example", "shop.example"));
        assert_eq!(std::mem::size_of::<Option<ListId>>(), 4);
    }

    #[test]
    fn names_of_pieces_become_those_of_the_run() {
        let mut run = NameTable::default();
        run.number::<SenderId>("moss.example");
        for next in ["birch.example", "moss.example", "birch.example"] {
            let mut piece = NameTable::default();
            let here: SenderId = piece.number(next);
            let mut renaming = Renaming::from(piece);
            let there = renaming.of(here, &mut run);
            assert_eq!(run.text(there), next);
            assert_eq!(renaming.of(here, &mut run), there);
        }
        assert_eq!(usize::from(run.number::<SenderId>("birch.example")), 1);
    }

    #[test]
    fn only_names_that_are_asked_for_are_those_of_the_run() {
        let (mut run, mut piece) = (NameTable::default(), NameTable::default());
        let [_, used]: [SenderId; 2] = ["birch.example", "moss.example"].map(|name| piece.number(name));
        assert_eq!(usize::from(Renaming::from(piece).of(used, &mut run)), 0);
    }
}
