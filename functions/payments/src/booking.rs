//! From word of the provider to what is written: the payment, its money in the journal, its invoice, its event.

use billing::Invoices;
use events::{
    Payload,
    payment::{PaymentCancelled, PaymentExpired, PaymentFacts, PaymentFailed, PaymentRefunded, PaymentSucceeded},
};
use kernel::{JournalId, Money};
use payments::{
    Alert, Ignored, Lateness, Move, Notices, Payment, Payments, ProviderError, Quarantine, Quarantined, Status,
    Transition,
};
use serde_json::json;
use settlement::{Settled, Settlement};
use table::{Cancelled, Slot, TableError, TenantScope, Transaction, Write, WriteError};
use web::{Api, Problem, RequestInfo};

/// How often a lost race against other word of the same payment is run again.
pub(crate) const RACES: u8 = 5;

/// Where the bookings of one request are made.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) api: &'a Api,
    pub(crate) scope: TenantScope,
    pub(crate) info: &'a RequestInfo,
}

/// What to do about word of the provider.
pub(crate) enum Decision {
    /// Commit this.
    Write(Box<Entry>),
    /// Ask the provider first.
    Ask,
    /// Keep the word for a person; nothing else changes.
    SetAside(Quarantine),
}

/// A transaction that stores what the word did, all of it or nothing.
pub(crate) struct Entry {
    /// The payment afterwards.
    pub(crate) payment: Payment,
    /// What to commit.
    pub(crate) transaction: Transaction,
    /// What came of it.
    pub(crate) effect: Effect,
    saved: Slot,
    settled: Option<Settled>,
}

/// What word of the provider did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The payment changed.
    Changed,
    /// Nothing.
    Nothing,
}

impl Entry {
    /// Whether the payment or its invoice changed meanwhile: read again and decide anew.
    pub(crate) fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.saved).is_some()
            || self.settled.as_ref().is_some_and(|settled| settled.lost_a_race(cancelled))
    }
}

/// A payment changed too often while it was being decided about.
pub(crate) fn too_many_races() -> Problem {
    TableError::Unavailable("the payment kept changing".to_owned()).into()
}

impl<'a> Desk<'a> {
    pub(crate) fn payments(&self) -> Payments<'a> {
        Payments::new(self.api.table(), self.scope)
    }

    pub(crate) fn notices(&self) -> Notices<'a> {
        Notices::new(self.api.table(), self.scope)
    }

    /// What is to be written for a transition of `before`. One read when money came in.
    ///
    /// # Errors
    /// Those of the table; amounts that do not add up.
    pub(crate) async fn decide(&self, before: &Payment, transition: Transition) -> Result<Decision, Problem> {
        match transition {
            Transition::Move(step) if step.returned.is_some() => Ok(Decision::SetAside(Quarantine::MoneyReturned)),
            Transition::Move(step) => self.moved(*step).await,
            Transition::Note(noted) => {
                let mut transaction = Transaction::new();
                if let Some(alert) = noted.alert {
                    transaction.add(self.keep_for_a_person(before, reason_of(alert))?);
                }
                let saved = transaction.add(self.payments().save(&noted.payment)?);
                let (payment, effect) = (noted.payment, Effect::Changed);
                Ok(Decision::Write(Box::new(Entry { payment, transaction, effect, saved, settled: None })))
            }
            Transition::Ask => Ok(Decision::Ask),
            Transition::Quarantine(reason) => Ok(Decision::SetAside(reason)),
            Transition::Duplicate | Transition::Ignore(Ignored::Late | Ignored::OtherTransaction) => {
                Ok(Decision::Write(Box::new(self.nothing(before))))
            }
            Transition::Ignore(Ignored::Contradiction) => self.only_kept(before, Quarantine::Contradiction),
            Transition::Ignore(Ignored::UnknownStatus(status)) => {
                tracing::error!(payment.id = %before.id, provider.status = status, "unknown provider status");
                self.only_kept(before, Quarantine::UnknownStatus)
            }
        }
    }

    fn nothing(&self, payment: &Payment) -> Entry {
        let mut transaction = Transaction::new();
        let saved = transaction.add(self.payments().unchanged(payment));
        Entry { payment: payment.clone(), transaction, effect: Effect::Nothing, saved, settled: None }
    }

    /// Nothing changes, and a person looks at it.
    fn only_kept(&self, payment: &Payment, reason: Quarantine) -> Result<Decision, Problem> {
        let mut entry = self.nothing(payment);
        entry.transaction.add(self.keep_for_a_person(payment, reason)?);
        Ok(Decision::Write(Box::new(entry)))
    }

    async fn moved(&self, step: Move) -> Result<Decision, Problem> {
        let payment = step.payment;
        if step.lateness == Lateness::Late {
            tracing::warn!(payment.id = %payment.id, "a payment that was given up came in after all");
        }
        let mut transaction = Transaction::new();
        if let Some(alert) = step.alert {
            transaction.add(self.keep_for_a_person(&payment, reason_of(alert))?);
        }
        let saved = transaction.add(self.payments().save(&payment)?);
        let mut settled = None;
        if let Some(amount) = step.received {
            let booked = self.settle(&mut transaction, &payment, amount).await?;
            if let Some(why) = &booked.refused {
                tracing::warn!(payment.id = %payment.id, reason = %why, "money that no invoice waits for is kept on the balance");
            }
            settled = Some(booked);
        }
        if let Some(event) = self.told(&payment)? {
            transaction.add(event);
        }
        Ok(Decision::Write(Box::new(Entry { payment, transaction, effect: Effect::Changed, saved, settled })))
    }

    /// The write of the event that tells of a payment's new status, where others are told of it.
    ///
    /// # Errors
    /// `Corrupt` when the event does not serialise.
    pub(crate) fn told(&self, payment: &Payment) -> Result<Option<Write>, TableError> {
        let facts = PaymentFacts {
            payment_id: payment.id,
            invoice_id: payment.purpose.invoice(),
            customer_id: payment.payer,
            amount: payment.amount,
            method: json!(payment.method).as_str().map(str::to_owned),
        };
        match payment.status {
            Status::Pending | Status::Challenge => Ok(None),
            Status::Success => self.event(payment, &PaymentSucceeded(facts)),
            Status::Failed => self.event(payment, &PaymentFailed(facts)),
            Status::Cancelled => self.event(payment, &PaymentCancelled(facts)),
            Status::Expired => self.event(payment, &PaymentExpired(facts)),
            Status::PartiallyRefunded | Status::Refunded => self.event(payment, &PaymentRefunded(facts)),
        }
    }

    fn event<P: Payload>(&self, payment: &Payment, told: &P) -> Result<Option<Write>, TableError> {
        self.api.event(self.scope.tenant(), self.info, payment.version, told).map(Some)
    }

    /// Adds what money that came in settles. One read of the invoice that it is for.
    ///
    /// # Errors
    /// Those of the table; amounts that do not add up.
    pub(crate) async fn settle(
        &self,
        tx: &mut Transaction,
        payment: &Payment,
        amount: Money,
    ) -> Result<Settled, Problem> {
        let invoice = match payment.purpose.invoice() {
            Some(id) => Invoices::new(self.api.table(), self.scope).get(id).await?,
            None => None,
        };
        let invoice = invoice.map(|invoice| invoice.trusted("money that came in is booked for the tenant"));
        let journal_id = || JournalId::new(self.api.new_ulid());
        let settlement = Settlement::new(self.api.table(), self.scope, self.api.now(), &journal_id);
        Ok(settlement.settle(tx, payment, amount, invoice)?)
    }

    /// Keeps an answer of the provider that cannot be read as one about this payment, and says so.
    pub(crate) async fn needs_review(&self, reason: Quarantine, payment: &Payment) -> Problem {
        let order = payment.order_id();
        let word = format!("{reason:?} {order}");
        let word = Quarantined::new(payment.provider, reason, &order, word.as_bytes(), self.api.now());
        self.set_aside(&word).await.map_or_else(|problem| problem, |()| ProviderError::Mismatch(reason).into())
    }

    /// Keeps word for a person. The same word again is kept once.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn set_aside(&self, word: &Quarantined) -> Result<(), Problem> {
        tracing::error!(reason = %word.reason, order.id = word.order_id, "word of a provider was set aside");
        match self.api.table().write(self.notices().set_aside(word)?).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error.into()),
        }
    }
}

impl Desk<'_> {
    /// The write that keeps what is to be looked at where a person looks, in the transaction of what the word changed.
    fn keep_for_a_person(&self, payment: &Payment, reason: Quarantine) -> Result<Write, TableError> {
        tracing::error!(payment.id = %payment.id, %reason, "a payment needs a person");
        let (order, now) = (payment.order_id(), self.api.now());
        self.notices().kept(&Quarantined::new(
            payment.provider,
            reason,
            &order,
            format!("{reason:?} {order}").as_bytes(),
            now,
        ))
    }
}

const fn reason_of(alert: Alert) -> Quarantine {
    match alert {
        Alert::RefusedSettlement => Quarantine::RefusedSettlement,
        Alert::Disputed => Quarantine::Disputed,
    }
}
