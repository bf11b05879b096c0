//! The names that a column may have in another system's export.

use csv::StringRecord;
use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// The names of one column, of which a file has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnNames(Vec<String>);

impl ColumnNames {
    /// The place of the first name that a header has.
    pub fn place(&self, header: &StringRecord) -> Option<usize> {
        self.0.iter().find_map(|name| header.iter().position(|cell| same(cell, name)))
    }

    /// The first name to look for.
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
}

/// A name as it is written, if something of it can be compared.
fn named<E: de::Error>(name: &str) -> std::result::Result<String, E> {
    match name.chars().any(char::is_alphanumeric) {
        true => Ok(name.trim().to_string()),
        false => Err(E::custom("a column's name needs a letter or a digit")),
    }
}

/// Exports write `ConsentDate`, `Consent Date` and `CONSENT_DATE`.
fn same(left: &str, right: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    letters(left) == letters(right)
}

impl fmt::Display for ColumnNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted: Vec<String> = self.0.iter().map(|name| format!("`{name}`")).collect();
        f.write_str(&quoted.join(" or "))
    }
}

impl<'de> Deserialize<'de> for ColumnNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = ColumnNames;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column's name, or a list of its names")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> std::result::Result<ColumnNames, E> {
                Ok(ColumnNames(vec![named(name)?]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                mut names: A,
            ) -> std::result::Result<ColumnNames, A::Error> {
                let mut all = Vec::new();
                while let Some(name) = names.next_element::<String>()? {
                    all.push(named(&name)?);
                }
                if all.is_empty() {
                    Err(de::Error::custom("a list of names is empty"))
                } else {
                    Ok(ColumnNames(all))
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
