//! The rows of a user's list.
//!
//! `INBOX#<usr id>` / `ITEM#<ntf id>` is a message, `INBOX#<usr id>` / `NEW#<ntf id>` marks it as unread: what is unread is
//! counted without reading a message. An id begins with the instant of its event, so that the list is in their order. Both
//! rows are kept for 90 days.

use kernel::{EventId, NotificationId, Timestamp, UserId};
use table::{
    Condition, Key, MAX_WRITES, Partition, Query, Slot, Table, TableError, TenantScope, TransactError, Transaction,
    Write, WriteError, from_item,
    pages::{self, Listed, PageRequest},
};

use super::{InboxItem, Unread};
use crate::Stats;

/// Up to how many unread messages are counted; of more it is only said that there are more.
pub const UNREAD_COUNTED: usize = 1_000;
/// How many messages one call marks as read.
pub const MARKED_AT_ONCE: usize = 1_000;

/// Which messages of a list are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboxFilter {
    /// All.
    All,
    /// Those that were not read yet.
    Unread,
}

/// The list of one user.
#[derive(Clone, Copy)]
pub struct Inbox<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
    user: UserId,
}

impl<'a> Inbox<'a> {
    /// The list of a user of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope, user: UserId) -> Self {
        Self { table, scope, user }
    }

    /// Puts a message into the list, unless it is there. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn deliver(&self, item: &InboxItem) -> Result<(), TableError> {
        let mut transaction = Transaction::new();
        let new = Unread { id: item.id, expires_at: item.expires_at };
        let row = Write::put(self.key("ITEM", item.id), item)?.ttl(item.expires_at);
        transaction.add(row.when(Condition::NotExists));
        transaction.add(Write::put(self.key("NEW", item.id), &new)?.ttl(new.expires_at));
        match self.table.transact(transaction).await {
            // It was put there before, and may have been read since.
            Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
            Err(TransactError::Table(error)) => Err(error),
        }
    }

    /// A page of the list, newest first. One round trip; two of what is unread.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        filter: InboxFilter,
        request: &PageRequest,
        now: Timestamp,
    ) -> Result<Listed<InboxItem>, TableError> {
        let keep = |item: &InboxItem| now < item.expires_at;
        match filter {
            InboxFilter::All => pages::page(self.table, self.rows("ITEM#").descending(), request, keep).await,
            InboxFilter::Unread => {
                let key = |unread: &Unread| self.key("ITEM", unread.id);
                pages::pointed(self.table, self.rows("NEW#").descending(), request, key, keep).await
            }
        }
    }

    /// One message. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: NotificationId, now: Timestamp) -> Result<Option<InboxItem>, TableError> {
        let row = self.table.get(&self.key("ITEM", id)).await?;
        Ok(row.map(from_item).transpose()?.filter(|item: &InboxItem| now < item.expires_at))
    }

    /// What is unread, newest first, up to one more than [`UNREAD_COUNTED`]. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn unread(&self, now: Timestamp) -> Result<Vec<Unread>, TableError> {
        let most = u16::try_from(UNREAD_COUNTED + 1).unwrap_or(u16::MAX);
        let found = self.table.query(self.rows("NEW#").descending().limit(most)).await?;
        let unread = found.items.into_iter().filter_map(pages::read::<Unread>);
        Ok(unread.filter(|unread| now < unread.expires_at).collect())
    }

    /// Marks a message that was not read as read, and counts it. It fails when the message is gone, or was read meanwhile.
    pub fn save_read(&self, transaction: &mut Transaction, id: NotificationId, now: Timestamp) {
        self.mark(transaction, id, now);
        Stats::new(self.table, self.scope).count_read(transaction, id, 1, now);
    }

    fn mark(&self, transaction: &mut Transaction, id: NotificationId, now: Timestamp) {
        let row = Write::update::<InboxItem>(self.key("ITEM", id)).set("readAt", now.to_string());
        transaction.add(row.when(Condition::AllOf(vec![Condition::Exists, Condition::Missing("readAt")])));
        transaction.add(Write::delete(self.key("NEW", id)));
    }

    /// Marks messages as read. One round trip for each forty-nine; more where one of them was read or deleted meanwhile.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read_all(&self, unread: &[Unread], now: Timestamp) -> Result<(), TableError> {
        // Two writes for each message and one that counts them.
        for chunk in unread.chunks((MAX_WRITES - 1) / 2) {
            let mut transaction = Transaction::new();
            for one in chunk {
                self.mark(&mut transaction, one.id, now);
            }
            if let (Some(first), Ok(read)) = (chunk.first(), i64::try_from(chunk.len())) {
                Stats::new(self.table, self.scope).count_read(&mut transaction, first.id, read, now);
            }
            match self.table.transact(transaction).await {
                Ok(()) => {}
                Err(TransactError::Cancelled(_)) => self.read_each(chunk, now).await?,
                Err(TransactError::Table(error)) => return Err(error),
            }
        }
        Ok(())
    }

    async fn read_each(&self, unread: &[Unread], now: Timestamp) -> Result<(), TableError> {
        for one in unread {
            let mut transaction = Transaction::new();
            self.save_read(&mut transaction, one.id, now);
            match self.table.transact(transaction).await {
                Ok(()) => {}
                // The message is gone or was read, and the store may have kept its mark.
                Err(TransactError::Cancelled(_)) => {
                    match self.table.write(Write::delete(self.key("NEW", one.id))).await {
                        Ok(_) | Err(WriteError::ConditionFailed { .. }) => {}
                        Err(WriteError::Table(error)) => return Err(error),
                    }
                }
                Err(TransactError::Table(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes a message out of the list; it fails when the message is not there.
    pub fn delete(&self, transaction: &mut Transaction, id: NotificationId) -> Slot {
        let slot = transaction.add(Write::delete(self.key("ITEM", id)).when(Condition::Exists));
        transaction.add(Write::delete(self.key("NEW", id)));
        slot
    }

    /// Forgets the whole list. One round trip to look, and one for each hundred rows.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn wipe(&self) -> Result<(), TableError> {
        self.forget(|_| true).await
    }

    /// Forgets what tells of events before this one. Round trips as [`Self::wipe`].
    ///
    /// # Errors
    /// Those of the table.
    pub async fn wipe_before(&self, event: EventId) -> Result<(), TableError> {
        // The id of a notification has the time of its event.
        let told = |sort: &str| sort.split_once('#').and_then(|(_, id)| id.parse::<NotificationId>().ok());
        let before = event.ulid().timestamp_ms();
        self.forget(|sort| told(sort).is_some_and(|id| id.ulid().timestamp_ms() < before)).await
    }

    async fn forget(&self, is_to_go: impl Fn(&str) -> bool) -> Result<(), TableError> {
        let mut walk = pages::Walk::new(self.table, Query::partition(self.partition()));
        while let Some(rows) = walk.next().await? {
            let sorts = rows.iter().filter_map(|row| row.get("SK")?.as_str()).filter(|sort| is_to_go(sort));
            let keys: Vec<Key> = sorts.map(|sort| self.scope.key(format_args!("INBOX#{}", self.user), sort)).collect();
            for chunk in keys.chunks(MAX_WRITES) {
                let mut transaction = Transaction::new();
                for key in chunk {
                    transaction.add(Write::delete(key.clone()));
                }
                match self.table.transact(transaction).await {
                    Ok(()) | Err(TransactError::Cancelled(_)) => {}
                    Err(TransactError::Table(error)) => return Err(error),
                }
            }
        }
        Ok(())
    }

    fn rows(&self, prefix: &str) -> Query {
        Query::partition(self.partition()).begins_with(prefix)
    }

    fn partition(&self) -> Partition {
        self.scope.partition(format_args!("INBOX#{}", self.user))
    }

    fn key(&self, sort: &str, id: NotificationId) -> Key {
        self.scope.key(format_args!("INBOX#{}", self.user), format_args!("{sort}#{id}"))
    }
}
