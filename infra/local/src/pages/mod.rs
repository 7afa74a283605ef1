//! The pages under `/_local`, for people: what the product has in its table, what it sent, what waits, and the test
//! clock. Plain forms; the one script offers the browser's time zone.

mod clock;
mod error;
mod events;
mod frame;
mod mailbox;
mod markup;
mod midtrans;
mod overview;
mod parts;
mod queues;
mod reset;
mod stripe;
mod telegram;
mod tenants;
mod visit;
mod zone;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, header};

use crate::running::Running;
use tenants::{customer, invoice, payment, subscription, tenant};

/// Our own script and nothing from elsewhere; mails are framed without scripts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The routes.
pub(crate) fn router() -> Router<Arc<Running>> {
    Router::new()
        .route("/_local", get(overview::overview))
        .route("/_local/page/drain", post(overview::drain))
        .route("/_local/page/reset", get(reset::reset_page).post(reset::reset))
        .route("/_local/page/zone", post(zone::choose_zone))
        .route("/_local/page/zone.js", get(zone::zone_script))
        .route("/_local/page/clock", get(clock::clock_page).post(clock::move_clock))
        .route("/_local/page/mailbox", get(mailbox::mailbox_page))
        .route("/_local/page/mailbox/{id}", get(mailbox::message_page))
        .route("/_local/page/midtrans", get(midtrans::midtrans_page))
        .route("/_local/page/midtrans/{order}/{action}", post(midtrans::act))
        .route("/_local/page/stripe", get(stripe::stripe_page))
        .route("/_local/page/stripe/{payment}/{action}", post(stripe::act))
        .route("/_local/page/telegram", get(telegram::telegram_page))
        .route("/_local/page/telegram/{bot}/{chat}", get(telegram::chat_page).post(telegram::act))
        .route("/_local/page/queues", get(queues::queues_page))
        .route("/_local/page/queues/{name}", get(queues::queue_page))
        .route("/_local/page/queues/{name}/{action}", post(queues::act))
        .route("/_local/page/events", get(events::events_page))
        .route("/_local/page/events/{id}", get(events::event_page))
        .route("/_local/page/tenants", get(tenants::tenants_page))
        .route("/_local/page/tenants/{tenant}", get(tenant::tenant_page))
        .route("/_local/page/tenants/{tenant}/customers", get(customer::customers_page))
        .route("/_local/page/tenants/{tenant}/customers/{customer}", get(customer::customer_page))
        .route("/_local/page/tenants/{tenant}/subscriptions", get(subscription::subscriptions_page))
        .route("/_local/page/tenants/{tenant}/subscriptions/{subscription}", get(subscription::subscription_page))
        .route("/_local/page/tenants/{tenant}/invoices", get(invoice::invoices_page))
        .route("/_local/page/tenants/{tenant}/invoices/{invoice}", get(invoice::invoice_page))
        .route("/_local/page/tenants/{tenant}/payments", get(payment::payments_page))
        .route("/_local/page/tenants/{tenant}/payments/{payment}", get(payment::payment_page))
        .layer(middleware::from_fn(guard))
}

/// Says what the page may load.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // With `no-referrer` browsers send our own forms with `Origin: null`, and the control API takes them for a stranger's.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
