//! One refund of a payment: how much goes back, why, and how far it has come.

use kernel::{CreditNoteId, Money, PaymentId, RefundId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Failure, Payment, RefundOrder};

/// How far a refund has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundStatus)]
pub enum RefundStatus {
    /// The provider is asked, or has not answered: its money is off the balance and stays so until it does.
    Pending,
    /// The money is on its way to the payer, or there.
    Succeeded,
    /// The provider or the payer's bank refused: the money is on the balance again.
    Failed,
}

/// Who began a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundOrigin)]
pub enum RefundOrigin {
    /// Staff asked for it here.
    Asked,
    /// It was begun at the provider, such as in its dashboard.
    Provider,
    /// Staff has paid it back by another way, such as by a transfer.
    ByHand,
}

/// A refund, as stored. Its id makes it happen once at the provider, however often it is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refund {
    /// Which refund.
    pub id: RefundId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// How much goes back.
    pub amount: Money,
    /// Why, in staff's words; 1 to 200 characters.
    #[serde(with = "table::personal")]
    pub reason: String,
    /// How far it has come.
    pub status: RefundStatus,
    /// Who began it.
    pub origin: RefundOrigin,
    /// The credit note that it pays out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_note_id: Option<CreditNoteId>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub failure: Option<Failure>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows by one with every change.
    pub version: u64,
}

/// What a refund is begun with.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// The id that the operation was given.
    pub id: RefundId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// The credit note that it pays out.
    pub credit_note_id: Option<CreditNoteId>,
    /// When.
    pub now: Timestamp,
}

impl Refund {
    /// A refund that staff asks for, of which the provider knows nothing yet.
    pub fn asked(new: NewRefund) -> Self {
        Self::new(new, RefundStatus::Pending, RefundOrigin::Asked)
    }

    /// A refund that was begun at the provider, and has happened.
    pub fn by_provider(new: NewRefund) -> Self {
        Self::new(new, RefundStatus::Succeeded, RefundOrigin::Provider)
    }

    /// A refund that staff has paid back by another way.
    pub fn by_hand(new: NewRefund) -> Self {
        Self::new(new, RefundStatus::Succeeded, RefundOrigin::ByHand)
    }

    fn new(new: NewRefund, status: RefundStatus, origin: RefundOrigin) -> Self {
        Self {
            id: new.id,
            payment_id: new.payment_id,
            amount: new.amount,
            reason: new.reason,
            status,
            origin,
            credit_note_id: new.credit_note_id,
            failure: None,
            created_at: new.now,
            updated_at: new.now,
            version: 1,
        }
    }

    /// What the provider is asked for, of a payment as it is while the refund is on its way.
    pub fn order(&self, payment: &Payment) -> RefundOrder {
        RefundOrder {
            id: payment.transaction_id.clone().unwrap_or_else(|| payment.order_id()),
            key: self.id.to_string(),
            captured: payment.amount,
            before: payment.refunded_at_provider(),
            amount: self.amount,
            reason: self.reason.clone(),
        }
    }

    /// The refund given back.
    pub fn succeeded(&self, now: Timestamp) -> Self {
        Self { status: RefundStatus::Succeeded, ..self.next(now) }
    }

    /// The refund refused.
    pub fn failed(&self, failure: Failure, now: Timestamp) -> Self {
        Self { status: RefundStatus::Failed, failure: Some(failure.cut()), ..self.next(now) }
    }

    fn next(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, updated_at: now.max(self.updated_at), ..self.clone() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Currency;

    use super::*;
    use crate::payment::tests::{at, pending};

    pub(crate) fn refund_of(rupiah: i64) -> Refund {
        Refund::asked(NewRefund {
            id: "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            payment_id: pending().id,
            amount: Money::new(rupiah, Currency::IDR),
            reason: "Ordered twice".to_owned(),
            credit_note_id: None,
            now: at("2026-12-03T00:00:00Z"),
        })
    }

    #[test]
    fn a_provider_gets_a_key_that_it_takes() {
        let order = refund_of(1).order(&pending());
        assert!(order.key.len() <= 36, "{}", order.key);
        assert_eq!(order.id, pending().order_id());
    }

    #[test]
    fn the_sentence_of_a_refusal_is_bounded() {
        let failure = Failure { code: "412".to_owned(), message: "x".repeat(500) };
        let failed = refund_of(1).failed(failure, at("2026-12-03T01:00:00Z"));
        assert_eq!((failed.failure.unwrap().message.len(), failed.version), (200, 2));
    }
}
