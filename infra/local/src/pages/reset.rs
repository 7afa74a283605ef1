//! The reset, which is asked about before it is done: all that was made since the start is lost.

use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Markup;
use tenancy::Tenants;

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::{page, paragraph},
    parts::{Tone, button, section},
    tenants::OPERATOR,
    visit::Visit,
};
use crate::control::ControlError;

/// `GET /_local/page/reset`: what would be lost.
pub(super) async fn reset_page(visit: Visit) -> Result<Response, PageError> {
    let stack = &visit.running.stack;
    let ctx = visit.ctx().await?;
    let (mut tenants, mut after) = (0_usize, None);
    loop {
        let part = Tenants::new(ctx.table()).ids_from(OPERATOR, None, after).await?;
        tenants += part.items.len();
        after = part.last;
        if after.is_none() {
            break;
        }
    }
    let queues = stack.aws.sqs.states();
    let waiting: usize = queues.iter().map(|queue| queue.visible + queue.in_flight + queue.delayed).sum();
    let lost = [
        format!("tenants, with their customers, subscriptions, invoices and documents: {tenants}"),
        format!("messages of the mailbox: {}", stack.mailbox.find(None, None).len()),
        format!("payments at Midtrans: {}", stack.midtrans.payments().len()),
        format!("payments at Stripe: {}", stack.stripe.payments().len()),
        format!("messages in queues, dead letters among them: {waiting}"),
        "where the clock is: it goes back to where it was at the start".to_owned(),
    ];
    let items: Markup = lost.iter().map(|item| Markup::html(format!("<li>{}</li>", Markup::text(item)))).collect();
    let moving = if visit.running.timeline.under_way().is_some() {
        paragraph(&Markup::text("The clock is moving; it stops on its way."))
    } else {
        Markup::EMPTY
    };
    let body = Markup::html(format!(
        "<p>This cannot be taken back. Lost are:</p><ul>{items}</ul>{moving}\
         <p class=\"actions\">{} <a href=\"/_local\">Keep everything</a></p>",
        button(&page(&["reset"]), "Reset everything", "", Tone::Danger)
    ));
    let frame = Frame::new("Reset everything?", Tab::Overview).below("/_local".to_owned(), "Overview");
    Ok(visit.show(&frame, &section("reset", &Markup::text("A fresh cloud"), &body)).into_response())
}

/// `POST /_local/page/reset`.
pub(super) async fn reset(visit: Visit) -> Result<Redirect, PageError> {
    visit.running.reset().await.map_err(ControlError::from)?;
    Ok(Redirect::to("/_local?done=reset"))
}
