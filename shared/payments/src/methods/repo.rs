//! Where saved methods are kept: `PMT#<pmt id>` / `METHOD`, and `PMT#<party>` / `BOOK` that lists those of a party.

use kernel::{Owned, Party, PaymentMethodId, Timestamp};
use table::{
    Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item, pages,
};

use crate::{MethodBook, SavedMethod};

/// The saved methods of one tenant's customers.
#[derive(Clone, Copy)]
pub struct SavedMethods<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl Record for SavedMethod {
    const ROWS: &'static [&'static str] = &["PMT#{method} / METHOD"];
}

impl Record for MethodBook {
    const ROWS: &'static [&'static str] = &["PMT#{party} / BOOK"];
}

impl<'a> SavedMethods<'a> {
    /// Those in the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One method, closed until it is known who asks; none that was removed. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: PaymentMethodId) -> Result<Option<Owned<SavedMethod>>, TableError> {
        let method = self.get_even_leaving(id).await?;
        Ok(method.filter(|method| !method.leaving).map(SavedMethod::owned))
    }

    /// One method, also while it waits to go at its provider; for whoever takes it away there. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_even_leaving(&self, id: PaymentMethodId) -> Result<Option<SavedMethod>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// Which methods a party has. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn book(&self, party: Party) -> Result<MethodBook, TableError> {
        let book = self.table.get(&self.book_key(party)).await?.map(from_item).transpose()?;
        Ok(book.unwrap_or_else(|| MethodBook::empty(party)))
    }

    /// The methods of a book, oldest first. One round trip; none for an empty one.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of(&self, book: &MethodBook) -> Result<Vec<SavedMethod>, TableError> {
        let keys: Vec<Key> = book.methods.iter().map(|id| self.key(*id)).collect();
        pages::all_of(self.table, &keys).await
    }

    /// Adds a new method to a transaction; its book goes with it. Its owner is warned before it ends.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, method: &SavedMethod) -> Result<Slot, TableError> {
        let slot = transaction.add(Write::put(self.key(method.id), method)?.when(Condition::NotExists));
        if let Some(expires) = method.card.expires {
            let at = expires.warned_at().max(method.created_at);
            agenda::set(transaction, self.scope, DueKind::MethodExpiry, method.id, at)?;
        }
        Ok(slot)
    }

    /// Adds a changed method to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, method: &SavedMethod) -> Result<Slot, TableError> {
        let before = Condition::VersionIs(method.version.saturating_sub(1));
        Ok(transaction.add(Write::put(self.key(method.id), method)?.when(before)))
    }

    /// Adds a method that was removed to a transaction: the agenda has it taken away at its provider. Its book goes with it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn remove(
        &self,
        transaction: &mut Transaction,
        leaving: &SavedMethod,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let slot = self.save(transaction, leaving)?;
        agenda::clear(transaction, self.scope, DueKind::MethodExpiry, leaving.id);
        agenda::set(transaction, self.scope, DueKind::MethodRemoval, leaving.id, now)?;
        Ok(slot)
    }

    /// Changes nothing and fails when the method is no longer in this version.
    pub fn check_unchanged(&self, transaction: &mut Transaction, method: &SavedMethod) -> Slot {
        transaction.add(Write::check(self.key(method.id)).when(Condition::VersionIs(method.version)))
    }

    /// Takes the last trace of a method away, once its provider has none.
    pub fn delete(&self, transaction: &mut Transaction, method: &SavedMethod) -> Slot {
        transaction.add(Write::delete(self.key(method.id)).when(Condition::VersionIs(method.version)))
    }

    /// Adds a changed book to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_book(&self, transaction: &mut Transaction, book: &MethodBook) -> Result<Slot, TableError> {
        let write = Write::put(self.book_key(book.party), book)?;
        Ok(transaction.add(write.when(Condition::follows(book.version))))
    }

    /// Adds the book of a customer who was erased: the agenda has them deleted at Stripe, where it knows them.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_forgotten(
        &self,
        transaction: &mut Transaction,
        book: &MethodBook,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        if book.leaving.is_some() {
            agenda::set(transaction, self.scope, DueKind::PayerRemoval, book.party, now)?;
        }
        self.save_book(transaction, book)
    }

    fn key(&self, id: PaymentMethodId) -> Key {
        self.scope.key(format_args!("PMT#{id}"), "METHOD")
    }

    fn book_key(&self, party: Party) -> Key {
        self.scope.key(format_args!("PMT#{party}"), "BOOK")
    }
}
