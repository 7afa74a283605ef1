//! Word from providers that was heard: what was applied, so that it is applied once, and what was set aside.
//!
//! `PAY#<pay id>` / `NOTICE#<dedupe key>` marks word as applied and goes after 30 days. `PAY#<hash of a transaction>` / `CLAIM`
//! says which payment a transaction is of, where the provider's own answers do not. `QUARANTINE` / `<hash>` keeps
//! word that moved nothing and needs a person; it is listed in GSI1 `QUARANTINE` in the order of time,
//! and once a person has decided in `DECIDED`.

use std::{fmt, str::FromStr};

use kernel::{PaymentId, Provider, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Item, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
    to_item,
};

use utoipa::ToSchema;

use crate::{ProviderStatus, Quarantine, digest::sha256_hex};

/// How long applied word is remembered: 30 days, far beyond any provider's retries.
const REMEMBERED: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// How many rows one reading of what was set aside gives at most.
const SHOWN: usize = 500;

/// The longest body that is kept, in bytes.
const BODY_MAX: usize = 16 * 1024;

/// Which of the words that were set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// Those that wait for a person.
    Open,
    /// Those with a verdict.
    Decided,
}

impl Reviewed {
    const fn list(self) -> &'static str {
        match self {
            Self::Open => "QUARANTINE",
            Self::Decided => "DECIDED",
        }
    }
}

/// The word that one tenant heard.
#[derive(Clone, Copy)]
pub struct Notices<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppliedWord {
    heard_at: Timestamp,
}

/// Whose a transaction is that names no payment.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransactionClaim {
    payment_id: PaymentId,
}

/// Word that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quarantined {
    /// Why.
    pub reason: Quarantine,
    /// From whom.
    pub provider: Provider,
    /// Of which payment it speaks, in its own words.
    pub order_id: String,
    /// The provider's name of the transaction of which it speaks, where it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// The body as it came in, cut to 16 KiB.
    pub body: String,
    /// When it was first heard.
    pub heard_at: Timestamp,
    /// What a person has decided about it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub verdict: Option<ReviewVerdict>,
    /// Since when that is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
}

/// What a person decided about word that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewVerdict {
    /// What.
    pub choice: Choice,
    /// Why, in their words; 1 to 200 characters.
    pub reason: String,
}

/// What can be decided about word that was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewDecision)]
pub enum Choice {
    /// What the provider says now is booked: money that came in is on the customer's balance, and money that went back is
    /// taken off it.
    Accept,
    /// Money that came in goes back through the provider, and nothing is booked.
    Refund,
    /// Nothing is done.
    Ignore,
}

/// The name of word that was set aside: 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(
    description = "Which word was set aside", value_type = String, pattern = "^[0-9a-f]{64}$",
    example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)]
pub struct ReviewId(String);

impl fmt::Display for ReviewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ReviewId {
    type Err = ReviewIdError;

    fn from_str(text: &str) -> Result<Self, ReviewIdError> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) { Ok(Self(text.to_owned())) } else { Err(ReviewIdError) }
    }
}

/// The text names no word that could have been set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("64 hexadecimal digits are needed")]
pub struct ReviewIdError;

impl Quarantined {
    /// Word whose signature was right.
    pub fn new(provider: Provider, reason: Quarantine, order_id: &str, raw: &[u8], heard_at: Timestamp) -> Self {
        let kept = raw.get(..BODY_MAX).unwrap_or(raw);
        let body = String::from_utf8_lossy(kept).into_owned();
        let order_id = order_id.chars().take(100).collect();
        Self { reason, provider, order_id, transaction_id: None, body, heard_at, verdict: None, decided_at: None }
    }

    /// The same of this transaction.
    #[must_use]
    pub fn of_transaction(self, id: &str) -> Self {
        Self { transaction_id: Some(id.chars().take(100).collect()), ..self }
    }

    /// Its name.
    pub fn id(&self) -> ReviewId {
        ReviewId(sha256_hex(self.body.as_bytes()))
    }
}

impl Quarantined {
    /// What the provider answered when it was asked. The same answer at another time is the same word.
    pub fn answered(provider: Provider, reason: Quarantine, said: &ProviderStatus) -> Self {
        let ProviderStatus { order_id, transaction_id, observed, gross, before_fee, .. } = said;
        let word = format!("{reason:?}: {order_id} {transaction_id} {observed:?} {gross:?} {before_fee:?}");
        Self::new(provider, reason, order_id, word.as_bytes(), said.at).of_transaction(transaction_id)
    }
}

impl Record for AppliedWord {
    const ROWS: &'static [&'static str] = &["PAY#{payment} / NOTICE#{word}"];
}

impl Record for TransactionClaim {
    const ROWS: &'static [&'static str] = &["PAY#{transaction} / CLAIM"];
}

impl Record for Quarantined {
    const ROWS: &'static [&'static str] = &["QUARANTINE / {hash}"];
}

impl<'a> Notices<'a> {
    /// The word that the tenant of `scope` heard.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Whether this word was applied before. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn is_applied(&self, payment: PaymentId, dedupe_key: &str) -> Result<bool, TableError> {
        let key = self.scope.key(format_args!("PAY#{payment}"), format_args!("NOTICE#{dedupe_key}"));
        Ok(self.table.get(&key).await?.is_some())
    }

    /// Marks word as applied; it belongs into the transaction of what the word changed, and makes it
    /// fail when the word was applied in between.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn insert_applied(
        &self,
        transaction: &mut Transaction,
        payment: PaymentId,
        dedupe_key: &str,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let key = self.scope.key(format_args!("PAY#{payment}"), format_args!("NOTICE#{dedupe_key}"));
        let row = Write::put(key, &AppliedWord { heard_at: now })?;
        Ok(transaction.add(row.ttl(now.plus(REMEMBERED)).when(Condition::NotExists)))
    }

    /// Which payment a transaction is of, where one has claimed it. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn claimed_by(&self, transaction_id: &str) -> Result<Option<PaymentId>, TableError> {
        let claim: Option<TransactionClaim> =
            self.table.get(&self.claim(transaction_id)).await?.map(from_item).transpose()?;
        Ok(claim.map(|claim| claim.payment_id))
    }

    /// Claims a transaction for a payment; it fails when another has. So one transaction pays one payment, also where the
    /// provider's answer does not say which.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn insert_claim(
        &self,
        transaction: &mut Transaction,
        transaction_id: &str,
        payment: PaymentId,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.claim(transaction_id), &TransactionClaim { payment_id: payment })?;
        Ok(transaction.add(row.when(Condition::NotExists)))
    }

    fn claim(&self, transaction_id: &str) -> Key {
        self.scope.key(format_args!("PAY#{}", sha256_hex(transaction_id.as_bytes())), "CLAIM")
    }

    /// Sets word aside. The same word again fails on it, which means that it is there.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, word: &Quarantined) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(word)?.when(Condition::NotExists)))
    }

    /// As [`Notices::set_aside`], for the transaction of what the word changed: it does not fail.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn save(&self, transaction: &mut Transaction, word: &Quarantined) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(word)?))
    }

    fn row(&self, word: &Quarantined) -> Result<Write, TableError> {
        let hash = word.id();
        let listed = self.scope.gsi1("QUARANTINE", format_args!("{}#{hash}", word.heard_at));
        // What was heard before stays as it was first heard.
        let row = Write::update::<Quarantined>(self.scope.key("QUARANTINE", &hash)).gsi1_if_missing(listed);
        Ok(to_item(word)?.into_iter().fold(row, |row, (name, value)| row.set_if_missing(name, value)))
    }

    /// Word that was set aside. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: &ReviewId) -> Result<Option<Quarantined>, TableError> {
        self.table.get(&self.scope.key("QUARANTINE", id)).await?.map(from_item).transpose()
    }

    /// What was set aside and waits for a person, or with a verdict; newest first. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, which: Reviewed, request: &PageRequest) -> Result<Listed<Quarantined>, TableError> {
        let query = Query::gsi1(self.scope.partition(which.list())).descending();
        pages::page(self.table, query, request, |_| true).await
    }

    /// Puts a verdict on word that waits for one; it fails where somebody has decided before.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn decide(
        &self,
        transaction: &mut Transaction,
        word: &Quarantined,
        verdict: ReviewVerdict,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let id = word.id();
        let listed = self.scope.gsi1(Reviewed::Decided.list(), format_args!("{}#{id}", word.heard_at));
        let decided = Quarantined { verdict: Some(verdict), decided_at: Some(now), ..word.clone() };
        let row = Write::put(self.scope.key("QUARANTINE", &id), &decided)?.gsi1(listed);
        Ok(transaction.add(row.when(Condition::Missing("decidedAt"))))
    }

    /// What was set aside in `[from, to)`, oldest first, the first 500. The index may lag by a moment. One round trip per
    /// megabyte.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn set_aside_between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Quarantined>, TableError> {
        // An instant sorts before all rows that begin with it, so the end stays outside.
        let query = Query::gsi1(self.scope.partition("QUARANTINE")).between(from.to_string(), to.to_string());
        let (mut words, mut walk) = (Vec::new(), pages::Walk::new(self.table, query));
        while words.len() < SHOWN {
            let Some(rows) = walk.next().await? else { break };
            words.extend(rows.into_iter().filter_map(pages::read::<Quarantined>).take(SHOWN - words.len()));
        }
        Ok(words)
    }

    /// What was set aside and needs a person, oldest first; at most 100.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn set_aside_so_far(&self, after: Option<Item>) -> Result<Listed<Quarantined>, TableError> {
        let query = Query::gsi1(self.scope.partition("QUARANTINE")).limit(100);
        pages::part(self.table, query, after).await
    }
}

#[cfg(test)]
mod tests {
    use table::record::from_golden;

    use super::*;
    use crate::payment::tests::at;

    #[test]
    fn set_aside_word_stays_readable() {
        let word = Quarantined::new(
            Provider::Midtrans,
            Quarantine::UnknownOrder,
            "ORDER-101",
            b"{\"order_id\":\"ORDER-101\"}",
            at("2026-12-01T03:00:00Z"),
        );
        assert_eq!(from_golden::<Quarantined>(include_str!("golden/quarantined.json")).unwrap(), word);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (order, body, at) = ("x".repeat(500), vec![0xff; 20_000], at("2026-12-01T03:00:00Z"));
        let word = Quarantined::new(Provider::Midtrans, Quarantine::Incomplete, &order, &body, at);
        assert_eq!(word.order_id.len(), 100);
        assert_eq!(word.body.chars().count(), BODY_MAX);
    }
}
