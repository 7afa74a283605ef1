//! Woken by the notifications queue: tells people what happened, by mail and in Telegram.
//!
//! | Event | Message | To |
//! |---|---|---|
//! | `user.registered` | `verify_email` | the user |
//! | `tenant.created` | `verify_email` | the tenant's owner |
//! | `invitation.created` | `invitation` | the invited address |
//! | `invoice.issued` | `invoice_ready` | the customer |
//! | `payment.succeeded` | `payment_received` | the customer |
//! | `user.claimed` | none: a chat of the former owner's is let go | nobody |

mod courier;
mod error;
mod forget_chat;
mod invitation;
mod invoice_ready;
mod payment_received;
#[cfg(test)]
mod tests;
mod verify_email;

use cloud::{
    Ctx, Function,
    event::{self, Envelope},
};
use error::NotifierError;

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, Envelope { detail: event }| async move {
        match event.name.as_str() {
            "user.registered" => verify_email::to_user(&ctx, &event).await,
            "tenant.created" => verify_email::to_owner(&ctx, &event).await,
            "invitation.created" => invitation::send(&ctx, &event).await,
            "invoice.issued" => invoice_ready::send(&ctx, &event).await,
            "payment.succeeded" => payment_received::send(&ctx, &event).await,
            "user.claimed" => forget_chat::forget(&ctx, &event).await,
            other => {
                tracing::warn!(event.id = %event.id, event.name = other, "nobody is told of such events");
                Ok::<_, NotifierError>(())
            }
        }
    })
}
