//! Rules about words: what the shared crates call a thing is called so by none of the others.

use std::{collections::BTreeMap, path::Path};

use super::tree::visit_product;

/// Types of shared crates that another shared type has the name of. Tests and the test kit may call things as they like.
pub(super) fn with_two_meanings(root: &Path) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    visit_product(root, &["shared"], &mut |shown, text| {
        for name in text.lines().filter_map(declared) {
            places.entry(name.to_owned()).or_default().push(shown.to_owned());
        }
    });
    let ambiguous = places.into_iter().filter(|(_, places)| places.len() > 1);
    ambiguous
        .map(|(name, places)| format!("`{name}` is in {}: give one of them another name", places.join(" and ")))
        .collect()
}

/// The name of the type that a line declares for others.
pub(super) fn declared(line: &str) -> Option<&str> {
    let rest = ["pub ", "pub(crate) "].iter().find_map(|public| line.strip_prefix(public))?;
    let rest = ["struct ", "enum ", "trait "].iter().find_map(|kind| rest.strip_prefix(kind))?;
    rest.split(|end: char| !end.is_alphanumeric()).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn a_name_of_a_shared_type_means_one_thing() {
        assert_eq!(with_two_meanings(&workspace::root()), Vec::<String>::new());
    }

    #[test]
    fn declarations_are_found() {
        assert_eq!(declared("pub struct Page<T> {"), Some("Page"));
        assert_eq!(declared("pub(crate) enum Effect {"), Some("Effect"));
        assert_eq!(declared("pub trait Needs: Send {"), Some("Needs"));
        assert_eq!(
            (declared("struct Own;"), declared("pub fn pages() {"), declared("    pub struct Inner;")),
            (None, None, None)
        );
    }
}
