//! A payment method that a customer saved: the provider's name of it, and what is shown of it. Never a card's number.

use kernel::{Fault, FaultKind, Owned, Party, PaymentMethodId, Provider, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CardFace, KeptCard, Means, ProviderToken, methods::decline::is_final_decline};

/// A saved payment method, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedMethod {
    /// Which one.
    pub id: PaymentMethodId,
    /// Whose it is.
    pub party: Party,
    /// At whom it is saved.
    pub provider: Provider,
    /// The provider's name of it.
    #[serde(with = "table::personal")]
    pub token: ProviderToken,
    /// The provider's name of whoever saved it, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub customer: Option<ProviderToken>,
    /// What is shown of it.
    pub card: CardFace,
    /// Why its bank will never take it again, once it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<FinalDecline>,
    /// Its owner removed it, or was erased: it waits to go at the provider too, and is nobody's any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaving: bool,
    /// When it was saved.
    pub created_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// A refusal that holds for every later charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalDecline {
    /// The reason, as its provider passes it on.
    pub code: String,
    /// When.
    pub at: Timestamp,
}

/// Whether a saved method can be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentMethodStatus)]
pub enum MethodStatus {
    /// It can.
    Active,
    /// Its bank said that it will never take it again, such as a card that was stolen.
    Declined,
    /// Its last month is over.
    Expired,
}

/// Why a payment method cannot be saved or charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MethodError {
    /// Its last month is over.
    #[error("this payment method has expired: save another one")]
    Expired,
    /// Its bank will not take it again.
    #[error("the bank takes this payment method no more: save another one")]
    Declined,
    /// The provider saves cards with a payment alone.
    #[error("at {provider} a card is saved by paying with it: make a card payment with saveMethod")]
    SavedByPaying {
        /// Who.
        provider: Provider,
    },
    /// The provider knows no such card, or it is somebody else's.
    #[error("the payment provider has no such card for this customer")]
    NotTheirs,
    /// The payer has not finished saving it.
    #[error("the card is not saved yet: finish the setup intent in the payer's browser first")]
    NotReady,
    /// There are enough.
    #[error("no more than {most} payment methods are saved: remove one first")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
}

impl Fault for MethodError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::SavedByPaying { .. } | Self::NotTheirs => FaultKind::Invalid,
            Self::Expired | Self::Declined | Self::NotReady | Self::TooMany { .. } => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Expired => "PAYMENT_METHOD_EXPIRED",
            Self::Declined => "PAYMENT_METHOD_DECLINED",
            Self::SavedByPaying { .. } => "PAYMENT_METHOD_NEEDS_PAYMENT",
            Self::NotTheirs => "PAYMENT_METHOD_UNKNOWN",
            Self::NotReady => "PAYMENT_METHOD_NOT_READY",
            Self::TooMany { .. } => "PAYMENT_METHOD_LIMIT",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Expired | Self::Declined | Self::SavedByPaying { .. } => true,
            Self::NotTheirs | Self::NotReady | Self::TooMany { .. } => false,
        }
    }
}

impl SavedMethod {
    /// A card that a party let be saved.
    ///
    /// # Errors
    /// `Expired`.
    pub fn save(
        id: PaymentMethodId,
        party: Party,
        provider: Provider,
        (card, face): (KeptCard, CardFace),
        now: Timestamp,
    ) -> Result<Self, MethodError> {
        let saved = Self {
            id,
            party,
            provider,
            token: card.token,
            customer: card.customer,
            card: face,
            declined: None,
            leaving: false,
            created_at: now,
            version: 1,
        };
        match saved.status(now) {
            MethodStatus::Active | MethodStatus::Declined => Ok(saved),
            MethodStatus::Expired => Err(MethodError::Expired),
        }
    }

    /// Whether it can be charged at `now`.
    pub fn status(&self, now: Timestamp) -> MethodStatus {
        match (&self.declined, self.card.expires) {
            (Some(_), _) => MethodStatus::Declined,
            (None, Some(expires)) if expires.over_at() <= now => MethodStatus::Expired,
            (None, _) => MethodStatus::Active,
        }
    }

    /// What the provider is given to charge it.
    ///
    /// # Errors
    /// `Expired`, `Declined`.
    pub fn means(&self, now: Timestamp) -> Result<Means, MethodError> {
        match self.status(now) {
            MethodStatus::Active => Ok(self.means_again()),
            MethodStatus::Declined => Err(MethodError::Declined),
            MethodStatus::Expired => Err(MethodError::Expired),
        }
    }

    /// The same for a charge that was begun when it could be.
    pub fn means_again(&self) -> Means {
        let exposed = |token: &ProviderToken| token.expose().to_owned();
        Means::SavedCard { token: Secret::new(exposed(&self.token)), customer: self.customer.as_ref().map(exposed) }
    }

    /// The method after a charge of it was refused; `None` where that changes nothing.
    pub fn declined(&self, code: &str, now: Timestamp) -> Option<Self> {
        let first = self.declined.is_none() && is_final_decline(code);
        first.then(|| Self {
            declined: Some(FinalDecline { code: code.to_owned(), at: now }),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The method as it waits to go at its provider; `None` when it does already.
    pub fn removed(&self) -> Option<Self> {
        (!self.leaving).then(|| Self { leaving: true, version: self.version + 1, ..self.clone() })
    }

    /// Closed until it is known who asks.
    pub(crate) const fn owned(self) -> Owned<Self> {
        Owned::new(self.party, self)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::CardExpiry;

    pub(crate) fn card(last4: &str) -> SavedMethod {
        let face = CardFace { brand: "visa".to_owned(), last4: last4.to_owned(), expires: CardExpiry::new(2030, 8) };
        let kept = KeptCard { token: "pm_1".to_owned().into(), customer: Some("cus_1".to_owned().into()), face: None };
        let (id, party) = ("pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
        let now = "2026-12-01T03:00:00.000Z".parse().unwrap();
        SavedMethod::save(id.parse().unwrap(), party.parse().unwrap(), Provider::Stripe, (kept, face), now).unwrap()
    }

    #[test]
    fn a_card_is_charged_until_its_last_month_is_over() {
        let (card, at) = (card("4242"), |text: &str| text.parse::<Timestamp>().unwrap());
        assert!(matches!(card.means(at("2030-09-01T11:59:59Z")), Ok(Means::SavedCard { .. })));
        assert!(matches!(card.means(at("2030-09-01T12:00:00Z")), Err(MethodError::Expired)));
    }

    #[test]
    fn a_card_that_is_gone_is_charged_no_more_and_one_without_money_is() {
        let (card, now) = (card("4242"), "2026-12-02T03:00:00Z".parse().unwrap());
        assert_eq!(card.declined("insufficient_funds", now), None);
        let stolen = card.declined("stolen_card", now).unwrap();
        assert!(matches!(stolen.means(now), Err(MethodError::Declined)));
        assert_eq!(stolen.declined("lost_card", now), None, "told once");
    }

    #[test]
    fn no_log_shows_what_charges_it() {
        let shown = format!("{:?}", card("4242"));
        assert!(!shown.contains("pm_1") && !shown.contains("cus_1\""), "{shown}");
    }
}
