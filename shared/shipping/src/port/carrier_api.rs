//! The port to a carrier.

use async_trait::async_trait;
use http::HeaderMap;
use kernel::{Currency, Fault, FaultKind, Money, Phone, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{CourierCode, DeliveryDays, Parcel, ServiceCode, ShippingAddress, TrackingCode, TrackingStatus};

/// What is to be sent, from where to where.
#[derive(Clone, Debug)]
pub struct RateAsk {
    /// From where.
    pub from: ShippingAddress,
    /// To where.
    pub to: ShippingAddress,
    /// What.
    pub parcel: Parcel,
    /// The whole kilograms that it is charged as.
    pub charged_kilograms: u32,
    /// By whom: RajaOngkir is told, of the others all are taken.
    pub couriers: Vec<CourierCode>,
    /// In which currency prices are wanted; those in others are left out.
    pub currency: Currency,
}

/// What one service of one courier costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CarrierRate {
    /// Who carries it; nobody but the tenant where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub courier: Option<CourierCode>,
    /// By which service.
    pub service: ServiceCode,
    /// What the service is called.
    pub name: String,
    /// What it costs.
    pub price: Money,
    /// How long it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<DeliveryDays>,
}

/// A label to be bought: for one parcel, once.
#[derive(Clone, Debug)]
pub struct LabelOrder {
    /// Ours, the same for every try: 1 to 60 characters.
    pub reference: String,
    /// From where.
    pub from: ShippingAddress,
    /// To where.
    pub to: ShippingAddress,
    /// What.
    pub parcel: Parcel,
    /// By whom.
    pub courier: CourierCode,
    /// By which service.
    pub service: ServiceCode,
    /// What it may cost at most; whatever it costs when missing.
    pub max_price: Option<Money>,
}

/// A label that was bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoughtLabel {
    /// What the carrier calls the shipment.
    pub provider_id: String,
    /// What it calls its tracking.
    pub tracker_id: Option<String>,
    /// The parcel's number.
    pub tracking_code: TrackingCode,
    /// Where the label is to be printed from.
    pub url: String,
    /// What it cost.
    pub cost: Money,
}

/// Which parcel is asked about.
#[derive(Clone, Debug)]
pub struct TrackAsk {
    /// Its number.
    pub code: TrackingCode,
    /// Who carries it.
    pub courier: Option<CourierCode>,
    /// What the carrier calls its tracking.
    pub tracker_id: Option<String>,
    /// The recipient's number, of which JNE wants the end.
    pub phone: Option<Phone>,
}

/// What a carrier saw of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackingNews {
    /// Where it was.
    pub status: TrackingStatus,
    /// When.
    pub at: Timestamp,
    /// In the carrier's words: at most 200 characters.
    pub message: String,
    /// In which place.
    pub place: Option<String>,
}

/// What a carrier called us about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackingWord {
    /// Of which parcel.
    pub code: TrackingCode,
    /// What it saw.
    pub news: Vec<TrackingNews>,
}

/// Why a carrier's call is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HearError {
    /// It is not signed with the tenant's secret.
    #[error("this call is not signed with the webhook secret of the tenant")]
    NotSigned,
    /// It is signed, and no event.
    #[error("this is no event of the carrier")]
    NoEvent,
}

impl Fault for HearError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotSigned => FaultKind::Unauthenticated,
            Self::NoEvent => FaultKind::Malformed,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotSigned => "INVALID_SIGNATURE",
            Self::NoEvent => "INVALID_BODY",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::NotSigned | Self::NoEvent => false,
        }
    }
}

/// Why a carrier did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// There was no connection: nothing was sent.
    #[error("the carrier cannot be reached; the same request can be sent again")]
    NotSent,
    /// There was no answer that can be read: anything may have happened.
    #[error("the carrier does not answer; the same request can be sent again")]
    Unknown,
    /// It wants to be asked later.
    #[error("the carrier takes no more calls for now; the same request can be sent again")]
    Busy,
    /// The tenant's key is not taken.
    #[error("the carrier refuses your key for it")]
    Credentials,
    /// The tenant has given no key, or none that can be read.
    #[error("you have given no key for this carrier")]
    NotConfigured,
    /// It knows nothing of it.
    #[error("the carrier knows nothing of it")]
    NotFound,
    /// It does not offer this.
    #[error("the carrier does not offer this")]
    NotOffered,
    /// It costs more than it may.
    #[error("the label costs more than maxPrice")]
    TooDear {
        /// What it costs.
        price: Money,
    },
    /// It refused, for this reason.
    #[error("the carrier refused: {message}")]
    Refused {
        /// Why, in its words, at most 200 characters.
        message: String,
    },
}

impl CarrierError {
    /// A word for logs and for whoever asked for rates: what a carrier wrote may name people.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotSent | Self::Unknown => "no_answer",
            Self::Busy => "busy",
            Self::Credentials => "key_refused",
            Self::NotConfigured => "no_key",
            Self::NotFound => "unknown_place",
            Self::NotOffered => "not_offered",
            Self::TooDear { .. } => "too_dear",
            Self::Refused { .. } => "refused",
        }
    }

    /// Whether the same call may well succeed in a moment.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::NotSent | Self::Unknown | Self::Busy => true,
            Self::Credentials
            | Self::NotConfigured
            | Self::NotFound
            | Self::NotOffered
            | Self::TooDear { .. }
            | Self::Refused { .. } => false,
        }
    }
}

impl Fault for CarrierError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotSent | Self::Unknown | Self::Busy => FaultKind::Unavailable,
            Self::Credentials | Self::NotConfigured => FaultKind::Conflict,
            Self::NotFound | Self::NotOffered | Self::TooDear { .. } | Self::Refused { .. } => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotSent | Self::Unknown | Self::Busy => "CARRIER_UNAVAILABLE",
            Self::Credentials | Self::NotConfigured => "CARRIER_NOT_CONFIGURED",
            Self::NotFound | Self::NotOffered | Self::TooDear { .. } | Self::Refused { .. } => "CARRIER_REFUSED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::TooDear { .. } | Self::Refused { .. } | Self::NotOffered | Self::NotFound => true,
            Self::NotSent | Self::Unknown | Self::Busy | Self::Credentials | Self::NotConfigured => false,
        }
    }
}

/// A carrier on behalf of a tenant. Each call is one attempt.
#[async_trait]
pub trait CarrierApi: Send + Sync {
    /// What sending costs.
    async fn rates(&self, ask: &RateAsk) -> Result<Vec<CarrierRate>, CarrierError>;

    /// Buys a label; the same order again answers with the label that was bought before.
    async fn buy(&self, order: &LabelOrder) -> Result<BoughtLabel, CarrierError>;

    /// What the carrier has seen of a parcel, in any order.
    async fn track(&self, ask: &TrackAsk) -> Result<Vec<TrackingNews>, CarrierError>;

    /// What a call of the carrier says, once its signature over the raw body is proven; nothing where it is about no
    /// parcel.
    fn hear(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<TrackingWord>, HearError>;
}

/// At most 200 characters of what a carrier said, without hidden ones.
pub(crate) fn said(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
