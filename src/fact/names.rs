//! Names kept once: senders, customers, addresses, display names and list ids, each under a small number.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::sync::Arc;

macro_rules! number {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {
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
        )*
    };
}

number! {
    /// An organisation (or address) that sends.
    SenderId,
    /// An address to which mail is delivered.
    CustomerId,
    /// A From address.
    AddressId,
    /// A display name.
    NameId,
    /// A `List-Id`.
    ListId,
    /// A mailbox, by its path.
    MailboxId,
}

/// Texts of one sort, each kept once.
#[derive(Debug, Clone)]
pub struct Table<Id> {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    /// How many texts were handed on.
    handed_on: usize,
    sort: PhantomData<Id>,
}

impl<Id> Default for Table<Id> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), texts: Vec::new(), handed_on: 0, sort: PhantomData }
    }
}

impl<Id: From<u32> + Into<usize> + Copy> Table<Id> {
    /// The number of `text`.
    pub fn number(&mut self, text: &str) -> Id {
        if let Some(number) = self.numbers.get(text) {
            return Id::from(*number);
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let kept: Arc<str> = text.into();
        self.texts.push(Arc::clone(&kept));
        self.numbers.insert(kept, number);
        Id::from(number)
    }

    /// The text of that number.
    pub fn text(&self, id: Id) -> &str {
        self.texts.get(id.into()).map_or("", |text| text)
    }

    /// All texts with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (Id, &str)> {
        (0..).map(Id::from).zip(self.texts.iter().map(|text| &**text))
    }

    /// The texts that came since the last call.
    fn new_texts(&mut self) -> Vec<Arc<str>> {
        let fresh = self.texts[self.handed_on..].to_vec();
        self.handed_on = self.texts.len();
        fresh
    }

    /// Takes in the next texts of another table, and notes their numbers here.
    fn take_in(&mut self, texts: &[Arc<str>], numbers: &mut Vec<Id>) {
        numbers.extend(texts.iter().map(|text| self.number(text)));
    }
}

/// All names of a run.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Senders, as the report shows them.
    pub senders: Table<SenderId>,
    /// Customers, as the report shows them.
    pub customers: Table<CustomerId>,
    /// From addresses, in lower case.
    pub addresses: Table<AddressId>,
    /// Display names, decoded.
    pub display: Table<NameId>,
    /// List ids, in lower case.
    pub lists: Table<ListId>,
    /// Mailboxes of messages whose place is kept.
    pub mailboxes: Table<MailboxId>,
}

/// The names that a reader met since it was last asked.
#[derive(Debug, Default)]
pub struct NewNames {
    senders: Vec<Arc<str>>,
    customers: Vec<Arc<str>>,
    addresses: Vec<Arc<str>>,
    display: Vec<Arc<str>>,
    lists: Vec<Arc<str>>,
    mailboxes: Vec<Arc<str>>,
}

/// For each number of one reader's names, the number of the run's.
#[derive(Debug, Default)]
pub struct Renaming {
    /// Of senders.
    pub senders: Vec<SenderId>,
    /// Of customers.
    pub customers: Vec<CustomerId>,
    /// Of From addresses.
    pub addresses: Vec<AddressId>,
    /// Of display names.
    pub display: Vec<NameId>,
    /// Of list ids.
    pub lists: Vec<ListId>,
    /// Of mailboxes.
    pub mailboxes: Vec<MailboxId>,
}

impl Names {
    /// The names that came since the last call.
    pub fn new_names(&mut self) -> NewNames {
        NewNames {
            senders: self.senders.new_texts(),
            customers: self.customers.new_texts(),
            addresses: self.addresses.new_texts(),
            display: self.display.new_texts(),
            lists: self.lists.new_texts(),
            mailboxes: self.mailboxes.new_texts(),
        }
    }

    /// Takes in a reader's next names.
    pub fn take_in(&mut self, new: &NewNames, renaming: &mut Renaming) {
        self.senders.take_in(&new.senders, &mut renaming.senders);
        self.customers.take_in(&new.customers, &mut renaming.customers);
        self.addresses.take_in(&new.addresses, &mut renaming.addresses);
        self.display.take_in(&new.display, &mut renaming.display);
        self.lists.take_in(&new.lists, &mut renaming.lists);
        self.mailboxes.take_in(&new.mailboxes, &mut renaming.mailboxes);
    }
}
