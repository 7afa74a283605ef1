//! Woken by the notifications queue: tells people what happened, by mail, in Telegram and by SMS, and forgets those who
//! were erased.
//!
//! | Event | Message | To |
//! |---|---|---|
//! | `user.registered`, `user.verification_requested` | `verify_email` | the user |
//! | `user.registration_requested` | `verify_email`, or `account_exists` where the address is known | the address |
//! | `user.password_reset_requested` | `reset_password` | the user |
//! | `user.password_changed` | `password_changed` | the user |
//! | `user.mfa_enabled`, `user.mfa_removed` | `mfa_enabled`, `mfa_removed` | the user |
//! | `user.recovery_codes_created` | `recovery_codes_created` | the user |
//! | `session.reuse_detected` | `session_ended` | the user |
//! | `tenant.created` | `verify_email` | the tenant's owner |
//! | `tenant.trial_ending` | `trial_ending` | the tenant's owner |
//! | `invitation.created` | `invitation` | the invited address |
//! | `invoice.issued` | `invoice_ready` | the customer |
//! | `payment.succeeded` | `payment_received` | the customer |
//! | `user.phone_verification_requested` | `phone_code` | the number to be proven |
//! | `user.erased` | none | nobody |
//! | `user.claimed` | `account_claimed` | the user |

mod account;
mod account_link;
#[cfg(test)]
mod account_tests;
mod courier;
mod error;
mod forget_user;
mod invitation;
mod invoice_ready;
mod payment_received;
mod phone_code;
mod registration;
mod reset_password;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;
mod trial_ending;
mod verify_email;

use cloud::{
    Ctx, Function,
    event::{self, Envelope},
};
use error::NotifierError;
use messaging::catalogue::{
    ACCOUNT_CLAIMED, MFA_ENABLED, MFA_REMOVED, PASSWORD_CHANGED, RECOVERY_CODES_CREATED, SESSION_ENDED,
};

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, Envelope { detail: event }| async move {
        match event.name.as_str() {
            "user.registered" => verify_email::to_user(&ctx, &event).await,
            "user.registration_requested" => registration::send(&ctx, &event).await,
            "user.verification_requested" => verify_email::on_request(&ctx, &event).await,
            "user.password_reset_requested" => reset_password::on_request(&ctx, &event).await,
            "user.password_changed" => account::changed(&ctx, &event, PASSWORD_CHANGED).await,
            "user.mfa_enabled" => account::changed(&ctx, &event, MFA_ENABLED).await,
            "user.mfa_removed" => account::changed(&ctx, &event, MFA_REMOVED).await,
            "user.recovery_codes_created" => account::changed(&ctx, &event, RECOVERY_CODES_CREATED).await,
            "session.reuse_detected" => account::changed(&ctx, &event, SESSION_ENDED).await,
            "tenant.created" => verify_email::to_owner(&ctx, &event).await,
            "tenant.trial_ending" => trial_ending::send(&ctx, &event).await,
            "invitation.created" => invitation::send(&ctx, &event).await,
            "invoice.issued" => invoice_ready::send(&ctx, &event).await,
            "payment.succeeded" => payment_received::send(&ctx, &event).await,
            "user.phone_verification_requested" => phone_code::send(&ctx, &event).await,
            "user.erased" => forget_user::forget(&ctx, &event).await,
            "user.claimed" => account::changed(&ctx, &event, ACCOUNT_CLAIMED).await,
            other => {
                tracing::warn!(event.id = %event.id, event.name = other, "nobody is told of such events");
                Ok::<_, NotifierError>(())
            }
        }
    })
}
