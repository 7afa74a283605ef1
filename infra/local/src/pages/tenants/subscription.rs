//! Subscriptions of a tenant's customers.

use axum::{extract::Path, response::Html};
use billing::{BoundaryChange, Period, Segment, Subscription, SubscriptionStatus, Subscriptions};
use kernel::{Markup, Party};

use super::{EVERYTHING, Shop, invoice, names::Names};
use crate::pages::{
    error::PageError,
    events,
    markup::{chip, code, link, word},
    parts::{Facts, Table, column, section},
    visit::{Visit, day},
};

/// A page of the tenant's subscriptions, or of one party's, and the way to the others.
pub(super) async fn list(visit: &Visit, shop: &Shop, of: Option<Party>) -> Result<(Markup, Markup), PageError> {
    let repository = Subscriptions::new(shop.ctx.table(), shop.scope);
    let listed = match of {
        Some(party) => repository.list_of(party, &visit.request()).await?,
        None => repository.list(&visit.request()).await?,
    };
    let names = Names::of(shop, listed.items.iter().map(|subscription| subscription.party)).await?;
    let columns =
        [column("Subscription"), column("Customer"), column("Status"), column("Present period"), column("Since")];
    let mut table = Table::new("Subscriptions", columns);
    for subscription in &listed.items {
        table.row([
            link(&address(shop, subscription), &Markup::text(plan(&subscription.segment))),
            names.link(shop, subscription.party),
            status(subscription.status),
            period(subscription.period),
            visit.at(subscription.created_at),
        ]);
    }
    Ok((table.or_say("No subscriptions yet."), visit.other_pages(&listed)))
}

/// `GET /_local/page/tenants/{tenant}/subscriptions`.
pub(crate) async fn subscriptions_page(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &id).await?;
    let (rows, more) = list(&visit, &shop, None).await?;
    let body = section("subscriptions", &Markup::text("Newest first"), &[rows, more].into_iter().collect());
    Ok(visit.show(&shop.frame("Subscriptions"), &body))
}

/// `GET /_local/page/tenants/{tenant}/subscriptions/{subscription}`.
pub(crate) async fn subscription_page(
    visit: Visit,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &tenant).await?;
    let missing = || PageError::Missing("subscription");
    let known = id.parse().map_err(|_| missing())?;
    let found = Subscriptions::new(shop.ctx.table(), shop.scope).get(known).await?.ok_or_else(missing)?;
    let subscription = found.trusted(EVERYTHING);
    let names = Names::of(&shop, [subscription.party].into_iter()).await?;
    let former: Vec<String> = subscription
        .former
        .iter()
        .map(|segment| Markup::html(format!("{} from {}", Markup::text(plan(segment)), day(segment.from))).into_html())
        .collect();
    let facts = Facts::default()
        .with("Customer", &names.link(&shop, subscription.party))
        .with("Plan", &Markup::text(plan(&subscription.segment)))
        .with("Version of the plan", &Markup::text(subscription.segment.plan.version))
        .with("Before that", &Markup::html(former.join("<br>")))
        .with("Status", &status(subscription.status))
        .with("Billed each", &Markup::text(word(&subscription.segment.interval)))
        .with("In", &Markup::text(subscription.currency))
        .with("Present period", &period(subscription.period))
        .with("Fee is billed until", &day(subscription.billed_until))
        .with("Is billed next at", &visit.at(subscription.due_at))
        .with("Then", &scheduled(&subscription))
        .with("Days begin in", &Markup::text(subscription.zone.name()))
        .with("Since", &visit.at(subscription.created_at))
        .with("Id", &code(subscription.id))
        .with("Events", &link(&events::of_subject(&tenant, &id), &Markup::text("About it")));
    let (rows, more) =
        invoice::list(&visit, &shop, billing::InvoicesOf::Subscription(subscription.party, subscription.id)).await?;
    let body: Markup = [
        section("subscription", &Markup::text("Subscription"), &facts.done()),
        section("invoices", &Markup::text("Invoices"), &[rows, more].into_iter().collect()),
    ]
    .into_iter()
    .collect();
    let title = format!("{} of {}", plan(&subscription.segment), names.plain(subscription.party));
    Ok(visit.show(&shop.frame(title).below(shop.page(&["subscriptions"]), "Subscriptions"), &body))
}

fn address(shop: &Shop, subscription: &Subscription) -> String {
    shop.page(&["subscriptions", &subscription.id.to_string()])
}

fn plan(segment: &Segment) -> String {
    match segment.quantity {
        1 => segment.plan.key.to_string(),
        quantity => format!("{quantity} × {}", segment.plan.key),
    }
}

fn status(status: SubscriptionStatus) -> Markup {
    chip(word(&status))
}

/// The days of a period: its end is the first day after it.
fn period(period: Period) -> Markup {
    Markup::html(format!("{} until {}, exclusive", day(period.start), day(period.end)))
}

fn scheduled(subscription: &Subscription) -> Markup {
    subscription.scheduled.as_ref().map_or(Markup::EMPTY, |scheduled| {
        let change = match &scheduled.change {
            BoundaryChange::Plan { plan, quantity, .. } => format!("{quantity} × {}", plan.key),
            BoundaryChange::Cancelled => "it ends".to_owned(),
        };
        Markup::html(format!("{} on {}", Markup::text(change), day(scheduled.on)))
    })
}
