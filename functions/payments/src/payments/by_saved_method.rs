//! Paying by a card that was saved before, or that is saved with the payment.

use cashier::Cashier;
use kernel::{Party, PaymentMethodId, Provider, Timestamp};
use payments::{Means, Method, Payer, Payment, SavedMethod};
use web::Problem;

use crate::payments::card_token::CardToken;

/// Where the bodies name the method.
const METHOD_ID: &str = "/paymentMethodId";

/// Whether a card is saved with its payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    Card,
    Nothing,
}

impl Keeps {
    /// As a body asks.
    pub(crate) fn asked(save_method: Option<bool>) -> Self {
        if save_method == Some(true) { Self::Card } else { Self::Nothing }
    }
}

/// What a payment has to do with saved cards.
pub(crate) enum CardOf {
    /// Nothing.
    Nobody,
    /// It is by a card that is to be saved.
    Keeping,
    /// It is by this saved one.
    Saved(Box<SavedMethod>),
    /// It was begun by one that was removed meanwhile.
    Gone,
}

impl CardOf {
    /// As a body asks, for a payment of `party` at `provider`, where it names one. One read where it names a method.
    ///
    /// # Errors
    /// Not found for a method that is not the party's; 422 for one of another provider, and for one that is to be saved again.
    pub(crate) async fn asked(
        cashier: &Cashier<'_>,
        (id, keeps): (Option<PaymentMethodId>, Keeps),
        (party, provider): (Party, Option<Provider>),
    ) -> Result<Self, Problem> {
        let Some(id) = id else {
            return match (keeps, party) {
                (Keeps::Nothing, _) => Ok(Self::Nobody),
                (Keeps::Card, Party::Customer(_)) => Ok(Self::Keeping),
                // The platform keeps no book of its tenants' cards that they could look into.
                (Keeps::Card, Party::Tenant(_)) => Err(invalid("/saveMethod", "cards are saved for customers")),
            };
        };
        if keeps == Keeps::Card {
            return Err(invalid("/saveMethod", "it is saved already"));
        }
        let nothing = || Problem::not_found().named_at(METHOD_ID);
        let found = cashier.saved_methods().get(id).await?.ok_or_else(nothing)?;
        let method = found.open_for(&[party]).ok_or_else(nothing)?;
        if provider.is_some_and(|provider| provider != method.provider) {
            return Err(invalid("/provider", "the payment method is saved at another one: leave it out"));
        }
        Ok(Self::Saved(Box::new(method)))
    }

    /// That of a payment that an earlier try of a request began. One read for one by a saved method.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn begun(cashier: &Cashier<'_>, payment: &Payment) -> Result<Self, Problem> {
        let Some(id) = payment.saved_method else {
            return Ok(if payment.keeps_card { Self::Keeping } else { Self::Nobody });
        };
        let found = cashier.saved_methods().get(id).await?;
        Ok(found.map_or(Self::Gone, |found| Self::Saved(Box::new(found.trusted("the payment was begun by it")))))
    }

    /// Whether nobody is to be charged by it any more.
    pub(crate) const fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }

    /// What is said of a method that was removed while a payment by it was being begun.
    pub(crate) fn gone() -> Problem {
        Problem::not_found().named_at(METHOD_ID)
    }

    /// At whom it is saved.
    pub(crate) fn provider(&self) -> Option<Provider> {
        match self {
            Self::Saved(method) => Some(method.provider),
            Self::Nobody | Self::Keeping | Self::Gone => None,
        }
    }

    /// `Ok` for a way of paying that goes with it.
    ///
    /// # Errors
    /// 422 for anything but a card, and for a card that is given twice.
    pub(crate) fn fits(&self, method: Method, token: Option<&CardToken>) -> Result<(), Problem> {
        match self {
            Self::Keeping | Self::Saved(_) | Self::Gone if method != Method::Card => {
                Err(invalid("/method", "only a card is saved, or paid by a saved payment method"))
            }
            Self::Saved(_) | Self::Gone if token.is_some() => {
                Err(invalid("/cardToken", "the payment method stands for the card: leave the token out"))
            }
            Self::Nobody | Self::Keeping | Self::Saved(_) | Self::Gone => Ok(()),
        }
    }

    /// What charges the saved one, where there is one.
    ///
    /// # Errors
    /// `PAYMENT_METHOD_EXPIRED`, `PAYMENT_METHOD_DECLINED`.
    pub(crate) fn saved(&self, now: Timestamp) -> Result<Option<Means>, Problem> {
        match self {
            Self::Saved(method) => Ok(Some(method.means(now)?)),
            Self::Gone => Ok(Some(Means::Nothing)),
            Self::Nobody | Self::Keeping => Ok(None),
        }
    }

    /// The payment, new, as it has to do with it.
    pub(crate) fn mark(&self, payment: Payment) -> Payment {
        match self {
            Self::Saved(method) => payment.by_saved(method.id),
            Self::Keeping => payment.keeping_card(),
            Self::Nobody | Self::Gone => payment,
        }
    }

    /// What is given for the payment, so that the provider saves the card where it is to. Stripe saves it for the payer, whom it
    /// must know.
    ///
    /// # Errors
    /// Those of Stripe and of the table.
    pub(crate) async fn means_at(
        &self,
        cashier: &Cashier<'_>,
        means: Means,
        (payment, payer): (&Payment, &Payer),
    ) -> Result<Means, Problem> {
        let (Self::Keeping, Means::Card { token }) = (self, &means) else { return Ok(means) };
        let customer = match payment.provider {
            Provider::Stripe => {
                let stripe = cashier.stripe().await?;
                // On the heap: every payment would carry it, and few make a customer.
                let known = Box::pin(cashier.known_to_stripe(&stripe, payment.payer, payer)).await?;
                Some(known.expose().to_owned())
            }
            Provider::Midtrans | Provider::Manual => None,
        };
        Ok(Means::CardToKeep { token: token.clone(), customer })
    }
}

fn invalid(at: &str, detail: &str) -> Problem {
    Problem::invalid(at, "INVALID_VALUE", detail)
}
