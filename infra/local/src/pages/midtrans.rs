//! Payments as Midtrans has them, with the buttons of the customer and the bank, and Ruko's own word beside Midtrans'.

use std::collections::BTreeMap;

use axum::{
    extract::Path,
    response::{Html, Redirect},
};
use kernel::{Currency, Markup, Money, PaymentId, TenantId};
use payments::Payments;
use table::TenantScope;

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::{chip, code, link, page, soft, word},
    parts::{Table, Tone, button, column, numbers, section},
    visit::{ROWS, Visit, money},
};
use crate::{
    control::ControlError,
    fakes::midtrans::{Action, Payment, Tamper},
};

/// `GET /_local/page/midtrans`.
pub(super) async fn midtrans_page(visit: Visit) -> Result<Html<String>, PageError> {
    let payments = visit.running.stack.midtrans.payments();
    let shown: Vec<&Payment> = payments.iter().skip(visit.skipped()).take(ROWS).collect();
    let known = known(&visit, &shown).await?;
    let columns = [
        column("Payment"),
        column("Method"),
        numbers("Amount"),
        column("Status"),
        column("Made"),
        column("As the customer or the bank"),
    ];
    let mut table = Table::new("Payments at Midtrans", columns);
    for payment in &shown {
        let ruko = known.get(&payment.order_id);
        let name = code(&payment.order_id);
        let name = match &payment.tenant_id {
            Some(tenant) if ruko.is_some() => link(&page(&["tenants", tenant, "payments", &payment.order_id]), &name),
            Some(_) | None => name,
        };
        table.row([
            name,
            method(payment, ruko),
            money(Money::new(payment.amount, Currency::IDR)),
            status(&visit, payment, ruko),
            visit.time(payment.created_at),
            actions(payment),
        ]);
    }
    let body: Markup =
        [table.or_say("Nobody has been charged yet."), visit.stretch(payments.len(), &[])].into_iter().collect();
    let frame = Frame::new("Payments at Midtrans", Tab::Midtrans);
    Ok(visit.show(&frame, &section("payments", &Markup::text("Payments"), &body)))
}

/// What Ruko knows of these payments, by id.
async fn known(visit: &Visit, shown: &[&Payment]) -> Result<BTreeMap<String, payments::Payment>, PageError> {
    let mut by_tenant: BTreeMap<TenantId, Vec<PaymentId>> = BTreeMap::new();
    for payment in shown {
        let tenant = payment.tenant_id.as_deref().and_then(|id| id.parse().ok());
        if let (Some(tenant), Ok(id)) = (tenant, payment.order_id.parse()) {
            by_tenant.entry(tenant).or_default().push(id);
        }
    }
    let mut known = BTreeMap::new();
    if by_tenant.is_empty() {
        return Ok(known);
    }
    let ctx = visit.ctx().await?;
    for (tenant, ids) in by_tenant {
        let found = Payments::new(ctx.table(), TenantScope::new(tenant)).get_many(&ids).await?;
        known.extend(found.into_iter().map(|payment| (payment.id.to_string(), payment)));
    }
    Ok(known)
}

fn method(payment: &Payment, ruko: Option<&payments::Payment>) -> Markup {
    let theirs = Markup::text(&payment.method);
    match ruko {
        Some(ruko) => {
            Markup::html(format!("{}<br>{}", Markup::text(word(&ruko.method)), soft(&at_midtrans(&payment.method))))
        }
        None => theirs,
    }
}

fn status(visit: &Visit, payment: &Payment, ruko: Option<&payments::Payment>) -> Markup {
    let mut status = match ruko {
        Some(ruko) => Markup::html(format!("{}<br>{}", chip(word(&ruko.status)), soft(&at_midtrans(&payment.status)))),
        None => chip(&payment.status),
    };
    if let Some(at) = payment.expires_at {
        status.push(&Markup::html(format!("<br>{}", soft(&Markup::html(format!("until {}", visit.time(at)))))));
    }
    status
}

fn at_midtrans(theirs: &str) -> Markup {
    Markup::text(format!("at Midtrans: {theirs}"))
}

/// What can be done with a payment.
pub(super) fn actions(payment: &Payment) -> Markup {
    let order = payment.order_id.as_str();
    let act = |action: &str, label, tone| button(&page(&["midtrans", order, action]), label, order, tone);
    let mut actions = Vec::new();
    if payment.status == "pending" {
        actions.push(act("settle", "Pay", Tone::Plain));
        actions.push(act("deny", "Decline", Tone::Danger));
    }
    // What waits for the customer, or for the merchant to capture it.
    if payment.expires_at.is_some() {
        actions.push(act("expire", "Expire", Tone::Danger));
    }
    actions.push(act("notify", "Notify again", Tone::Plain));
    actions.into_iter().collect()
}

/// `POST /_local/page/midtrans/{order}/{action}`.
pub(super) async fn act(visit: Visit, Path((order, action)): Path<(String, String)>) -> Result<Redirect, PageError> {
    let midtrans = &visit.running.stack.midtrans;
    let done = match action.as_str() {
        "settle" => midtrans.act(&order, Action::Settle),
        "deny" => midtrans.act(&order, Action::Deny),
        "expire" => midtrans.act(&order, Action::Expire),
        "notify" => midtrans.notify_again(&order, Tamper::Nothing, 1),
        _ => return Err(ControlError::NoSuchPath.into()),
    };
    done.map_err(ControlError::from)?;
    // The merchant hears of it before the page is shown again.
    visit.running.drain().await.map_err(ControlError::from)?;
    Ok(Redirect::to("/_local/page/midtrans"))
}
