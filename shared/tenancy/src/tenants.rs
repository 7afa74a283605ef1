//! Tenants in the table: each in its own partition, its slug among the platform's global names; in its trial, on the
//! agenda for the reminder and the end.

use kernel::{Slug, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Cancelled, Condition, Item, Key, OperatorScope, Query, Record, Slot, Table, TableError, TenantScope, Transaction,
    Write,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed},
};

use crate::{Tenant, TenantStatus, snapshots};

/// All tenants; reading one of them needs only its id.
#[derive(Clone, Copy)]
pub struct Tenants<'a> {
    table: &'a dyn Table,
}

/// Whose a slug is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SlugOwner {
    tenant: TenantId,
}

impl Record for Tenant {
    const ROWS: &'static [&'static str] = &["TENANT / TENANT"];
}

impl Record for SlugOwner {
    const ROWS: &'static [&'static str] = &["NAME#SLUG#{slug} / NAME"];
}

/// The write of a sign-up that fails when the slug is taken.
#[derive(Clone, Copy, Debug)]
pub struct SlugTaken(Slot);

impl SlugTaken {
    /// Whether this is why the transaction did not happen.
    pub fn is_cause(self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.0).is_some()
    }
}

const NAMES: OperatorScope = OperatorScope::assume("slugs are unique over all tenants");

impl<'a> Tenants<'a> {
    /// Over this table.
    pub const fn new(table: &'a dyn Table) -> Self {
        Self { table }
    }

    /// One tenant. One round trip.
    pub async fn get(&self, id: TenantId) -> Result<Option<Tenant>, TableError> {
        self.table.get(&Self::key(id)).await?.map(Self::read).transpose()
    }

    /// The id of the tenant with this slug. One round trip.
    pub async fn find_id(&self, slug: &Slug) -> Result<Option<TenantId>, TableError> {
        let row = self.table.get(&NAMES.global_name("SLUG", slug)).await?;
        Ok(row.map(from_item::<SlugOwner>).transpose()?.map(|owner| owner.tenant))
    }

    /// One page of the ids of all tenants from `first` on, in order. One round trip; a
    /// tenant made a moment ago may be missing.
    pub async fn ids_from(
        &self,
        operator: OperatorScope,
        first: Option<TenantId>,
        after: Option<Item>,
    ) -> Result<Listed<TenantId>, TableError> {
        let first = first.map(|id| id.to_string()).unwrap_or_default();
        let query = Query::gsi1(operator.platform().partition("TENANTS")).between(first, "~");
        let tenants = pages::part::<Tenant>(self.table, query, after).await?;
        Ok(Listed { items: tenants.items.into_iter().map(|tenant| tenant.id).collect(), last: tenants.last })
    }

    /// Adds a new tenant to a transaction: two writes, and two more for the calendar of its trial.
    pub fn insert(transaction: &mut Transaction, tenant: &Tenant) -> Result<SlugTaken, TableError> {
        let listed = NAMES.platform().gsi1("TENANTS", tenant.id);
        let row = Write::put(Self::key(tenant.id), tenant)?.gsi1(listed).when(Condition::NotExists);
        transaction.add(row);
        if let Some((reminded_at, ends_at)) = tenant.trial_calendar() {
            let scope = TenantScope::new(tenant.id);
            agenda::set(transaction, scope, DueKind::TrialReminder, tenant.id, reminded_at)?;
            agenda::set(transaction, scope, DueKind::TrialEnd, tenant.id, ends_at)?;
        }
        let owner = SlugOwner { tenant: tenant.id };
        let slug = Write::put(NAMES.global_name("SLUG", &tenant.slug), &owner)?.when(Condition::NotExists);
        Ok(SlugTaken(transaction.add(slug)))
    }

    /// Replaces a tenant by its next version; fails when another change came first. Every 32nd version is kept besides: one write
    /// more.
    pub fn save(transaction: &mut Transaction, tenant: &Tenant) -> Result<Slot, TableError> {
        let listed = NAMES.platform().gsi1("TENANTS", tenant.id);
        let row = Write::put(Self::key(tenant.id), tenant)?.gsi1(listed);
        let slot = transaction.add(row.when(Condition::VersionIs(tenant.version - 1)));
        snapshots::keep(transaction, tenant)?;
        Ok(slot)
    }

    /// Adds the writes of a tenant that left its trial for good: itself, and the trial taken off the agenda. The slot is that of the
    /// write that fails when another change came first.
    pub fn save_out_of_trial(transaction: &mut Transaction, tenant: &Tenant) -> Result<Slot, TableError> {
        let scope = TenantScope::new(tenant.id);
        agenda::clear(transaction, scope, DueKind::TrialReminder, tenant.id);
        agenda::clear(transaction, scope, DueKind::TrialEnd, tenant.id);
        Self::save(transaction, tenant)
    }

    /// Gives the slug of a tenant free that is no more; fails when it is another's.
    pub(crate) fn release(transaction: &mut Transaction, slug: &Slug, id: TenantId) -> Slot {
        let is_own = Condition::AnyOf(vec![Condition::NotExists, Condition::Equals("tenant", json!(id))]);
        transaction.add(Write::delete(NAMES.global_name("SLUG", slug)).when(is_own))
    }

    /// Checks that a tenant was not converted yet, for a transaction that must not happen to one that was.
    pub fn check_in_trial(transaction: &mut Transaction, id: TenantId) -> Slot {
        transaction.add(Write::check(Self::key(id)).when(Condition::Equals("status", json!(TenantStatus::Trial))))
    }

    /// Checks that a tenant is as it was read.
    pub fn check_unchanged(transaction: &mut Transaction, read: &Tenant) -> Slot {
        transaction.add(Write::check(Self::key(read.id)).when(Condition::VersionIs(read.version)))
    }

    /// The tenant of a row.
    pub fn read(row: Item) -> Result<Tenant, TableError> {
        from_item(row)
    }

    /// The key of a tenant's row, for reads of several rows at once.
    pub fn key(id: TenantId) -> Key {
        TenantScope::new(id).key("TENANT", "TENANT")
    }
}
