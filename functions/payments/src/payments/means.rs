//! What a request gives for its way of paying.

use kernel::Timestamp;
use payments::{Means, Method, PaymentError};
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;

use crate::payments::{by_saved_method::CardOf, card_token::CardToken, record::Reference};

/// When the money of a card is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentCapture)]
pub enum Capture {
    /// With the payment.
    #[default]
    Automatic,
    /// By a capture: until then the card's bank only holds it.
    Manual,
}

/// What the body has of it.
#[derive(Clone, Copy)]
pub(crate) struct GivenMeans<'a> {
    pub(crate) card_token: Option<&'a CardToken>,
    pub(crate) reference: Option<&'a Reference>,
    pub(crate) received_at: Option<Timestamp>,
    pub(crate) capture: Capture,
    pub(crate) card: &'a CardOf,
}

impl GivenMeans<'_> {
    /// What the provider is given for this way of paying.
    ///
    /// # Errors
    /// 409 for a saved card that ended; 422 for a card without its token, and for what another way of paying has no use for.
    pub(crate) fn of(self, method: Method, now: Timestamp) -> Result<Means, Problem> {
        self.card.fits(method, self.card_token)?;
        let of_transfer = self.reference.is_some() || self.received_at.is_some();
        // A saved card is charged at once, and one whose money is only held is not saved.
        let holds = self.capture == Capture::Manual;
        if holds && (method != Method::Card || !matches!(self.card, CardOf::Nobody)) {
            return Err(PaymentError::HoldNotTaken.into());
        }
        if method == Method::BankTransfer {
            let received_at = self.received_at.unwrap_or(now);
            if received_at > now {
                return Err(Problem::invalid("/receivedAt", "INVALID_VALUE", "it cannot come in later than now"));
            }
            let reference = self.reference.map(|reference| reference.0.clone());
            return Ok(Means::Transfer { reference, received_at });
        }
        if of_transfer {
            let detail = "only a bank_transfer has reference or receivedAt";
            return Err(Problem::invalid("/method", "INVALID_VALUE", detail));
        }
        if method == Method::Card {
            if let Some(means) = self.card.saved(now)? {
                return Ok(means);
            }
            let token = self.card_token.ok_or(PaymentError::CardTokenMissing)?;
            let token = token.0.clone();
            return Ok(match self.capture {
                Capture::Automatic => Means::Card { token },
                Capture::Manual => Means::HeldCard { token },
            });
        }
        Ok(Means::Nothing)
    }
}
