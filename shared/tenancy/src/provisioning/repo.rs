//! The set-ups of tenants in the table: `TENANT` / `PROVISIONING`, beside the tenant's own row, so that a step of the set-up
//! is no change of the tenant. `TENANT` / `SEALED` is what a step seals.

use kernel::{TenantId, Timestamp};
use table::{
    Condition, Item, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item, write_alone,
};

use crate::provisioning::{Provisioning, SealedMark};

impl Record for Provisioning {
    const ROWS: &'static [&'static str] = &["TENANT / PROVISIONING"];
}

/// The set-up of one tenant.
#[derive(Clone, Copy)]
pub struct Provisionings<'a> {
    table: &'a dyn Table,
    tenant: TenantId,
}

impl<'a> Provisionings<'a> {
    /// That of a tenant.
    pub const fn new(table: &'a dyn Table, tenant: TenantId) -> Self {
        Self { table, tenant }
    }

    /// How far it is; `None` of tenants that signed up before there were steps, and of the platform. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self) -> Result<Option<Provisioning>, TableError> {
        Self::read(self.table.get(&Self::key(self.tenant)).await?)
    }

    /// Saves a version; the slot is that of the write that fails when another change came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, changed: &Provisioning) -> Result<Slot, TableError> {
        let row = Write::put(Self::key(self.tenant), changed)?;
        Ok(transaction.add(row.when(Condition::follows(changed.version))))
    }

    /// As [`Provisionings::save`], with its next round on the agenda.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_due(
        &self,
        transaction: &mut Transaction,
        changed: &Provisioning,
        at: Timestamp,
    ) -> Result<Slot, TableError> {
        agenda::set(transaction, TenantScope::new(self.tenant), DueKind::Provisioning, self.tenant, at)?;
        self.save(transaction, changed)
    }

    /// Seals the tenant's id, and says whether what is stored opens as that. Two round trips, and one call of the key service
    /// while this process does not know the tenant's key.
    ///
    /// # Errors
    /// Those of the table; `Refused` and `Unavailable` of the key service.
    pub async fn seals(&self) -> Result<bool, TableError> {
        let key = TenantScope::new(self.tenant).key("TENANT", "SEALED");
        let mark = SealedMark { mark: self.tenant.to_string() };
        let written = write_alone(self.table, |transaction| Ok(transaction.add(Write::put(key.clone(), &mark)?))).await;
        written.map_err(|error| match error {
            table::WriteError::Table(error) => error,
            table::WriteError::ConditionFailed { .. } => TableError::Corrupt("a write without a condition".to_owned()),
        })?;
        let row = self.table.get(&key).await?;
        Ok(row.map(from_item::<SealedMark>).transpose()?.is_some_and(|read| read == mark))
    }

    /// The set-up of a row.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read(row: Option<Item>) -> Result<Option<Provisioning>, TableError> {
        row.map(from_item).transpose()
    }

    /// The key of the row, for reads of several rows at once.
    pub fn key(tenant: TenantId) -> Key {
        TenantScope::new(tenant).key("TENANT", "PROVISIONING")
    }
}
