//! Puts what a tenant used onto its own subscription in the platform's books, as usage of its plan's meters: calls beyond what
//! the plan includes in a month of UTC, which add up, and how many members and gigabytes there are, of which the most of a
//! period counts and the plan's price says how many it includes. What a unit beyond costs is the plan's; its invoice has
//! the lines. So the calls of a month that are billed are the overage that the tenant's usage shows, wherever its billing
//! period begins.
//!
//! A night bills the calls of the day before that were beyond, and the most members that there were on it when somebody joined, and how many
//! members and gigabytes there are now. Nobody saves a member by leaving for the minute of the night. A subscription
//! that stops is billed what is left of its last two days at once, before its last invoice.
//!
//! Each is a usage event whose id is made of resource and day, so that a night that runs twice bills once. Round trips: two
//! reads, one query of the tenant's subscriptions and one of the month's calls, one read of the plan; as `billing::Ingest` where there is something
//! to count.

use allowances::PlanVersion;
use billing::{
    Ingest, MAX_QUANTITY, PlanCache, Quantity, Rejection, Reporter, Subscription, Subscriptions, UsageEvent,
    UsageTeller,
};
use cloud::Ctx;
use events::{UNVERSIONED, subscription::RecordedUsage};
use jiff::{SignedDuration, ToSpan};
use kernel::{Date, Party, RequestId, Resource, TenantId, Timestamp, Zone};
use metering::{Grouping, TenantCalls, UsageError};
use table::{OperatorScope, TableError, TenantScope, Transaction};
use tenancy::limits::{GIGABYTE, ResourceCount, ResourceCounts};

use crate::{TenantWorkError, cause};

/// So much of a meter, for a time.
struct MeterUse {
    meter: &'static str,
    quantity: u64,
    /// Names it beside the meter: of one name one is billed.
    name: String,
    at: Timestamp,
}

/// Bills the day of UTC before the night of `at`, and what there is in the night.
pub(crate) async fn bill_usage(ctx: &Ctx, tenant: TenantId, at: Timestamp) -> Result<(), TenantWorkError> {
    let books = OperatorScope::assume("tenants are customers of the platform").platform();
    let own = Subscriptions::new(ctx.table(), books).own_of(tenant).await?;
    let Some(own) = own.filter(|own| own.status.is_in_force()) else { return Ok(()) };
    let today = at.date_in(&Zone::utc());
    let Ok(day) = today.checked_sub(1.day()) else { return Ok(()) };
    let counted = ResourceCounts::new(ctx.table(), TenantScope::new(tenant)).states(ctx.now()).await?;
    let (members, bytes) = counted.map(|[users, bytes, ..]| (users.count, bytes.count.units())).unwrap_or_default();
    let now = |meter, quantity| MeterUse { meter, quantity, name: today.to_string(), at };
    let mut used = of_day(ctx, &own, (tenant, &members), (day, end_of(day)?)).await?;
    used.push(now("users", members.units()));
    used.push(now("storage_gigabytes", bytes.div_ceil(GIGABYTE)));
    bill(ctx, (books, tenant), &own, used).await
}

/// Bills what is left of the last two days of a subscription that stopped at `until`, as long as its last invoice is to
/// be made. Calls of about its last minute may not have been counted yet.
pub(crate) async fn bill_last_days(ctx: &Ctx, own: &Subscription, until: Timestamp) -> Result<(), TenantWorkError> {
    let Party::Tenant(tenant) = own.party else { return Ok(()) };
    let until = own.suspended_at.map_or(until, |since| since.min(until)).plus(SignedDuration::from_millis(-1));
    if !own.is_billed() {
        return Ok(());
    }
    let books = OperatorScope::assume("tenants are customers of the platform").platform();
    let last = until.date_in(&Zone::utc());
    let counted = ResourceCounts::new(ctx.table(), TenantScope::new(tenant)).states(ctx.now()).await?;
    let members = counted.map(|[users, ..]| users.count).unwrap_or_default();
    let mut used = Vec::new();
    for day in last.checked_sub(1.day()).ok().into_iter().chain([last]) {
        used.extend(of_day(ctx, own, (tenant, &members), (day, end_of(day)?.min(until))).await?);
    }
    bill(ctx, (books, tenant), own, used).await
}

/// The calls of a day that the plan of the subscription bills, and the most members of it; both as of `at`.
async fn of_day(
    ctx: &Ctx,
    own: &Subscription,
    (tenant, members): (TenantId, &ResourceCount),
    (day, at): (Date, Timestamp),
) -> Result<Vec<MeterUse>, TableError> {
    let (scope, plan) = (TenantScope::new(tenant), &own.segment.plan);
    let calls = TenantCalls::new(ctx.table(), scope);
    let calls = calls.by(Grouping::Day, day.first_of_month(), day).await.map_err(|error| match error {
        UsageError::Table(error) => error,
        UsageError::TooMuch => TableError::Corrupt(error.to_string()),
    })?;
    let (mut before, mut of_day) = (0_u64, 0);
    for (name, tally) in calls {
        if name == day.to_string() {
            of_day = tally.billable();
        } else {
            before = before.saturating_add(tally.billable());
        }
    }
    let plan = PlanVersion::new(&plan.key, plan.version);
    let limits = ResourceCounts::new(ctx.table(), scope).limits_of(&plan).await?;
    let calls = limits.billed_of_month(Resource::ApiCalls, before, of_day);
    let peak = members.peak_of(day).unwrap_or_default();
    Ok(vec![
        MeterUse { meter: "api_calls", quantity: calls, name: day.to_string(), at },
        MeterUse { meter: "users", quantity: peak, name: format!("{day}:most"), at },
    ])
}

async fn bill(
    ctx: &Ctx,
    (books, tenant): (TenantScope, TenantId),
    own: &Subscription,
    used: Vec<MeterUse>,
) -> Result<(), TenantWorkError> {
    let mut events = Vec::new();
    for one in used {
        events.extend(event(own, one)?);
    }
    if events.is_empty() {
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
    let done = ingest.count(events, ctx.now()).await?;
    for rejected in done.rejected.iter().filter(|one| one.why != Rejection::UnknownFeature) {
        // What the plan does not count it does not bill; anything else should be known.
        tracing::warn!(tenant.id = %tenant, usage.event = %rejected.event, code = rejected.why.code(), "usage is not billed");
    }
    Ok(())
}

/// The last instant of a day of UTC.
fn end_of(day: Date) -> Result<Timestamp, TableError> {
    let next = day.tomorrow().map_err(|error| corrupt(&error))?;
    Ok(Zone::utc().start_of(next).map_err(|error| corrupt(&error))?.plus(SignedDuration::from_millis(-1)))
}

/// Nothing for nothing.
fn event(own: &Subscription, used: MeterUse) -> Result<Option<UsageEvent>, TableError> {
    let MeterUse { meter, quantity, name, at } = used;
    let Ok(quantity) = Quantity::try_from(quantity.min(MAX_QUANTITY)) else { return Ok(None) };
    Ok(Some(UsageEvent {
        id: format!("{meter}:{name}").parse().map_err(|error| corrupt(&error))?,
        subscription: own.id,
        feature: meter.parse().map_err(|error| corrupt(&error))?,
        quantity,
        value: None,
        at: Some(at),
    }))
}

fn corrupt(error: &dyn std::fmt::Display) -> TableError {
    TableError::Corrupt(error.to_string())
}
