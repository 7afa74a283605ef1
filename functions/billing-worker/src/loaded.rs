//! What billing a subscription begins with, for the work that bills it and the dry run that foresees it.

use std::sync::Arc;

use billing::{
    BillingRules, BillingWork, Period, Subscription, SubscriptionStatus, Subscriptions, TO_PAY_FIRST, Terms,
};
use cloud::Ctx;
use kernel::Timestamp;
use parties::{Buyer, terms};
use table::{TableError, TenantScope};
use tenancy::Tenant;

use crate::{
    memory::Memory,
    seller::{rules, tenant},
};

/// On whose behalf the worker opens what belongs to customers.
pub(crate) const ACTS_FOR: &str = "the worker acts for the tenant";

/// A subscription, and by whom and how it is billed.
pub(crate) struct Loaded {
    pub(crate) subscription: Subscription,
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) rules: Arc<BillingRules>,
    /// What is due by this instant is billed.
    pub(crate) as_of: Timestamp,
}

/// Reads it; `None` where there is no such subscription. One read, and those of the tenant and its settings where they are not
/// known.
///
/// # Errors
/// Those of the table.
pub(crate) async fn load(ctx: &Ctx, memory: &Memory, work: &BillingWork) -> Result<Option<Loaded>, TableError> {
    let subscriptions = Subscriptions::new(ctx.table(), TenantScope::new(work.tenant_id));
    let (found, tenant, rules) = tokio::try_join!(
        subscriptions.get(work.subscription_id),
        tenant(ctx, memory, work.tenant_id),
        rules(ctx, memory, work.tenant_id)
    )?;
    // A message can name any instant; a period is only invoiced once it is over.
    let as_of = work.as_of.min(ctx.now());
    Ok(found.map(|found| Loaded { subscription: found.trusted(ACTS_FOR), tenant, rules, as_of }))
}

/// What is printed, and the rules, for an invoice of a subscription to whom it is billed now.
pub(crate) fn terms_now(
    ctx: &Ctx,
    tenant: &Tenant,
    rules: &BillingRules,
    buyer: Buyer,
    subscription: &Subscription,
) -> Terms {
    let terms = terms(tenant, rules, buyer, subscription.currency, ctx.now());
    Terms { terms_days: days_to_pay(subscription, &terms, ctx.now()), ..terms }
}

/// How many days there are to pay: of a subscription that waits for its first payment, those until it expires.
fn days_to_pay(subscription: &Subscription, terms: &Terms, now: Timestamp) -> u16 {
    if subscription.status != SubscriptionStatus::Incomplete {
        return terms.terms_days;
    }
    let day = |at: Timestamp| at.date_in(&terms.seller.zone);
    let days = Period { start: day(now), end: day(now.plus(TO_PAY_FIRST)) }.days();
    u16::try_from(days).unwrap_or(terms.terms_days)
}
