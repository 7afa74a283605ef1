//! Refunds, from what staff asks for, or a provider tells, to what is written.

use events::payment::{PaymentRefundFailed, PaymentRefunded};
use kernel::{JournalId, Money, RefundId, Timestamp};
use payments::{
    Charged, Failure, NewRefund, Observed, Payment, PaymentProvider, ProviderError, ProviderStatus, Refund,
    RefundOutcome, Refunds, RetryPolicy, ask, give_back,
};
use serde_json::json;
use settlement::{Refunded, Settlement};
use table::Transaction;

use crate::{Cashier, CashierError, News};

/// What the provider said of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundAnswer {
    /// The money goes back, and the provider says how the payment is by that, where it does.
    Given(Option<Box<ProviderStatus>>),
    /// It does not, and will not.
    Refused(Failure),
}

impl<'a> Cashier<'a> {
    pub fn refunds(&self) -> Refunds<'a> {
        Refunds::new(self.ctx.table(), self.scope)
    }

    /// Adds what begins a refund: its money is off the balance, and at `at` the agenda has the provider asked, unless somebody
    /// was faster.
    ///
    /// # Errors
    /// `Settlement(Payment(RefundTooLarge | RefundOnItsWay))`, those of the table.
    pub fn begin_refund(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: &Refund,
        at: Timestamp,
    ) -> Result<Refunded, CashierError> {
        self.settling(|settlement| Ok(settlement.begin_refund(transaction, payment, refund, at)?))
    }

    /// Adds what books a refund that staff has paid back by hand, and tells of it. It leaves at least `stays` on the balance, also
    /// when another one takes from it at the same time.
    ///
    /// # Errors
    /// As [`Cashier::begin_refund`].
    pub fn pay_back(
        &self,
        transaction: &mut Transaction,
        (payment, refund): (&Payment, &Refund),
        stays: Money,
    ) -> Result<Refunded, CashierError> {
        let booked =
            self.settling(|settlement| Ok(settlement.leaving(stays).pay_back(transaction, payment, refund)?))?;
        self.tell_of_refund(transaction, &booked)?;
        Ok(booked)
    }

    /// Asks the provider to give the money of a refund back that was begun; as often as one likes.
    ///
    /// # Errors
    /// `Provider`: nothing is known, and the refund stays on its way.
    pub async fn ask_for_refund(
        &self,
        provider: &dyn PaymentProvider,
        payment: &Payment,
        refund: &Refund,
    ) -> Result<RefundAnswer, CashierError> {
        let order = refund.order(payment);
        let refusal = match give_back(provider, &order, RetryPolicy::INTERACTIVE).await {
            Ok(RefundOutcome::Accepted(status)) => return Ok(RefundAnswer::Given(Some(status))),
            Ok(RefundOutcome::Denied) => failure("denied", "the payer's bank refused it"),
            Err(ProviderError::Refused { code, message }) => failure(&code.to_string(), &message),
            Err(ProviderError::Declined { code, message }) => failure(&code, &message),
            Err(error @ (ProviderError::StateLocked | ProviderError::NotFound | ProviderError::NotOffered)) => {
                failure("refused", &error.to_string())
            }
            Err(error @ (ProviderError::NotWellFormed(_) | ProviderError::DuplicateOrder)) => {
                tracing::error!(refund.id = %refund.id, %error, "a refund cannot be asked for");
                failure("refused", &error.to_string())
            }
            Err(ProviderError::Mismatch(reason)) => {
                return self.mismatch(reason, payment).await;
            }
            Err(
                error @ (ProviderError::Credentials
                | ProviderError::Busy
                | ProviderError::NotSent
                | ProviderError::Unknown),
            ) => {
                return Err(error.into());
            }
        };
        // An earlier try may have succeeded whose answer was lost, and this one be refused for that.
        match ask(provider, &order.id, RetryPolicy::INTERACTIVE).await {
            Ok(charged) => match has_gone(&charged.status.observed, order.before, order.amount) {
                Some(true) => Ok(RefundAnswer::Given(Some(Box::new(charged.status)))),
                Some(false) => Ok(RefundAnswer::Refused(refusal)),
                None => Err(ProviderError::Unknown.into()),
            },
            // There is nothing of which anything could have gone, or nobody who could have given it.
            Err(ProviderError::NotFound | ProviderError::NotOffered) => Ok(RefundAnswer::Refused(refusal)),
            Err(ProviderError::Mismatch(reason)) => self.mismatch(reason, payment).await,
            Err(error) => Err(error.into()),
        }
    }

    /// What stores how a refund ended that was on its way, and tells of it. Both are as they are now.
    ///
    /// # Errors
    /// Those of the settlement and the table.
    pub fn end_refund(
        &self,
        payment: &Payment,
        refund: &Refund,
        answer: RefundAnswer,
    ) -> Result<(Transaction, Refunded), CashierError> {
        let mut transaction = Transaction::new();
        let ended = self.settling(|settlement| {
            Ok(match answer {
                RefundAnswer::Given(_) => settlement.finish_refund(&mut transaction, payment, refund)?,
                RefundAnswer::Refused(failure) => settlement.fail_refund(&mut transaction, payment, refund, failure)?,
            })
        })?;
        self.tell_of_refund(&mut transaction, &ended)?;
        Ok((transaction, ended))
    }

    /// Follows what the provider said of a payment when it gave a refund of it: more may have gone back than we asked for.
    ///
    /// # Errors
    /// Those of the settlement and the table.
    pub async fn after_refund(&self, ended: Payment, answer: &RefundAnswer) -> Result<(), CashierError> {
        let RefundAnswer::Given(Some(status)) = answer else { return Ok(()) };
        let charged = Charged { status: status.as_ref().clone(), next_action: None, expires_at: None };
        self.follow(ended, &News::Says(Box::new(charged))).await
    }

    /// What books money that went back, begun at the provider. `after` is the payment as the provider's word leaves it.
    /// `None` when the payer's balance has less than that: a person has to say what it was for.
    ///
    /// # Errors
    /// Those of the settlement and the table.
    pub(crate) async fn book_return(
        &self,
        transaction: &mut Transaction,
        after: &Payment,
        amount: Money,
    ) -> Result<Option<Refunded>, CashierError> {
        let journal_id = || JournalId::new(self.ctx.new_ulid());
        let settlement = Settlement::new(self.ctx.table(), self.scope, self.ctx.now(), &journal_id);
        let there = settlement.balance_of(after.payer, amount.currency()).await?.balance;
        if there.minor() < amount.minor() {
            return Ok(None);
        }
        let refund = Refund::by_provider(NewRefund {
            id: RefundId::new(self.ctx.new_ulid()),
            payment_id: after.id,
            amount,
            reason: "Begun at the payment provider".to_owned(),
            credit_note_id: None,
            now: self.ctx.now(),
        });
        let booked = settlement.book_refund(transaction, after, &refund)?;
        self.tell_of_refund(transaction, &booked)?;
        Ok(Some(booked))
    }

    pub(crate) fn settling<T>(
        &self,
        with: impl FnOnce(Settlement<'_>) -> Result<T, CashierError>,
    ) -> Result<T, CashierError> {
        let journal_id = || JournalId::new(self.ctx.new_ulid());
        with(Settlement::new(self.ctx.table(), self.scope, self.ctx.now(), &journal_id))
    }

    pub(crate) fn tell_of_refund(&self, transaction: &mut Transaction, ended: &Refunded) -> Result<(), CashierError> {
        let Refunded { payment, refund, .. } = ended;
        let (payment_id, invoice_id, customer_id) = (payment.id, payment.purpose.invoice(), payment.payer);
        if let Some(Failure { message, .. }) = &refund.failure {
            let (amount, reason) = (refund.amount, message.clone());
            let told =
                PaymentRefundFailed { payment_id, refund_id: refund.id, invoice_id, customer_id, amount, reason };
            self.event(transaction, payment, &told)?;
        } else {
            let (amount, refunded) = (payment.amount, payment.refunded);
            let method = json!(payment.method).as_str().map(str::to_owned);
            let told = PaymentRefunded {
                payment_id,
                refund_id: Some(refund.id),
                invoice_id,
                customer_id,
                amount,
                method,
                refunded,
            };
            self.event(transaction, payment, &told)?;
        }
        Ok(())
    }
}

fn failure(code: &str, message: &str) -> Failure {
    Failure { code: code.to_owned(), message: message.to_owned() }
}

/// Whether what went back in all tells that this refund is among it: of a payment one refund is on its way at a time. `None`
/// when that does not tell.
fn has_gone(observed: &Observed, before: Money, amount: Money) -> Option<bool> {
    match observed {
        Observed::Refunded => Some(true),
        Observed::PartiallyRefunded { total: Some(total) } => {
            Some(before.checked_add(amount).is_ok_and(|expected| total.minor() >= expected.minor()))
        }
        Observed::PageOpen
        | Observed::Pending
        | Observed::Authorized { .. }
        | Observed::Challenge
        | Observed::Captured
        | Observed::Settled
        | Observed::Failed
        | Observed::Cancelled
        | Observed::Expired => Some(false),
        Observed::PartiallyRefunded { total: None }
        | Observed::ContestedSettlement
        | Observed::RefusedSettlement
        | Observed::Disputed
        | Observed::DisputeWon
        | Observed::Unknown(_) => None,
    }
}
