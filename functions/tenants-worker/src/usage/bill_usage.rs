//! Puts what a tenant used on a day onto its own subscription in the platform's books, as usage of its plan's meters: the
//! day's calls, which add up, and how many members and gigabytes there are, of which the most of a period counts. What the
//! plan includes and what a unit beyond costs is the plan's; its invoice has the lines.
//!
//! Each is a usage event whose id is made of resource and day, so that a night that runs twice bills once. Round trips: two
//! reads, one query of the tenant's subscriptions and one of the day's calls; as `billing::Ingest` where there is something
//! to count.

use billing::{
    Ingest, MAX_QUANTITY, PageRequest, PlanCache, Quantity, Rejection, Reporter, Subscription, Subscriptions,
    UsageEvent, UsageTeller,
};
use cloud::Ctx;
use events::{UNVERSIONED, subscription::RecordedUsage};
use jiff::{SignedDuration, ToSpan};
use kernel::{Date, Party, RequestId, TenantId, Timestamp, Zone};
use metering::{Grouping, TenantCalls, UsageError};
use table::{OperatorScope, TableError, TenantScope, Transaction};
use tenancy::limits::{GIGABYTE, ResourceCounts};

use crate::{TenantWorkError, cause};

/// Bills the day of UTC before the night of `at`.
pub(crate) async fn bill_usage(ctx: &Ctx, tenant: TenantId, at: Timestamp) -> Result<(), TenantWorkError> {
    let books = OperatorScope::assume("tenants are customers of the platform").platform();
    let Ok(day) = at.date_in(&Zone::utc()).checked_sub(1.day()) else { return Ok(()) };
    let Some(subscription) = in_force(ctx, books, tenant).await? else { return Ok(()) };
    let mut used = Vec::new();
    for (meter, quantity) in quantities(ctx, TenantScope::new(tenant), day).await? {
        used.extend(event(&subscription, meter, quantity, day)?);
    }
    if used.is_empty() {
        return Ok(());
    }
    let request = cause(ctx);
    let tell = |transaction: &mut Transaction, sums| {
        let told = RecordedUsage { request_id: RequestId::new(ctx.new_ulid()), sums };
        ctx.insert_event(transaction, books.tenant(), request, UNVERSIONED, &told).map(drop)
    };
    let (zone, plans) = (Zone::utc(), PlanCache::default());
    let teller = UsageTeller { zone: &zone, tell: &tell };
    let ingest = Ingest { table: ctx.table(), scope: books, plans: &plans, reporter: &Reporter::Tenant, teller };
    let done = ingest.count(used, ctx.now()).await?;
    for rejected in done.rejected.iter().filter(|one| one.why != Rejection::UnknownFeature) {
        // What the plan does not count it does not bill; anything else should be known.
        tracing::warn!(tenant.id = %tenant, usage.event = %rejected.event, code = rejected.why.code(), "usage is not billed");
    }
    Ok(())
}

/// The tenant's own subscription, if one is in force.
async fn in_force(ctx: &Ctx, books: TenantScope, tenant: TenantId) -> Result<Option<Subscription>, TableError> {
    let own = Subscriptions::new(ctx.table(), books).list_of(Party::Tenant(tenant), &PageRequest::default()).await?;
    Ok(own.items.into_iter().find(|one| one.status.is_in_force()))
}

/// How much of each meter a day used: calls of the day that are not free, members and begun gigabytes as they are now.
async fn quantities(ctx: &Ctx, scope: TenantScope, day: Date) -> Result<[(&'static str, u64); 3], TableError> {
    let calls = TenantCalls::new(ctx.table(), scope);
    let calls = calls.by(Grouping::Day, day, day).await.map_err(|error| match error {
        UsageError::Table(error) => error,
        UsageError::TooMuch => TableError::Corrupt(error.to_string()),
    })?;
    let calls = calls.into_values().fold(0, |sum: u64, tally| sum.saturating_add(tally.billable()));
    let counted = ResourceCounts::new(ctx.table(), scope).states(ctx.now()).await?;
    let (users, bytes) = counted.map_or((0, 0), |[users, bytes, ..]| (users.count.units(), bytes.count.units()));
    Ok([("api_calls", calls), ("users", users), ("storage_gigabytes", bytes.div_ceil(GIGABYTE))])
}

/// Nothing for nothing.
fn event(subscription: &Subscription, meter: &str, quantity: u64, day: Date) -> Result<Option<UsageEvent>, TableError> {
    let Ok(quantity) = Quantity::try_from(quantity.min(MAX_QUANTITY)) else { return Ok(None) };
    let corrupt = |error: &dyn std::fmt::Display| TableError::Corrupt(error.to_string());
    let next = day.tomorrow().map_err(|error| corrupt(&error))?;
    // The last instant of the day: before it, the subscription may not have begun.
    let end = Zone::utc().start_of(next).map_err(|error| corrupt(&error))?.plus(SignedDuration::from_millis(-1));
    Ok(Some(UsageEvent {
        id: format!("{meter}:{day}").parse().map_err(|error| corrupt(&error))?,
        subscription: subscription.id,
        feature: meter.parse().map_err(|error| corrupt(&error))?,
        quantity,
        value: None,
        at: Some(end),
    }))
}
