//! The audit trail: who did what to whom, written in the transaction of the change itself.
//!
//! An entry is written once and never changed; the auditor, woken by the table's stream, chains each tenant's entries of
//! a day by their hashes, so that none can be changed or taken away unnoticed.

pub mod chain;
pub(crate) mod trail;

use std::{borrow::Cow, collections::BTreeMap, fmt::Display};

use kernel::{ApiKeyId, AuditId, RequestId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, TableError, TenantScope, Transaction, Write};
use utoipa::ToSchema;

/// The sort-key prefix of entries, which the stream mapping of the auditor filters on.
pub const SORT_PREFIX: &str = "AUD#";

/// How long an entry is kept: 400 days, a year and the time to look at it.
const KEPT: i64 = 400 * 24 * 3600;
/// The longest text of a detail, in characters: a hundred permissions fit.
const MAX_DETAIL: usize = 8_000;

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in user, or one who proved an address by a link.
    User(UserId),
    /// A tenant's server.
    ApiKey(ApiKeyId),
    /// Somebody who is not signed in.
    Anonymous,
}

impl Actor {
    /// The id of whoever is known.
    pub fn id(self) -> Option<String> {
        match self {
            Self::User(user) => Some(user.to_string()),
            Self::ApiKey(key) => Some(key.to_string()),
            Self::Anonymous => None,
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Denied,
}

/// What is worth an entry, by its name: `user.erased`. Each is declared by those who record it; names that were ever written
/// must stay readable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditAction, value_type = String, description = "What was done", example = "api_key.created")]
#[serde(transparent)]
pub struct Action(Cow<'static, str>);

impl Action {
    /// The action of this name, `subject.done`.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One entry. It holds ids and no personal data but the address that the call came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The id; entries of one tenant sort by it.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Who really acted, where staff acted as the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impersonator: Option<UserId>,
    /// What.
    pub action: Action,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// To whom or what: an id, a role's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// More about it, such as the role that was given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// The address that the call came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The request.
    pub request_id: RequestId,
    /// What its caller called it in `X-Request-Id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_request_id: Option<String>,
    /// Its place in the day's chain, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<ChainLink>,
}

/// An entry's place in the chain of its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainLink {
    /// 1 for the first of the day.
    pub number: u64,
    /// The hash of the entry before; for the first, that of the day's beginning.
    pub previous: String,
    /// The hash over `previous` and this entry.
    pub hash: String,
}

impl Record for AuditEntry {
    const ROWS: &'static [&'static str] = &["AUDIT#{day} / AUD#{entry}"];
    const FREE: &'static [&'static str] = &["details"];
}

impl AuditEntry {
    /// Names what it was done to.
    pub fn about(self, target: impl Display) -> Self {
        Self { target: Some(target.to_string()), ..self }
    }

    /// Adds a detail, cut to 8,000 characters; never personal data.
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.details.insert(name.to_owned(), value.to_string().chars().take(MAX_DETAIL).collect());
        self
    }

    /// Marks it as refused.
    pub fn denied(self) -> Self {
        Self { outcome: AuditOutcome::Denied, ..self }
    }

    /// Puts it into a tenant's trail.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, scope: TenantScope) -> Result<Slot, TableError> {
        let row = Write::put(entry_key(scope, self), self)?.gsi1(scope.gsi1("AUDIT", self.id));
        Ok(transaction.add(row.set("ttl", expires_at(self)).when(Condition::NotExists)))
    }
}

/// The key of an entry: one partition per tenant and day.
pub(crate) fn entry_key(scope: TenantScope, entry: &AuditEntry) -> Key {
    scope.key(format_args!("AUDIT#{}", day_of(entry.at)), format_args!("{SORT_PREFIX}{}", entry.id))
}

/// From when on an entry may be deleted, in seconds since 1970.
pub(crate) const fn expires_at(entry: &AuditEntry) -> i64 {
    entry.at.as_seconds() + KEPT
}

/// `2026-11-21`: the day in UTC whose chain an instant belongs to.
pub fn day_of(instant: Timestamp) -> String {
    instant.to_string().chars().take(10).collect()
}
