//! Invitations in the table.
//!
//! `IVT#<ivt id>` / `INVITATION` is the invitation, listed in GSI1 `INVITATIONS` while it is open; `U#INVITE#<hash>` / `U`
//! names the open invitation of an address, so that there is one. Both are kept 30 days longer than the link works.

use jiff::SignedDuration;
use kernel::{Email, InvitationId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{AddressIndex, Invitation, InvitationStatus};

/// The invitations of one tenant.
#[derive(Clone, Copy)]
pub struct Invitations<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// The row that says which invitation of an address is open.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InvitedAddress {
    invitation: InvitationId,
}

impl Record for Invitation {
    const ROWS: &'static [&'static str] = &["IVT#{invitation} / INVITATION"];
}

impl Record for InvitedAddress {
    const ROWS: &'static [&'static str] = &["U#INVITE#{address} / U"];
}

/// The open invitation of an address.
#[derive(Clone, Debug)]
pub struct Pending {
    id: InvitationId,
    invitation: Option<Invitation>,
}

impl Pending {
    /// The invitation's id.
    pub const fn id(&self) -> InvitationId {
        self.id
    }
}

/// How long rows stay after the link has ended.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl<'a> Invitations<'a> {
    /// The invitations of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One invitation. One round trip.
    pub async fn get(&self, id: InvitationId) -> Result<Option<Invitation>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// The open invitation of an address. One round trip, two when there is one.
    pub async fn pending(&self, addresses: &AddressIndex, email: &Email) -> Result<Option<Pending>, TableError> {
        let Some(marker) = self.table.get(&self.marker_key(addresses, email)).await? else { return Ok(None) };
        let id = from_item::<InvitedAddress>(marker)?.invitation;
        Ok(Some(Pending { id, invitation: self.get(id).await? }))
    }

    /// The open invitations, newest first, with those that expired in the last 30 days; one made a moment ago may be
    /// missing. One round trip.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Invitation>, TableError> {
        let query = Query::gsi1(self.scope.partition("INVITATIONS")).descending();
        pages::page(self.table, query, request, |_| true).await
    }

    /// How many may still become members by an open invitation, but for whoever has this address; one invited a moment ago may be
    /// missing. One round trip for every hundred invitations that are listed.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn awaited(&self, but: &Email, now: Timestamp) -> Result<u64, TableError> {
        let mut request = PageRequest::first::<100>();
        let mut awaited = 0;
        loop {
            let Listed { items, last } = self.list(&request).await?;
            let open = items.iter().filter(|one| one.email != *but && one.may_make_a_member(now)).count();
            awaited += u64::try_from(open).unwrap_or(u64::MAX);
            if last.is_none() {
                return Ok(awaited);
            }
            request.after = last;
        }
    }

    /// Adds a new invitation to a transaction, in the place of the one that was open; it fails when another was made or
    /// closed for the address in between.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        addresses: &AddressIndex,
        invitation: &Invitation,
        before: Option<Pending>,
    ) -> Result<Slot, TableError> {
        let marker = InvitedAddress { invitation: invitation.id };
        let unchanged = before.as_ref().map_or(Condition::NotExists, |before| names(before.id));
        let slot = transaction.add(self.row(invitation)?.when(Condition::NotExists));
        let marker = Write::put(self.marker_key(addresses, &invitation.email), &marker)?.ttl(kept_until(invitation));
        transaction.add(marker.when(unchanged));
        let open = before.and_then(|before| before.invitation).filter(|old| old.status == InvitationStatus::Open);
        if let Some(old) = open {
            let version = old.version;
            transaction.add(self.row(&old.replaced())?.when(Condition::VersionIs(version)));
        }
        Ok(slot)
    }

    /// Adds the next version of an invitation that is over to a transaction; it fails when another change came first.
    pub fn close(
        &self,
        transaction: &mut Transaction,
        addresses: &AddressIndex,
        invitation: &Invitation,
    ) -> Result<Slot, TableError> {
        let slot = transaction.add(self.row(invitation)?.when(Condition::VersionIs(invitation.version - 1)));
        let own = Condition::AnyOf(vec![Condition::NotExists, names(invitation.id)]);
        transaction.add(Write::delete(self.marker_key(addresses, &invitation.email)).when(own));
        Ok(slot)
    }

    /// Adds the writes that delete the open invitation of an address to a transaction, for an address that is to be
    /// forgotten; they fail when it was closed or replaced in between.
    pub fn delete(
        &self,
        transaction: &mut Transaction,
        addresses: &AddressIndex,
        email: &Email,
        pending: &Pending,
    ) -> Slot {
        let slot = transaction.add(Write::delete(self.marker_key(addresses, email)).when(names(pending.id)));
        if let Some(invitation) = &pending.invitation {
            transaction.add(Write::delete(self.key(pending.id)).when(Condition::VersionIs(invitation.version)));
        }
        slot
    }

    fn row(&self, invitation: &Invitation) -> Result<Write, TableError> {
        let row = Write::put(self.key(invitation.id), invitation)?.ttl(kept_until(invitation));
        let listed = invitation.status == InvitationStatus::Open;
        // One that is over is found by the erasure of its tenant alone.
        let list = if listed { "INVITATIONS" } else { "INVITATIONSENDED" };
        Ok(row.gsi1(self.scope.gsi1(list, invitation.id)))
    }

    fn key(&self, id: InvitationId) -> Key {
        self.scope.key(format_args!("IVT#{id}"), "INVITATION")
    }

    fn marker_key(&self, addresses: &AddressIndex, email: &Email) -> Key {
        self.scope.key(format_args!("U#INVITE#{}", addresses.of(self.scope.tenant(), email)), "U")
    }
}

fn names(id: InvitationId) -> Condition {
    Condition::Equals("invitation", json!(id))
}

fn kept_until(invitation: &Invitation) -> Timestamp {
    invitation.link.expires_at.plus(KEPT)
}
