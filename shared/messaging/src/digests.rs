//! Messages that are told together.
//!
//! `DIGEST#<usr id>` / `<instant>#<ntf id>` is a message that is to be told in the digest of that instant, which is on the
//! agenda. A digest is a notification of its own, in rounds of at most [`TOLD_AT_ONCE`] messages: the transaction that stores
//! one marks its messages as sent by mail and takes them off the list, so that each is told once, wherever a process dies.

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{EventId, NotificationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Partition, Query, Record, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, Due, DueKind},
    pages,
};
use ulid::Ulid;

use crate::{Channel, Deliveries, Notification, Notifications};

/// How many messages one digest tells: three writes for each fit one transaction, and a mail stays short.
pub const TOLD_AT_ONCE: usize = 40;

/// A message that waits for a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DigestEntry {
    /// Which.
    pub id: NotificationId,
    /// For the digest of this time.
    pub at: Timestamp,
}

impl Record for DigestEntry {
    const ROWS: &'static [&'static str] = &["DIGEST#{user} / {instant}#{notification}"];
}

/// Whose digest, and of when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestOf {
    /// Who reads it.
    pub user: UserId,
    /// When it is sent.
    pub at: Timestamp,
}

impl DigestOf {
    /// What a message of the agenda asks for.
    ///
    /// # Errors
    /// `Corrupt` when it asks for something else.
    pub fn read(due: &Due) -> Result<Self, TableError> {
        let corrupt = || TableError::Corrupt(format!("{} of {}", due.kind.as_str(), due.id));
        let (user, at) = due.id.split_once('/').ok_or_else(corrupt)?;
        Ok(Self { user: user.parse().map_err(|_| corrupt())?, at: at.parse().map_err(|_| corrupt())? })
    }

    fn name(self) -> String {
        format!("{}/{}", self.user, self.at)
    }

    /// What stands for the event of one round: always the same.
    pub fn event(self, round: u32) -> EventId {
        let hash = digest(&SHA256, format!("digest {} {round}", self.name()).as_bytes());
        let random = hash.as_ref().iter().take(10).fold(0_u128, |random, byte| (random << 8) | u128::from(*byte));
        EventId::new(Ulid::from_parts(u64::try_from(self.at.as_millis()).unwrap_or_default(), random))
    }
}

/// The digests of one tenant's users.
#[derive(Clone, Copy)]
pub struct Digests<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Digests<'a> {
    /// The digests of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Has a message wait for a digest, which goes on the agenda; twice is as once.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        of: DigestOf,
        notification: &Notification,
    ) -> Result<(), TableError> {
        let entry = DigestEntry { id: notification.id, at: of.at };
        transaction.add(Write::put(self.key(of, entry.id), &entry)?.ttl(notification.expires_at));
        self.set(transaction, of)
    }

    /// Puts a digest on the agenda; twice is as once.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn set(&self, transaction: &mut Transaction, of: DigestOf) -> Result<(), TableError> {
        agenda::set(transaction, self.scope, DueKind::MessageDigest, of.name(), of.at)?;
        Ok(())
    }

    /// What waits for a digest, at most one round of it. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn waiting(&self, of: DigestOf) -> Result<Vec<DigestEntry>, TableError> {
        let most = u16::try_from(TOLD_AT_ONCE).unwrap_or(u16::MAX);
        let rows = Query::partition(self.partition(of.user)).begins_with(format!("{}#", of.at)).limit(most);
        let found = self.table.query(rows).await?;
        Ok(found.items.into_iter().filter_map(pages::read).collect())
    }

    /// Stores the digest that tells these messages, each of which is sent by mail with that. It fails when the digest is
    /// there, or one of them was sent meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn tell(
        &self,
        transaction: &mut Transaction,
        digest: &Notification,
        entries: &[DigestEntry],
        (of, now): (DigestOf, Timestamp),
    ) -> Result<(), TableError> {
        Notifications::new(self.table, self.scope).insert(transaction, digest)?;
        let deliveries = Deliveries::new(self.table, self.scope);
        for entry in entries {
            deliveries.insert_sent(transaction, entry.id, Channel::Email, (digest.id, now))?;
            transaction.add(Write::delete(self.key(of, entry.id)));
        }
        Ok(())
    }

    /// Takes a message off the list that is not to be told any more, or was told. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget(&self, of: DigestOf, id: NotificationId) -> Result<(), TableError> {
        let write = Write::delete(self.key(of, id)).when(Condition::Exists);
        match self.table.write(write).await {
            Ok(_) | Err(table::WriteError::ConditionFailed { .. }) => Ok(()),
            Err(table::WriteError::Table(error)) => Err(error),
        }
    }

    fn partition(&self, user: UserId) -> Partition {
        self.scope.partition(format_args!("DIGEST#{user}"))
    }

    fn key(&self, of: DigestOf, id: NotificationId) -> Key {
        self.scope.key(format_args!("DIGEST#{}", of.user), format_args!("{}#{id}", of.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_found_again_by_what_the_agenda_says() {
        let of = DigestOf {
            user: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            at: "2026-12-02T01:00:00Z".parse().unwrap(),
        };
        let due =
            |id: String| Due { tenant_id: kernel::TenantId::PLATFORM, kind: DueKind::MessageDigest, id, at: of.at };
        assert_eq!(DigestOf::read(&due(of.name())).unwrap(), of);
        assert!(DigestOf::read(&due("usr_1/x".to_owned())).is_err());
        assert_eq!(of.event(0), of.event(0));
        assert_ne!(of.event(0), of.event(1));
    }
}
