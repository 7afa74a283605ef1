//! The logos of a tenant among its files: one that has no place any more goes after a week, unless a document is printed with it.

use jiff::SignedDuration;
use kernel::{Resource, Timestamp};
use serde_json::json;
use table::{Condition, Query, TableError, TransactError, Transaction, Write, from_item, pages};

use crate::{
    LogoDigest,
    limits::{KeptFiles, LimitCause, ResourceCounts, ResourceError, kept_files::KeptFile},
    logo_path,
};

/// How long a logo that was replaced is kept for documents that are still to be printed with it: a week, longer than any waits.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A tenant has another logo, or none.
#[derive(Clone, Copy, Debug)]
pub struct LogoChange<'a> {
    /// The one that it had.
    pub before: Option<&'a LogoDigest>,
    /// The one that it has, and how many bytes that is.
    pub after: Option<(&'a LogoDigest, usize)>,
}

impl KeptFiles<'_> {
    /// Counts the new logo of a tenant, and notes that the former one has no place any more, in the transaction that changes it. Up to
    /// four reads, none where the logo stays.
    ///
    /// # Errors
    /// `STORAGE_LIMIT_REACHED`, or those of the table.
    pub async fn change_logo(
        &self,
        transaction: &mut Transaction,
        change: LogoChange<'_>,
        now: Timestamp,
        cause: LimitCause,
    ) -> Result<(), ResourceError> {
        if change.before == change.after.map(|(digest, _)| digest) {
            return Ok(());
        }
        let place = |digest: &LogoDigest| logo_path(self.scope.tenant(), digest.as_str());
        if let Some((digest, bytes)) = change.after {
            let (path, bytes) = (place(digest), u64::try_from(bytes).unwrap_or(u64::MAX));
            match self.reserve(&path, bytes, now).await? {
                Some(keeping) => drop(self.insert(transaction, &keeping, cause)?),
                // It was the logo before.
                None => drop(transaction.add(self.marked(&path).remove("replacedAt"))),
            }
        }
        if let Some(path) = change.before.map(place)
            && self.get(&path).await?.is_some()
        {
            transaction.add(self.marked(&path).set("replacedAt", json!(now)));
        }
        Ok(())
    }

    /// Notes that a document is printed with a logo, which stays for that. One read, and one write for the first document; nothing for
    /// a logo that was never counted.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn print_logo(&self, path: &str, now: Timestamp) -> Result<(), TableError> {
        if self.get(path).await?.is_none_or(|file| file.printed_at.is_some()) {
            return Ok(());
        }
        let mut transaction = Transaction::new();
        transaction.add(self.marked(path).set("printedAt", json!(now)));
        match self.table.transact(transaction).await {
            // It went at this moment: the document is printed with what was read.
            Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
            Err(TransactError::Table(error)) => Err(error),
        }
    }

    /// Counts the logos no more that had no place for a week and are in no document; their paths, for whoever deletes them. One query,
    /// and one transaction for each.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn drop_logos(&self, now: Timestamp) -> Result<Vec<String>, TableError> {
        // Whatever its digest is.
        let folder = logo_path(self.scope.tenant(), "").replace(".png", "");
        let query = Query::partition(self.scope.partition("FILES")).begins_with(folder);
        let (mut walk, mut dropped) = (pages::Walk::new(self.table, query), Vec::new());
        while let Some(rows) = walk.next().await? {
            for row in rows {
                let path = row.get("SK").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
                let file: KeptFile = from_item(row)?;
                let is_over = file.replaced_at.is_some_and(|at| now >= at.plus(KEPT_FOR));
                if is_over && file.printed_at.is_none() && self.drop_logo(&path, &file, now).await? {
                    dropped.push(path);
                }
            }
        }
        Ok(dropped)
    }

    /// Whether it was still without a place and a document.
    async fn drop_logo(&self, path: &str, file: &KeptFile, now: Timestamp) -> Result<bool, TableError> {
        let as_read = Condition::AllOf(vec![
            Condition::Equals("replacedAt", json!(file.replaced_at)),
            Condition::Missing("printedAt"),
        ]);
        let mut transaction = Transaction::new();
        transaction.add(Write::delete(self.key(path)).when(as_read));
        let counts = ResourceCounts::new(self.table, self.scope);
        counts.give_back(&mut transaction, Resource::StorageBytes, file.bytes, now);
        match self.table.transact(transaction).await {
            Ok(()) => Ok(true),
            Err(TransactError::Cancelled(_)) => Ok(false),
            Err(TransactError::Table(error)) => Err(error),
        }
    }

    fn marked(&self, path: &str) -> Write {
        Write::update::<KeptFile>(self.key(path)).when(Condition::Exists)
    }
}
