//! Addresses and numbers that a tenant writes to no more: mail comes back from there, or their owner said stop.
//!
//! `SUP#<sup id>` / `SUPPRESSION`, listed in GSI1 `SUPPRESSIONS`; `SUP#<sup id>` / `BOUNCES` counts mails that came back for
//! the moment, for 30 days. The id is a keyed hash of the address ([`SuppressionIndex`]): it is found without being stored.
//! What is shown of the address is a hint, and stays after a person is erased, since nobody is to write there again.

use aws_lc_rs::hmac;
use jiff::SignedDuration;
use kernel::{Email, Fault, FaultKind, Phone, Secret, SuppressionId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};
use ulid::Ulid;
use utoipa::ToSchema;

use crate::Channel;

/// Where somebody is written to.
#[derive(Clone, Copy, Debug)]
pub enum ContactPoint<'a> {
    /// A mailbox.
    Email(&'a Email),
    /// A phone.
    Phone(&'a Phone),
}

impl ContactPoint<'_> {
    const fn channel(self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Phone(_) => Channel::Sms,
        }
    }

    /// Enough to know the address again, and not enough to write to it: `b***@example.com`, `+62***890`.
    fn hint(self) -> String {
        match self {
            Self::Email(email) => {
                let (local, domain) = email.as_str().rsplit_once('@').unwrap_or_default();
                format!("{}***@{domain}", local.chars().take(1).collect::<String>())
            }
            Self::Phone(phone) => {
                let digits = phone.as_str();
                let (head, tail) = (digits.get(..3), digits.get(digits.len().saturating_sub(3)..));
                format!("{}***{}", head.unwrap_or_default(), tail.unwrap_or_default())
            }
        }
    }
}

/// Why nothing is sent there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SuppressionReason)]
pub enum SuppressionReason {
    /// Mail comes back from there.
    Bounce,
    /// The reader called a mail spam.
    Complaint,
    /// The owner of the number answered with STOP.
    OptOut,
}

/// An address that nothing is sent to, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suppression {
    /// From [`SuppressionIndex::of`].
    pub id: SuppressionId,
    /// Which channel leads there.
    pub channel: Channel,
    /// The address in part. Sealed.
    #[serde(with = "table::personal")]
    pub hint: String,
    /// Why.
    pub reason: SuppressionReason,
    /// The carrier's own word for it, such as `General` or `21610`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

/// How many mails to an address came back for the moment, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounces {
    /// How many.
    pub count: u32,
    /// Grows by one with every change.
    pub version: u64,
}

impl Record for Suppression {
    const ROWS: &'static [&'static str] = &["SUP#{suppression} / SUPPRESSION"];
}

impl Record for Bounces {
    const ROWS: &'static [&'static str] = &["SUP#{suppression} / BOUNCES"];
}

/// Nothing is suppressed under this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such suppression")]
pub struct NoSuppression;

impl Fault for NoSuppression {
    fn kind(&self) -> FaultKind {
        FaultKind::NotFound
    }

    fn code(&self) -> &'static str {
        "NOT_FOUND"
    }

    fn is_final(&self) -> bool {
        false
    }
}

/// So many mails that came back for the moment, within the time that they are counted, are one that came back for good.
const MOST_BOUNCES: u32 = 5;
/// For how long after the last one they are counted.
const COUNTED: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Bounces {
    /// One more.
    #[must_use]
    pub const fn and_one(&self) -> Self {
        Self { count: self.count.saturating_add(1), version: self.version + 1 }
    }

    /// Whether it is of no use to write there again.
    pub const fn are_too_many(&self) -> bool {
        self.count >= MOST_BOUNCES
    }
}

/// Names addresses: equal ones of a tenant have one name, which tells nobody without the key what it is of.
#[derive(Clone, Debug)]
pub struct SuppressionIndex(hmac::Key);

impl SuppressionIndex {
    /// The purpose of the key.
    pub const LABEL: &str = "suppressions 1";

    /// The index under a key.
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// The name of an address at one tenant: the first 128 bits of its keyed hash.
    pub fn of(&self, tenant: TenantId, address: ContactPoint<'_>) -> SuppressionId {
        let text = match address {
            ContactPoint::Email(email) => email.as_str(),
            ContactPoint::Phone(phone) => phone.as_str(),
        };
        let named = format!("{tenant} {} {text}", address.channel().as_str());
        let tag = hmac::sign(&self.0, named.as_bytes());
        let bits = tag.as_ref().iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        SuppressionId::new(Ulid(bits))
    }

    /// What is written down when nothing is to be sent to an address any more.
    pub fn suppression(
        &self,
        tenant: TenantId,
        address: ContactPoint<'_>,
        (reason, code): (SuppressionReason, Option<String>),
        now: Timestamp,
    ) -> Suppression {
        let (id, channel, hint) = (self.of(tenant, address), address.channel(), address.hint());
        Suppression { id, channel, hint, reason, code, since: now }
    }
}

/// The suppressions of one tenant.
#[derive(Clone, Copy)]
pub struct Suppressions<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Suppressions<'a> {
    /// The suppressions of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One suppression. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: SuppressionId) -> Result<Option<Suppression>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// How many mails came back for the moment. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn bounces(&self, id: SuppressionId, now: Timestamp) -> Result<Bounces, TableError> {
        // The store deletes it some time after its end; until then it counts for nothing and keeps its version.
        let Some(row) = self.table.get(&self.bounces_key(id)).await? else { return Ok(Bounces::default()) };
        let is_over = row.get("ttl").and_then(serde_json::Value::as_i64).is_some_and(|end| end <= now.as_seconds());
        let bounces: Bounces = from_item(row)?;
        Ok(if is_over { Bounces { count: 0, ..bounces } } else { bounces })
    }

    /// All of them, those that were written last first; one written a moment ago may be missing. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Suppression>, TableError> {
        let query = Query::gsi1(self.scope.partition("SUPPRESSIONS")).descending();
        pages::page(self.table, query, request, |_| true).await
    }

    /// Adds a suppression to a transaction; it fails when the address is suppressed already.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, suppression: &Suppression) -> Result<Slot, TableError> {
        let place = self.scope.gsi1("SUPPRESSIONS", format_args!("{}#{}", suppression.since, suppression.id));
        let row = Write::put(self.key(suppression.id), suppression)?.gsi1(place);
        Ok(transaction.add(row.when(Condition::NotExists)))
    }

    /// Adds the count of mails that came back for the moment to a transaction; it fails when another was counted in between.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn save_bounces(
        &self,
        transaction: &mut Transaction,
        id: SuppressionId,
        bounces: &Bounces,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.bounces_key(id), bounces)?.ttl(now.plus(COUNTED));
        Ok(transaction.add(row.when(Condition::follows(bounces.version))))
    }

    /// Lifts a suppression and forgets what came back before; it fails when it was lifted already.
    pub fn delete(&self, transaction: &mut Transaction, id: SuppressionId) -> Slot {
        let slot = transaction.add(Write::delete(self.key(id)).when(Condition::Exists));
        transaction.add(Write::delete(self.bounces_key(id)));
        slot
    }

    fn key(&self, id: SuppressionId) -> Key {
        self.scope.key(format_args!("SUP#{id}"), "SUPPRESSION")
    }

    fn bounces_key(&self, id: SuppressionId) -> Key {
        self.scope.key(format_args!("SUP#{id}"), "BOUNCES")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_name_at_each_tenant_and_shows_little() {
        let index = SuppressionIndex::new(&Secret::new([1; 32]));
        let other = SuppressionIndex::new(&Secret::new([2; 32]));
        let tenant = |text: &str| text.parse::<TenantId>().unwrap();
        let (a, b) = (tenant("tnt_00000000000000000000000001"), tenant("tnt_00000000000000000000000002"));
        let budi: Email = "budi@example.com".parse().unwrap();
        let same: Email = "Budi@Example.com".parse().unwrap();
        let phone: Phone = "+6281234567890".parse().unwrap();
        let name = index.of(a, ContactPoint::Email(&budi));
        assert_eq!(name, index.of(a, ContactPoint::Email(&same)));
        assert_eq!(name.to_string().parse::<SuppressionId>(), Ok(name));
        for another in [
            index.of(b, ContactPoint::Email(&budi)),
            other.of(a, ContactPoint::Email(&budi)),
            index.of(a, ContactPoint::Phone(&phone)),
        ] {
            assert_ne!(name, another);
        }
        assert_eq!(ContactPoint::Email(&budi).hint(), "b***@example.com");
        assert_eq!(ContactPoint::Phone(&phone).hint(), "+62***890");
    }

    #[test]
    fn the_fifth_mail_that_comes_back_is_one_too_many() {
        let mut bounces = Bounces::default();
        for count in 1..=5 {
            bounces = bounces.and_one();
            assert_eq!((bounces.version, bounces.are_too_many()), (count, count == 5));
        }
    }
}
