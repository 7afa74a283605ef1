//! Events about payment methods that customers saved.

use kernel::{Date, Party, PaymentMethodId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A saved payment method ends within thirty days, and is not charged from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentMethodExpiring {
    /// Which one.
    pub payment_method_id: PaymentMethodId,
    /// Whose it is.
    pub customer_id: Party,
    /// Such as `visa`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// The last day on which it is taken.
    pub last_day: Date,
    /// Whether it is the one that is charged when nobody says which.
    pub is_default: bool,
}

impl Payload for PaymentMethodExpiring {
    const NAME: &'static str = "payment_method.expiring";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = PaymentMethodId;

    fn subject(&self) -> PaymentMethodId {
        self.payment_method_id
    }
}
