//! Events about payments.

pub mod payment_method;
pub mod transfer_proof;
pub mod withdrawal;

use kernel::{InvoiceId, Money, Party, PaymentId, RefundId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// What every event about a payment tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentFacts {
    /// Which payment.
    pub payment_id: PaymentId,
    /// For which invoice, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// Who pays.
    pub customer_id: Party,
    /// How much was asked.
    pub amount: Money,
    /// By which method, once the payer has chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

/// The money is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentSucceeded(pub PaymentFacts);

impl Payload for PaymentSucceeded {
    const NAME: &'static str = "payment.succeeded";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = PaymentId;

    fn subject(&self) -> PaymentId {
        self.0.payment_id
    }
}

/// The payment was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentFailed(pub PaymentFacts);

impl Payload for PaymentFailed {
    const NAME: &'static str = "payment.failed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = PaymentId;

    fn subject(&self) -> PaymentId {
        self.0.payment_id
    }
}

/// The payment was called off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentCancelled(pub PaymentFacts);

impl Payload for PaymentCancelled {
    const NAME: &'static str = "payment.cancelled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = PaymentId;

    fn subject(&self) -> PaymentId {
        self.0.payment_id
    }
}

/// The payer let the time pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentExpired(pub PaymentFacts);

impl Payload for PaymentExpired {
    const NAME: &'static str = "payment.expired";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = PaymentId;

    fn subject(&self) -> PaymentId {
        self.0.payment_id
    }
}

/// Money went back to the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefunded {
    /// Which payment.
    pub payment_id: PaymentId,
    /// By which refund, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
    /// For which invoice, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// Who paid.
    pub customer_id: Party,
    /// How much was paid.
    pub amount: Money,
    /// By which method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// How much of it went back so far, with what went back now.
    pub refunded: Money,
}

impl Payload for PaymentRefunded {
    const NAME: &'static str = "payment.refunded";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = PaymentId;

    fn subject(&self) -> PaymentId {
        self.payment_id
    }
}

/// Money did not go back that was to: the provider or the payer's bank refused it, and it is on the balance again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefundFailed {
    /// Which payment.
    pub payment_id: PaymentId,
    /// Which refund.
    pub refund_id: RefundId,
    /// For which invoice the payment was, if it was for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// Who paid.
    pub customer_id: Party,
    /// How much was to go back.
    pub amount: Money,
    /// Why not, in the provider's words.
    pub reason: String,
}

impl Payload for PaymentRefundFailed {
    const NAME: &'static str = "payment.refund_failed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = PaymentId;

    fn subject(&self) -> PaymentId {
        self.payment_id
    }
}
