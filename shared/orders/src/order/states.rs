//! How an order stands, how it is paid, and what of it was sent: three states apart.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How an order stands")]
pub enum OrderStatus {
    /// It is to be paid.
    PendingPayment,
    /// It is paid, and to be sent.
    Confirmed,
    /// Some of it was sent.
    PartiallyFulfilled,
    /// All of it was sent.
    Fulfilled,
    /// It is done.
    Completed,
    /// It was taken back.
    Cancelled,
    /// It was not paid in time.
    Expired,
}

/// How an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How an order is paid")]
pub enum OrderPayment {
    /// Nothing was paid, or there was nothing to pay.
    None,
    /// The money is held for it.
    Authorized,
    /// All of it is paid.
    Paid,
    /// Some of it was given back.
    PartiallyRefunded,
    /// All of it was given back.
    Refunded,
    /// The last try to pay it failed.
    Failed,
}

/// What of an order was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "What of an order was sent")]
pub enum OrderFulfilment {
    /// Nothing.
    None,
    /// Some of it.
    Partial,
    /// All of it.
    Shipped,
    /// All of it, and it arrived.
    Delivered,
    /// It came back.
    Returned,
}

impl OrderStatus {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::PendingPayment,
        Self::Confirmed,
        Self::PartiallyFulfilled,
        Self::Fulfilled,
        Self::Completed,
        Self::Cancelled,
        Self::Expired,
    ];

    /// As it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingPayment => "pending_payment",
            Self::Confirmed => "confirmed",
            Self::PartiallyFulfilled => "partially_fulfilled",
            Self::Fulfilled => "fulfilled",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// What it can become.
    pub const fn allowed(self) -> &'static [Self] {
        match self {
            Self::PendingPayment => &[Self::Confirmed, Self::Cancelled, Self::Expired],
            Self::Confirmed => &[Self::PartiallyFulfilled, Self::Fulfilled, Self::Cancelled],
            Self::PartiallyFulfilled => &[Self::Fulfilled, Self::Completed],
            Self::Fulfilled => &[Self::Completed],
            Self::Completed | Self::Cancelled | Self::Expired => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_stored() {
        for status in OrderStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }

    #[test]
    fn every_order_can_come_to_an_end_and_no_end_leads_on() {
        for status in OrderStatus::ALL {
            let ends = matches!(status, OrderStatus::Completed | OrderStatus::Cancelled | OrderStatus::Expired);
            assert_eq!(status.allowed().is_empty(), ends, "{status:?}");
            assert!(!status.allowed().contains(&status));
            // The order of the states is that of an order's life, so that nothing leads back.
            assert!(status.allowed().iter().all(|next| *next > status), "{status:?}");
        }
    }
}
