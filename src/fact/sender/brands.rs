//! Brands: domains and addresses that the user puts under one name.

use crate::error::{Error, Result};
use crate::message::domain::{normal_address, normal_domain, parents};
use crate::text::digest::sha256;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// Domains and addresses that the user puts under one name.
#[derive(Debug, Clone, Default)]
pub struct Brands {
    by_domain: HashMap<String, String>,
    by_address: HashMap<String, String>,
    /// In lower case.
    names: HashSet<String>,
    /// The text of their file, hashed (SHA-256, in hexadecimal digits); `None`: no file.
    digest: Option<String>,
    /// The groups of brands, by the brand's name.
    groups: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBrands {
    #[serde(default)]
    brand: Vec<WrittenBrand>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBrand {
    name: toml::Spanned<String>,
    #[serde(default)]
    domains: Vec<toml::Spanned<String>>,
    #[serde(default)]
    addresses: Vec<toml::Spanned<String>>,
    /// Several brands of one company.
    group: Option<toml::Spanned<String>>,
}

impl Brands {
    /// Reads a brands file. Errors name file and line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "can't be read", &error))?;
        Self::parse(&text, path)
    }

    /// Reads brands that lie in memory, under the name of their file.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let written: WrittenBrands = toml::from_str(text).map_err(|error| Error::toml(path, text, &error))?;
        let mut brands = Self { digest: Some(sha256(text.as_bytes())), ..Self::default() };
        let mut owner: BTreeMap<String, String> = BTreeMap::new();
        for brand in written.brand {
            let at = |span: std::ops::Range<usize>, what: String| {
                Error::file(path, what).at_line(Error::line_of(text, span.start))
            };
            let name = brand.name.get_ref().trim().to_string();
            if name.is_empty() {
                return Err(at(brand.name.span(), "a brand without a name".into()).hint("write name = \"…\""));
            }
            if brand.domains.is_empty() && brand.addresses.is_empty() {
                return Err(at(
                    brand.name.span(),
                    format!("brand `{name}` has neither domains nor addresses"),
                ));
            }
            for entry in brand.domains.iter().chain(&brand.addresses) {
                let key = if entry.get_ref().contains('@') {
                    normal_address(entry.get_ref())
                } else {
                    normal_domain(entry.get_ref())
                };
                if let Some(other) = owner.insert(key.clone(), name.clone()).filter(|other| *other != name) {
                    return Err(at(entry.span(), format!("`{key}` belongs to brand `{other}` already")));
                }
            }
            brands.names.insert(name.to_lowercase());
            if let Some(written) = &brand.group {
                let group = written.get_ref().trim().to_string();
                if group.is_empty() {
                    let error = at(written.span(), "a group without a name".into());
                    return Err(error.hint("write group = \"…\", or leave it out"));
                }
                if let Some(other) =
                    brands.groups.insert(name.clone(), group.clone()).filter(|other| *other != group)
                {
                    return Err(at(written.span(), format!("brand `{name}` is of group `{other}` already")));
                }
            }
            for domain in brand.domains {
                brands
                    .by_domain
                    .insert(normal_domain(domain.get_ref().trim_start_matches('@')), name.clone());
            }
            for address in brand.addresses {
                brands.by_address.insert(normal_address(address.get_ref()), name.clone());
            }
        }
        Ok(brands)
    }

    /// The brand of an address in that domain.
    pub fn of(&self, address: &str, domain: &str) -> Option<&str> {
        if self.by_domain.is_empty() && self.by_address.is_empty() {
            return None;
        }
        let by_address = self.by_address.get(address);
        by_address
            .or_else(|| parents(domain).find_map(|parent| self.by_domain.get(parent)))
            .map(String::as_str)
    }
}

impl Brands {
    /// The text of their file, hashed (SHA-256, in hexadecimal digits); `None`: no file.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The group of the brand of that name.
    pub fn group(&self, brand: &str) -> Option<&str> {
        self.groups.get(brand).map(String::as_str)
    }

    /// Whether some brand has a group.
    pub fn has_groups(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Whether there is a brand of that name, whatever its case.
    pub fn has(&self, name: &str) -> bool {
        !self.names.is_empty() && self.names.contains(&name.trim().to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_brands_file_names_the_line() {
        for (text, expected) in [
            ("[[brand]]\nname = \"A\"\n", "line 2: brand `A` has neither"),
            (
                "[[brand]]\nname=\"A\"\ndomains=[\"a.example\"]\ngroup=\" \"\n",
                "line 4: a group without a name",
            ),
            (
                "[[brand]]\nname=\"A\"\ndomains=[\"a.example\"]\ngroup=\"X\"\n[[brand]]\nname=\"A\"\ndomains=[\"b.example\"]\ngroup=\"Y\"\n",
                "line 8: brand `A` is of group `X` already",
            ),
            ("[[brand]]\nname = \"A\"\ndomain = [\"a.example\"]\n", "line 3: unknown field `domain`"),
            (
                "[[brand]]\nname=\"A\"\ndomains=[\"a.example\"]\n[[brand]]\nname=\"B\"\ndomains=[\"a.example\"]\n",
                "line 6: `a.example` belongs to brand `A`",
            ),
        ] {
            let error = Brands::parse(text, Path::new("brands.toml")).expect_err("invalid").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
