//! Sessions in the table: a row each, listed by user.

use kernel::{SessionId, Timestamp, UserId};
use serde::Deserialize;
use serde_json::json;
use table::{
    Condition, Item, Key, Partition, Query, Record, Slot, Table, TableError, TenantScope, TransactError, Transaction,
    Write, from_item, pages,
};

use crate::{Lifetimes, Session, SessionStatus, User};

/// How many pages of how many rows are looked at for a user's sessions. Few are open; more only lie there when somebody
/// signs in hundreds of times within the two days in which expired rows are collected.
const PAGES: u8 = 5;
const ROWS: u16 = 100;

/// The sessions of one tenant.
#[derive(Clone, Copy)]
pub struct Sessions<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl Record for Session {
    const ROWS: &'static [&'static str] = &["SES#{session} / SESSION"];
}

/// What of a session's row must be readable to delete it.
#[derive(Deserialize)]
struct Named {
    id: SessionId,
}

impl<'a> Sessions<'a> {
    /// The sessions of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One session. One round trip.
    pub async fn get(&self, id: SessionId) -> Result<Option<Session>, TableError> {
        self.table.get(&Self::key(self.scope, id)).await?.map(Self::read).transpose()
    }

    /// The sessions of a user that are open under a policy, newest first. One round trip, up to five after hundreds of
    /// logins. The index may lag: a session of this second can be missing.
    pub async fn open_of(&self, user: &User, lifetimes: Lifetimes, now: Timestamp) -> Result<Vec<Session>, TableError> {
        let query = Query::gsi1(Self::listed(self.scope, user.id)).descending().limit(ROWS);
        let (mut open, mut walk) = (Vec::new(), pages::Walk::new(self.table, query));
        for _ in 0..PAGES {
            let Some(rows) = walk.next().await? else { break };
            let sessions = rows.into_iter().filter_map(pages::read::<Session>);
            open.extend(sessions.map(|one| one.under(lifetimes)).filter(|one| one.is_live(user.auth_gen, now)));
        }
        Ok(open)
    }

    /// Begins a session.
    pub fn insert(&self, transaction: &mut Transaction, session: &Session) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(session)?.when(Condition::NotExists)))
    }

    /// Replaces a session by its next version; fails when another change came first.
    pub fn save(&self, transaction: &mut Transaction, session: &Session) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(session)?.when(Condition::VersionIs(session.version - 1))))
    }

    /// Notes that the user of an open session showed a second factor now; fails when it was ended.
    pub fn show_second_factor(&self, transaction: &mut Transaction, id: SessionId) -> Slot {
        let active = Condition::Equals("status", json!(SessionStatus::Active));
        transaction
            .add(Write::update::<Session>(Self::key(self.scope, id)).set("mfa", true).add("version", 1).when(active))
    }

    /// Deletes every session of a user, with the addresses and devices in them. The listing may lag behind: call it
    /// again some time later. One query a hundred sessions, and one transaction.
    ///
    /// # Errors
    /// Those of the table; what was deleted stays so.
    pub async fn wipe(&self, user: UserId) -> Result<(), TransactError> {
        let mut walk = pages::Walk::new(self.table, Query::gsi1(Self::listed(self.scope, user)).limit(100));
        while let Some(rows) = walk.next().await? {
            let mut transaction = Transaction::new();
            for row in rows {
                let Named { id } = from_item(row)?;
                transaction.add(Write::delete(Self::key(self.scope, id)));
            }
            self.table.transact(transaction).await?;
        }
        Ok(())
    }

    /// Where a user's sessions are listed, oldest first, in GSI1: those that nobody ended.
    pub fn listed(scope: TenantScope, user: UserId) -> Partition {
        scope.partition(format_args!("SESSIONS#{user}"))
    }

    /// The key of a session's row, for reads of several rows at once.
    pub fn key(scope: TenantScope, id: SessionId) -> Key {
        scope.key(format_args!("SES#{id}"), "SESSION")
    }

    /// The session of a row.
    pub fn read(row: Item) -> Result<Session, TableError> {
        from_item(row)
    }

    fn row(&self, session: &Session) -> Result<Write, TableError> {
        let row = Write::put(Self::key(self.scope, session.id), session)?.ttl(session.expires_at);
        let listed = self.scope.gsi1(format_args!("SESSIONS#{}", session.user), session.id);
        // One that ended is found by the erasure of its tenant alone.
        let ended = self.scope.gsi1(format_args!("SESSIONSENDED#{}", session.user), session.id);
        Ok(row.gsi1(if session.status == SessionStatus::Active { listed } else { ended }))
    }
}
