//! Where withdrawals are kept.
//!
//! `WDR#<wdr id>` / `WITHDRAWAL`, listed by tenant in GSI1 `WDR` in the order of time (ids sort by it);
//! `CUSTOMER#<party>` / `WDR#<wdr id>` points to it from its customer.

use kernel::{Owned, Party, WithdrawalId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{Withdrawal, WithdrawalStatus};

/// The withdrawals of one tenant.
#[derive(Clone, Copy)]
pub struct Withdrawals<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WithdrawalPointer {
    withdrawal_id: WithdrawalId,
}

impl Record for Withdrawal {
    const ROWS: &'static [&'static str] = &["WDR#{withdrawal} / WITHDRAWAL"];
}

impl Record for WithdrawalPointer {
    const ROWS: &'static [&'static str] = &["CUSTOMER#{party} / WDR#{withdrawal}"];
}

impl<'a> Withdrawals<'a> {
    /// The withdrawals of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One withdrawal, closed until it is known who asks. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: WithdrawalId) -> Result<Option<Owned<Withdrawal>>, TableError> {
        let withdrawal: Option<Withdrawal> = self.table.get(&self.key(id)).await?.map(from_item).transpose()?;
        Ok(withdrawal.map(|withdrawal| Owned::new(withdrawal.party, withdrawal)))
    }

    /// The tenant's withdrawals, or those in one state, newest first; one made a moment ago may be missing. One round trip,
    /// more where few are in that state.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        only: Option<WithdrawalStatus>,
        request: &PageRequest,
    ) -> Result<Listed<Withdrawal>, TableError> {
        let query = Query::gsi1(self.scope.partition("WDR")).descending();
        pages::page(self.table, query, request, |withdrawal| shows(only, withdrawal)).await
    }

    /// A customer's withdrawals, or those in one state, newest first. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_of(
        &self,
        party: Party,
        only: Option<WithdrawalStatus>,
        request: &PageRequest,
    ) -> Result<Listed<Withdrawal>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("CUSTOMER#{party}"))).begins_with("WDR#");
        let place = |pointer: &WithdrawalPointer| self.key(pointer.withdrawal_id);
        pages::pointed(self.table, query.descending(), request, place, |withdrawal| shows(only, withdrawal)).await
    }

    /// Adds a new withdrawal to a transaction, which takes its money off the balance.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, withdrawal: &Withdrawal) -> Result<Slot, TableError> {
        let slot = transaction.add(self.put(withdrawal)?.when(Condition::NotExists));
        let pointer = self.scope.key(format_args!("CUSTOMER#{}", withdrawal.party), format!("WDR#{}", withdrawal.id));
        let pointed = WithdrawalPointer { withdrawal_id: withdrawal.id };
        transaction.add(Write::put(pointer, &pointed)?.when(Condition::NotExists));
        Ok(slot)
    }

    /// Adds a changed withdrawal to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, withdrawal: &Withdrawal) -> Result<Slot, TableError> {
        let before = Condition::VersionIs(withdrawal.version.saturating_sub(1));
        Ok(transaction.add(self.put(withdrawal)?.when(before)))
    }

    fn put(&self, withdrawal: &Withdrawal) -> Result<Write, TableError> {
        Ok(Write::put(self.key(withdrawal.id), withdrawal)?.gsi1(self.scope.gsi1("WDR", withdrawal.id)))
    }

    fn key(&self, id: WithdrawalId) -> Key {
        self.scope.key(format_args!("WDR#{id}"), "WITHDRAWAL")
    }
}

fn shows(only: Option<WithdrawalStatus>, withdrawal: &Withdrawal) -> bool {
    only.is_none_or(|only| withdrawal.status() == only)
}
