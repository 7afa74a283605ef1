//! The provider without a provider: staff records money that came in otherwise, such as a bank transfer.
//!
//! It keeps nothing and is asked nothing: what staff says is the answer, and the payment's row is all that there is.

use std::sync::LazyLock;

use async_trait::async_trait;
use kernel::{Clock, Money, Provider, Timestamp};

use crate::{
    Answers, BegunBy, Capabilities, CardWord, Challenges, ChargeOrder, Charged, Currencies, EndedBy, Heard, Holds,
    KnownBy, Means, Method, NotificationError, NotificationProof, Observed, Offer, PaymentProvider, ProviderError,
    ProviderStatus, RefundOrder, RefundOutcome, WebhookCall, Word, port::capabilities::UNBOUNDED, refunded,
};

/// Money that staff vouches for.
#[derive(Clone)]
pub struct Manual {
    clock: std::sync::Arc<dyn Clock>,
}

static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    provider: Provider::Manual,
    offers: vec![Offer { method: Method::BankTransfer, currencies: Currencies::Any, least: 1, most: UNBOUNDED }],
    begun_by: BegunBy::Staff,
    answers: Answers::AtOnce,
    notifications: NotificationProof::Never,
    by_hand_only: &[Method::BankTransfer],
    known_by: KnownBy::OrderId,
    ended_by: EndedBy::Provider,
    on_page: &[],
    holds: Holds::Never,
    challenges: Challenges::Provider,
});

impl Manual {
    /// Records what it is told, at the time of `clock`.
    pub fn new(clock: std::sync::Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    /// What can be recorded.
    pub fn capabilities() -> &'static Capabilities {
        &CAPABILITIES
    }

    fn now(&self) -> Timestamp {
        Timestamp::from(self.clock.now())
    }

    fn says(&self, order_id: String, gross: Money, observed: Observed) -> ProviderStatus {
        ProviderStatus {
            transaction_id: order_id.clone(),
            order_id,
            observed,
            gross,
            way: None,
            before_fee: None,
            settled_at: None,
            refund_confirmed_at: None,
            card: CardWord::default(),
            heard: Heard::Confirmed,
            at: self.now(),
        }
    }
}

#[async_trait]
impl PaymentProvider for Manual {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn charge(&self, charge: &ChargeOrder) -> Result<Charged, ProviderError> {
        if charge.method != Method::BankTransfer {
            return Err(ProviderError::NotOffered);
        }
        let Means::Transfer { reference, received_at } = &charge.means else {
            return Err(ProviderError::NotWellFormed("a transfer says when it came in"));
        };
        let order_id = charge.payment.to_string();
        let said = self.says(order_id, charge.amount, Observed::Settled);
        let transaction_id = reference.clone().unwrap_or(said.transaction_id);
        let status = ProviderStatus { transaction_id, settled_at: Some(*received_at), ..said };
        Ok(Charged { status, next_action: None, expires_at: None })
    }

    async fn status(&self, _: &str) -> Result<Charged, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    async fn cancel(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    async fn expire(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    async fn capture(&self, _: &str, _: Money) -> Result<ProviderStatus, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    async fn approve(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    async fn deny(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    async fn close_page(&self, _: &str) -> Result<(), ProviderError> {
        Err(ProviderError::NotOffered)
    }

    /// Staff has sent the money back.
    async fn refund(&self, refund: &RefundOrder) -> Result<RefundOutcome, ProviderError> {
        let total = refund.before.checked_add(refund.amount).map_err(|_| ProviderError::StateLocked)?;
        let left = refund.captured.checked_sub(total).map_err(|_| ProviderError::StateLocked)?;
        if left.is_negative() || refund.amount.minor() < 1 {
            return Err(ProviderError::StateLocked);
        }
        let observed =
            if left.is_zero() { Observed::Refunded } else { Observed::PartiallyRefunded { total: Some(total) } };
        refunded(self.says(refund.id.clone(), refund.captured, observed))
    }

    fn hear(&self, _: &WebhookCall<'_>) -> Result<Option<Word>, NotificationError> {
        Err(NotificationError::NotSigned)
    }
}
