//! Woken by the notifications queue: decides who is told of an event, over which channels, and forgets those who were
//! erased or whose account was claimed.
//!
//! Each event becomes notifications ([`messaging::Notifications`]) and a message per channel to the queue of their priority,
//! from which the messenger sends them.
//!
//! | Event | Message | To |
//! |---|---|---|
//! | `user.registered`, `user.verification_requested` | `verify_email` | the user |
//! | `user.registration_requested` | `verify_email`, or `account_exists` where the address is known | the address |
//! | `user.password_reset_requested` | `reset_password` | the user |
//! | `user.email_verified` | `welcome` | the user |
//! | `user.password_changed` | `password_changed` | the user |
//! | `user.mfa_enabled`, `user.mfa_removed` | `mfa_enabled`, `mfa_removed` | the user |
//! | `user.recovery_codes_created` | `recovery_codes_created` | the user |
//! | `user.telegram_linked` | `telegram_linked` | the user |
//! | `user.impersonated` | `staff_access` | the user |
//! | `session.reuse_detected` | `session_ended` | the user |
//! | `tenant.created` | `verify_email` | the tenant's owner |
//! | `tenant.trial_ending`, `tenant.trial_expired` | `trial_ending`, `trial_ended` | the tenant's owner |
//! | `tenant.suspended`, `tenant.reactivated` by the operator | `tenant_suspended`, `tenant_reactivated`, or `tenant_activated` where it is billed from now on | the tenant's owner |
//! | `tenant.activated` | `tenant_activated` | the tenant's owner |
//! | `tenant.cancelled` | `tenant_cancelled`, or `tenant_closed` where the operator did it; `erasure_scheduled` alone where it is deleted at once | the tenant's owner |
//! | `tenant.erasure_scheduled`, `tenant.erasure_withdrawn` | `erasure_scheduled`, `erasure_withdrawn` | the tenant's owner |
//! | `tenant.limit_warning`, `tenant.limit_reached` | `member_limit_warning`, `member_limit_reached`, and the same of `storage`, `call` and `ai`, with `_billed` where the plan bills what is beyond | the tenant's owner |
//! | `tenant.domain_lost` because its record was missing | `domain_lost` | the tenant's owner |
//! | `tenant_export.requested`, `tenant_export.ready` | `export_requested`, `export_ready` | the tenant's owner |
//! | `review.created`, `review.updated`, `review.flagged`, where the review waits | `review_held` | the tenant's owner |
//! | `review.approved` by staff, `review.rejected`, the first `review.replied` | `review_approved`, `review_rejected`, `review_replied` | those who act for the customer, or its address |
//! | `stock.ran_low`, `stock.ran_out`, `stock.returned` | `low_stock`, `out_of_stock`, `back_in_stock` | the tenant's owner |
//! | `webhook_endpoint.disabled` | `webhook_disabled`, or `webhook_gone` where it answered 410 | the tenant's owner |
//! | `invitation.created` | `invitation`, or `customer_invitation` to act for a customer | the invited address |
//! | `invoice.issued`, `invoice.send_requested` | `invoice_ready`, or `final_invoice` for the last one of a subscription that nothing is left to pay of | the customer |
//! | `invoice.paid` by the balance | `invoice_paid` | the customer |
//! | `invoice.voided` | `invoice_voided` | the customer |
//! | `credit_note.issued` | `credit_note`, or `credit_note_refunded` where it is paid out at once | the customer |
//! | `payment.succeeded` | `payment_received`, `payment_received_more_overdue` where other invoices are overdue, `payment_received_in_part` where some is left to pay, or `payment_kept`, `payment_kept_in_part` or `deposit_received` where all or a part of it is on the balance | the customer |
//! | `payment.failed` of a saved card that was charged by itself | `charge_declined`, or `charge_declined_for_now` where it is tried again | the customer |
//! | `payment.refunded` | `payment_refunded`, or `payment_paid_back` where staff did it by hand | the customer |
//! | `payment.refund_failed` | `refund_failed` | the customer |
//! | `transfer_proof.rejected` | `transfer_rejected` | the customer |
//! | `invoice.reminded` | `service_ending` or `subscription_ending` where service stops for it, else `payment_reminder`; from the second on with `_again` | the customer |
//! | `subscription.suspended`, `subscription.restored` | `service_suspended`, or `service_suspended_for_several` where other invoices are overdue too, and `service_restored` | the customer |
//! | `subscription.cancelled` for want of payment | `subscription_ended` | the customer |
//! | `subscription.activated`, `subscription.plan_changed`, `subscription.paused`, `subscription.resumed` | `subscription_activated`, `subscription_changed`, `subscription_paused`, `subscription_resumed` | those who act for the customer |
//! | `subscription.change_scheduled` | `subscription_will_change`, or `subscription_will_end` | those who act for the customer |
//! | `subscription.cancelled` as somebody wanted | `subscription_cancelled` | those who act for the customer |
//! | `subscription.quota_reached` | `usage_limit_warning`, or `usage_limit_reached` at 100 percent | those who act for the customer |
//! | `withdrawal.requested`, `withdrawal.sent`, `withdrawal.settled`, `withdrawal.failed` | `withdrawal_requested`, `withdrawal_sent`, `withdrawal_settled`, `withdrawal_failed` | those who act for the customer, or its address |
//! | `order.confirmed`, `order.cancelled`, `order.expired`, `order.delivered` | `order_confirmed`, `order_cancelled`, or `order_cancelled_in_part` where some was sent, `order_expired`, `order_delivered` | those who act for the customer, or its address |
//! | `order.confirmed` | `order_received` | the tenant's owner |
//! | `order.fulfilled` | `order_shipped`, or `order_shipped_tracked` where the carrier has a number for it | those who act for the customer, or its address |
//! | `order.refunded` | `order_refunded`, or `order_credited` where it stays on the balance | those who act for the customer, or its address |
//! | `payment_method.expiring` | `payment_method_expiring` | those who act for the customer, or its address |
//! | `user.phone_verification_requested` | `phone_code` | the number to be proven |
//! | `notification.requested` | one of the tenant's own | whom the tenant names |
//! | `user.erased` | none | nobody |
//! | `user.claimed` | `account_claimed` | the user |

mod accounts;
mod announcer;
mod domain_lost;
mod error;
mod invoices;
mod limits;
mod money;
mod payment_methods;
mod posting;
mod requested;
mod shop;
mod subscriptions;
mod tenant_end;
mod tenant_export;
mod tenant_life;
#[cfg(test)]
mod tests;
mod trial;
mod webhook_disabled;

use accounts::{
    account::changed, claimed, forget_user, invitation, phone_code, registration, reset_password, verify_email,
};
use cloud::{Ctx, Function, event};
use error::NotifierError;
use events::{
    Consumer, Told,
    session::SessionReuseDetected,
    user::{
        UserEmailVerified, UserImpersonated, UserMfaEnabled, UserMfaRemoved, UserPasswordChanged,
        UserRecoveryCodesCreated, UserTelegramLinked,
    },
    withdrawal::{WithdrawalRequested, WithdrawalSent, WithdrawalSettled},
};
use invoices::{credit_note, dunning, invoice_paid, invoice_ready, invoice_voided};
use messaging::catalogue::{
    MFA_ENABLED, MFA_REMOVED, PASSWORD_CHANGED, RECOVERY_CODES_CREATED, SESSION_ENDED, STAFF_ACCESS, TELEGRAM_LINKED,
    WELCOME, WITHDRAWAL_REQUESTED, WITHDRAWAL_SENT, WITHDRAWAL_SETTLED,
};
use money::{charge_declined, payment_received, refunds, transfers, withdrawals};
use shop::{orders, reviews, stock};
use subscriptions::{changes, quota};

/// Who is told of which events, and what else is done with them.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default()
        .on(verify_email::to_user)
        .on(verify_email::to_owner)
        .on(trial::tell)
        .on(trial::ended)
        .on(tenant_life::suspended)
        .on(tenant_life::reactivated)
        .on(tenant_life::activated)
        .on(tenant_end::cancelled)
        .on(tenant_end::erasure_scheduled)
        .on(tenant_end::erasure_withdrawn)
        .on(limits::warned)
        .on(limits::reached)
        .on(domain_lost::tell)
        .on(tenant_export::requested)
        .on(tenant_export::ready)
        .on(stock::ran_low)
        .on(stock::ran_out)
        .on(stock::returned)
        .on(orders::confirmed)
        .on(orders::cancelled)
        .on(orders::expired)
        .on(orders::delivered)
        .on(orders::shipped)
        .on(orders::refunded)
        .on(reviews::created)
        .on(reviews::updated)
        .on(reviews::flagged)
        .on(reviews::approved)
        .on(reviews::rejected)
        .on(reviews::replied)
        .on(webhook_disabled::tell)
        .on(verify_email::on_request)
        .on(registration::tell)
        .on(reset_password::on_request)
        .on(|ctx, told: Told<UserPasswordChanged>| changed(ctx, told.event, told.data.user_id, PASSWORD_CHANGED))
        .on(|ctx, told: Told<UserMfaEnabled>| changed(ctx, told.event, told.data.user_id, MFA_ENABLED))
        .on(|ctx, told: Told<UserMfaRemoved>| changed(ctx, told.event, told.data.user_id, MFA_REMOVED))
        .on(|ctx, told: Told<UserRecoveryCodesCreated>| {
            changed(ctx, told.event, told.data.user_id, RECOVERY_CODES_CREATED)
        })
        .on(|ctx, told: Told<UserImpersonated>| changed(ctx, told.event, told.data.user_id, STAFF_ACCESS))
        .on(|ctx, told: Told<UserTelegramLinked>| changed(ctx, told.event, told.data.user_id, TELEGRAM_LINKED))
        .on(|ctx, told: Told<SessionReuseDetected>| changed(ctx, told.event, told.data.user_id, SESSION_ENDED))
        .on(invitation::tell)
        .on(invoice_ready::tell)
        .on(invoice_ready::tell_again)
        .on(invoice_paid::tell)
        .on(invoice_voided::tell)
        .on(credit_note::tell)
        .on(payment_received::tell)
        .on(charge_declined::tell)
        .on(refunds::given)
        .on(refunds::failed)
        .on(transfers::rejected)
        .on(payment_methods::tell)
        .on(dunning::remind)
        .on(dunning::suspended)
        .on(dunning::restored)
        .on(changes::activated)
        .on(changes::plan_changed)
        .on(changes::scheduled)
        .on(changes::cancelled)
        .on(changes::paused)
        .on(changes::resumed)
        .on(quota::reached)
        .on(|ctx, told: Told<WithdrawalRequested>| {
            withdrawals::tell(ctx, told.event, told.data.0, WITHDRAWAL_REQUESTED)
        })
        .on(|ctx, told: Told<WithdrawalSent>| withdrawals::tell(ctx, told.event, told.data.0, WITHDRAWAL_SENT))
        .on(|ctx, told: Told<WithdrawalSettled>| withdrawals::tell(ctx, told.event, told.data.0, WITHDRAWAL_SETTLED))
        .on(withdrawals::failed)
        .on(phone_code::tell)
        .on(|ctx, told: Told<UserEmailVerified>| changed(ctx, told.event, told.data.user_id, WELCOME))
        .on(forget_user::forget)
        .on(requested::send)
        .on(claimed::tell)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::consumer(ctx, consumer())
}
