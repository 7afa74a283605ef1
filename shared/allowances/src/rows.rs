//! Which plans are in force for whom.
//!
//! `ALLOWANCE#<customer>` / `SUB#<subscription>`: that a subscription of the customer is in force, and to which plan; in the
//! platform's books `ALLOWANCE#<tenant>` / `TENANT`, for a tenant has one. They are written in the transactions that change
//! subscriptions. What a plan says is in its own row, `PLANS` / `<KEY>#<version, five digits>`, which never changes.

use std::fmt::Display;

use kernel::{Party, SubscriptionId, TenantId};
use serde::{Deserialize, Serialize};
use table::{Key, OperatorScope, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::PlanTerms;

/// How many subscriptions of a customer are looked at, the newest first: enough for anybody, and one page for everybody.
const LOOKED_AT: u16 = 100;

/// A version of a plan, as its row is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct PlanVersion(String);

/// That a plan is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// Which.
    pub plan: PlanVersion,
    /// Which one follows it at the end of the present period; only of a tenant's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<PlanVersion>,
}

impl From<PlanVersion> for InForce {
    fn from(plan: PlanVersion) -> Self {
        Self { plan, next: None }
    }
}

impl Record for InForce {
    const ROWS: &'static [&'static str] = &["ALLOWANCE#{customer} / SUB#{subscription}", "ALLOWANCE#{tenant} / TENANT"];
}

impl PlanVersion {
    /// The version of the plan with this key.
    pub fn new(key: impl Display, version: u32) -> Self {
        Self(format!("{key}#{version:05}"))
    }

    /// The key of the plan.
    pub fn key(&self) -> &str {
        self.0.split_once('#').map_or(self.0.as_str(), |(key, _)| key)
    }
}

/// Adds to a transaction that changes a subscription which plan is in force by it from then on; with `None`, none is.
///
/// # Errors
/// `Corrupt` when it does not serialise.
pub fn in_force(
    transaction: &mut Transaction,
    scope: TenantScope,
    party: Party,
    subscription: SubscriptionId,
    plan: Option<InForce>,
) -> Result<Slot, TableError> {
    let key = match party {
        Party::Customer(_) => scope.key(of(party), format_args!("SUB#{subscription}")),
        Party::Tenant(_) => scope.key(of(party), "TENANT"),
    };
    Ok(transaction.add(match plan {
        Some(plan) => Write::put(key, &plan)?,
        None => Write::delete(key),
    }))
}

/// The key of the row that says which plan is in force for a tenant, for reads of several rows at once.
pub fn of_tenant_key(tenant: TenantId) -> Key {
    books().key(of(Party::Tenant(tenant)), "TENANT")
}

impl InForce {
    /// What a row says is in force.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read(row: table::Item) -> Result<Self, TableError> {
        from_item(row)
    }
}

/// The plans in force for these customers of a tenant, of each those of its 100 newest subscriptions. One round trip for
/// each customer, side by side.
///
/// # Errors
/// Those of the table.
pub async fn of_customers(
    table: &dyn Table,
    scope: TenantScope,
    customers: &[Party],
) -> Result<Vec<PlanVersion>, TableError> {
    let newest =
        |party: &Party| Query::partition(scope.partition(of(*party))).begins_with("SUB#").descending().limit(LOOKED_AT);
    let pages = futures::future::try_join_all(customers.iter().map(|party| table.query(newest(party)))).await?;
    let mut plans: Vec<PlanVersion> = pages
        .into_iter()
        .flat_map(|page| page.items)
        .map(|row| InForce::read(row).map(|row| row.plan))
        .collect::<Result<_, _>>()?;
    plans.sort();
    plans.dedup();
    Ok(plans)
}

/// What a version of a plan says; what says nothing when there is no such version. One round trip.
///
/// # Errors
/// Those of the table.
pub async fn terms_of(table: &dyn Table, scope: TenantScope, plan: &PlanVersion) -> Result<PlanTerms, TableError> {
    let row = table.get(&plan_key(scope, plan)).await?;
    row.map_or_else(|| Ok(PlanTerms::default()), from_item)
}

/// The key of a plan's row.
pub fn plan_key(scope: TenantScope, plan: &PlanVersion) -> Key {
    scope.key("PLANS", &plan.0)
}

fn of(party: Party) -> String {
    format!("ALLOWANCE#{party}")
}

/// The platform's books, in which tenants are the customers.
fn books() -> TenantScope {
    OperatorScope::assume("a tenant's callers are held to the plan that it has from the platform").platform()
}

#[cfg(test)]
mod tests {
    use testkit::Stack;
    use ulid::Ulid;

    use super::*;

    fn subscription(number: u128) -> SubscriptionId {
        SubscriptionId::new(Ulid(number))
    }

    #[tokio::test]
    async fn plans_are_in_force_from_one_change_to_the_next() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (table, scope) = (stack.ctx().table(), owner.scope);
        let (one, other) = (Party::Customer(kernel::CustomerId::new(Ulid(1))), Party::Tenant(scope.tenant()));
        let note = async |scope, party, number, plan: Option<PlanVersion>| {
            let mut transaction = Transaction::new();
            in_force(&mut transaction, scope, party, subscription(number), plan.map(InForce::from)).unwrap();
            table.transact(transaction).await.unwrap();
        };
        let (free, basic) = (PlanVersion::new("FREE", 1), PlanVersion::new("BASIC", 12));
        assert_eq!((free.key(), basic.key()), ("FREE", "BASIC"));
        assert_eq!(of_customers(table, scope, &[one]).await.unwrap(), []);
        note(scope, one, 1, Some(free.clone())).await;
        note(scope, one, 2, Some(basic.clone())).await;
        note(scope, one, 3, Some(basic.clone())).await;
        assert_eq!(of_customers(table, scope, &[one, one]).await.unwrap(), [basic.clone(), free.clone()]);
        note(scope, one, 1, None).await;
        note(scope, one, 1, None).await;
        assert_eq!(of_customers(table, scope, &[one]).await.unwrap(), *std::slice::from_ref(&basic));
        note(books(), other, 9, Some(free.clone())).await;
        note(books(), other, 9, Some(basic.clone())).await;
        let row = table.get(&of_tenant_key(scope.tenant())).await.unwrap().unwrap();
        assert_eq!(InForce::read(row).unwrap(), InForce::from(basic.clone()));
        assert_eq!(terms_of(table, scope, &basic).await.unwrap(), PlanTerms::default(), "no such plan");
    }
}
