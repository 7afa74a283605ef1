//! Where a tenant's settings of sending are kept: `SHIPPING` / `SETTINGS`.

use table::{Condition, Key, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::ShippingSettings;

/// The settings of one tenant.
#[derive(Clone, Copy)]
pub struct ShippingRules<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> ShippingRules<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// As they are; those of every tenant when nothing was set. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self) -> Result<ShippingSettings, TableError> {
        Ok(self.table.get(&self.key()).await?.map(from_item).transpose()?.unwrap_or_default())
    }

    /// Adds changed settings to a transaction, in the place of the version before them.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save(&self, transaction: &mut Transaction, settings: &ShippingSettings) -> Result<Slot, TableError> {
        let row = Write::put(self.key(), settings)?;
        Ok(transaction.add(row.when(Condition::follows(settings.version))))
    }

    fn key(&self) -> Key {
        self.scope.key("SHIPPING", "SETTINGS")
    }
}
