//! Uploads among a tenant's files: room that was reserved goes to where the bytes are kept, or is given back, in the transaction of
//! the file.

use kernel::{Resource, Timestamp};
use serde_json::json;
use table::{Condition, TableError, Transaction, Write};

use crate::limits::{KeptFiles, ResourceCounts, kept_files::KeptFile};

impl KeptFiles<'_> {
    /// Counts what was reserved for one path at another one, in a transaction: no more and no less is stored. When the transaction
    /// fails by it, ask again. Nothing for a path that is not counted. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn move_to(&self, transaction: &mut Transaction, from: &str, to: &str) -> Result<(), TableError> {
        let Some(file) = self.get(from).await? else { return Ok(()) };
        let bytes = Condition::Equals("bytes", json!(file.bytes));
        transaction.add(Write::delete(self.key(from)).when(bytes));
        let file = KeptFile { bytes: file.bytes, ..KeptFile::default() };
        transaction.add(Write::put(self.key(to), &file)?.when(Condition::NotExists));
        Ok(())
    }

    /// Counts a path no more, in a transaction. As [`KeptFiles::move_to`].
    ///
    /// # Errors
    /// Those of the table.
    pub async fn release(&self, transaction: &mut Transaction, path: &str, now: Timestamp) -> Result<(), TableError> {
        let Some(file) = self.get(path).await? else { return Ok(()) };
        let bytes = Condition::Equals("bytes", json!(file.bytes));
        transaction.add(Write::delete(self.key(path)).when(bytes));
        ResourceCounts::new(self.table, self.scope).give_back(transaction, Resource::StorageBytes, file.bytes, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use events::Cause;
    use kernel::{EventId, RequestId};
    use table::TenantScope;
    use testkit::Stack;

    use super::*;
    use crate::limits::LimitCause;

    #[tokio::test]
    async fn room_moves_with_the_bytes_and_is_given_back_once() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let (ctx, scope) = (stack.ctx(), TenantScope::new(tenant.id));
        let (files, now) = (KeptFiles::new(ctx.table(), scope), ctx.now());
        let cause =
            LimitCause { event: EventId::new(ctx.new_ulid()), cause: Cause::from(RequestId::new(ctx.new_ulid())) };
        files.count("quarantine/one", 700, now, cause).await.unwrap();
        let used = async || {
            let state = ResourceCounts::new(ctx.table(), scope).state(Resource::StorageBytes, now).await.unwrap();
            (state.count.used, files.total().await.unwrap())
        };
        let (mut once, mut twice) = (Transaction::new(), Transaction::new());
        files.move_to(&mut once, "quarantine/one", "home").await.unwrap();
        files.release(&mut twice, "quarantine/one", now).await.unwrap();
        ctx.table().transact(once).await.unwrap();
        assert_eq!(used().await, (700, 700));
        assert!(ctx.table().transact(twice).await.is_err(), "what moved meanwhile is not given back");
        for _ in 0..2 {
            let mut transaction = Transaction::new();
            files.release(&mut transaction, "home", now).await.unwrap();
            if !transaction.is_empty() {
                ctx.table().transact(transaction).await.unwrap();
            }
            assert_eq!(used().await, (0, 0));
        }
    }
}
