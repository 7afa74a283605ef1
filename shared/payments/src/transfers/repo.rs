//! Where what customers tell of their transfers is kept.
//!
//! `TPF#<tpf id>` / `PROOF`, listed by tenant in GSI1 `TPF` in the order of time (ids sort by it);
//! `CUSTOMER#<party>` / `TPF#<tpf id>` points to it from its customer.

use kernel::{Owned, Party, TransferProofId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{TransferProof, TransferProofStatus};

/// What the customers of one tenant told of their transfers.
#[derive(Clone, Copy)]
pub struct TransferProofs<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferProofPointer {
    transfer_proof_id: TransferProofId,
}

impl Record for TransferProof {
    const ROWS: &'static [&'static str] = &["TPF#{proof} / PROOF"];
}

impl Record for TransferProofPointer {
    const ROWS: &'static [&'static str] = &["CUSTOMER#{party} / TPF#{proof}"];
}

impl<'a> TransferProofs<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One of them, closed until it is known who asks. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: TransferProofId) -> Result<Option<Owned<TransferProof>>, TableError> {
        let proof: Option<TransferProof> = self.table.get(&self.key(id)).await?.map(from_item).transpose()?;
        Ok(proof.map(|proof| Owned::new(proof.party, proof)))
    }

    /// The tenant's, or those in one state, newest first; one made a moment ago may be missing. One round trip, more where
    /// few are in that state.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        only: Option<TransferProofStatus>,
        request: &PageRequest,
    ) -> Result<Listed<TransferProof>, TableError> {
        let query = Query::gsi1(self.scope.partition("TPF")).descending();
        pages::page(self.table, query, request, |proof| shows(only, proof)).await
    }

    /// A customer's, or those in one state, newest first. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_of(
        &self,
        party: Party,
        only: Option<TransferProofStatus>,
        request: &PageRequest,
    ) -> Result<Listed<TransferProof>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("CUSTOMER#{party}"))).begins_with("TPF#");
        let place = |pointer: &TransferProofPointer| self.key(pointer.transfer_proof_id);
        pages::pointed(self.table, query.descending(), request, place, |proof| shows(only, proof)).await
    }

    /// Adds a new one to a transaction.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, proof: &TransferProof) -> Result<Slot, TableError> {
        let slot = transaction.add(self.put(proof)?.when(Condition::NotExists));
        let pointer = self.scope.key(format_args!("CUSTOMER#{}", proof.party), format!("TPF#{}", proof.id));
        let pointed = TransferProofPointer { transfer_proof_id: proof.id };
        transaction.add(Write::put(pointer, &pointed)?.when(Condition::NotExists));
        Ok(slot)
    }

    /// Adds a changed one to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, proof: &TransferProof) -> Result<Slot, TableError> {
        let before = Condition::VersionIs(proof.version.saturating_sub(1));
        Ok(transaction.add(self.put(proof)?.when(before)))
    }

    fn put(&self, proof: &TransferProof) -> Result<Write, TableError> {
        Ok(Write::put(self.key(proof.id), proof)?.gsi1(self.scope.gsi1("TPF", proof.id)))
    }

    fn key(&self, id: TransferProofId) -> Key {
        self.scope.key(format_args!("TPF#{id}"), "PROOF")
    }
}

fn shows(only: Option<TransferProofStatus>, proof: &TransferProof) -> bool {
    only.is_none_or(|only| proof.status() == only)
}
