//! The page where a payer enters a card: here a card of the test mode is chosen.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use http::StatusCode;
use kernel::escape_html;

use super::{Stripe, checkout::Shown};

/// Cards that can be chosen, and what their banks do.
const CARDS: [(&str, &str); 4] = [
    ("pm_card_visa", "Pay"),
    ("pm_card_threeDSecure2Required", "Pay by a card whose bank asks"),
    ("pm_card_visa_chargeDeclined", "Pay by a card that is declined"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "Pay by a card without money"),
];

/// `GET /c/pay/{session}`.
pub(super) async fn checkout_page(State(stripe): State<Arc<Stripe>>, Path(session): Path<String>) -> Response {
    let shown = |text: &str, below: String| {
        let head = "<!doctype html><html lang=en><title>Simulated Checkout</title><h1>Checkout</h1>";
        Html(format!("{head}<p>{text}</p>{below}")).into_response()
    };
    match stripe.page_of(&session) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Shown::Over) => shown("This page is over.", String::new()),
        Some(Shown::Paid(back)) => Redirect::to(&back).into_response(),
        Some(Shown::AtBank(intent)) => Redirect::to(&format!("/3ds/{intent}")).into_response(),
        Some(Shown::Open { description, amount, currency, declined }) => {
            // The session's name is one of ours: letters and digits.
            let form = |(card, label): (&str, &str)| {
                format!("<form method=post action=\"/c/pay/{session}/{card}\"><button>{label}</button></form>")
            };
            let text = format!("{}: {amount} {}", escape_html(&description), currency.to_uppercase());
            let declined = declined.map(|why| format!("<p role=alert>{}</p>", escape_html(&why))).unwrap_or_default();
            shown(&text, declined + &CARDS.map(form).concat())
        }
    }
}

/// `POST /c/pay/{session}/{card}`: whatever comes of it is on the page.
pub(super) async fn enter_card(
    State(stripe): State<Arc<Stripe>>,
    Path((session, card)): Path<(String, String)>,
) -> Response {
    match stripe.enter_card(&session, &card) {
        Ok(()) => Redirect::to(&format!("/c/pay/{session}")).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
