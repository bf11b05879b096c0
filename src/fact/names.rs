//! Names kept once: senders, customers, addresses, display names and list ids, each under a small number.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

macro_rules! number {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {
        $(
            #[$doc]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(u32);

            impl From<u32> for $name {
                fn from(number: u32) -> Self {
                    Self(number)
                }
            }

            impl From<$name> for usize {
                fn from(number: $name) -> usize {
                    number.0 as usize
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
}

/// Texts of one sort, each kept once.
#[derive(Debug, Clone)]
pub struct Table<Id> {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    sort: PhantomData<Id>,
}

impl<Id> Default for Table<Id> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), texts: Vec::new(), sort: PhantomData }
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

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Takes in another table: for each of its numbers, the number here.
    pub fn absorb(&mut self, other: &Self) -> Vec<Id> {
        other.texts.iter().map(|text| self.number(text)).collect()
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
}
