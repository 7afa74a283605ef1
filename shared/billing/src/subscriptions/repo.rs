//! Where subscriptions are kept.
//!
//! `SUB#<id>` / `SUB`, listed by tenant in GSI1; a pointer `CUSTOMER#<party>` / `SUB#<id>` lists them by customer.
//! While a subscription is billed, it is on the agenda for the instant when it is due, and its plan is in force.

use allowances::{InForce, PlanVersion};
use jiff::SignedDuration;
use kernel::{Owned, Party, SubscriptionId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{PlanKey, PlanRef, Subscription, SubscriptionStatus};

/// How long a subscription waits for its first payment.
pub const TO_PAY_FIRST: SignedDuration = SignedDuration::from_hours(23);

/// The subscriptions of one tenant.
#[derive(Clone, Copy)]
pub struct Subscriptions<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// A row that only says that this subscription is a customer's.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SubscriptionPointer {
    subscription: SubscriptionId,
}

/// Which subscription of a customer holds a plan that can be held once.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PlanHolder {
    subscription: SubscriptionId,
}

impl Record for PlanHolder {
    const ROWS: &'static [&'static str] = &["CUSTOMER#{party} / PLAN#{key}"];
}

impl Record for Subscription {
    const ROWS: &'static [&'static str] = &["SUB#{subscription} / SUB"];
}

impl Record for SubscriptionPointer {
    const ROWS: &'static [&'static str] = &["CUSTOMER#{party} / SUB#{subscription}"];
}

impl<'a> Subscriptions<'a> {
    /// The subscriptions of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Adds a subscription to a transaction: itself, its pointer, its place on the agenda, and its plan in force.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(
        transaction: &mut Transaction,
        scope: TenantScope,
        subscription: &Subscription,
    ) -> Result<Slot, TableError> {
        let pointer = SubscriptionPointer { subscription: subscription.id };
        let pointer_key = scope.key(customer(subscription.party), format_args!("SUB#{}", subscription.id));
        let slot = transaction.add(row(scope, subscription)?.when(Condition::NotExists));
        transaction.add(Write::put(pointer_key, &pointer)?.when(Condition::NotExists));
        put_on_agenda(transaction, scope, subscription)?;
        if subscription.status == SubscriptionStatus::Incomplete {
            let until = subscription.created_at.plus(TO_PAY_FIRST);
            agenda::set(transaction, scope, DueKind::FirstPayment, subscription.id, until)?;
        }
        note_plan(transaction, scope, subscription)?;
        Ok(slot)
    }

    /// Adds to a transaction that a subscription holds a plan, in the place of `former`, which held it before. The slot is
    /// that of the write that fails when another took it meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn hold_plan(
        transaction: &mut Transaction,
        scope: TenantScope,
        subscription: &Subscription,
        plan: &PlanKey,
        former: Option<SubscriptionId>,
    ) -> Result<Slot, TableError> {
        let holder = PlanHolder { subscription: subscription.id };
        let row = Write::put(holder_key(scope, subscription.party, plan), &holder)?;
        let is_free = match former {
            Some(former) => Condition::Equals("subscription", json!(former)),
            None => Condition::NotExists,
        };
        Ok(transaction.add(row.when(is_free)))
    }

    /// The subscription that took a plan of a customer last, whatever became of it since. One round trip, two when there
    /// is one.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn holder_of(&self, party: Party, plan: &PlanKey) -> Result<Option<Subscription>, TableError> {
        let row = self.table.get(&holder_key(self.scope, party, plan)).await?;
        let Some(holder) = row.map(from_item::<PlanHolder>).transpose()? else { return Ok(None) };
        Ok(self.get_many(&[holder.subscription]).await?.into_iter().next())
    }

    /// Adds the writes that change a subscription, its place on the agenda and whether its plan is in force. The slot is
    /// that of the write that fails unless the stored subscription is the version before.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(transaction: &mut Transaction, scope: TenantScope, changed: &Subscription) -> Result<Slot, TableError> {
        let row = row(scope, changed)?.when(Condition::VersionIs(changed.version - 1));
        put_on_agenda(transaction, scope, changed)?;
        note_plan(transaction, scope, changed)?;
        Ok(transaction.add(row))
    }

    /// Checks that a subscription is still this version, for a transaction that decided by it.
    pub fn check_unchanged(transaction: &mut Transaction, scope: TenantScope, read: &Subscription) -> Slot {
        transaction.add(Write::check(key(scope, read.id)).when(Condition::VersionIs(read.version)))
    }

    /// One by its id, closed until it is known who asks.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: SubscriptionId) -> Result<Option<Owned<Subscription>>, TableError> {
        let row = self.table.get(&key(self.scope, id)).await?;
        let subscription: Option<Subscription> = row.map(from_item).transpose()?;
        Ok(subscription.map(|subscription| Owned::new(subscription.party, subscription)))
    }

    /// Those of these ids that are there.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_many(&self, ids: &[SubscriptionId]) -> Result<Vec<Subscription>, TableError> {
        let keys: Vec<Key> = ids.iter().map(|id| key(self.scope, *id)).collect();
        pages::all_of(self.table, &keys).await
    }

    /// Those of the tenant, newest first. The index may lag by a moment.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Subscription>, TableError> {
        let query = Query::gsi1(self.scope.partition("SUB")).descending();
        pages::page(self.table, query, request, |_: &Subscription| true).await
    }

    /// A tenant's own subscription, in the platform's books: the newest that was not cancelled, or else the newest;
    /// `None` for a tenant that the platform never billed. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn own_of(&self, tenant: TenantId) -> Result<Option<Subscription>, TableError> {
        Ok(own(self.list_of(Party::Tenant(tenant), &PageRequest::default()).await?.items))
    }

    /// Those of one customer, newest first.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_of(&self, party: Party, request: &PageRequest) -> Result<Listed<Subscription>, TableError> {
        let query = Query::partition(self.scope.partition(customer(party))).begins_with("SUB#").descending();
        let place = |pointer: &SubscriptionPointer| key(self.scope, pointer.subscription);
        pages::pointed(self.table, query, request, place, |_| true).await
    }
}

/// A tenant's own subscription among all that it had, the newest first: one follows another.
fn own(all: Vec<Subscription>) -> Option<Subscription> {
    let going_on = all.iter().position(|one| one.status != SubscriptionStatus::Cancelled);
    all.into_iter().nth(going_on.unwrap_or_default())
}

/// The partition of what belongs to a customer.
pub(crate) fn customer(party: Party) -> String {
    format!("CUSTOMER#{party}")
}

fn holder_key(scope: TenantScope, party: Party, plan: &PlanKey) -> Key {
    scope.key(customer(party), format_args!("PLAN#{plan}"))
}

fn key(scope: TenantScope, id: SubscriptionId) -> Key {
    scope.key(format_args!("SUB#{id}"), "SUB")
}

fn row(scope: TenantScope, subscription: &Subscription) -> Result<Write, TableError> {
    let listed = scope.gsi1("SUB", format_args!("{}#{}", subscription.created_at, subscription.id));
    Ok(Write::put(key(scope, subscription.id), subscription)?.gsi1(listed))
}

/// The plan is in force for the customer's calls until the subscription stops, its trial included.
fn note_plan(transaction: &mut Transaction, scope: TenantScope, subscription: &Subscription) -> Result<(), TableError> {
    if subscription.successor.is_some() {
        return Ok(());
    }
    let version = |plan: &PlanRef| PlanVersion::new(&plan.key, plan.version);
    let plan = subscription.status.is_in_force().then(|| InForce {
        plan: version(&subscription.segment.plan),
        // A tenant is held to the smaller of both, so that it fits when the plan changes.
        next: subscription.next_plan().filter(|_| matches!(subscription.party, Party::Tenant(_))).map(version),
    });
    allowances::in_force(transaction, scope, subscription.party, subscription.id, plan).map(drop)
}

fn put_on_agenda(
    transaction: &mut Transaction,
    scope: TenantScope,
    subscription: &Subscription,
) -> Result<Slot, TableError> {
    let (kind, id) = (DueKind::SubscriptionPeriod, subscription.id);
    if subscription.is_billed() {
        agenda::set(transaction, scope, kind, id, subscription.due_at)
    } else {
        Ok(agenda::clear(transaction, scope, kind, id))
    }
}
