//! Users in the table: the user's row, and one row each for the address and the name that keep them unique.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Email, SessionId, Timestamp, UserId};
use serde_json::json;
use table::{
    Cancelled, Condition, Item, Key, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, to_item,
};

use crate::{Attempts, User, Username};

/// The users of one tenant.
#[derive(Clone, Copy)]
pub struct Users<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// The writes of a new user that fail when the address or the name is taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    email: Slot,
    username: Slot,
}

impl Taken {
    /// Whether this is why the transaction did not happen.
    pub fn is_cause(self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.email).is_some() || cancelled.failed(self.username).is_some()
    }
}

impl<'a> Users<'a> {
    /// The users of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Whose users these are.
    pub const fn tenant(&self) -> kernel::TenantId {
        self.scope.tenant()
    }

    /// One user. One round trip.
    pub async fn get(&self, id: UserId) -> Result<Option<User>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// The user with this address. Two round trips, one when there is none.
    pub async fn find_by_email(&self, email: &Email) -> Result<Option<User>, TableError> {
        let Some(marker) = self.table.get(&self.email_key(email)).await? else { return Ok(None) };
        let id = marker.get("user").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| TableError::Corrupt("an address without its user".to_owned()))?;
        self.get(id).await
    }

    /// Adds a new user to a transaction: three writes.
    pub fn insert(&self, transaction: &mut Transaction, user: &User) -> Result<Taken, TableError> {
        let owner = || [("user".to_owned(), json!(user.id))].into_iter().collect::<Item>();
        let row = Write::put(self.key(user.id), to_item(user)?).gsi1(self.scope.gsi1("USERS", user.id));
        transaction.add(row.when(Condition::NotExists));
        let email = Write::put(self.email_key(&user.email), owner()).when(Condition::NotExists);
        let username = Write::put(self.username_key(&user.username), owner()).when(Condition::NotExists);
        Ok(Taken { email: transaction.add(email), username: transaction.add(username) })
    }

    /// The write that replaces a user by its next version; fails when another change came first.
    pub fn replace(&self, user: &User) -> Result<Write, TableError> {
        let row = Write::put(self.key(user.id), to_item(user)?).gsi1(self.scope.gsi1("USERS", user.id));
        Ok(row.when(Condition::VersionIs(user.version - 1)))
    }

    /// The failed logins of an account, known or not, under the keyed hash of its address.
    pub async fn attempts(&self, account: &str) -> Result<Attempts, TableError> {
        let row = self.table.get(&self.attempts_key(account)).await?;
        row.map_or_else(|| Ok(Attempts::default()), from_item)
    }

    /// The write that counts an attempt; fails when another was counted in between.
    pub fn count_attempt(&self, account: &str, next: &Attempts, now: Timestamp) -> Result<Write, TableError> {
        let row = Write::put(self.attempts_key(account), to_item(next)?);
        let first = Condition::AllOf(vec![Condition::NotExists, Condition::Missing("version")]);
        let unchanged = if next.version == 1 { first } else { Condition::VersionIs(next.version - 1) };
        Ok(row.ttl(now.plus(jiff::SignedDuration::from_hours(48))).when(unchanged))
    }

    /// The write that forgets failed logins after a success.
    pub fn forget_attempts(&self, account: &str) -> Write {
        Write::delete(self.attempts_key(account))
    }

    /// The write that begins a session: one refresh-token family, with only the hash of its token.
    pub fn begin_session(&self, session: SessionId, user: &User, refresh_token: &str, now: Timestamp) -> Write {
        let expires = now.plus(jiff::SignedDuration::from_hours(7 * 24));
        let row = json!({
            "id": session, "user": user.id, "auth_gen": user.auth_gen, "current": token_hash(refresh_token),
            "status": "active", "created_at": now, "expires_at": expires, "version": 1,
        });
        let row = row.as_object().cloned().unwrap_or_default();
        let listed = self.scope.gsi1(format_args!("SESSIONS#{}", user.id), session);
        Write::put(self.scope.key(format_args!("SES#{session}"), "SESSION"), row)
            .gsi1(listed)
            .ttl(expires)
            .when(Condition::NotExists)
    }

    fn key(&self, id: UserId) -> Key {
        self.scope.key(format_args!("USR#{id}"), "USER")
    }

    fn email_key(&self, email: &Email) -> Key {
        self.scope.key(format_args!("U#EMAIL#{}", token_hash(email.as_str())), "U")
    }

    fn username_key(&self, username: &Username) -> Key {
        self.scope.key(format_args!("U#NAME#{}", token_hash(username.as_str())), "U")
    }

    fn attempts_key(&self, account: &str) -> Key {
        self.scope.key(format_args!("LOGIN#{account}"), "LOGIN")
    }
}

/// SHA-256 in base64url: what stands in keys and rows for texts that must not.
fn token_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}
