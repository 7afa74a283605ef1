//! The domains of a tenant: `DOMAINS` / `DOMAIN#<domain>`, and a `COUNT` that each new one raises; and whose a proven
//! one is, among the platform's global names. Any number of tenants may name a domain; the first one to prove it has it.

use kernel::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Cancelled, Condition, Key, OperatorScope, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item, pages,
};

use crate::{CustomDomain, DomainName};

const NAMES: OperatorScope = OperatorScope::assume("a domain is one tenant's alone");

/// Whose a proven domain is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DomainOwner {
    tenant: TenantId,
}

/// That another domain was named: of two at once for the last place one is decided again.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct DomainCount {
    version: u64,
}

impl Record for DomainCount {
    const ROWS: &'static [&'static str] = &["DOMAINS / COUNT"];
}

/// The domains of a tenant, as whoever names another has read them.
#[derive(Debug)]
pub struct NamedDomains {
    /// All of them.
    pub all: Vec<CustomDomain>,
    count: DomainCount,
}

impl Record for CustomDomain {
    const ROWS: &'static [&'static str] = &["DOMAINS / DOMAIN#{domain}"];
}

impl Record for DomainOwner {
    const ROWS: &'static [&'static str] = &["NAME#DOMAIN#{domain} / NAME"];
}

/// The domains of one tenant.
#[derive(Clone, Copy)]
pub struct CustomDomains<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// The write that fails when another tenant has the domain.
#[derive(Clone, Copy, Debug)]
pub struct DomainTaken(Slot);

impl DomainTaken {
    /// Whether this is why the transaction did not happen.
    pub fn is_cause(self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.0).is_some()
    }
}

impl<'a> CustomDomains<'a> {
    /// Over this table.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One of them. One round trip.
    pub async fn get(&self, domain: &DomainName) -> Result<Option<CustomDomain>, TableError> {
        self.table.get(&self.key(domain)).await?.map(from_item).transpose()
    }

    /// All of them, 10 at most, in order. One round trip.
    pub async fn list(&self) -> Result<Vec<CustomDomain>, TableError> {
        let query = Query::partition(self.scope.partition("DOMAINS")).begins_with("DOMAIN#");
        Ok(pages::part(self.table, query, None).await?.items)
    }

    /// All of them, to name another. Two round trips, one after the other: what is named between them fails the other's
    /// transaction.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn to_name(&self) -> Result<NamedDomains, TableError> {
        let count = self.table.get(&self.count_key()).await?.map(from_item).transpose()?.unwrap_or_default();
        Ok(NamedDomains { all: self.list().await?, count })
    }

    /// Adds one that is named, after what was read to name it; fails when another was named since, or it is there.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        (seen, domain): (&NamedDomains, &CustomDomain),
    ) -> Result<Slot, TableError> {
        let count = Write::update::<DomainCount>(self.count_key()).add("version", 1);
        transaction.add(count.when(Condition::follows(seen.count.version + 1)));
        let row = Write::put(self.key(&domain.domain), domain)?.when(Condition::NotExists);
        Ok(transaction.add(row))
    }

    /// Replaces one by its next version; fails when another change came first.
    pub fn save(&self, transaction: &mut Transaction, domain: &CustomDomain) -> Result<Slot, TableError> {
        let row = Write::put(self.key(&domain.domain), domain)?;
        Ok(transaction.add(row.when(Condition::VersionIs(domain.version - 1))))
    }

    /// Takes one away; fails when another change came first.
    pub fn delete(&self, transaction: &mut Transaction, domain: &CustomDomain) -> Slot {
        transaction.add(Write::delete(self.key(&domain.domain)).when(Condition::VersionIs(domain.version)))
    }

    /// Makes a proven domain this tenant's, and puts the next look at it on the agenda.
    pub fn claim(
        &self,
        transaction: &mut Transaction,
        domain: &DomainName,
        next: Timestamp,
    ) -> Result<DomainTaken, TableError> {
        let owner = DomainOwner { tenant: self.scope.tenant() };
        let claim = Write::put(NAMES.global_name("DOMAIN", domain), &owner)?.when(Condition::NotExists);
        let taken = DomainTaken(transaction.add(claim));
        agenda::set(transaction, self.scope, DueKind::DomainCheck, domain, next)?;
        Ok(taken)
    }

    /// Gives a domain free that is this tenant's no more; fails when it is another's.
    pub fn release(&self, transaction: &mut Transaction, domain: &DomainName) -> Slot {
        let is_own = Condition::Equals("tenant", json!(self.scope.tenant()));
        transaction.add(Write::delete(NAMES.global_name("DOMAIN", domain)).when(is_own))
    }

    /// The tenant whose proven domain this is. One round trip.
    pub async fn find_owner(table: &dyn Table, domain: &DomainName) -> Result<Option<TenantId>, TableError> {
        let row = table.get(&NAMES.global_name("DOMAIN", domain)).await?;
        Ok(row.map(from_item::<DomainOwner>).transpose()?.map(|owner| owner.tenant))
    }

    fn count_key(&self) -> Key {
        self.scope.key("DOMAINS", "COUNT")
    }

    fn key(&self, domain: &DomainName) -> Key {
        self.scope.key("DOMAINS", format_args!("DOMAIN#{domain}"))
    }
}
