//! Payments and what their providers call back.

mod holds;
mod owed_methods;
mod owed_payments;
mod pay_page;
mod payment_methods;
mod payments;
mod refunds;
mod reviews;
mod transfer_proofs;
mod wallet;
mod webhooks;
mod withdrawals;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess, WhileSuspended};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "payments":
        payments { create_payment, list_payments, get_payment, sync_payment, cancel_payment },
        holds { capture_payment, approve_payment, deny_payment },
        refunds { create_refund, list_refunds, end_refund },
        reviews { list_reviews, get_review, decide_review },
        owed_payments { create_owed_payment, list_owed_payments, get_owed_payment, sync_owed_payment, cancel_owed_payment },
        owed_methods {
            create_owed_payment_method, create_owed_payment_method_setup, list_owed_payment_methods,
            delete_owed_payment_method, make_default_owed_payment_method
        },
        wallet { get_wallet, list_wallet_transactions, create_deposit, replace_wallet_settings },
        withdrawals {
            create_withdrawal, list_withdrawals, get_withdrawal, send_withdrawal, settle_withdrawal, fail_withdrawal,
            cancel_withdrawal
        },
        transfer_proofs {
            create_transfer_proof, list_transfer_proofs, get_transfer_proof, put_transfer_proof_file,
            get_transfer_proof_file, accept_transfer_proof, reject_transfer_proof
        },
        payment_methods {
            create_payment_method, create_payment_method_setup, list_payment_methods, delete_payment_method,
            make_default_payment_method
        },
        pay_page { get_pay_page, submit_pay_page },
        webhooks { receive_midtrans_notification, receive_stripe_event },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<TenantsRead>(),
    NeededPermission::of::<TenantsPay>(),
    NeededPermission::of::<PaymentsRead>(),
    NeededPermission::of::<PaymentsWrite>(),
    NeededPermission::of::<RefundsRead>(),
    NeededPermission::of::<RefundsWrite>(),
    NeededPermission::of::<WithdrawalsWrite>(),
];

/// A payment that the provider's fraud check held may pass.
pub(crate) const PAYMENT_APPROVED: Action = Action::new("payment.approved");
/// Money that a card's bank held was taken.
pub(crate) const PAYMENT_CAPTURED: Action = Action::new("payment.captured");
/// A payment that the provider's fraud check held was refused.
pub(crate) const PAYMENT_DENIED: Action = Action::new("payment.denied");
/// Money of a payment is to go back.
pub(crate) const PAYMENT_REFUNDED: Action = Action::new("payment.refunded");

/// Staff said how a refund ended.
pub(crate) const PAYMENT_REFUND_ENDED: Action = Action::new("payment.refund_ended");

/// Somebody decided about word of a provider that was set aside.
pub(crate) const PAYMENT_REVIEW_DECIDED: Action = Action::new("payment_review.decided");
/// A customer's payment method was saved.
pub(crate) const PAYMENT_METHOD_SAVED: Action = Action::new("payment_method.saved");
/// A customer's payment method became the default.
pub(crate) const PAYMENT_METHOD_PREFERRED: Action = Action::new("payment_method.preferred");
/// A customer's payment method was removed.
pub(crate) const PAYMENT_METHOD_REMOVED: Action = Action::new("payment_method.removed");
/// What a customer's balance pays by itself was changed.
pub(crate) const WALLET_SETTINGS_CHANGED: Action = Action::new("wallet.settings_changed");
/// Money was taken off a balance, to be paid out.
pub(crate) const WITHDRAWAL_CREATED: Action = Action::new("withdrawal.created");
/// A withdrawal was handed to the bank.
pub(crate) const WITHDRAWAL_SENT: Action = Action::new("withdrawal.sent");
/// A withdrawal was paid out.
pub(crate) const WITHDRAWAL_SETTLED: Action = Action::new("withdrawal.settled");
/// A withdrawal could not be paid out.
pub(crate) const WITHDRAWAL_FAILED: Action = Action::new("withdrawal.failed");
/// A withdrawal was taken back before it was sent.
pub(crate) const WITHDRAWAL_CANCELLED: Action = Action::new("withdrawal.cancelled");

/// A customer told of a bank transfer.
pub(crate) const TRANSFER_PROOF_SUBMITTED: Action = Action::new("transfer_proof.submitted");
/// The money of a transfer was found.
pub(crate) const TRANSFER_PROOF_ACCEPTED: Action = Action::new("transfer_proof.accepted");
/// The money of a transfer was not found.
pub(crate) const TRANSFER_PROOF_REJECTED: Action = Action::new("transfer_proof.rejected");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    PAYMENT_APPROVED,
    PAYMENT_CAPTURED,
    PAYMENT_DENIED,
    PAYMENT_REFUNDED,
    PAYMENT_REFUND_ENDED,
    PAYMENT_REVIEW_DECIDED,
    PAYMENT_METHOD_SAVED,
    PAYMENT_METHOD_PREFERRED,
    PAYMENT_METHOD_REMOVED,
    WALLET_SETTINGS_CHANGED,
    TRANSFER_PROOF_SUBMITTED,
    TRANSFER_PROOF_ACCEPTED,
    TRANSFER_PROOF_REJECTED,
    WITHDRAWAL_CREATED,
    WITHDRAWAL_SENT,
    WITHDRAWAL_SETTLED,
    WITHDRAWAL_FAILED,
    WITHDRAWAL_CANCELLED,
];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Reading the tenant, and what it pays.
#[derive(Clone, Copy, Debug)]
pub struct TenantsRead;

impl Needs for TenantsRead {
    const PERMISSION: &'static str = "tenants:read";
    const MEANING: &'static str = "See the tenant and its settings";
    // What is owed can be read whatever was used.
    const PAST_CALL_LIMIT: bool = true;
}

/// Converting the tenant, and paying what it owes.
#[derive(Clone, Copy, Debug)]
pub struct TenantsPay;

impl Needs for TenantsPay {
    const PERMISSION: &'static str = "tenants:pay";
    const MEANING: &'static str = "Continue after the trial, and pay what the tenant owes the platform";
    // The final invoice of one that is over is to be paid too.
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::ToTheEnd;
    const WHILE_IMPERSONATED: bool = false;
}

/// Reading payments.
#[derive(Clone, Copy, Debug)]
pub struct PaymentsRead;

impl Needs for PaymentsRead {
    const PERMISSION: &'static str = "payments:read";
    const MEANING: &'static str = "See payments, wallets and withdrawals";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Making payments.
#[derive(Clone, Copy, Debug)]
pub struct PaymentsWrite;

impl Needs for PaymentsWrite {
    const PERMISSION: &'static str = "payments:write";
    const MEANING: &'static str = "Pay, cancel and check payments; top up wallets, and withdraw from one's own";
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::Everything;
    const ACCESS: PlanAccess = PlanAccess::Basic;
    const WHILE_IMPERSONATED: bool = false;
}

/// Looking at money that was set aside.
#[derive(Clone, Copy, Debug)]
pub struct RefundsRead;

impl Needs for RefundsRead {
    const PERMISSION: &'static str = "refunds:read";
    const MEANING: &'static str = "See what payment providers said that was set aside";
}

/// Giving money back.
#[derive(Clone, Copy, Debug)]
pub struct RefundsWrite;

impl Needs for RefundsWrite {
    const PERMISSION: &'static str = "refunds:write";
    const MEANING: &'static str =
        "Refund payments, and decide about payments that a fraud check holds and money that was set aside";
    const WHILE_IMPERSONATED: bool = false;
}

/// Paying out what customers withdraw.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawalsWrite;

impl Needs for WithdrawalsWrite {
    const PERMISSION: &'static str = "withdrawals:write";
    const MEANING: &'static str = "Pay out withdrawals, and withdraw for customers";
    // What was transferred has to be said, and customers' money is not the tenant's.
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::Everything;
    const WHILE_IMPERSONATED: bool = false;
}
