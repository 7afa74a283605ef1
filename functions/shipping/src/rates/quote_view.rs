//! A quote, as callers see one.

use carriers::Unavailable;
use kernel::{Money, QuoteId, Timestamp};
use serde::Serialize;
use shipping::{CourierCode, DeliveryDays, OptionId, Quote, QuoteOption, ServiceCode, ShippingCarrier};
use utoipa::ToSchema;

/// What sending costs, for a quarter of an hour.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuoteView {
    pub id: QuoteId,
    /// The ways of sending, cheapest first.
    pub options: Vec<QuoteOptionView>,
    /// Carriers that gave no rates within two seconds, or cannot.
    pub unavailable: Vec<UnavailableView>,
    /// Until when the prices hold.
    pub expires_at: Timestamp,
}

/// A way of sending.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuoteOptionView {
    pub id: OptionId,
    /// Through whom.
    pub carrier: ShippingCarrier,
    /// Who carries it; null for the tenant itself.
    pub courier: Option<CourierCode>,
    /// By which service.
    pub service: ServiceCode,
    /// What that is called.
    #[schema(example = "Jalur Nugraha Ekakurir (JNE) REG")]
    pub name: String,
    /// What it costs.
    pub price: Money,
    /// How long it takes, as far as the carrier says.
    pub days: Option<DeliveryDays>,
}

/// A carrier that gave no rates.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnavailableView {
    /// Who.
    pub carrier: ShippingCarrier,
    /// Why: `no_answer`, `busy`, `no_key`, `key_refused`, `not_offered`, `unknown_place`, `refused`.
    #[schema(example = "no_answer")]
    pub reason: &'static str,
}

impl QuoteView {
    pub(crate) fn of(quote: &Quote, unavailable: Vec<Unavailable>) -> Self {
        let unavailable = unavailable.into_iter();
        Self {
            id: quote.id,
            options: quote.options.iter().map(QuoteOptionView::from).collect(),
            unavailable: unavailable.map(|one| UnavailableView { carrier: one.carrier, reason: one.reason }).collect(),
            expires_at: quote.expires_at,
        }
    }
}

impl From<&QuoteOption> for QuoteOptionView {
    fn from(option: &QuoteOption) -> Self {
        Self {
            id: option.id.clone(),
            carrier: option.carrier,
            courier: option.courier.clone(),
            service: option.service.clone(),
            name: option.name.clone(),
            price: option.price,
            days: option.days,
        }
    }
}
