//! Word of a provider that was set aside, and what a person decides about it.

use kernel::{Fault, FaultKind, PaymentId, RefundId};
use payments::{
    Choice, NewRefund, Observed, Payment, PaymentProvider, ProviderStatus, Quarantine, Quarantined, Refund,
    RetryPolicy, ReviewVerdict, apply_charged, ask,
};
use table::{Cancelled, Slot, Transaction};

use crate::{Booking, Cashier, CashierError, Decision, Effect, too_many_races};

/// Why something cannot be decided as asked.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// A decision stands.
    #[error("it was decided before")]
    Decided,
    /// No money can be booked or sent back for it.
    #[error("that cannot be decided about word that was set aside for this reason, {reason}: it can be ignored")]
    NotPossible {
        /// Why it was set aside.
        reason: Quarantine,
    },
    /// Money went back that is on no balance.
    #[error(
        "more went back than is on the customer's balance: write a credit note of the invoice first, so that the books say \
         what was given back"
    )]
    NotOnBalance,
    /// The provider says otherwise by now.
    #[error("the provider does not say so any more: sync the payment, or ignore this")]
    Outdated,
    /// What was in the way.
    #[error(transparent)]
    Cashier(#[from] CashierError),
}

impl Fault for ReviewError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Decided | Self::NotPossible { .. } | Self::NotOnBalance | Self::Outdated => FaultKind::Conflict,
            Self::Cashier(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Decided => "REVIEW_DECIDED",
            Self::NotPossible { .. } => "DECISION_NOT_POSSIBLE",
            Self::NotOnBalance => "BALANCE_TOO_LOW",
            Self::Outdated => "REVIEW_OUTDATED",
            Self::Cashier(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Decided | Self::NotPossible { .. } => true,
            Self::NotOnBalance | Self::Outdated => false,
            Self::Cashier(error) => error.is_final(),
        }
    }
}

/// What a decision writes.
pub struct Review {
    /// What to commit.
    pub transaction: Transaction,
    /// The payment under which the money is kept, where it is one of its own.
    pub kept: Option<PaymentId>,
    verdict: Slot,
    first: Option<Slot>,
    booking: Option<Booking>,
}

impl Review {
    /// Whether somebody else decided meanwhile.
    pub fn was_decided(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.verdict).is_some()
    }

    /// Whether the payment or its invoice changed meanwhile: decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        self.first.is_some_and(|slot| cancelled.failed(slot).is_some())
            || self.booking.as_ref().is_some_and(|booking| booking.lost_a_race(cancelled))
    }
}

impl Cashier<'_> {
    /// What carries out a decision about word that was set aside. `payment` is the one of which it speaks, as it is now. The
    /// provider is asked what holds: word of a while ago books nothing.
    ///
    /// # Errors
    /// All of [`ReviewError`].
    pub async fn review(
        &self,
        provider: &dyn PaymentProvider,
        word: &Quarantined,
        payment: Option<&Payment>,
        verdict: ReviewVerdict,
    ) -> Result<Review, ReviewError> {
        if word.verdict.is_some() {
            return Err(ReviewError::Decided);
        }
        let (choice, reason) = (verdict.choice, verdict.reason.clone());
        let not_possible = || ReviewError::NotPossible { reason: word.reason };
        let mut booking = match choice {
            Choice::Ignore => return self.ignore(word, verdict),
            Choice::Accept | Choice::Refund => {
                let payment = payment.ok_or_else(not_possible)?;
                match (word.reason, choice) {
                    (Quarantine::SecondTransaction | Quarantine::OtherAmount, _) => {
                        let said = self.money_beside(provider, word, payment).await?;
                        let now = self.ctx.now();
                        let kept = payment.beside(PaymentId::new(self.ctx.new_ulid()), &said, now);
                        let first = payment.with_beside(&kept, now).map_err(CashierError::from)?;
                        let back = (choice == Choice::Refund).then_some(reason);
                        let mut transaction = self.keep(&kept, back).await?;
                        let saved = self.payments().save(&mut transaction, &first).map_err(CashierError::from)?;
                        let review = self.decided(transaction, word, verdict)?;
                        return Ok(Review { kept: Some(kept.id), first: Some(saved), ..review });
                    }
                    (
                        Quarantine::MoneyReturned
                        | Quarantine::RefusedSettlement
                        | Quarantine::Contradiction
                        | Quarantine::RefundAmount
                        | Quarantine::UnknownStatus,
                        Choice::Accept,
                    ) => self.follow_now(provider, payment).await?,
                    (
                        Quarantine::MoneyReturned
                        | Quarantine::RefusedSettlement
                        | Quarantine::Contradiction
                        | Quarantine::RefundAmount
                        | Quarantine::UnknownStatus
                        | Quarantine::UnknownOrder
                        | Quarantine::OtherOrder
                        | Quarantine::ForeignMerchant
                        | Quarantine::ForeignCurrency
                        | Quarantine::UnreadableAmount
                        | Quarantine::Disputed
                        | Quarantine::Incomplete,
                        _,
                    ) => return Err(not_possible()),
                }
            }
        };
        let transaction = std::mem::take(&mut booking.transaction);
        Ok(Review { booking: Some(booking), ..self.decided(transaction, word, verdict)? })
    }

    /// What sets word aside for good, whatever it says.
    ///
    /// # Errors
    /// `Decided`, and those of the table.
    pub fn ignore(&self, word: &Quarantined, verdict: ReviewVerdict) -> Result<Review, ReviewError> {
        if word.verdict.is_some() {
            return Err(ReviewError::Decided);
        }
        self.decided(Transaction::new(), word, verdict)
    }

    fn decided(
        &self,
        mut transaction: Transaction,
        word: &Quarantined,
        verdict: ReviewVerdict,
    ) -> Result<Review, ReviewError> {
        let slot = self.notices().decide(&mut transaction, word, verdict, self.ctx.now());
        Ok(Review { transaction, kept: None, verdict: slot.map_err(CashierError::from)?, first: None, booking: None })
    }

    /// What the provider says of a transaction beside the one that paid, which has to have brought money.
    async fn money_beside(
        &self,
        provider: &dyn PaymentProvider,
        word: &Quarantined,
        payment: &Payment,
    ) -> Result<ProviderStatus, ReviewError> {
        let transaction = word.transaction_id.as_deref();
        let transaction = transaction.ok_or(ReviewError::NotPossible { reason: word.reason })?;
        let said = ask(provider, transaction, RetryPolicy::INTERACTIVE).await.map_err(CashierError::from)?.status;
        let brought = matches!(said.observed, Observed::Settled | Observed::Captured);
        // The name of the transaction comes out of the notification, whose signature may not cover it.
        let is_ours = said.transaction_id == transaction && payment.is_of(&said.order_id, transaction);
        if brought && is_ours { Ok(said) } else { Err(ReviewError::Outdated) }
    }

    /// What keeps money on the payer's balance as a payment of its own, or sends it back, for a reason.
    async fn keep(&self, kept: &Payment, back: Option<String>) -> Result<Transaction, CashierError> {
        let mut transaction = Transaction::new();
        let Some(reason) = back else {
            self.payments().insert(&mut transaction, kept)?;
            self.settle(&mut transaction, kept, kept.amount).await?;
            self.tell(&mut transaction, kept)?;
            return Ok(transaction);
        };
        let now = self.ctx.now();
        let refund = Refund::asked(NewRefund {
            id: RefundId::new(self.ctx.new_ulid()),
            payment_id: kept.id,
            amount: kept.amount,
            reason,
            credit_note_id: None,
            now,
        });
        // The next sweep of the agenda has the provider asked.
        self.settling(|settlement| Ok(settlement.keep_and_refund(&mut transaction, kept, &refund, now)?))?;
        self.tell(&mut transaction, kept)?;
        Ok(transaction)
    }

    /// What the provider's present word of a payment books.
    async fn follow_now(&self, provider: &dyn PaymentProvider, payment: &Payment) -> Result<Booking, ReviewError> {
        let id = payment.asked_by(provider.capabilities());
        let charged = ask(provider, &id, RetryPolicy::INTERACTIVE).await.map_err(CashierError::from)?;
        match self.decide(payment, apply_charged(payment, &charged)).await? {
            Decision::Write(booking) if booking.effect == Effect::Changed => Ok(*booking),
            Decision::Write(_) => Err(ReviewError::Outdated),
            Decision::SetAside(Quarantine::MoneyReturned) => Err(ReviewError::NotOnBalance),
            Decision::SetAside(reason) => Err(ReviewError::NotPossible { reason }),
            Decision::Ask => Err(too_many_races().into()),
        }
    }
}
