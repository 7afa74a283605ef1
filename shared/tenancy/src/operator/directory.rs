//! The operator's directory of tenants, in the platform's partitions.
//!
//! It is kept by the events of tenants: an event says only that there is something to look at, and the tenant is listed as it
//! is then. So events that come late, twice or out of order end in the same lists, and a change of a tenant pays nothing for
//! them. A trial that ends without a conversion is listed as suspended by the event of its end, within a minute or so; until
//! then it is left out of a list of trials. A change of status or plan is some 12 writes here.

use kernel::TenantId;
use table::{
    Condition, Key, OperatorScope, Query, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{
    Tenant, TenantStatus, Tenants,
    operator::{
        census,
        enlisted::Enlisted,
        places::{self, ANY, DirectoryPlace, status_word},
    },
};

/// Which tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryFilter {
    /// With this status only.
    pub status: Option<TenantStatus>,
    /// With this plan only.
    pub plan: Option<String>,
}

/// In which order, and which of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryOrder {
    /// The newest first.
    Created,
    /// By name.
    Name,
    /// Those whose name or slug begins with a [`search_word`](super::search_word), by that.
    Word(String),
}

/// The directory.
#[derive(Clone, Copy)]
pub struct Directory<'a> {
    table: &'a dyn Table,
    platform: TenantScope,
}

impl<'a> Directory<'a> {
    /// Over this table.
    pub const fn new(table: &'a dyn Table, operator: OperatorScope) -> Self {
        Self { table, platform: operator.platform() }
    }

    /// One page of tenants, each with its plan. One query, and one batch of reads for each fifty tenants; with a word up to
    /// ten queries.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        filter: &DirectoryFilter,
        order: &DirectoryOrder,
        request: &PageRequest,
        now: kernel::Timestamp,
    ) -> Result<Listed<(Tenant, Option<String>)>, TableError> {
        let (status, plan) = (filter.status.map_or(ANY, status_word), filter.plan.as_deref().unwrap_or(ANY));
        let of = |order| Query::partition(self.platform.partition(places::list(status, plan, order)));
        let found = match order {
            DirectoryOrder::Created => pages::page(self.table, of("created").descending(), request, |_| true).await?,
            DirectoryOrder::Name => pages::page(self.table, of("name"), request, |_| true).await?,
            DirectoryOrder::Word(word) => {
                // Who has two words that begin so is found by the first of them.
                let is_first =
                    |place: &DirectoryPlace| !place.before.as_ref().is_some_and(|before| before.starts_with(word));
                pages::page(self.table, of("word").begins_with(word), request, is_first).await?
            }
        };
        let ids: Vec<TenantId> = found.items.iter().map(|place| place.tenant).collect();
        let mut items = self.with_plans(&ids).await?;
        // What changed a moment ago is in the list of before for some seconds.
        items.retain(|(tenant, _)| filter.status.is_none_or(|status| tenant.status_at(now) == status));
        Ok(Listed { items, last: found.last })
    }

    /// Those of these tenants that there are, each with its plan. One batch of reads for each fifty.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn with_plans(&self, ids: &[TenantId]) -> Result<Vec<(Tenant, Option<String>)>, TableError> {
        let keys: Vec<Key> = ids.iter().flat_map(|id| [Tenants::key(*id), self.key(*id)]).collect();
        let mut rows = pages::each_of(self.table, &keys).await?.into_iter();
        let mut found = Vec::with_capacity(ids.len());
        while let (Some(tenant), Some(enlisted)) = (rows.next(), rows.next()) {
            let enlisted: Option<Enlisted> = enlisted.map(from_item).transpose()?;
            if let Some(tenant) = tenant.map(Tenants::read).transpose()? {
                found.push((tenant, enlisted.and_then(Enlisted::into_plan)));
            }
        }
        Ok(found)
    }

    /// What is known of a tenant. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn enlisted(&self, tenant: TenantId) -> Result<Option<Enlisted>, TableError> {
        self.table.get(&self.key(tenant)).await?.map(from_item).transpose()
    }

    /// Adds to a transaction that a tenant is known as `after`: its enlisted, its places, and its part of the census. The slot
    /// is that of the write that fails when it was enrolled otherwise meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        &self,
        transaction: &mut Transaction,
        before: Option<&Enlisted>,
        after: &Enlisted,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.key(after.tenant), after)?.when(Condition::follows(after.version));
        let slot = transaction.add(row);
        let changes = after.changes(before);
        for place in &changes.left {
            transaction.add(Write::delete(places::key(self.platform, place)));
        }
        for (at, place) in &changes.taken {
            transaction.add(Write::put(places::key(self.platform, at), place)?);
        }
        census::count(transaction, self.platform, after.tenant, &changes);
        Ok(slot)
    }

    fn key(&self, tenant: TenantId) -> Key {
        self.platform.key(format_args!("ENLISTED#{tenant}"), "TENANT")
    }
}
