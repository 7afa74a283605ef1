//! Invoices a second of a billing run: the billing worker with batches of ten messages, in four processes' stead, over one
//! embedded store; next to the floor, as many writes and reads by the SDK alone. Stops by itself; listens on loopback only.
//!
//! `invoice-run` bills 1,000 and 10,000 subscriptions of one tenant, and 100 of each of 100 tenants; `invoice-run 200` so
//! many of one tenant, `invoice-run 100x100` so many of each of so many. Each has a fee, usage above what it includes, PPN, a journal entry and an event.

use std::{process::ExitCode, time::Duration};

use bench::{Failure, conditions, ended, metered, queue, say, tenths};
use billing::{
    BillingRules, BillingSettings, GRACE, Ingest, Interval, Invoices, InvoicesOf, NewSubscription, PageRequest, Plan,
    PlanCache, Plans, Quantity, Reporter, Showing, Subscription, Subscriptions, TaxRate, TaxRegistration, UsageEvent,
    UsageTeller, catalogue,
};
use cloud::telemetry::Stopwatch;
use customers::{Contact, Customer, Customers, NewCustomer};
use kernel::{Currency, CustomerId, Party, SubscriptionId, TaxRateId, Zone};
use serde_json::{Value, json};
use table::{TenantScope, Transaction};
use testkit::Stack;

mod floor;

/// How many processes take messages at once.
const PROCESSES: usize = 4;
/// When the periods are over, and their invoices due.
const DUE: &str = "2026-12-20T18:00:00Z";

/// A run that takes longer is given up.
const AT_MOST: Duration = Duration::from_mins(9);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_env_filter("error").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(AT_MOST, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

async fn measure() -> Result<(), Failure> {
    let sizes = match std::env::args().nth(1) {
        Some(sizes) => match sizes.split_once('x') {
            Some((tenants, each)) => vec![(tenants.parse()?, each.parse()?)],
            None => vec![(1, sizes.parse()?)],
        },
        None => vec![(1, 1_000), (1, 10_000), (100, 100)],
    };
    let mut rows = Vec::new();
    for (tenants, each) in sizes {
        rows.push(run(tenants, each).await?);
    }
    say(format_args!("Batches of {} messages, {PROCESSES} at once; {}\n", queue::BATCH, conditions()?))?;
    say(
        "| tenants × subscriptions | seconds | invoices/s | round trips an invoice | write units an invoice | $ per 1,000 | floor, invoices/s | × floor |",
    )?;
    say("|---|---|---|---|---|---|---|---|")?;
    rows.iter().try_for_each(say)?;
    Ok(())
}

/// Bills so many subscriptions of so many tenants, and measures as much of the store alone.
async fn run(tenants: usize, each: usize) -> Result<String, Failure> {
    let stack = Stack::start().await;
    let mut messages = Vec::new();
    let mut scopes = Vec::new();
    for tenant in 0..tenants {
        let (_, owner) = stack.tenant(&format!("toko-{tenant}")).await;
        messages.extend(prepare(&stack, owner.scope, each).await?);
        scopes.push(owner.scope);
    }
    stack.set_clock(DUE);
    let ctx = metered(&stack);
    let meter = &ctx.ports().meter;
    let (total, before, watch) = (messages.len(), meter.total(), Stopwatch::start());
    queue::drain(PROCESSES, || billing_worker::function(ctx.clone()), messages).await?;
    let micros = u64::try_from(watch.elapsed().as_micros())?.max(1);
    let used = meter.total().since(before);
    counted(&stack, &scopes, each).await?;

    let count = u64::try_from(total)?;
    let floor = floor::micros(&stack, &used, count).await?.max(1);
    let rate = |micros: u64| count * 1_000_000 / micros;
    // On demand in us-east-1 since November 2024: $0.625 for a million write units, $0.125 for a million read units.
    let micro_dollars = (used.write_units * 10 + used.read_halves) / 16 * 1_000 / count;
    Ok(format!(
        "| {tenants} × {each} | {}.{} | {} | {} | {} | {}.{:04} | {} | {}.{:02} |",
        micros / 1_000_000,
        micros / 100_000 % 10,
        rate(micros),
        tenths(used.round_trips, count),
        tenths(used.write_units, count),
        micro_dollars / 1_000_000,
        micro_dollars / 100 % 10_000,
        rate(floor),
        micros / floor,
        micros * 100 / floor % 100,
    ))
}

/// Every subscription has its invoice, and the numbers have no gap.
async fn counted(stack: &Stack, scopes: &[TenantScope], each: usize) -> Result<(), Failure> {
    for scope in scopes {
        let (mut places, mut request) = (Vec::new(), PageRequest::default());
        loop {
            let invoices = Invoices::new(stack.ctx().table(), *scope);
            let page = invoices.list(InvoicesOf::Tenant, Showing::Issued, &request).await?;
            places.extend(page.items.iter().filter_map(|invoice| Some(invoice.issued.as_ref()?.number.place())));
            request.after = page.last;
            if request.after.is_none() {
                break;
            }
        }
        places.sort_unstable();
        if places != (1..=u32::try_from(each)?).collect::<Vec<_>>() {
            return Err(format!("{} invoices, or a gap in their numbers", places.len()).into());
        }
    }
    Ok(())
}

/// A tenant that collects PPN, with customers who have subscribed to PREMIUM and used more than it includes; their messages.
async fn prepare(stack: &Stack, scope: TenantScope, count: usize) -> Result<Vec<Value>, Failure> {
    stack.set_clock("2026-11-21T01:00:00Z");
    let (ctx, table) = (stack.ctx(), stack.ctx().table());
    let plan: Plan = catalogue().into_iter().find(|plan| plan.key.to_string() == "PREMIUM").ok_or("no such plan")?;
    let mut transaction = Transaction::new();
    Plans::insert_all(&mut transaction, scope, &catalogue())?;
    let tax_id = "0123456789012345".parse().ok();
    let tax = TaxRegistration { registered: true, tax_id, ..TaxRegistration::default() };
    BillingRules::save(&mut transaction, scope, &BillingSettings { tax, version: 1, ..BillingSettings::default() })?;
    BillingRules::insert_rate(&mut transaction, scope, &TaxRate::ppn(TaxRateId::new(ctx.new_ulid())))?;
    table.transact(transaction).await.map_err(|error| format!("{error:?}"))?;

    let mut subscriptions = Vec::new();
    for n in 0..count {
        let customer = customer(stack, n)?;
        let new = NewSubscription {
            id: SubscriptionId::new(ctx.new_ulid()),
            party: Party::Customer(customer.id),
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: "Asia/Jakarta".parse()?,
        };
        let subscription = Subscription::start(new, &plan, ctx.now())?.begun(GRACE)?;
        let mut transaction = Transaction::new();
        Customers::new(table, scope).insert(&mut transaction, &customer)?;
        Subscriptions::insert(&mut transaction, scope, &subscription)?;
        table.transact(transaction).await.map_err(|error| format!("{error:?}"))?;
        subscriptions.push(subscription);
    }
    use_something(stack, scope, &subscriptions).await?;
    let message = |one: &Subscription| json!({ "tenantId": scope.tenant(), "subscriptionId": one.id, "asOf": DUE });
    Ok(subscriptions.iter().map(message).collect())
}

fn customer(stack: &Stack, n: usize) -> Result<Customer, Failure> {
    let contact = Contact {
        name: format!("Budi {n}").parse()?,
        company: None,
        email: Some(format!("budi{n}@example.com").parse()?),
        phone: None,
        address: None,
        tax_id: None,
        identity: None,
    };
    let new = NewCustomer {
        id: CustomerId::new(stack.ctx().new_ulid()),
        contact,
        external_id: None,
        locale: None,
        zone: None,
        tax_exemption: None,
        user: None,
    };
    Ok(Customer::new(new, stack.ctx().now()))
}

async fn use_something(stack: &Stack, scope: TenantScope, subscriptions: &[Subscription]) -> Result<(), Failure> {
    let (plans, zone) = (PlanCache::default(), Zone::utc());
    let teller = UsageTeller { zone: &zone, tell: &|_, _| Ok(()) };
    let ingest = Ingest { table: stack.ctx().table(), scope, plans: &plans, reporter: &Reporter::Tenant, teller };
    for part in subscriptions.chunks(20) {
        let mut events = Vec::new();
        for subscription in part {
            events.push(UsageEvent {
                id: format!("e-{}", subscription.id).parse()?,
                subscription: subscription.id,
                feature: "predictions".parse()?,
                quantity: Quantity::try_from(1_250)?,
                value: None,
                at: None,
            });
        }
        let done = ingest.count(events, stack.ctx().now()).await?;
        if done.accepted != part.len() {
            return Err(format!("{done:?}").into());
        }
    }
    Ok(())
}
