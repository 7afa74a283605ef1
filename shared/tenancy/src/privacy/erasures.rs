//! Where erasures are: `ERASURE#<tnt id>` / `ERASURE` in the platform's partitions, also when they are done; and when the next
//! turn is due: on the platform's agenda.

use kernel::{Slug, TenantId, Timestamp};
use table::{
    Condition, Key, OperatorScope, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item,
};

use crate::{Tenant, Tenants, privacy::erasure::TenantErasure};

/// All erasures.
#[derive(Clone, Copy)]
pub struct TenantErasures<'a> {
    table: &'a dyn Table,
    platform: TenantScope,
}

impl<'a> TenantErasures<'a> {
    /// Over this table.
    pub const fn new(table: &'a dyn Table, operator: OperatorScope) -> Self {
        Self { table, platform: operator.platform() }
    }

    /// The erasure of a tenant, once it was begun. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, tenant: TenantId) -> Result<Option<TenantErasure>, TableError> {
        self.table.get(&self.key(tenant)).await?.map(from_item).transpose()
    }

    /// Puts the first turn of a tenant's erasure on the agenda.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn schedule(&self, transaction: &mut Transaction, tenant: TenantId, at: Timestamp) -> Result<Slot, TableError> {
        agenda::set(transaction, self.platform, DueKind::TenantErasure, tenant, at)
    }

    /// Takes it off the agenda.
    pub fn withdraw(&self, transaction: &mut Transaction, tenant: TenantId) -> Slot {
        agenda::clear(transaction, self.platform, DueKind::TenantErasure, tenant)
    }

    /// Begins an erasure: the tenant itself is gone with this, and nobody gets in any more. Fails when it changed meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn begin(
        &self,
        transaction: &mut Transaction,
        tenant: &Tenant,
        erasure: &TenantErasure,
    ) -> Result<Slot, TableError> {
        transaction.add(Write::delete(Tenants::key(tenant.id)).when(Condition::VersionIs(tenant.version)));
        self.save(transaction, erasure)
    }

    /// Adds the next version of an erasure. The slot is that of the write that fails when another came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, erasure: &TenantErasure) -> Result<Slot, TableError> {
        let row = Write::put(self.key(erasure.tenant), erasure)?;
        Ok(transaction.add(row.when(Condition::follows(erasure.version))))
    }

    /// Ends an erasure: the data key goes, with which all copies of what was sealed are unreadable, and the slug is free. The slot is
    /// that of [`Self::save`].
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn end(
        &self,
        transaction: &mut Transaction,
        slug: Option<&Slug>,
        erasure: &TenantErasure,
    ) -> Result<Slot, TableError> {
        transaction.add(Write::delete(TenantScope::new(erasure.tenant).key("DATAKEY", "DATAKEY")));
        if let Some(slug) = slug {
            Tenants::release(transaction, slug, erasure.tenant);
        }
        self.save(transaction, erasure)
    }

    fn key(&self, tenant: TenantId) -> Key {
        self.platform.key(format_args!("ERASURE#{tenant}"), "ERASURE")
    }
}
