//! The port to payment providers, and what passes through it.

use async_trait::async_trait;
use kernel::{Email, Fault, FaultKind, Money, PaymentId, Secret, TenantId, Timestamp};

use crate::{
    Capabilities, Method, NextAction, NotificationError, Payment, ProviderStatus, Quarantine, WebhookCall, Word,
};

/// A provider, on behalf of one merchant account. Each call is one attempt: whoever calls repeats it, as
/// [`crate::drive`], [`crate::ask`] and [`crate::give_back`] do. What it does not offer it answers with `NotOffered`.
/// Every provider passes `testkit::providers::contract`.
#[async_trait]
pub trait PaymentProvider: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> &Capabilities;

    /// Asks the payer for money. The order id makes it happen once: a second charge of the same order finds the first.
    async fn charge(&self, charge: &ChargeOrder) -> Result<Charged, ProviderError>;

    /// What the provider knows of a payment, by our order id or its transaction id: [`crate::Payment::asked_by`] says which.
    async fn status(&self, id: &str) -> Result<Charged, ProviderError>;

    /// Calls a payment off that is not settled yet.
    async fn cancel(&self, id: &str) -> Result<ProviderStatus, ProviderError>;

    /// Ends the time in which a pending payment can be paid.
    async fn expire(&self, id: &str) -> Result<ProviderStatus, ProviderError>;

    /// Takes money that a card's bank holds for a transaction: all of it, or less and the rest is released. Twice is
    /// `StateLocked`.
    async fn capture(&self, transaction: &str, amount: Money) -> Result<ProviderStatus, ProviderError>;

    /// Lets a payment pass that the fraud check holds.
    async fn approve(&self, id: &str) -> Result<ProviderStatus, ProviderError>;

    /// Refuses a payment that the fraud check holds.
    async fn deny(&self, id: &str) -> Result<ProviderStatus, ProviderError>;

    /// Closes a page where the payer has chosen nothing; one that is closed or over is as good. `StateLocked` when the payer
    /// has begun to pay there.
    async fn close_page(&self, url: &str) -> Result<(), ProviderError>;

    /// Gives money back. The same refund key gives it back once.
    async fn refund(&self, refund: &RefundOrder) -> Result<RefundOutcome, ProviderError>;

    /// Verifies that a call comes from the provider, and reads what it says; `None` for news that is about no payment of
    /// ours. Nothing is asked.
    fn hear(&self, delivery: &WebhookCall<'_>) -> Result<Option<Word>, NotificationError>;
}

/// What the payer is asked for.
#[derive(Clone, Debug)]
pub struct ChargeOrder {
    /// Our name of the payment.
    pub payment: PaymentId,
    /// In which tenant.
    pub tenant: TenantId,
    /// How much.
    pub amount: Money,
    /// By which way.
    pub method: Method,
    /// What for; prices times quantities sum to the amount.
    pub items: Vec<ChargeItem>,
    /// Who pays.
    pub payer: Payer,
    /// Where a wallet or bank sends the payer afterwards.
    pub return_url: Option<String>,
    /// What the payer or staff has given for it.
    pub means: Means,
    /// How long it can be paid, where that is less than the provider gives: from when on, and until when.
    pub payable: Option<(Timestamp, Timestamp)>,
}

impl ChargeOrder {
    /// The idempotency key of the charge: the same for every try of a payment, and another for everything else. The suffix is
    /// there because providers hold keys of all calls together.
    pub(crate) fn key(&self) -> String {
        format!("{}-charge", self.payment)
    }

    /// Where it can be paid for less time than the provider gives: from when on, and for how many minutes.
    pub(crate) fn minutes(&self) -> Option<(Timestamp, u64)> {
        let (from, until) = self.payable?;
        let millis = u64::try_from(until.as_millis() - from.as_millis()).unwrap_or_default();
        Some((from, millis.div_ceil(60_000).max(1)))
    }

    /// For a payment of one thing, which has this id and name. The payer is sent nowhere afterwards.
    pub fn of_one(payment: &Payment, (id, name): (String, String), payer: Payer, means: Means) -> Self {
        Self {
            payment: payment.id,
            tenant: payment.tenant_id,
            amount: payment.amount,
            method: payment.method,
            items: vec![ChargeItem { id, name, price: payment.amount.minor(), quantity: 1 }],
            payer,
            return_url: None,
            means,
            payable: payment.pay_by.map(|pay_by| (payment.created_at, pay_by)),
        }
    }
}

/// What a way of paying needs beside the amount.
#[derive(Clone, Debug)]
pub enum Means {
    /// Nothing.
    Nothing,
    /// A card, by the token that the provider's script made in the payer's browser.
    Card {
        /// The token.
        token: Secret<String>,
    },
    /// As `Card`, and its bank only holds the money, which a capture takes.
    HeldCard {
        /// The token.
        token: Secret<String>,
    },
    /// The same, and the payer wants the card saved, to be charged while they are away.
    CardToKeep {
        /// The token.
        token: Secret<String>,
        /// The provider's name of whoever saves it, where it has one.
        customer: Option<String>,
    },
    /// A card that the payer saved before: the merchant charges it, and the payer need not be there.
    SavedCard {
        /// The provider's name of the saved card.
        token: Secret<String>,
        /// The provider's name of whoever saved it, where it has one.
        customer: Option<String>,
    },
    /// A transfer that has come in.
    Transfer {
        /// What the bank's statement says of it.
        reference: Option<String>,
        /// When it came in.
        received_at: Timestamp,
    },
}

/// A line that the payer sees. Negative prices are discounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeItem {
    /// Our name of it; cut to 50 characters.
    pub id: String,
    /// What it is; cut to 50 characters.
    pub name: String,
    /// The price of one, in the minor unit of the charge's currency.
    pub price: i64,
    /// How many.
    pub quantity: u32,
}

/// Who pays, as the provider may know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// How to address them.
    pub name: String,
    /// Where the provider may write to.
    pub email: Option<Email>,
}

/// What a provider answered about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// How far it has come.
    pub status: ProviderStatus,
    /// What the payer does next, as far as the answer tells.
    pub next_action: Option<NextAction>,
    /// Until when the payer can pay.
    pub expires_at: Option<Timestamp>,
}

/// Money to give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOrder {
    /// The provider's or our name of the payment.
    pub id: String,
    /// The same on every try of this refund; at most 36 characters.
    pub key: String,
    /// How much the payment brought.
    pub captured: Money,
    /// How much of it went back before.
    pub before: Money,
    /// How much goes back now.
    pub amount: Money,
    /// Why, for the payer's statement.
    pub reason: String,
}

/// How a refund went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundOutcome {
    /// It is on its way; the status tells the sum of all refunds.
    Accepted(Box<ProviderStatus>),
    /// The payer's bank refused it and the money stays.
    Denied,
}

/// Why a provider did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The provider knows no such payment.
    #[error("the payment provider does not know this payment")]
    NotFound,
    /// There is a payment of this order id already.
    #[error("the payment provider has this payment already")]
    DuplicateOrder,
    /// The provider refuses the request, and would again.
    #[error("the payment provider refused: {message}")]
    Refused {
        /// Its status code.
        code: u16,
        /// Its sentence.
        message: String,
    },
    /// The payer's bank refused the card: this charge has failed, and the same would fail again.
    #[error("the payer's bank refused the card: {message}")]
    Declined {
        /// Its reason, such as `insufficient_funds`.
        code: String,
        /// The provider's sentence.
        message: String,
    },
    /// The state of the payment does not allow it.
    #[error("the state of the payment does not allow this")]
    StateLocked,
    /// The charge as built is not one that the provider takes: a fault of ours.
    #[error("the charge is not well formed: {0}")]
    NotWellFormed(&'static str),
    /// The provider has no such call.
    #[error("the payment provider cannot do this")]
    NotOffered,
    /// The provider does not accept the merchant's keys.
    #[error("the payment provider does not accept the merchant's keys")]
    Credentials,
    /// Too many calls, or the same call is still running.
    #[error("the payment provider is busy")]
    Busy,
    /// The request never arrived.
    #[error("the payment provider cannot be reached")]
    NotSent,
    /// No answer, or one that cannot be read: it may or may not have happened.
    #[error("the payment provider's answer is unknown")]
    Unknown,
    /// The answer does not fit what we know; it is set aside, and nothing was booked.
    #[error("the payment provider's answer needs a person to look at it: {0}")]
    Mismatch(Quarantine),
}

impl Fault for ProviderError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::DuplicateOrder | Self::StateLocked | Self::NotOffered | Self::Mismatch(_) => FaultKind::Conflict,
            Self::Refused { .. } | Self::Declined { .. } => FaultKind::Invalid,
            Self::Busy | Self::NotSent | Self::Unknown | Self::Credentials => FaultKind::Unavailable,
            Self::NotWellFormed(_) => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "PAYMENT_UNKNOWN_TO_PROVIDER",
            Self::DuplicateOrder => "PAYMENT_EXISTS_AT_PROVIDER",
            Self::StateLocked => "PAYMENT_STATE_LOCKED",
            Self::NotOffered => "PROVIDER_CANNOT",
            Self::Refused { .. } | Self::Declined { .. } => "PAYMENT_REFUSED",
            Self::Busy | Self::NotSent | Self::Unknown | Self::Credentials => "PROVIDER_UNAVAILABLE",
            Self::Mismatch(_) => "PAYMENT_NEEDS_REVIEW",
            Self::NotWellFormed(_) => "INTERNAL",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::DuplicateOrder
            | Self::StateLocked
            | Self::NotOffered
            | Self::Mismatch(_)
            | Self::Refused { .. }
            | Self::Declined { .. } => true,
            Self::NotFound
            | Self::Busy
            | Self::NotSent
            | Self::Unknown
            | Self::Credentials
            | Self::NotWellFormed(_) => false,
        }
    }
}
