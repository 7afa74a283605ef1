//! The subscriptions that are on one invoice: one alone, or where the tenant wants so those of a customer whose periods end
//! together.

use billing::{
    BillingRules, PageRequest, PlanSet, Plans, PricingError, Subscription, SubscriptionError, SubscriptionTurn,
    Subscriptions, Turn, together,
};
use cloud::Ctx;
use kernel::Timestamp;
use table::TenantScope;

use crate::{error::BillingError, memory::Memory};

/// Subscriptions that take the same turn, on one invoice.
pub(crate) struct Group<'p> {
    pub(crate) turn: Turn,
    pub(crate) members: Vec<Subscription>,
    pub(crate) plans: &'p PlanSet,
}

impl Group<'_> {
    /// The turn of each.
    pub(crate) fn turns(&self) -> impl Iterator<Item = SubscriptionTurn<'_>> {
        self.members.iter().map(|subscription| SubscriptionTurn { turn: self.turn, subscription, plans: self.plans })
    }
}

/// With which others a subscription is invoiced, in the order of their ids, and their plans. No round trips for one alone; else
/// a query and a batch read for each twenty subscriptions of the customer.
pub(crate) async fn group_of(
    ctx: &Ctx,
    memory: &Memory,
    (scope, rules): (TenantScope, &BillingRules),
    one: &Subscription,
    as_of: Timestamp,
) -> Result<(Vec<Subscription>, PlanSet), BillingError> {
    let others = if rules.settings.invoiced_together && one.turn(as_of) == Turn::Close {
        of_customer(ctx, scope, one).await?
    } else {
        Vec::new()
    };
    let mut all = others.clone();
    all.push(one.clone());
    let plans = PlanSet::of(&memory.plans, Plans::new(ctx.table(), scope), &all).await?;
    let group = together(one, others, as_of, &plans);
    Ok((group.map_err(SubscriptionError::from).map_err(PricingError::from)?, plans))
}

async fn of_customer(ctx: &Ctx, scope: TenantScope, one: &Subscription) -> Result<Vec<Subscription>, BillingError> {
    let subscriptions = Subscriptions::new(ctx.table(), scope);
    let (mut all, mut request) = (Vec::new(), PageRequest::default());
    loop {
        let page = subscriptions.list_of(one.party, &request).await?;
        all.extend(page.items.into_iter().filter(|other| other.id != one.id && other.due_at == one.due_at));
        request.after = page.last;
        if request.after.is_none() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
