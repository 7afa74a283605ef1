//! The subscriptions that are on one invoice: one alone, or where the tenant wants so those of a customer whose periods end
//! together.

use billing::{
    Books, PageRequest, PlanSet, Plans, PricingError, Subscription, SubscriptionError, SubscriptionTurn, Subscriptions,
    Terms, Turn, together,
};
use cloud::Ctx;
use kernel::Timestamp;
use table::{TableError, TenantScope};

use crate::{error::BillingError, memory::Memory};

/// How many subscriptions of a customer are looked at.
const MOST: usize = 500;
const PAGE: u16 = 100;

/// Subscriptions that take the same turn, on one invoice.
pub(crate) struct Group<'p> {
    pub(crate) turn: Turn,
    pub(crate) members: Vec<Subscription>,
    pub(crate) plans: &'p PlanSet,
}

impl Group<'_> {
    /// The turn of each, and what it is priced from. The round trips of [`Books::read`] for each.
    pub(crate) async fn read(
        &self,
        ctx: &Ctx,
        scope: TenantScope,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<Vec<(SubscriptionTurn<'_>, Books)>, TableError> {
        let mut turns = Vec::new();
        for subscription in &self.members {
            let taken = SubscriptionTurn { turn: self.turn, subscription, plans: self.plans };
            turns.push((taken, Books::read(ctx.table(), scope, taken, terms, now).await?));
        }
        Ok(turns)
    }
}

/// With which of `others` a subscription is invoiced, in the order of their ids, and their plans; those are read where they are
/// not known.
pub(crate) async fn grouped(
    ctx: &Ctx,
    memory: &Memory,
    scope: TenantScope,
    (one, others): (&Subscription, Vec<Subscription>),
    as_of: Timestamp,
) -> Result<(Vec<Subscription>, PlanSet), BillingError> {
    let all: Vec<Subscription> = others.iter().chain([one]).cloned().collect();
    let plans = PlanSet::of(&memory.plans, Plans::new(ctx.table(), scope), &all).await?;
    let group = together(one, others, as_of, &plans);
    Ok((group.map_err(SubscriptionError::from).map_err(PricingError::from)?, plans))
}

/// The other subscriptions of a customer whose period ends with that of `one`; none where it is not at the end of one. A query
/// and a batch read for each hundred subscriptions of the customer, [`MOST`] at most: a customer with more gets an invoice for each.
pub(crate) async fn others_of(
    ctx: &Ctx,
    scope: TenantScope,
    one: &Subscription,
    as_of: Timestamp,
) -> Result<Vec<Subscription>, BillingError> {
    if one.turn(as_of) != Turn::Close {
        return Ok(Vec::new());
    }
    let subscriptions = Subscriptions::new(ctx.table(), scope);
    let (mut all, mut seen, mut request) = (Vec::new(), 0, PageRequest::first::<PAGE>());
    loop {
        let page = subscriptions.list_of(one.party, &request).await?;
        seen += page.items.len();
        all.extend(page.items.into_iter().filter(|other| other.id != one.id && other.due_at == one.due_at));
        request.after = page.last;
        if request.after.is_none() {
            return Ok(all);
        }
        if seen >= MOST {
            return Ok(Vec::new());
        }
    }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
