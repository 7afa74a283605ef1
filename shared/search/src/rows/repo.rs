//! Where the rows beside an index are kept: `SEARCH` has `INDEX` and `SYNONYMS`, `SEARCHLOG` a row for each product that changed.

use kernel::ProductId;
use table::{
    Condition, Key, Query, Slot, Table, TableError, TenantScope, Transaction, Write, WriteError, from_item, get_rows,
    pages,
};

use crate::{SearchChange, SearchIndex, Synonyms};

/// The rows of one tenant.
#[derive(Clone, Copy)]
pub struct SearchRows<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> SearchRows<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// The index and the synonyms. One read of both.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn head(&self) -> Result<(Option<SearchIndex>, Synonyms), TableError> {
        let [index, synonyms] = get_rows(self.table, [self.index_key(), self.synonyms_key()]).await?;
        let synonyms = synonyms.map(from_item).transpose()?.unwrap_or_default();
        Ok((index.map(from_item).transpose()?, synonyms))
    }

    /// The index. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn index(&self) -> Result<Option<SearchIndex>, TableError> {
        self.table.get(&self.index_key()).await?.map(from_item).transpose()
    }

    /// The index beside what is known of a product's change. One read of both.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn index_and_change(
        &self,
        id: ProductId,
    ) -> Result<(Option<SearchIndex>, Option<SearchChange>), TableError> {
        let [index, change] = get_rows(self.table, [self.index_key(), self.change_key(id)]).await?;
        Ok((index.map(from_item).transpose()?, change.map(from_item).transpose()?))
    }

    /// All changes that are not merged yet. One query for each megabyte.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn changes(&self) -> Result<Vec<SearchChange>, TableError> {
        pages::readable(self.table, Query::partition(self.scope.partition("SEARCHLOG"))).await
    }

    /// Adds the index, new or in its next version. Changes that come meanwhile are counted on: their counts are not written.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_index(&self, transaction: &mut Transaction, index: &SearchIndex) -> Result<Slot, TableError> {
        if index.version == 1 {
            let write = Write::put(self.index_key(), index)?.when(Condition::NotExists);
            return Ok(transaction.add(write));
        }
        Ok(transaction.add(self.update(index)?))
    }

    fn update(&self, index: &SearchIndex) -> Result<Write, TableError> {
        let mut write = Write::update::<SearchIndex>(self.index_key()).when(Condition::VersionIs(index.version - 1));
        let row = table::to_item(index)?;
        for name in OPTIONAL {
            if !row.contains_key(name) {
                write = write.remove(name);
            }
        }
        for (name, value) in row.into_iter().filter(|(name, _)| !COUNTED.contains(&name.as_str())) {
            write = write.set(name, value);
        }
        Ok(write)
    }

    /// Adds a product's change to a transaction, in the epoch of the index as it was read beside the change before, which it takes
    /// the place of. The transaction fails when a writer began meanwhile, or the product changed.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_change(
        &self,
        transaction: &mut Transaction,
        (index, before): (&SearchIndex, Option<&SearchChange>),
        change: &SearchChange,
    ) -> Result<(), TableError> {
        let bytes = |change: &SearchChange| i64::try_from(change.size_bytes()).unwrap_or(i64::MAX);
        let counted = Write::update::<SearchIndex>(self.index_key())
            .add("changes", 1)
            .add("pending", i64::from(before.is_none()))
            .add("pendingBytes", bytes(change).saturating_sub(before.map_or(0, bytes)));
        let counted = counted.when(Condition::Equals("epoch", index.epoch.into()));
        let row = Write::put(self.change_key(change.product_id), change)?.when(Condition::follows(change.version));
        transaction.add(counted);
        transaction.add(row);
        Ok(())
    }

    /// Takes a merged change away, unless the product changed again: versions begin anew once a row is gone, epochs only rise.
    /// One write.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget(&self, change: &SearchChange) -> Result<(), TableError> {
        let gone = Write::delete(self.change_key(change.product_id))
            .when(Condition::VersionIs(change.version))
            .when(Condition::Equals("epoch", change.epoch.into()));
        match self.table.write(gone).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Counts the changes that lie there; whether that came to an end, and no change came meanwhile. One read, one query for each
    /// megabyte, one write.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn count_changes(&self) -> Result<bool, TableError> {
        let Some(index) = self.index().await? else { return Ok(true) };
        let changes = self.changes().await?;
        let counted = Write::update::<SearchIndex>(self.index_key())
            .set("pending", changes.len())
            .set("pendingBytes", changes.iter().map(SearchChange::size_bytes).sum::<u64>())
            .when(Condition::Equals("changes", index.changes.into()));
        match self.table.write(counted).await {
            Ok(_) => Ok(true),
            Err(WriteError::ConditionFailed { .. }) => Ok(false),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Adds the synonyms in their next version.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save_synonyms(&self, transaction: &mut Transaction, synonyms: &Synonyms) -> Result<Slot, TableError> {
        let row = Write::put(self.synonyms_key(), synonyms)?.when(Condition::follows(synonyms.version));
        Ok(transaction.add(row))
    }

    fn index_key(&self) -> Key {
        self.scope.key("SEARCH", "INDEX")
    }

    fn synonyms_key(&self) -> Key {
        self.scope.key("SEARCH", "SYNONYMS")
    }

    fn change_key(&self, id: ProductId) -> Key {
        self.scope.key("SEARCHLOG", id)
    }
}

/// What changes count.
const COUNTED: [&str; 3] = ["changes", "pending", "pendingBytes"];
/// What a row may lack, and loses when it is over.
const OPTIONAL: [&str; 6] = ["manifest", "writtenAt", "builtAt", "building", "lease", "former"];
