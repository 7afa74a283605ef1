//! What a provider can do, so that nothing above the port asks who it is.

use kernel::{Currency, Money, Provider};

use crate::{Method, PaymentError};

/// What a provider can do for a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Who it is: what is stored with each payment.
    pub provider: Provider,
    /// The ways to pay, and the amounts that each takes.
    pub offers: Vec<Offer>,
    /// Who begins a payment.
    pub begun_by: BegunBy,
    /// When a payment is over.
    pub answers: Answers,
    /// What a notification is worth whose signature is right.
    pub notifications: NotificationProof,
    /// The ways to pay of which it gives nothing back: the merchant sends that money itself.
    pub by_hand_only: &'static [Method],
    /// By which name it is asked about a payment.
    pub known_by: KnownBy,
    /// Who ends a payment whose payer does nothing.
    pub ended_by: EndedBy,
    /// The ways that are paid on a page of the provider's: until the payer has chosen there it knows of no transaction, and
    /// from then on the payment is known by that.
    pub on_page: &'static [Method],
    /// Whether a charge can be made in two steps.
    pub holds: Holds,
    /// Who decides about a payment that the fraud check holds.
    pub challenges: Challenges,
}

/// A way to pay, in some currencies, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The way.
    pub method: Method,
    /// In which currencies.
    pub currencies: Currencies,
    /// The smallest amount, in minor units.
    pub least: i64,
    /// The largest amount, in minor units.
    pub most: i64,
}

/// Which currencies an offer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currencies {
    /// Every one.
    Any,
    /// One.
    Only(Currency),
}

/// Who begins a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BegunBy {
    /// Whoever pays, or somebody on their behalf.
    Anyone,
    /// The merchant's staff alone: what they say counts as money.
    Staff,
}

/// When a payment is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// The answer to the charge is the end: there is nothing to ask, to call off or to wait for.
    AtOnce,
    /// The payer acts later, and the provider tells or is asked.
    Later,
}

/// What a notification is worth whose signature is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationProof {
    /// There are none.
    Never,
    /// The signature does not cover the status: the provider is asked before anything changes.
    Hint,
    /// The signature covers all of it: it counts like an answer to a call of ours.
    Proof,
}

/// By which name a provider is asked about a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// Ours: it knows that from the moment of the charge.
    OrderId,
    /// Its own, once we know it; until then it is searched by ours, which may take it a while to find.
    TransactionId,
}

/// Whether the money of a charge can be held first and captured later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Not.
    Never,
    /// The money of a card can.
    Cards,
}

/// Who decides about a payment that the fraud check holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenges {
    /// The provider, or there are none.
    Provider,
    /// The merchant can.
    Merchant,
}

/// Who ends a payment whose payer does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The provider, when the time is over that it told with the charge.
    Provider,
    /// The merchant: to the provider the payer may take for ever.
    Merchant,
}

/// What stands in for "no upper bound": more than any invoice, and still far from overflow.
pub(crate) const UNBOUNDED: i64 = 999_999_999_999_999;

impl Capabilities {
    /// `Ok` when what was paid in this way can go back through the provider.
    ///
    /// # Errors
    /// `RefundByHandOnly`.
    pub fn give_back(&self, method: Method) -> Result<(), PaymentError> {
        if self.by_hand_only.contains(&method) { Err(PaymentError::RefundByHandOnly) } else { Ok(()) }
    }

    /// `Ok` when this amount can be paid in this way.
    ///
    /// # Errors
    /// `MethodNotTaken`, `CurrencyNotTaken`, `AmountNotTaken`.
    pub fn take(&self, method: Method, amount: Money) -> Result<(), PaymentError> {
        let mut offers = self.offers.iter().filter(|offer| offer.method == method).peekable();
        if offers.peek().is_none() {
            return Err(PaymentError::MethodNotTaken { method, provider: self.provider });
        }
        let currency = amount.currency();
        let offer = offers.find(|offer| offer.currencies.include(currency));
        let Offer { least, most, .. } = *offer.ok_or(PaymentError::CurrencyNotTaken { currency })?;
        if (least..=most).contains(&amount.minor()) {
            Ok(())
        } else {
            Err(PaymentError::AmountNotTaken { least, most, currency })
        }
    }
}

impl Currencies {
    /// Whether this is one of them.
    pub fn include(self, currency: Currency) -> bool {
        match self {
            Self::Any => true,
            Self::Only(one) => one == currency,
        }
    }
}
