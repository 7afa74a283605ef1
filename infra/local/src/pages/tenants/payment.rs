//! Payments of a tenant's customers, as Ruko has them, with the buttons of the customer and the bank.

use axum::{extract::Path, response::Html};
use kernel::{Markup, Party};
use payments::{NextAction, Payment, Payments, PaymentsOf, Purpose};

use super::{EVERYTHING, Shop, names::Names};
use crate::pages::{
    error::PageError,
    events,
    markup::{chip, code, link, word},
    midtrans,
    parts::{Facts, Table, column, numbers, section},
    stripe,
    visit::{Visit, money},
};

/// A page of the tenant's payments, or of one party's, and the way to the others.
pub(super) async fn list(visit: &Visit, shop: &Shop, of: Option<Party>) -> Result<(Markup, Markup), PageError> {
    let repository = Payments::new(shop.ctx.table(), shop.scope);
    let listed = match of {
        Some(party) => repository.list_of(party, &visit.request()).await?,
        None => repository.list(PaymentsOf::Tenant, None, &visit.request()).await?,
    };
    let names = Names::of(shop, listed.items.iter().map(|payment| payment.payer)).await?;
    let columns =
        [column("Payment"), column("Customer"), column("By"), column("Status"), numbers("Amount"), column("Made")];
    let mut table = Table::new("Payments", columns);
    for payment in &listed.items {
        let id = payment.id.to_string();
        table.row([
            link(&shop.page(&["payments", &id]), &code(&id)),
            names.link(shop, payment.payer),
            Markup::text(word(&payment.method)),
            chip(word(&payment.status)),
            money(payment.amount),
            visit.at(payment.created_at),
        ]);
    }
    Ok((table.or_say("No payments yet."), visit.other_pages(&listed)))
}

/// `GET /_local/page/tenants/{tenant}/payments`.
pub(crate) async fn payments_page(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &id).await?;
    let (rows, more) = list(&visit, &shop, None).await?;
    let body = section("payments", &Markup::text("Newest first"), &[rows, more].into_iter().collect());
    Ok(visit.show(&shop.frame("Payments"), &body))
}

/// `GET /_local/page/tenants/{tenant}/payments/{payment}`.
pub(crate) async fn payment_page(
    visit: Visit,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &tenant).await?;
    let missing = || PageError::Missing("payment");
    let known = id.parse().map_err(|_| missing())?;
    let payment = Payments::new(shop.ctx.table(), shop.scope).get(known).await?.ok_or_else(missing)?;
    let payment = payment.trusted(EVERYTHING);
    let names = Names::of(&shop, [payment.payer].into_iter()).await?;
    let theirs = visit.running.stack.midtrans.payments().into_iter().find(|theirs| theirs.order_id == id);
    let mut at_stripe = visit.running.stack.stripe.payments().into_iter();
    let at_stripe = at_stripe.find(|theirs| theirs.payment_id.as_deref() == Some(id.as_str()));
    let refused = payment
        .failure
        .as_ref()
        .map_or(Markup::EMPTY, |failure| Markup::text(format!("{}: {}", failure.code, failure.message)));
    let facts = Facts::default()
        .with("Customer", &names.link(&shop, payment.payer))
        .with("For", &purpose(&shop, payment.purpose))
        .with("Amount", &money(payment.amount))
        .with("By", &Markup::text(word(&payment.method)))
        .with("Status", &chip(word(&payment.status)))
        .with("At Stripe", &at_stripe.as_ref().map_or(Markup::EMPTY, |theirs| chip(&theirs.status)))
        .with("At Midtrans", &theirs.as_ref().map_or(Markup::EMPTY, |theirs| chip(&theirs.status)))
        .with("Why it failed", &refused)
        .with("To be paid", &next_action(&payment))
        .with("Until", &payment.expires_at.map_or(Markup::EMPTY, |at| visit.at(at)))
        .with("Settled", &payment.settled_at.map_or(Markup::EMPTY, |at| visit.at(at)))
        .with("Given back", &money(payment.refunded))
        .with("Made", &visit.at(payment.created_at))
        .with("Changed", &visit.at(payment.updated_at))
        .with("Id", &code(payment.id))
        .with("Events", &link(&events::of_subject(&tenant, &id), &Markup::text("About it")));
    let mut body = section("payment", &Markup::text("Payment"), &facts.done());
    if let Some(theirs) = &theirs {
        let heading = Markup::text("As the customer or the bank");
        body.push(&section("actions", &heading, &midtrans::actions(theirs)));
    }
    if let Some(theirs) = &at_stripe {
        let heading = Markup::text("As the customer or the bank");
        body.push(&section("actions", &heading, &stripe::actions(theirs)));
    }
    Ok(visit.show(&shop.frame(payment.id.to_string()).below(shop.page(&["payments"]), "Payments"), &body))
}

fn purpose(shop: &Shop, purpose: Purpose) -> Markup {
    match purpose {
        Purpose::Invoice { invoice_id } => {
            let id = invoice_id.to_string();
            link(&shop.page(&["invoices", &id]), &code(&id))
        }
        Purpose::Order { order_id } => code(order_id),
        Purpose::Deposit => Markup::text("the balance"),
    }
}

fn next_action(payment: &Payment) -> Markup {
    match &payment.next_action {
        None => Markup::EMPTY,
        Some(NextAction::VirtualAccount { bank, va_number }) => {
            Markup::text(format!("to the virtual account {va_number} at {}", bank.to_uppercase()))
        }
        Some(NextAction::Bill { biller_code, bill_key }) => {
            Markup::text(format!("bill {bill_key} of {biller_code} at Mandiri"))
        }
        Some(NextAction::Qr { .. }) => Markup::text("by a QR code"),
        Some(NextAction::PaymentCode { store, code }) => Markup::text(format!("code {code} at {store}")),
        Some(NextAction::DeepLink { url, .. } | NextAction::Redirect { url }) => crate::pages::markup::linked(url),
    }
}
