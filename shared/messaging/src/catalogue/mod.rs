//! The built-in templates: a row here and a file per language. Tenants' own texts compile against the same rows.

use kernel::{Locale, Priority};

use crate::{Template, TemplateError, ValueKind};

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageKind {
    /// Its name, such as `invoice_ready`.
    pub key: &'static str,
    /// How urgent it is.
    pub priority: Priority,
    /// What its texts may and must use.
    pub variables: &'static [(&'static str, ValueKind)],
    english: &'static str,
    indonesian: &'static str,
}

macro_rules! kind {
    ($key:literal, $priority:ident, $($name:literal: $kind:ident),+) => {
        MessageKind {
            key: $key,
            priority: Priority::$priority,
            variables: &[$(($name, ValueKind::$kind)),+],
            english: include_str!(concat!("../../templates/", $key, ".en.txt")),
            indonesian: include_str!(concat!("../../templates/", $key, ".id.txt")),
        }
    };
}

mod limit_kinds;
mod tenant_kinds;

pub use limit_kinds::{
    AI_LIMIT_REACHED, AI_LIMIT_REACHED_BILLED, AI_LIMIT_WARNING, AI_LIMIT_WARNING_BILLED, CALL_LIMIT_REACHED,
    CALL_LIMIT_REACHED_BILLED, CALL_LIMIT_WARNING, CALL_LIMIT_WARNING_BILLED, MEMBER_LIMIT_REACHED,
    MEMBER_LIMIT_REACHED_BILLED, MEMBER_LIMIT_WARNING, MEMBER_LIMIT_WARNING_BILLED, STORAGE_LIMIT_REACHED,
    STORAGE_LIMIT_REACHED_BILLED, STORAGE_LIMIT_WARNING, STORAGE_LIMIT_WARNING_BILLED,
};
pub use tenant_kinds::{
    DOMAIN_LOST, ERASURE_SCHEDULED, ERASURE_WITHDRAWN, EXPORT_READY, EXPORT_REQUESTED, TENANT_ACTIVATED,
    TENANT_CANCELLED, TENANT_CLOSED, TENANT_REACTIVATED, TENANT_SUSPENDED, TRIAL_ENDED, TRIAL_ENDING,
};

/// Confirms that an address is the user's own.
pub const VERIFY_EMAIL: MessageKind = kind!("verify_email", Critical, "name": Text, "sender": Text, "link": Link);
/// Tells whoever proved an address for the first time that nothing of a former holder of the account is left.
pub const ACCOUNT_CLAIMED: MessageKind = kind!("account_claimed", Critical, "name": Text, "sender": Text, "when": Text);
/// Tells somebody who tried to register that there is an account already.
pub const ACCOUNT_EXISTS: MessageKind = kind!("account_exists", Critical, "name": Text, "sender": Text);
/// Tells a user that the password was changed.
pub const PASSWORD_CHANGED: MessageKind =
    kind!("password_changed", Critical, "name": Text, "sender": Text, "when": Text);
/// Tells a user that a second factor was set up.
pub const MFA_ENABLED: MessageKind = kind!("mfa_enabled", Critical, "name": Text, "sender": Text, "when": Text);
/// Tells a user that the second factor is gone.
pub const MFA_REMOVED: MessageKind = kind!("mfa_removed", Critical, "name": Text, "sender": Text, "when": Text);
/// Tells a user that new recovery codes took the place of those before.
pub const RECOVERY_CODES_CREATED: MessageKind =
    kind!("recovery_codes_created", Critical, "name": Text, "sender": Text, "when": Text);
/// Tells a user that a session was ended because a used token of it came again.
pub const SESSION_ENDED: MessageKind = kind!("session_ended", Critical, "name": Text, "sender": Text, "when": Text);
/// Tells a user that a chat was linked with the account.
pub const TELEGRAM_LINKED: MessageKind = kind!("telegram_linked", Critical, "name": Text, "sender": Text, "when": Text);
/// Tells a user that staff acted as them for a while.
pub const STAFF_ACCESS: MessageKind = kind!("staff_access", Medium, "name": Text, "sender": Text, "when": Text);
/// Sets a new password.
pub const RESET_PASSWORD: MessageKind = kind!("reset_password", Critical, "name": Text, "sender": Text, "link": Link);
/// Greets a new user.
pub const WELCOME: MessageKind = kind!("welcome", Low, "name": Text, "sender": Text);
/// Asks somebody to become a member.
pub const INVITATION: MessageKind = kind!("invitation", Critical, "inviter": Text, "sender": Text, "link": Link);
/// Asks somebody to act for a customer.
pub const CUSTOMER_INVITATION: MessageKind =
    kind!("customer_invitation", Critical, "inviter": Text, "sender": Text, "customer": Text, "link": Link);
/// An invoice was issued.
pub const INVOICE_READY: MessageKind = kind!("invoice_ready", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "due": Date, "pay": Link);
/// The last invoice of a subscription was issued, and nothing is left to pay: what the balance paid, and what is given back.
pub const FINAL_INVOICE: MessageKind = kind!(
    "final_invoice", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "used": Money,
    "balance": Money
);
/// The customer's balance paid an invoice after its issue.
pub const INVOICE_PAID: MessageKind =
    kind!("invoice_paid", High, "name": Text, "sender": Text, "amount": Money, "number": Text, "paid": Date);
/// An invoice was taken back, and how much of it is on the balance again.
pub const INVOICE_VOIDED: MessageKind = kind!(
    "invoice_voided", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "balance": Money
);
/// A part of an invoice was taken back: how much less is to be paid, and how much is on the balance.
pub const CREDIT_NOTE: MessageKind = kind!(
    "credit_note", High, "name": Text, "sender": Text, "number": Text, "invoice": Text, "amount": Money, "due": Money,
    "balance": Money
);
/// The same, where what had been paid goes back to the payer at once.
pub const CREDIT_NOTE_REFUNDED: MessageKind = kind!(
    "credit_note_refunded", High, "name": Text, "sender": Text, "number": Text, "invoice": Text, "amount": Money,
    "due": Money, "refund": Money
);
/// A payment came in.
pub const PAYMENT_RECEIVED: MessageKind =
    kind!("payment_received", High, "name": Text, "sender": Text, "amount": Money, "number": Text, "paid": Date);
/// The same where other invoices are overdue: which, and how much they come to.
pub const PAYMENT_RECEIVED_MORE_OVERDUE: MessageKind = kind!(
    "payment_received_more_overdue", High, "name": Text, "sender": Text, "amount": Money, "number": Text, "paid": Date,
    "others": Text, "owed": Money
);
/// A payment of a part of an invoice came in: how much is left to pay.
pub const PAYMENT_RECEIVED_IN_PART: MessageKind = kind!(
    "payment_received_in_part", High, "name": Text, "sender": Text, "amount": Money, "number": Text, "paid": Date,
    "left": Money, "pay": Link
);
/// A payment came in for an invoice of which nothing was left to pay: all of it is on the balance.
pub const PAYMENT_KEPT: MessageKind =
    kind!("payment_kept", High, "name": Text, "sender": Text, "amount": Money, "number": Text, "paid": Date);
/// A payment came in over more than was left to pay: the rest is on the balance.
pub const PAYMENT_KEPT_IN_PART: MessageKind = kind!(
    "payment_kept_in_part", High, "name": Text, "sender": Text, "amount": Money, "number": Text, "paid": Date,
    "used": Money, "balance": Money
);
/// A payment for the balance came in.
pub const DEPOSIT_RECEIVED: MessageKind =
    kind!("deposit_received", High, "name": Text, "sender": Text, "amount": Money, "paid": Date);
/// Money of a payment goes back by the way that it came.
pub const PAYMENT_REFUNDED: MessageKind = kind!(
    "payment_refunded", High, "name": Text, "sender": Text, "amount": Money, "payment": Money, "reference": Text
);
/// Money of a payment was paid back by hand.
pub const PAYMENT_PAID_BACK: MessageKind = kind!(
    "payment_paid_back", High, "name": Text, "sender": Text, "amount": Money, "payment": Money, "reference": Text
);
/// Money that was to go back did not, and is on the balance again.
pub const REFUND_FAILED: MessageKind =
    kind!("refund_failed", High, "name": Text, "sender": Text, "amount": Money, "reference": Text);
/// A transfer that the customer told of could not be confirmed.
pub const TRANSFER_REJECTED: MessageKind = kind!(
    "transfer_rejected", High, "name": Text, "sender": Text, "amount": Money, "reference": Text, "reason": Text
);
/// A saved card was to pay an invoice by itself, and was declined: it is not charged for it again.
pub const CHARGE_DECLINED: MessageKind = kind!(
    "charge_declined", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "card": Text, "pay": Link
);
/// The same, and on which day it is tried again.
pub const CHARGE_DECLINED_FOR_NOW: MessageKind = kind!(
    "charge_declined_for_now", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "card": Text,
    "next": Date, "pay": Link
);

/// An invoice is overdue: the first reminder.
pub const PAYMENT_REMINDER: MessageKind = kind!("payment_reminder", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "due": Date, "pay": Link);
/// An invoice is still overdue: which reminder it is, and for how many days.
pub const PAYMENT_REMINDER_AGAIN: MessageKind = kind!(
    "payment_reminder_again", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "due": Date,
    "count": Text, "days": Text, "pay": Link
);
/// An invoice is overdue, and service stops for it until it is paid: the first reminder.
pub const SERVICE_ENDING: MessageKind = kind!(
    "service_ending", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "due": Date, "end": Date, "pay": Link
);
/// The same, as a later reminder.
pub const SERVICE_ENDING_AGAIN: MessageKind = kind!(
    "service_ending_again", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "due": Date,
    "end": Date, "count": Text, "days": Text, "pay": Link
);
/// An invoice is overdue, and the subscription ends for it: the first reminder.
pub const SUBSCRIPTION_ENDING: MessageKind = kind!(
    "subscription_ending", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "due": Date, "end": Date, "pay": Link
);
/// The same, as a later reminder.
pub const SUBSCRIPTION_ENDING_AGAIN: MessageKind = kind!(
    "subscription_ending_again", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "due": Date,
    "end": Date, "count": Text, "days": Text, "pay": Link
);
/// A subscription has ended for an invoice.
pub const SUBSCRIPTION_ENDED: MessageKind =
    kind!("subscription_ended", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "pay": Link);
/// Service has stopped for an invoice.
pub const SERVICE_SUSPENDED: MessageKind =
    kind!("service_suspended", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "pay": Link);
/// The same where other invoices are overdue too: each must be paid before service goes on.
pub const SERVICE_SUSPENDED_FOR_SEVERAL: MessageKind = kind!(
    "service_suspended_for_several", High, "name": Text, "sender": Text, "number": Text, "amount": Money, "others": Text,
    "owed": Money, "pay": Link
);
/// Service goes on after an invoice was paid.
pub const SERVICE_RESTORED: MessageKind = kind!("service_restored", High, "name": Text, "sender": Text, "number": Text);

/// The first invoice of a subscription is paid.
pub const SUBSCRIPTION_ACTIVATED: MessageKind =
    kind!("subscription_activated", Medium, "name": Text, "sender": Text, "plan": Text);
/// A subscription has ended, since somebody wanted so.
pub const SUBSCRIPTION_CANCELLED: MessageKind =
    kind!("subscription_cancelled", Medium, "name": Text, "sender": Text, "plan": Text);
/// A subscription has another plan.
pub const SUBSCRIPTION_CHANGED: MessageKind =
    kind!("subscription_changed", Medium, "name": Text, "sender": Text, "plan": Text);
/// A subscription stands still.
pub const SUBSCRIPTION_PAUSED: MessageKind =
    kind!("subscription_paused", Medium, "name": Text, "sender": Text, "plan": Text);
/// A subscription goes on after a pause.
pub const SUBSCRIPTION_RESUMED: MessageKind =
    kind!("subscription_resumed", Medium, "name": Text, "sender": Text, "plan": Text);
/// A subscription will have another plan.
pub const SUBSCRIPTION_WILL_CHANGE: MessageKind =
    kind!("subscription_will_change", Medium, "name": Text, "sender": Text, "plan": Text, "day": Date);
/// A subscription will end.
pub const SUBSCRIPTION_WILL_END: MessageKind =
    kind!("subscription_will_end", Medium, "name": Text, "sender": Text, "day": Date);
/// All of a quota is used.
pub const USAGE_LIMIT_REACHED: MessageKind = kind!("usage_limit_reached", Medium, "name": Text, "sender": Text, "plan": Text, "feature": Text, "limit": Text, "reset": Date);
/// Most of a quota is used.
pub const USAGE_LIMIT_WARNING: MessageKind = kind!("usage_limit_warning", Medium, "name": Text, "sender": Text, "plan": Text, "feature": Text, "limit": Text, "percent": Text, "reset": Date);

/// Money was taken off a customer's balance, to be paid out.
pub const WITHDRAWAL_REQUESTED: MessageKind =
    kind!("withdrawal_requested", High, "name": Text, "sender": Text, "amount": Money);
/// A withdrawal was handed to the bank.
pub const WITHDRAWAL_SENT: MessageKind = kind!("withdrawal_sent", High, "name": Text, "sender": Text, "amount": Money);
/// A withdrawal was paid out.
pub const WITHDRAWAL_SETTLED: MessageKind =
    kind!("withdrawal_settled", High, "name": Text, "sender": Text, "amount": Money);
/// A withdrawal could not be paid out.
pub const WITHDRAWAL_FAILED: MessageKind =
    kind!("withdrawal_failed", High, "name": Text, "sender": Text, "amount": Money, "reason": Text);

/// What can wait, told together.
pub const DIGEST: MessageKind = kind!("digest", Low, "name": Text, "sender": Text, "count": Text);

/// A saved card ends soon.
pub const PAYMENT_METHOD_EXPIRING: MessageKind =
    kind!("payment_method_expiring", Medium, "name": Text, "sender": Text, "card": Text, "end": Date);

/// Nothing came through to a webhook endpoint for too long.
pub const WEBHOOK_DISABLED: MessageKind =
    kind!("webhook_disabled", Medium, "name": Text, "sender": Text, "tenant": Text, "endpoint": Text);
/// A webhook endpoint wants nothing any more.
pub const WEBHOOK_GONE: MessageKind =
    kind!("webhook_gone", Medium, "name": Text, "sender": Text, "tenant": Text, "endpoint": Text);

/// The code that proves a phone number; short enough for one SMS.
pub const PHONE_CODE: MessageKind = kind!("phone_code", Critical, "sender": Text, "code": Text);

/// What is available of a SKU reached its low mark.
pub const LOW_STOCK: MessageKind =
    kind!("low_stock", Medium, "name": Text, "sender": Text, "tenant": Text, "sku": Text);
/// Nothing is available of a SKU any more.
pub const OUT_OF_STOCK: MessageKind =
    kind!("out_of_stock", Medium, "name": Text, "sender": Text, "tenant": Text, "sku": Text);
/// A SKU of which nothing was available is available again.
pub const BACK_IN_STOCK: MessageKind =
    kind!("back_in_stock", Low, "name": Text, "sender": Text, "tenant": Text, "sku": Text);

/// An order is paid, and will be sent.
pub const ORDER_CONFIRMED: MessageKind =
    kind!("order_confirmed", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// An order was called off.
pub const ORDER_CANCELLED: MessageKind =
    kind!("order_cancelled", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// What was not yet sent of an order was called off.
pub const ORDER_CANCELLED_IN_PART: MessageKind =
    kind!("order_cancelled_in_part", High, "name": Text, "sender": Text, "number": Text, "goods": Text);
/// An order was not paid in time.
pub const ORDER_EXPIRED: MessageKind =
    kind!("order_expired", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// The shop has an order that is paid.
pub const ORDER_RECEIVED: MessageKind =
    kind!("order_received", Medium, "name": Text, "sender": Text, "tenant": Text, "number": Text, "amount": Money);
/// Money of an order goes back as it came.
pub const ORDER_REFUNDED: MessageKind =
    kind!("order_refunded", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// Money of an order is on the buyer's balance.
pub const ORDER_CREDITED: MessageKind =
    kind!("order_credited", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// Something of an order was sent.
pub const ORDER_SHIPPED: MessageKind =
    kind!("order_shipped", Medium, "name": Text, "sender": Text, "number": Text, "pieces": Text);
/// The same, and how the carrier knows it.
pub const ORDER_SHIPPED_TRACKED: MessageKind = kind!(
    "order_shipped_tracked", Medium, "name": Text, "sender": Text, "number": Text, "pieces": Text, "carrier": Text,
    "tracking": Text
);
/// All of an order arrived.
pub const ORDER_DELIVERED: MessageKind = kind!("order_delivered", Medium, "name": Text, "sender": Text, "number": Text);

/// A review that waited is shown.
pub const REVIEW_APPROVED: MessageKind =
    kind!("review_approved", Medium, "name": Text, "sender": Text, "product": Text);
/// A review waits for somebody of the tenant.
pub const REVIEW_HELD: MessageKind = kind!("review_held", Low, "name": Text, "sender": Text, "tenant": Text, "product": Text, "stars": Text, "review": Text);
/// Staff does not show a review.
pub const REVIEW_REJECTED: MessageKind =
    kind!("review_rejected", Medium, "name": Text, "sender": Text, "product": Text);
/// The shop answered a review.
pub const REVIEW_REPLIED: MessageKind = kind!("review_replied", Medium, "name": Text, "sender": Text, "product": Text);

/// All of them, in the order of their keys.
pub const ALL: [MessageKind; 105] = [
    ACCOUNT_CLAIMED,
    ACCOUNT_EXISTS,
    AI_LIMIT_REACHED,
    AI_LIMIT_REACHED_BILLED,
    AI_LIMIT_WARNING,
    AI_LIMIT_WARNING_BILLED,
    BACK_IN_STOCK,
    CALL_LIMIT_REACHED,
    CALL_LIMIT_REACHED_BILLED,
    CALL_LIMIT_WARNING,
    CALL_LIMIT_WARNING_BILLED,
    CHARGE_DECLINED,
    CHARGE_DECLINED_FOR_NOW,
    CREDIT_NOTE,
    CREDIT_NOTE_REFUNDED,
    CUSTOMER_INVITATION,
    DEPOSIT_RECEIVED,
    DIGEST,
    DOMAIN_LOST,
    ERASURE_SCHEDULED,
    ERASURE_WITHDRAWN,
    EXPORT_READY,
    EXPORT_REQUESTED,
    FINAL_INVOICE,
    INVITATION,
    INVOICE_PAID,
    INVOICE_READY,
    INVOICE_VOIDED,
    LOW_STOCK,
    MEMBER_LIMIT_REACHED,
    MEMBER_LIMIT_REACHED_BILLED,
    MEMBER_LIMIT_WARNING,
    MEMBER_LIMIT_WARNING_BILLED,
    MFA_ENABLED,
    MFA_REMOVED,
    ORDER_CANCELLED,
    ORDER_CANCELLED_IN_PART,
    ORDER_CONFIRMED,
    ORDER_CREDITED,
    ORDER_DELIVERED,
    ORDER_EXPIRED,
    ORDER_RECEIVED,
    ORDER_REFUNDED,
    ORDER_SHIPPED,
    ORDER_SHIPPED_TRACKED,
    OUT_OF_STOCK,
    PASSWORD_CHANGED,
    PAYMENT_KEPT,
    PAYMENT_KEPT_IN_PART,
    PAYMENT_METHOD_EXPIRING,
    PAYMENT_PAID_BACK,
    PAYMENT_RECEIVED,
    PAYMENT_RECEIVED_IN_PART,
    PAYMENT_RECEIVED_MORE_OVERDUE,
    PAYMENT_REFUNDED,
    PAYMENT_REMINDER,
    PAYMENT_REMINDER_AGAIN,
    PHONE_CODE,
    RECOVERY_CODES_CREATED,
    REFUND_FAILED,
    RESET_PASSWORD,
    REVIEW_APPROVED,
    REVIEW_HELD,
    REVIEW_REJECTED,
    REVIEW_REPLIED,
    SERVICE_ENDING,
    SERVICE_ENDING_AGAIN,
    SERVICE_RESTORED,
    SERVICE_SUSPENDED,
    SERVICE_SUSPENDED_FOR_SEVERAL,
    SESSION_ENDED,
    STAFF_ACCESS,
    STORAGE_LIMIT_REACHED,
    STORAGE_LIMIT_REACHED_BILLED,
    STORAGE_LIMIT_WARNING,
    STORAGE_LIMIT_WARNING_BILLED,
    SUBSCRIPTION_ACTIVATED,
    SUBSCRIPTION_CANCELLED,
    SUBSCRIPTION_CHANGED,
    SUBSCRIPTION_ENDED,
    SUBSCRIPTION_ENDING,
    SUBSCRIPTION_ENDING_AGAIN,
    SUBSCRIPTION_PAUSED,
    SUBSCRIPTION_RESUMED,
    SUBSCRIPTION_WILL_CHANGE,
    SUBSCRIPTION_WILL_END,
    TELEGRAM_LINKED,
    TENANT_ACTIVATED,
    TENANT_CANCELLED,
    TENANT_CLOSED,
    TENANT_REACTIVATED,
    TENANT_SUSPENDED,
    TRANSFER_REJECTED,
    TRIAL_ENDED,
    TRIAL_ENDING,
    USAGE_LIMIT_REACHED,
    USAGE_LIMIT_WARNING,
    VERIFY_EMAIL,
    WEBHOOK_DISABLED,
    WEBHOOK_GONE,
    WELCOME,
    WITHDRAWAL_FAILED,
    WITHDRAWAL_REQUESTED,
    WITHDRAWAL_SENT,
    WITHDRAWAL_SETTLED,
];

impl MessageKind {
    /// The kind of this name.
    pub fn find(key: &str) -> Option<Self> {
        ALL.into_iter().find(|kind| kind.key == key)
    }

    /// The built-in text.
    pub const fn source(&self, language: Locale) -> &'static str {
        match language {
            Locale::En => self.english,
            Locale::Id => self.indonesian,
        }
    }

    /// Whether its texts use a variable.
    pub fn uses(&self, variable: &str) -> bool {
        self.variables.iter().any(|(name, _)| *name == variable)
    }

    /// Whether it may be pushed: phones' messages pass other people's servers in the clear, so none that carries a link or a
    /// code to sign in with.
    pub fn may_be_pushed(&self) -> bool {
        !self.uses("link") && !self.uses("code")
    }

    /// Whether it is sent for a tenant that is over, for which nothing else leaves: its data can still be taken away, or erased,
    /// and those who still sign in are to know of that, and of what happens to their accounts.
    pub fn outlives_its_tenant(key: &str) -> bool {
        [
            ERASURE_SCHEDULED,
            ERASURE_WITHDRAWN,
            EXPORT_READY,
            EXPORT_REQUESTED,
            MFA_ENABLED,
            MFA_REMOVED,
            PASSWORD_CHANGED,
            RECOVERY_CODES_CREATED,
            RESET_PASSWORD,
            SESSION_ENDED,
            TENANT_CANCELLED,
            TENANT_CLOSED,
        ]
        .iter()
        .any(|kind| kind.key == key)
    }

    /// The built-in template.
    ///
    /// # Errors
    /// Never for the kinds of this file: the tests compile each.
    pub fn template(&self, language: Locale) -> Result<Template, TemplateError> {
        Template::compile(self.source(language), self.variables)
    }
}

#[cfg(test)]
mod tests;
