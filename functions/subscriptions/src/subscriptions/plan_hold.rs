//! That a plan which can be held once is held by one subscription of a customer.

use billing::{Plan, PlanKey, Subscription, Subscriptions};
use http::StatusCode;
use kernel::{Party, SubscriptionId};
use table::{TableError, TenantScope, Transaction};
use web::{Api, Problem};

/// A plan that a subscription takes.
pub(crate) struct PlanHold {
    plan: PlanKey,
    /// The subscription that took it before and holds it no more, or is the one that takes it.
    former: Option<SubscriptionId>,
}

impl PlanHold {
    /// For a subscription of `party` to a plan; nothing when the plan may be held several times. One round trip, two when
    /// somebody took it before.
    ///
    /// # Errors
    /// `ALREADY_SUBSCRIBED` when another subscription than `by` holds it.
    pub(crate) async fn of(
        api: &Api,
        scope: TenantScope,
        party: Party,
        plan: &Plan,
        by: SubscriptionId,
    ) -> Result<Option<Self>, Problem> {
        if plan.allows_multiple {
            return Ok(None);
        }
        let key = &plan.key;
        let former = Subscriptions::new(api.table(), scope).holder_of(party, key).await?;
        if let Some(holder) = former.as_ref().filter(|holder| holder.id != by && holder.holds(key)) {
            let detail = format!("the customer has this plan already, by {}; the plan can be held once", holder.id);
            return Err(Problem::new(StatusCode::CONFLICT, "ALREADY_SUBSCRIBED", detail));
        }
        Ok(Some(Self { plan: key.clone(), former: former.map(|former| former.id) }))
    }

    /// Whether the customer had the plan before.
    pub(crate) const fn is_taken_again(&self) -> bool {
        self.former.is_some()
    }

    /// Adds it to the transaction of the subscription; it fails when another took the plan meanwhile.
    pub(crate) fn add_to(
        &self,
        transaction: &mut Transaction,
        scope: TenantScope,
        subscription: &Subscription,
    ) -> Result<(), TableError> {
        Subscriptions::hold_plan(transaction, scope, subscription, &self.plan, self.former).map(drop)
    }
}
