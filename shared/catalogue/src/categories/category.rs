//! A category, and the tree of all of them.
//!
//! A category names the one above it and nothing else: what stands below moves with it. A path is put together when it is shown.

use kernel::{CategoryId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{CatalogueError, CatalogueSlug, ProductTitle};

/// How many levels a tree has at most.
pub const MOST_LEVELS: usize = 6;
/// How many categories a tenant has at most: all of them are read at once.
pub const MOST_CATEGORIES: usize = 500;

/// A category, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Category {
    /// Which one.
    pub id: CategoryId,
    /// What people read.
    pub name: ProductTitle,
    /// Its part of the path, unlike those of the categories beside it.
    pub slug: CatalogueSlug,
    /// The category above it, if it is not at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CategoryId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What makes a category, or changes one.
#[derive(Clone, Debug)]
pub struct NewCategory {
    /// What people read.
    pub name: ProductTitle,
    /// Its part of the path.
    pub slug: CatalogueSlug,
    /// The category above it.
    pub parent_id: Option<CategoryId>,
}

/// All categories of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryTree {
    /// In no order.
    pub categories: Vec<Category>,
    /// Raised by every change of any of them; 0 before the first.
    pub version: u64,
}

impl Category {
    /// A new category.
    pub fn new(id: CategoryId, new: NewCategory, now: Timestamp) -> Self {
        let NewCategory { name, slug, parent_id } = new;
        Self { id, name, slug, parent_id, created_at: now, version: 1 }
    }

    /// As it is to be from now on.
    pub fn rewritten(&self, new: NewCategory) -> Self {
        let NewCategory { name, slug, parent_id } = new;
        Self { name, slug, parent_id, version: self.version + 1, ..self.clone() }
    }
}

impl CategoryTree {
    /// The category of this id.
    pub fn get(&self, id: CategoryId) -> Option<&Category> {
        self.categories.iter().find(|one| one.id == id)
    }

    /// A category and those above it, the highest first. At most [`MOST_LEVELS`] of them, whatever is stored.
    pub fn line_of(&self, id: CategoryId) -> Vec<&Category> {
        let above = |one: &&Category| one.parent_id.and_then(|parent| self.get(parent));
        let mut line: Vec<&Category> = std::iter::successors(self.get(id), above).take(MOST_LEVELS).collect();
        line.reverse();
        line
    }

    /// `clothing/shirts`: the slugs of a category and of those above it.
    pub fn path_of(&self, id: CategoryId) -> String {
        self.line_of(id).iter().map(|one| one.slug.as_str()).collect::<Vec<_>>().join("/")
    }

    /// All of them with their paths, in the order of these.
    pub fn by_path(&self) -> Vec<(String, &Category)> {
        let mut all: Vec<_> = self.categories.iter().map(|one| (self.path_of(one.id), one)).collect();
        all.sort_by(|(one, _), (next, _)| one.split('/').cmp(next.split('/')));
        all
    }

    /// With one more category.
    ///
    /// # Errors
    /// `TooManyCategories`, and those of [`Self::with_changed`].
    pub fn with(&self, new: Category) -> Result<Self, CatalogueError> {
        if self.categories.len() >= MOST_CATEGORIES {
            return Err(CatalogueError::TooManyCategories { most: MOST_CATEGORIES });
        }
        self.with_changed(new)
    }

    /// With a category as it is to be, and all that stands below it.
    ///
    /// # Errors
    /// `UnknownCategory` for the one above it, `CategoryCycle`, `CategoryTooDeep`, `CategorySlugTaken`.
    pub fn with_changed(&self, changed: Category) -> Result<Self, CatalogueError> {
        if let Some(parent) = changed.parent_id {
            if self.get(parent).is_none() && parent != changed.id {
                return Err(CatalogueError::UnknownCategory(parent));
            }
            if parent == changed.id || self.line_of(parent).iter().any(|above| above.id == changed.id) {
                return Err(CatalogueError::CategoryCycle);
            }
        }
        let above = changed.parent_id.map_or(0, |parent| self.line_of(parent).len());
        if above + self.levels_of(changed.id) > MOST_LEVELS {
            return Err(CatalogueError::CategoryTooDeep { most: MOST_LEVELS });
        }
        let beside = |one: &&Category| one.id != changed.id && one.parent_id == changed.parent_id;
        if self.categories.iter().filter(beside).any(|one| one.slug == changed.slug) {
            return Err(CatalogueError::CategorySlugTaken);
        }
        let mut categories = self.categories.clone();
        categories.retain(|one| one.id != changed.id);
        categories.push(changed);
        Ok(Self { categories, version: self.version + 1 })
    }

    /// Without a category.
    ///
    /// # Errors
    /// `CategoryNotEmpty` when there are others below it.
    pub fn without(&self, id: CategoryId) -> Result<Self, CatalogueError> {
        if self.categories.iter().any(|one| one.parent_id == Some(id)) {
            return Err(CatalogueError::CategoryNotEmpty);
        }
        let left = self.categories.iter().filter(|one| one.id != id).cloned().collect();
        Ok(Self { categories: left, version: self.version + 1 })
    }

    /// How many levels a category and those below it are: 1 for one that has none, or is not there yet.
    fn levels_of(&self, id: CategoryId) -> usize {
        let place_below = |one: &Category| self.line_of(one.id).iter().rev().position(|above| above.id == id);
        self.categories.iter().filter_map(place_below).max().unwrap_or_default() + 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;

    fn id(number: u128) -> CategoryId {
        CategoryId::new(Ulid::from(number))
    }

    fn category(number: u128, slug: &str, parent: Option<u128>) -> Category {
        let new = NewCategory {
            name: slug.to_owned().try_into().unwrap(),
            slug: slug.to_owned().try_into().unwrap(),
            parent_id: parent.map(id),
        };
        Category::new(id(number), new, "2026-11-21T00:00:00Z".parse().unwrap())
    }

    fn tree() -> CategoryTree {
        let rows = [(1, "clothing", None), (2, "shirts", Some(1)), (3, "batik", Some(2)), (4, "books", None)];
        rows.into_iter().fold(CategoryTree::default(), |tree, (number, slug, parent)| {
            tree.with(category(number, slug, parent)).unwrap()
        })
    }

    #[test]
    fn paths_are_made_of_what_is_above() {
        let tree = tree();
        let paths: Vec<String> = tree.by_path().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["books", "clothing", "clothing/shirts", "clothing/shirts/batik"]);
        assert_eq!(tree.version, 4);
    }

    #[test]
    fn what_stands_below_moves_too() {
        let moved = tree().with_changed(category(2, "shirts", Some(4))).unwrap();
        assert_eq!(moved.path_of(id(3)), "books/shirts/batik");
        let at_the_top = moved.with_changed(category(2, "shirts", None)).unwrap();
        assert_eq!(at_the_top.path_of(id(3)), "shirts/batik");
    }

    #[test]
    fn no_category_is_below_itself() {
        for below in [1, 2, 3] {
            let moved = tree().with_changed(category(1, "clothing", Some(below)));
            assert_eq!(moved, Err(CatalogueError::CategoryCycle), "{below}");
        }
        let own = CategoryTree::default().with(category(1, "a", Some(1)));
        assert_eq!(own, Err(CatalogueError::CategoryCycle), "nor a new one");
    }

    #[test]
    fn names_differ_side_by_side_only() {
        assert_eq!(tree().with(category(9, "books", None)), Err(CatalogueError::CategorySlugTaken));
        assert!(tree().with(category(9, "books", Some(4))).is_ok());
        assert!(tree().with_changed(category(4, "books", None)).is_ok(), "it may keep its own");
        let moved = tree().with(category(9, "shirts", None)).unwrap().with_changed(category(2, "shirts", None));
        assert_eq!(moved, Err(CatalogueError::CategorySlugTaken), "a move counts");
    }

    #[test]
    fn a_tree_has_six_levels_and_a_move_counts_what_it_brings() {
        let deep = (5..=7).fold(tree(), |tree, number| {
            let above = if number == 5 { 3 } else { number - 1 };
            tree.with(category(number, "deeper", Some(above))).unwrap()
        });
        assert_eq!(deep.line_of(id(7)).len(), 6);
        let seventh = deep.with(category(8, "deepest", Some(7)));
        assert_eq!(seventh, Err(CatalogueError::CategoryTooDeep { most: 6 }));
        let moved = deep.with_changed(category(1, "clothing", Some(4)));
        assert_eq!(moved, Err(CatalogueError::CategoryTooDeep { most: 6 }));
        assert!(deep.with_changed(category(2, "shirts", Some(4))).is_ok());
    }

    #[test]
    fn what_is_not_there_or_not_empty_is_told() {
        assert_eq!(tree().with(category(9, "x", Some(99))), Err(CatalogueError::UnknownCategory(id(99))));
        assert_eq!(tree().without(id(2)), Err(CatalogueError::CategoryNotEmpty));
        assert_eq!(tree().without(id(3)).unwrap().categories.len(), 3);
        let full = CategoryTree { categories: vec![category(1, "a", None); MOST_CATEGORIES], version: 1 };
        assert_eq!(full.with(category(2, "b", None)), Err(CatalogueError::TooManyCategories { most: 500 }));
    }

    proptest! {
        /// Whatever is moved wherever, everybody is reached from the top, at most six levels down.
        #[test]
        fn a_tree_stays_a_tree(moves in prop::collection::vec((1_u128..12, prop::option::of(1_u128..12)), 1..60)) {
            let mut tree = CategoryTree::default();
            for (number, parent) in moves {
                if let Ok(next) = tree.with_changed(category(number, &format!("c{number}"), parent)) {
                    tree = next;
                }
                for one in &tree.categories {
                    let line = tree.line_of(one.id);
                    prop_assert!(line.first().is_some_and(|top| top.parent_id.is_none()), "{line:?}");
                }
            }
        }
    }
}
