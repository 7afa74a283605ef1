//! Where categories are kept: one partition `CATEGORIES` for each tenant, so that one query shows the tree as it is.
//!
//! `CATEGORY#<id>` is a category; `TREE` has the version of them all, which every change moves, so that two moves at once make
//! no circle. `CATEGORYCOUNT#<id>` / `COUNT` says how many products are in a category: a product is put only into one whose
//! count is there, and only an empty one's is taken away.

use kernel::CategoryId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages::Walk,
};

use crate::{Category, CategoryTree};

/// What the categories of a tenant have together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct TreeVersion {
    version: u64,
}

/// How many products are in a category, whatever their status.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct CategoryCount {
    products: u64,
}

impl Record for Category {
    const ROWS: &'static [&'static str] = &["CATEGORIES / CATEGORY#{category}"];
}

impl Record for TreeVersion {
    const ROWS: &'static [&'static str] = &["CATEGORIES / TREE"];
}

impl Record for CategoryCount {
    const ROWS: &'static [&'static str] = &["CATEGORYCOUNT#{category} / COUNT"];
}

/// The categories of one tenant.
#[derive(Clone, Copy)]
pub struct Categories<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Categories<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One category. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: CategoryId) -> Result<Option<Category>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// All of them. One round trip.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` when there is one that cannot be read: nothing may be decided without it.
    pub async fn tree(&self) -> Result<CategoryTree, TableError> {
        let mut walk = Walk::new(self.table, Query::partition(self.scope.partition("CATEGORIES")));
        let mut tree = CategoryTree::default();
        while let Some(rows) = walk.next().await? {
            for row in rows {
                if row.get("SK").and_then(Value::as_str) == Some("TREE") {
                    tree.version = from_item::<TreeVersion>(row)?.version;
                } else {
                    tree.categories.push(from_item(row)?);
                }
            }
        }
        Ok(tree)
    }

    /// Adds a new category to a transaction; the tree goes with it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, category: &Category) -> Result<Slot, TableError> {
        let count = Write::put(count_key(self.scope, category.id), &CategoryCount::default())?;
        transaction.add(count.when(Condition::NotExists));
        Ok(transaction.add(Write::put(self.key(category.id), category)?.when(Condition::NotExists)))
    }

    /// Adds a changed category to a transaction, in the place of the version before it; the tree goes with it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, category: &Category) -> Result<Slot, TableError> {
        let before = Condition::VersionIs(category.version.saturating_sub(1));
        Ok(transaction.add(Write::put(self.key(category.id), category)?.when(before)))
    }

    /// Takes a category away; the tree goes with it. The slot is of what fails when there are products in it.
    pub fn delete(&self, transaction: &mut Transaction, category: &Category) -> Slot {
        transaction.add(Write::delete(self.key(category.id)).when(Condition::VersionIs(category.version)));
        let is_empty = Condition::Equals("products", json!(0));
        transaction.add(Write::delete(count_key(self.scope, category.id)).when(is_empty))
    }

    /// Moves the version of the tree, in the place of the one before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_tree(&self, transaction: &mut Transaction, tree: &CategoryTree) -> Result<Slot, TableError> {
        let row = Write::put(self.scope.key("CATEGORIES", "TREE"), &TreeVersion { version: tree.version })?;
        Ok(transaction.add(row.when(Condition::follows(tree.version))))
    }

    fn key(&self, id: CategoryId) -> Key {
        self.scope.key("CATEGORIES", format_args!("CATEGORY#{id}"))
    }
}

/// Counts a product in a category, or out of it with −1; fails when there is no such category.
pub(crate) fn count(scope: TenantScope, id: CategoryId, by: i64) -> Write {
    Write::update::<CategoryCount>(count_key(scope, id)).add("products", by).when(Condition::Exists)
}

fn count_key(scope: TenantScope, id: CategoryId) -> Key {
    scope.key(format_args!("CATEGORYCOUNT#{id}"), "COUNT")
}
