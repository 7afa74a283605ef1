//! What a tenant stores in files: a row for each, with its size, written in one transaction with the count of all.
//!
//! | Partition | Sort key | What |
//! |---|---|---|
//! | `FILES` | `<path>` | how many bytes the file with this path has, or may have |
//!
//! A path stands for one content: to count it again changes nothing.

use kernel::{Resource, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Condition, Key, Query, Race, Record, Slot, Table, TableError, TenantScope, TransactError, Transaction, Write,
    from_item, pages, until_settled,
};

use crate::limits::{LimitCause, ResourceCounts, ResourceError, Taking};

/// The files of one tenant.
#[derive(Clone, Copy)]
pub struct KeptFiles<'a> {
    pub(super) table: &'a dyn Table,
    pub(super) scope: TenantScope,
}

/// A file that is counted.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeptFile {
    pub(super) bytes: u64,
    /// Of a logo: since when another one has its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replaced_at: Option<Timestamp>,
    /// Of a logo: since when a document has it, so that it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) printed_at: Option<Timestamp>,
}

impl Record for KeptFile {
    const ROWS: &'static [&'static str] = &["FILES / {path}"];
}

/// A file that is to be counted, and what that takes.
#[derive(Clone, Debug)]
pub struct Keeping {
    path: String,
    bytes: u64,
    taking: Taking,
}

impl<'a> KeptFiles<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// A file that money or the law needs, such as an invoice's PDF: counted, and never refused. `None` when it is counted
    /// already. One round trip then, else three at most.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn needed(&self, path: &str, bytes: u64, now: Timestamp) -> Result<Option<Keeping>, TableError> {
        if self.bytes_of(path).await?.is_some() {
            return Ok(None);
        }
        let state = ResourceCounts::new(self.table, self.scope).state(Resource::StorageBytes, now).await?;
        Ok(Some(Keeping { path: path.to_owned(), bytes, taking: state.take_anyway(bytes) }))
    }

    /// Room for a file of at most so many bytes, before it is uploaded; [`KeptFiles::settle`] when it is, and
    /// [`KeptFiles::forget`] when it will not be. As [`KeptFiles::needed`].
    ///
    /// # Errors
    /// `STORAGE_LIMIT_REACHED`, or those of the table.
    pub async fn reserve(&self, path: &str, most: u64, now: Timestamp) -> Result<Option<Keeping>, ResourceError> {
        if self.bytes_of(path).await?.is_some() {
            return Ok(None);
        }
        let state = ResourceCounts::new(self.table, self.scope).state(Resource::StorageBytes, now).await?;
        Ok(Some(Keeping { path: path.to_owned(), bytes: most, taking: state.take(most)? }))
    }

    /// Adds a file to a transaction: its row, the count, and the event of a mark that it crosses. When the transaction fails
    /// by one of them, ask again.
    ///
    /// # Errors
    /// `Corrupt` when the event does not serialise.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        keeping: &Keeping,
        cause: LimitCause,
    ) -> Result<Slot, TableError> {
        let file = KeptFile { bytes: keeping.bytes, ..KeptFile::default() };
        transaction.add(Write::put(self.key(&keeping.path), &file)?.when(Condition::NotExists));
        ResourceCounts::new(self.table, self.scope).take(transaction, &keeping.taking, cause)
    }

    /// Counts a file that is needed, in a transaction of its own. Twice is as once. Four round trips, one when it is
    /// counted already; all again for each lost race.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn count(&self, path: &str, bytes: u64, now: Timestamp, cause: LimitCause) -> Result<(), TableError> {
        until_settled(outrun, || async {
            let Some(keeping) = self.needed(path, bytes, now).await? else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            self.insert(&mut transaction, &keeping, cause.clone())?;
            self.try_write(transaction).await
        })
        .await
    }

    /// Corrects the size of a file that room was reserved for, once it is known. Nothing for a file that is not counted.
    /// Two round trips, again for each lost race.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn settle(&self, path: &str, bytes: u64, now: Timestamp) -> Result<(), TableError> {
        until_settled(outrun, || async {
            let Some(before) = self.bytes_of(path).await?.filter(|before| *before != bytes) else {
                return Ok(Race::Settled(()));
            };
            let mut transaction = Transaction::new();
            let row = Write::put(self.key(path), &KeptFile { bytes, ..KeptFile::default() })?;
            transaction.add(row.when(Condition::Equals("bytes", json!(before))));
            let counts = ResourceCounts::new(self.table, self.scope);
            if bytes > before {
                counts.count(&mut transaction, Resource::StorageBytes, bytes - before, now);
            } else {
                counts.give_back(&mut transaction, Resource::StorageBytes, before - bytes, now);
            }
            self.try_write(transaction).await
        })
        .await
    }

    /// Counts a file no more, once it is deleted. Twice is as once. As [`KeptFiles::settle`].
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget(&self, path: &str, now: Timestamp) -> Result<(), TableError> {
        until_settled(outrun, || async {
            let Some(bytes) = self.bytes_of(path).await? else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            transaction.add(Write::delete(self.key(path)).when(Condition::Equals("bytes", json!(bytes))));
            ResourceCounts::new(self.table, self.scope).give_back(&mut transaction, Resource::StorageBytes, bytes, now);
            self.try_write(transaction).await
        })
        .await
    }

    /// How many bytes all files have together, by their rows. One round trip per megabyte of rows.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn total(&self) -> Result<u64, TableError> {
        let files: Vec<KeptFile> = pages::all(self.table, Query::partition(self.scope.partition("FILES"))).await?;
        Ok(files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.bytes)))
    }

    async fn bytes_of(&self, path: &str) -> Result<Option<u64>, TableError> {
        Ok(self.get(path).await?.map(|file| file.bytes))
    }

    pub(super) async fn get(&self, path: &str) -> Result<Option<KeptFile>, TableError> {
        self.table.get(&self.key(path)).await?.map(from_item).transpose()
    }

    async fn try_write(&self, transaction: Transaction) -> Result<Race<()>, TableError> {
        match self.table.transact(transaction).await {
            Ok(()) => Ok(Race::Settled(())),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error),
        }
    }

    pub(super) fn key(&self, path: &str) -> Key {
        self.scope.key("FILES", path)
    }
}

fn outrun() -> TableError {
    TableError::Unavailable("the count of files kept changing".to_owned())
}

#[cfg(test)]
mod tests {
    use allowances::Quota;
    use events::Cause;
    use kernel::{EventId, Fault, RequestId};
    use testkit::Stack;

    use super::*;

    async fn world() -> (Stack, TenantScope) {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let scope = TenantScope::new(tenant.id);
        stack.limited(scope, 7, &[("storageGigabytes", Quota::AtMost(1))]).await;
        (stack, scope)
    }

    fn cause(stack: &Stack) -> LimitCause {
        let (event, request) = (EventId::new(stack.ctx().new_ulid()), RequestId::new(stack.ctx().new_ulid()));
        LimitCause { event, cause: Cause::from(request) }
    }

    async fn counted(stack: &Stack, scope: TenantScope) -> (i64, u64) {
        let (table, now) = (stack.ctx().table(), stack.ctx().now());
        let state = ResourceCounts::new(table, scope).state(Resource::StorageBytes, now).await.unwrap();
        (state.count.used, KeptFiles::new(table, scope).total().await.unwrap())
    }

    #[tokio::test]
    async fn a_file_is_counted_once_and_forgotten_once() {
        let (stack, scope) = world().await;
        let (files, now) = (KeptFiles::new(stack.ctx().table(), scope), stack.ctx().now());
        for _ in 0..2 {
            files.count("a/one.pdf", 700, now, cause(&stack)).await.unwrap();
            files.count("a/two.pdf", 50, now, cause(&stack)).await.unwrap();
        }
        assert_eq!(counted(&stack, scope).await, (750, 750));
        for _ in 0..2 {
            files.forget("a/one.pdf", now).await.unwrap();
            files.forget("a/none.pdf", now).await.unwrap();
        }
        assert_eq!(counted(&stack, scope).await, (50, 50));
    }

    #[tokio::test]
    async fn room_is_reserved_up_to_the_limit_and_settled_by_what_came() {
        let (stack, scope) = world().await;
        let (files, now) = (KeptFiles::new(stack.ctx().table(), scope), stack.ctx().now());
        let gigabyte = crate::limits::GIGABYTE;
        let keeping = files.reserve("up/one", gigabyte, now).await.unwrap().unwrap();
        let other = files.reserve("up/two", gigabyte, now).await.unwrap().unwrap();
        let write = async |keeping: &Keeping| {
            let mut transaction = Transaction::new();
            files.insert(&mut transaction, keeping, cause(&stack)).unwrap();
            stack.ctx().table().transact(transaction).await
        };
        write(&keeping).await.unwrap();
        assert!(write(&other).await.is_err(), "of two for the last room one gets it");
        let refused = files.reserve("up/two", 1, now).await.unwrap_err();
        assert_eq!(refused.code(), "STORAGE_LIMIT_REACHED");
        assert!(files.needed("invoice.pdf", 1, now).await.unwrap().is_some(), "what is needed is never refused");
        for _ in 0..2 {
            files.settle("up/one", 10, now).await.unwrap();
            files.settle("up/none", 10, now).await.unwrap();
        }
        assert_eq!(counted(&stack, scope).await, (10, 10));
        files.settle("up/one", 25, now).await.unwrap();
        assert_eq!(counted(&stack, scope).await, (25, 25));
        assert!(files.reserve("up/two", 1, now).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn files_that_come_at_once_are_all_counted() {
        let (stack, scope) = world().await;
        let (files, now) = (KeptFiles::new(stack.ctx().table(), scope), stack.ctx().now());
        let paths: Vec<String> = (0..4).map(|number| format!("f/{number}")).collect();
        let all = paths.iter().map(|path| files.count(path, 100, now, cause(&stack)));
        for done in futures::future::join_all(all).await {
            done.unwrap();
        }
        assert_eq!(counted(&stack, scope).await, (400, 400));
    }
}
