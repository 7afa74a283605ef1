//! Where files are kept.
//!
//! | Partition | Sort key | What |
//! |---|---|---|
//! | `FILE#<file>` | `FILE` | a file, listed by tenant in GSI1 `FILE` in the order of time (ids sort by it) |
//! | `FILEOF#<user>` | `<file>` | points to a file from the customer's user whose it is |
//! | `FILEOF#<user>` | `COUNT` | how many files they have |
//! | `CONTENT#<hash>` | `CONTENT` | bytes that the tenant keeps once, and how many of its files have them |
//! | `CONTENT#<hash>` | `OF#<user>` | the same of a customer's user |
//!
//! What is to be done with a file by itself stands on the agenda; its place there changes with its state.

use kernel::{FileId, UserId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, WriteError,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{
    ContentHash, FileCount, MOST_OF_CUSTOMER, MOST_OPEN_BYTES_OF_CUSTOMER, MOST_OPEN_OF_CUSTOMER, StoredContent,
    StoredFile,
};

/// The files of one tenant.
#[derive(Clone, Copy)]
pub struct StoredFiles<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// Points to a file from its owner.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilePointer {
    file_id: FileId,
}

impl Record for StoredFile {
    const ROWS: &'static [&'static str] = &["FILE#{file} / FILE"];
}

impl Record for FilePointer {
    const ROWS: &'static [&'static str] = &["FILEOF#{user} / {file}"];
}

impl Record for FileCount {
    const ROWS: &'static [&'static str] = &["FILEOF#{user} / COUNT"];
}

impl Record for StoredContent {
    const ROWS: &'static [&'static str] = &["CONTENT#{hash} / CONTENT", "CONTENT#{hash} / OF#{user}"];
}

impl<'a> StoredFiles<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One file, whatever became of it. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: FileId) -> Result<Option<StoredFile>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// The tenant's files that `keep` wants, newest first; one made a moment ago may be missing. One query, up to ten.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        request: &PageRequest,
        keep: impl Fn(&StoredFile) -> bool,
    ) -> Result<Listed<StoredFile>, TableError> {
        let query = Query::gsi1(self.scope.partition("FILE")).descending();
        pages::page(self.table, query, request, keep).await
    }

    /// A customer's own files that `keep` wants, newest first. As [`Self::list`], with a batch of reads for each query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_of(
        &self,
        user: UserId,
        request: &PageRequest,
        keep: impl Fn(&StoredFile) -> bool,
    ) -> Result<Listed<StoredFile>, TableError> {
        let place = |pointer: &FilePointer| self.key(pointer.file_id);
        pages::pointed(self.table, self.owned(user).descending(), request, place, keep).await
    }

    /// Which files a customer's user has, those too that are deleted. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn ids_of(&self, user: UserId) -> Result<Vec<FileId>, TableError> {
        let pointers: Vec<FilePointer> = pages::readable(self.table, self.owned(user)).await?;
        Ok(pointers.into_iter().map(|pointer| pointer.file_id).collect())
    }

    /// How many files a customer's user has. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn count_of(&self, user: UserId) -> Result<FileCount, TableError> {
        Ok(self.table.get(&self.count_key(user)).await?.map(from_item).transpose()?.unwrap_or_default())
    }

    /// Forgets how many files a user had who is gone. One write.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget_count(&self, user: UserId) -> Result<(), TableError> {
        match self.table.write(Write::delete(self.count_key(user))).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Adds a new file, or what became of it as it was `before`, with its pointer, its place on the agenda, and what its owner has.
    /// The slot is that of the file, which fails when another change came first; the transaction fails too when a customer has no
    /// room for one more.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        &self,
        transaction: &mut Transaction,
        before: Option<&StoredFile>,
        file: &StoredFile,
    ) -> Result<Slot, TableError> {
        self.count(transaction, file, FileCount::of(file).since(before.map(FileCount::of).unwrap_or_default()));
        let until = file.known_until();
        let kept = |row: Write| match until {
            Some(until) => row.ttl(until),
            None => row,
        };
        let row = Write::put(self.key(file.id), file)?.gsi1(self.scope.gsi1("FILE", file.id));
        let slot = transaction.add(kept(row).when(Condition::follows(file.version)));
        // A pointer changes where its row's end does.
        if let Some(owner) = file.owner.filter(|_| file.version == 1 || until.is_some()) {
            transaction.add(kept(Write::put(self.pointer(owner, file.id), &FilePointer { file_id: file.id })?));
        }
        match file.due_at() {
            Some(at) => agenda::set(transaction, self.scope, DueKind::FileWork, file.id, at)?,
            None => agenda::clear(transaction, self.scope, DueKind::FileWork, file.id),
        };
        Ok(slot)
    }

    /// Takes a file away, with its pointer and its place on the agenda. The slot is as of [`Self::save`].
    pub fn delete(&self, transaction: &mut Transaction, file: &StoredFile) -> Slot {
        let slot = transaction.add(Write::delete(self.key(file.id)).when(Condition::VersionIs(file.version)));
        if let Some(owner) = file.owner {
            transaction.add(Write::delete(self.pointer(owner, file.id)));
        }
        self.count(transaction, file, FileCount::default().since(FileCount::of(file)));
        agenda::clear(transaction, self.scope, DueKind::FileWork, file.id);
        slot
    }

    fn count(&self, transaction: &mut Transaction, file: &StoredFile, added: FileCount) {
        let Some(owner) = file.owner.filter(|_| added != FileCount::default()) else { return };
        let FileCount { files, open, open_bytes } = added;
        let mut write = Write::update::<FileCount>(self.count_key(owner));
        write = write.add("files", files).add("open", open).add("openBytes", open_bytes);
        if files > 0 {
            for (name, most) in [
                ("files", MOST_OF_CUSTOMER - files),
                ("open", MOST_OPEN_OF_CUSTOMER - open),
                ("openBytes", MOST_OPEN_BYTES_OF_CUSTOMER - open_bytes),
            ] {
                write = write.when(Condition::AnyOf(vec![Condition::Missing(name), Condition::Below(name, most + 1)]));
            }
        }
        transaction.add(write);
    }

    /// A content that some file of this owner has, or of the tenant. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn content(
        &self,
        owner: Option<UserId>,
        hash: &ContentHash,
    ) -> Result<Option<StoredContent>, TableError> {
        self.table.get(&self.content_key(owner, hash)).await?.map(from_item).transpose()
    }

    /// A content of whoever has it. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn contents(&self, hash: &ContentHash) -> Result<Vec<StoredContent>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("CONTENT#{hash}")));
        pages::readable(self.table, query).await
    }

    /// Adds a new content, or its next version. The slot is that of the write that fails when another change came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_content(&self, transaction: &mut Transaction, content: &StoredContent) -> Result<Slot, TableError> {
        let row = Write::put(self.content_key(content.owner, content.hash()), content)?;
        Ok(transaction.add(row.when(Condition::follows(content.version))))
    }

    /// Takes away a content that no file has any more. The slot is as of [`Self::save_content`].
    pub fn delete_content(&self, transaction: &mut Transaction, content: &StoredContent) -> Slot {
        let row = Write::delete(self.content_key(content.owner, content.hash()));
        transaction.add(row.when(Condition::VersionIs(content.version)))
    }

    fn owned(&self, user: UserId) -> Query {
        Query::partition(self.scope.partition(format_args!("FILEOF#{user}"))).begins_with(FileId::PREFIX)
    }

    fn key(&self, id: FileId) -> Key {
        self.scope.key(format_args!("FILE#{id}"), "FILE")
    }

    fn pointer(&self, owner: UserId, id: FileId) -> Key {
        self.scope.key(format_args!("FILEOF#{owner}"), id)
    }

    fn count_key(&self, owner: UserId) -> Key {
        self.scope.key(format_args!("FILEOF#{owner}"), "COUNT")
    }

    fn content_key(&self, owner: Option<UserId>, hash: &ContentHash) -> Key {
        let partition = format_args!("CONTENT#{hash}");
        match owner {
            Some(owner) => self.scope.key(partition, format_args!("OF#{owner}")),
            None => self.scope.key(partition, "CONTENT"),
        }
    }
}
