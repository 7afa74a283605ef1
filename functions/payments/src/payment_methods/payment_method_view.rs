//! A saved payment method, as callers see one.

use kernel::{Party, PaymentMethodId, Provider, Timestamp};
use payments::{MethodBook, MethodStatus, SavedMethod};
use serde::Serialize;
use utoipa::ToSchema;

/// A saved payment method.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentMethodView {
    pub id: PaymentMethodId,
    /// Whose it is.
    pub customer_id: Party,
    /// At whom it is saved.
    pub provider: Provider,
    /// Such as `visa`; `card` where nobody says.
    #[schema(example = "visa")]
    pub brand: String,
    /// The last four digits.
    #[schema(example = "4242")]
    pub last4: String,
    /// The last month in which it is taken, 1 to 12; null where its provider does not say.
    #[schema(minimum = 1, maximum = 12)]
    pub expiry_month: Option<i8>,
    /// The year of that month.
    pub expiry_year: Option<i16>,
    /// Whether it can be charged.
    pub status: MethodStatus,
    /// Why its bank takes it no more, in the words of its provider, such as `stolen_card`; left out while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
    /// Whether it is charged when nobody says which, as invoices of subscriptions with automatic collection are.
    pub is_default: bool,
    /// When it was saved.
    pub created_at: Timestamp,
}

impl PaymentMethodView {
    /// A method of a book at `now`.
    pub(crate) fn of(method: &SavedMethod, book: &MethodBook, now: Timestamp) -> Self {
        Self {
            id: method.id,
            customer_id: method.party,
            provider: method.provider,
            brand: method.card.brand.clone(),
            last4: method.card.last4.clone(),
            expiry_month: method.card.expires.map(|expires| expires.month),
            expiry_year: method.card.expires.map(|expires| expires.year),
            status: method.status(now),
            decline_reason: method.declined.as_ref().map(|declined| declined.code.clone()),
            is_default: book.default == Some(method.id),
            created_at: method.created_at,
        }
    }
}
