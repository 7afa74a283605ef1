//! What is known of a payment by now, by asking its provider or by calling it off.

use std::ops::ControlFlow;

use kernel::{Money, Timestamp};
use payments::{
    Answers, Charged, NextAction, Payment, PaymentProvider, ProviderError, ProviderStatus, Quarantine, Quarantined,
    RetryPolicy, Transition, apply_charged, ask, call_off, in_time,
};
use table::{TransactError, until_settled_from};

use crate::{Cashier, CashierError, Decision, cashier::too_many_races};

/// What is known of a payment by now.
#[derive(Clone, Debug)]
pub enum News {
    /// Nothing more than before.
    Nothing,
    /// The provider says this.
    Says(Box<Charged>),
    /// Its payer was never asked for money, and will not be.
    NeverAsked,
}

/// What is decided about a payment that the fraud check holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It may pass.
    Approved,
    /// It may not.
    Denied,
}

impl News {
    /// What it does to the payment.
    pub fn transition(&self, payment: &Payment, now: Timestamp) -> Transition {
        match self {
            Self::Nothing => Transition::Duplicate,
            Self::Says(charged) => apply_charged(payment, charged),
            Self::NeverAsked => call_off(payment, now),
        }
    }
}

impl Cashier<'_> {
    /// Asks the provider how far a payment is. What cannot be of this payment is set aside.
    ///
    /// # Errors
    /// `Provider`, and those of the table.
    pub async fn ask_how_far(&self, provider: &dyn PaymentProvider, payment: &Payment) -> Result<News, CashierError> {
        let answer = match provider.capabilities().answers {
            Answers::AtOnce => Err(ProviderError::NotFound),
            Answers::Later => ask(provider, &payment.asked_by(provider.capabilities()), RetryPolicy::INTERACTIVE).await,
        };
        match answer {
            Ok(charged) => Ok(News::Says(Box::new(charged))),
            // The provider was never asked, or the payer has not chosen a way to pay: nothing is known.
            Err(ProviderError::NotFound) => Ok(News::Nothing),
            Err(ProviderError::Mismatch(reason)) => self.mismatch(reason, payment).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Asks the provider to take no more money for a payment that is open. One that was paid or ended meanwhile is as the
    /// provider says.
    ///
    /// # Errors
    /// `Provider`, also when all that takes longer than a caller waits, and those of the table.
    pub async fn ask_to_cancel(&self, provider: &dyn PaymentProvider, payment: &Payment) -> Result<News, CashierError> {
        self.ask_to_cancel_within(RetryPolicy::INTERACTIVE, provider, payment).await
    }

    async fn ask_to_cancel_within(
        &self,
        policy: RetryPolicy,
        provider: &dyn PaymentProvider,
        payment: &Payment,
    ) -> Result<News, CashierError> {
        in_time(policy, self.cancel_or_ask(provider, payment)).await
    }

    async fn cancel_or_ask(&self, provider: &dyn PaymentProvider, payment: &Payment) -> Result<News, CashierError> {
        match provider.cancel(&payment.asked_by(provider.capabilities())).await {
            // Nobody was asked for its money, and nobody can be any more.
            Err(ProviderError::NotFound) if payment.transaction_id.is_none() => {
                self.close_page(provider, payment).await
            }
            // It was paid, or is over.
            Err(ProviderError::NotFound) => self.ask_how_far(provider, payment).await,
            answer => self.answered(provider, payment, answer).await,
        }
    }

    /// Takes the page back where the payer was to choose a way to pay. Should one be chosen meanwhile, the payment stays as it
    /// is: it can be called off once its transaction is known.
    async fn close_page(&self, provider: &dyn PaymentProvider, payment: &Payment) -> Result<News, CashierError> {
        let on_page = provider.capabilities().on_page.contains(&payment.method);
        let Some(NextAction::Redirect { url }) = payment.next_action.as_ref().filter(|_| on_page) else {
            return Ok(News::NeverAsked);
        };
        match provider.close_page(url).await {
            Ok(()) | Err(ProviderError::NotFound) => Ok(News::NeverAsked),
            Err(error) => Err(error.into()),
        }
    }

    /// Asks the provider to take money that is held.
    ///
    /// # Errors
    /// `Payment(NothingHeld | CaptureTooLarge)`, `Provider`, and those of the table.
    pub async fn ask_to_capture(
        &self,
        provider: &dyn PaymentProvider,
        payment: &Payment,
        amount: Option<Money>,
    ) -> Result<News, CashierError> {
        let (transaction, amount) = payment.capture(amount)?;
        let answer = provider.capture(transaction, amount).await;
        self.answered(provider, payment, answer).await
    }

    /// Asks the provider to let a payment pass that its fraud check holds, or to refuse it.
    ///
    /// # Errors
    /// `Provider`, and those of the table.
    pub async fn ask_to_decide(
        &self,
        provider: &dyn PaymentProvider,
        payment: &Payment,
        decision: Decided,
    ) -> Result<News, CashierError> {
        let id = payment.asked_by(provider.capabilities());
        let answer = match decision {
            Decided::Approved => provider.approve(&id).await,
            Decided::Denied => provider.deny(&id).await,
        };
        self.answered(provider, payment, answer).await
    }

    /// What a call that changes a payment brought. What cannot be changed any more is as the provider says.
    async fn answered(
        &self,
        provider: &dyn PaymentProvider,
        payment: &Payment,
        answer: Result<ProviderStatus, ProviderError>,
    ) -> Result<News, CashierError> {
        match answer {
            Ok(status) => Ok(News::Says(Box::new(Charged { status, next_action: None, expires_at: None }))),
            Err(ProviderError::StateLocked) => self.ask_how_far(provider, payment).await,
            Err(ProviderError::Mismatch(reason)) => self.mismatch(reason, payment).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps an answer that cannot be about this payment for a person, and says so.
    pub(crate) async fn mismatch<T>(&self, reason: Quarantine, payment: &Payment) -> Result<T, CashierError> {
        self.needs_review(reason, payment).await?;
        Err(ProviderError::Mismatch(reason).into())
    }

    /// Keeps what is news of a payment and cannot be booked.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn set_news_aside(&self, payment: &Payment, reason: Quarantine, news: &News) -> Result<(), CashierError> {
        let News::Says(charged) = news else { return Ok(()) };
        self.set_aside(&Quarantined::answered(payment.provider, reason, &charged.status)).await
    }

    /// Stores what the news does to a payment, as it is now; for work that nobody waits for.
    ///
    /// # Errors
    /// Those of the settlement and the table.
    pub async fn follow(&self, payment: Payment, news: &News) -> Result<(), CashierError> {
        until_settled_from(too_many_races, payment, |payment| async move {
            let entry = match self.decide(&payment, news.transition(&payment, self.ctx.now())).await? {
                Decision::Write(entry) => *entry,
                Decision::SetAside(reason) => {
                    return Ok(ControlFlow::Break(self.set_news_aside(&payment, reason, news).await?));
                }
                Decision::Ask => return Err(too_many_races()),
            };
            match self.ctx.table().transact(entry.transaction.clone()).await {
                Ok(()) => Ok(ControlFlow::Break(())),
                Err(TransactError::Cancelled(_)) => {
                    let again = self.payments().get(payment.id).await?;
                    let again = again.map(|again| again.trusted("the payment was opened before"));
                    Ok(again.map_or(ControlFlow::Break(()), ControlFlow::Continue))
                }
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use events::Cause;
    use kernel::{Currency, Money, RequestId};
    use payments::{
        Capabilities, ChargeOrder, Method, NewPayment, NotificationError, ProviderStatus, Purpose, RefundOrder,
        RefundOutcome, WebhookCall, Word, midtrans::Midtrans,
    };
    use table::TenantScope;
    use testkit::Stack;

    use super::*;

    /// It takes calls and never answers.
    struct Deaf;

    #[async_trait]
    impl PaymentProvider for Deaf {
        fn capabilities(&self) -> &Capabilities {
            Midtrans::capabilities()
        }

        async fn charge(&self, _: &ChargeOrder) -> Result<Charged, ProviderError> {
            std::future::pending().await
        }

        async fn status(&self, _: &str) -> Result<Charged, ProviderError> {
            std::future::pending().await
        }

        async fn cancel(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
            std::future::pending().await
        }

        async fn expire(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
            std::future::pending().await
        }

        async fn capture(&self, _: &str, _: Money) -> Result<ProviderStatus, ProviderError> {
            std::future::pending().await
        }

        async fn approve(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
            std::future::pending().await
        }

        async fn deny(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
            std::future::pending().await
        }

        async fn close_page(&self, _: &str) -> Result<(), ProviderError> {
            std::future::pending().await
        }

        async fn refund(&self, _: &RefundOrder) -> Result<RefundOutcome, ProviderError> {
            std::future::pending().await
        }

        fn hear(&self, _: &WebhookCall<'_>) -> Result<Option<Word>, NotificationError> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn who_calls_a_payment_off_waits_no_longer_than_is_said() {
        let stack = Stack::start().await;
        let ctx = stack.ctx();
        let cause = Cause::from(RequestId::new(ctx.new_ulid()));
        let tenant_id = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let cashier = Cashier { ctx, scope: TenantScope::new(tenant_id), cause: &cause };
        let new = NewPayment {
            id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            tenant_id,
            payer: "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            purpose: Purpose::Deposit,
            amount: Money::new(100_000, Currency::IDR),
            method: Method::BcaVa,
            now: ctx.now(),
        };
        let payment = Payment::begin(new, Midtrans::capabilities()).unwrap();
        let policy = RetryPolicy { total: std::time::Duration::from_millis(10), ..RetryPolicy::INTERACTIVE };
        let answer = cashier.ask_to_cancel_within(policy, &Deaf, &payment).await;
        assert!(matches!(answer, Err(CashierError::Provider(ProviderError::Unknown))), "{answer:?}");
    }
}
