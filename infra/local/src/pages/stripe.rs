//! Payments as Stripe has them, with the buttons of the payer, their bank and Stripe.

use axum::{
    extract::Path,
    response::{Html, Redirect},
};
use kernel::{Currency, Markup, Money};

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::{chip, code, link, page},
    parts::{Table, Tone, button, column, numbers, section},
    visit::{ROWS, Visit, money},
};
use crate::{
    StripePayment,
    control::{self, ControlError},
};

/// `GET /_local/page/stripe`.
pub(super) async fn stripe_page(visit: Visit) -> Html<String> {
    let payments = visit.running.stack.stripe.payments();
    let columns = [
        column("Payment"),
        column("Card"),
        numbers("Amount"),
        column("Status"),
        column("Made"),
        column("As the customer or the bank"),
    ];
    let mut table = Table::new("Payments at Stripe", columns);
    for payment in payments.iter().skip(visit.skipped()).take(ROWS) {
        let ours = payment.payment_id.as_deref().unwrap_or(&payment.intent_id);
        let name = match (&payment.tenant_id, &payment.payment_id) {
            (Some(tenant), Some(id)) => link(&page(&["tenants", tenant, "payments", id]), &code(id)),
            (Some(_), None) | (None, _) => code(ours),
        };
        table.row([
            name,
            Markup::text(&payment.card),
            amount(payment),
            chip(&payment.status),
            visit.time(payment.created_at),
            actions(payment),
        ]);
    }
    let body: Markup =
        [table.or_say("No card has been charged yet."), visit.stretch(payments.len(), &[])].into_iter().collect();
    visit.show(&Frame::new("Payments at Stripe", Tab::Stripe), &section("payments", &Markup::text("Payments"), &body))
}

/// In the currency's own unit, where Stripe has another.
fn amount(payment: &StripePayment) -> Markup {
    match payment.currency.to_uppercase().parse::<Currency>() {
        Ok(Currency::IDR) => money(Money::new(payment.amount / 100, Currency::IDR)),
        Ok(currency) => money(Money::new(payment.amount, currency)),
        Err(_) => Markup::text(format!("{} {}", payment.amount, payment.currency)),
    }
}

/// What can be done with a payment.
pub(super) fn actions(payment: &StripePayment) -> Markup {
    let id = payment.intent_id.as_str();
    let act = |action: &str, label, tone| button(&page(&["stripe", id, action]), label, id, tone);
    let mut actions = Vec::new();
    if payment.status == "requires_action" {
        actions.push(act("approve", "Approve", Tone::Plain));
        actions.push(act("decline", "Decline", Tone::Danger));
    }
    if payment.status == "succeeded" {
        actions.push(act("dispute", "Dispute", Tone::Danger));
    }
    if payment.refunded > 0 {
        actions.push(act("fail-refund", "Refund fails", Tone::Danger));
    }
    actions.push(act("notify", "Notify again", Tone::Plain));
    actions.into_iter().collect()
}

/// `POST /_local/page/stripe/{payment}/{action}`.
pub(super) async fn act(visit: Visit, Path((payment, action)): Path<(String, String)>) -> Result<Redirect, PageError> {
    let stripe = &visit.running.stack.stripe;
    if action == "notify" {
        stripe.notify_again(&payment, 1, false).map_err(ControlError::from)?;
    } else {
        control::act_at_stripe(stripe, &payment, &action)?;
    }
    // The merchant hears of it before the page is shown again.
    visit.running.drain().await.map_err(ControlError::from)?;
    Ok(Redirect::to("/_local/page/stripe"))
}
