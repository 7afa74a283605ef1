//! The roles that a tenant made, in the table: one row.

use table::{Condition, Item, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::RoleBook;

impl Record for RoleBook {
    const ROWS: &'static [&'static str] = &["ROLES / ROLES"];
    const FREE: &'static [&'static str] = &["roles"];
}

/// The roles of one tenant.
#[derive(Clone, Copy)]
pub struct Roles<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Roles<'a> {
    /// The roles of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// All of them; empty before the first is made. One round trip.
    pub async fn get(&self) -> Result<RoleBook, TableError> {
        Self::read(self.table.get(&Self::key(self.scope)).await?)
    }

    /// Replaces the book by its next version; fails when another change came first.
    pub fn save(&self, transaction: &mut Transaction, book: &RoleBook) -> Result<Slot, TableError> {
        let unchanged = if book.version == 1 { Condition::NotExists } else { Condition::VersionIs(book.version - 1) };
        Ok(transaction.add(Write::put(Self::key(self.scope), book)?.when(unchanged)))
    }

    /// The key of the row, for reads of several rows at once.
    pub fn key(scope: TenantScope) -> Key {
        scope.key("ROLES", "ROLES")
    }

    /// The book of a row, or the empty one.
    pub fn read(row: Option<Item>) -> Result<RoleBook, TableError> {
        row.map_or_else(|| Ok(RoleBook::default()), from_item)
    }
}
