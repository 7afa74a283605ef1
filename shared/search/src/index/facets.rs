//! Labels: what products are counted and filtered by.

use kernel::CategoryId;

use crate::{SearchDocument, TraitKind};

/// Between the parts of a stored label; no name has it, since it is no letter that is seen.
const SEPARATOR: char = '\u{1f}';

/// What a product is labelled with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FacetLabel {
    /// It is in this category.
    Category(CategoryId),
    /// It has this: kind, name, value.
    Trait(TraitKind, String, String),
}

impl FacetLabel {
    /// As it stands in an index. Filters take no heed of case.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Category(id) => format!("c{SEPARATOR}{id}"),
            Self::Trait(TraitKind::Attribute, name, value) => format!("a{SEPARATOR}{name}{SEPARATOR}{value}"),
            Self::Trait(TraitKind::Option, name, value) => format!("o{SEPARATOR}{name}{SEPARATOR}{value}"),
        }
    }

    pub(crate) fn parse(key: &str) -> Option<Self> {
        let mut parts = key.split(SEPARATOR);
        let kind = match parts.next()? {
            "c" => return parts.next()?.parse().ok().map(Self::Category),
            "a" => TraitKind::Attribute,
            "o" => TraitKind::Option,
            _ => return None,
        };
        Some(Self::Trait(kind, parts.next()?.to_owned(), parts.next()?.to_owned()))
    }

    /// The labels of a product, each once.
    pub(crate) fn of(document: &SearchDocument) -> Vec<String> {
        let categories = document.category_ids.iter().map(|id| Self::Category(*id).key());
        let traits = document.traits.iter().map(|one| Self::Trait(one.kind, one.name.clone(), one.value.clone()).key());
        let mut keys: Vec<String> = categories.chain(traits).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
