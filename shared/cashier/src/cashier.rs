//! From word of the provider to what is written: the payment, its money in the journal, its invoice, its event.

use billing::Invoices;
use cloud::Ctx;
use events::{
    Cause, Payload,
    payment::{PaymentCancelled, PaymentExpired, PaymentFacts, PaymentFailed, PaymentRefunded, PaymentSucceeded},
};
use kernel::Money;
use payments::{
    Alert, Ignored, Lateness, Move, Notices, Payment, PaymentError, Payments, Quarantine, Quarantined, Status,
    Transition,
};
use serde_json::json;
use settlement::{Refunded, Settled};
use table::{Cancelled, Slot, TableError, TenantScope, Transaction, WriteError};

use crate::CashierError;

/// Where the bookings of one request are made.
#[derive(Clone, Copy)]
pub struct Cashier<'a> {
    /// The clock, the table and the ports.
    pub ctx: &'a Ctx,
    /// In whose books.
    pub scope: TenantScope,
    /// What the bookings go back to.
    pub cause: &'a Cause,
}

/// What to do about word of the provider.
pub enum Decision {
    /// Commit this.
    Write(Box<Booking>),
    /// Ask the provider first.
    Ask,
    /// Keep the word for a person; nothing else changes.
    SetAside(Quarantine),
}

/// A transaction that stores what the word did, all of it or nothing.
pub struct Booking {
    /// The payment afterwards.
    pub payment: Payment,
    /// What to commit.
    pub transaction: Transaction,
    /// What came of it.
    pub effect: Effect,
    saved: Slot,
    settled: Option<Settled>,
    refunded: Option<Refunded>,
}

/// What word of the provider did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The payment changed.
    Changed,
    /// Nothing.
    Nothing,
}

impl Booking {
    /// Whether the payment or its invoice changed meanwhile: read again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.saved).is_some()
            || self.settled.as_ref().is_some_and(|settled| settled.lost_a_race(cancelled))
            || self.refunded.as_ref().is_some_and(|refunded| refunded.overdrew(cancelled))
    }
}

/// A payment changed too often while it was being decided about.
pub fn too_many_races() -> CashierError {
    TableError::Unavailable("the payment kept changing".to_owned()).into()
}

impl<'a> Cashier<'a> {
    pub fn payments(&self) -> Payments<'a> {
        Payments::new(self.ctx.table(), self.scope)
    }

    pub fn notices(&self) -> Notices<'a> {
        Notices::new(self.ctx.table(), self.scope)
    }

    /// What is to be written for a transition of `before`. One read when money came in.
    ///
    /// # Errors
    /// Those of the table; amounts that do not add up.
    pub async fn decide(&self, before: &Payment, transition: Transition) -> Result<Decision, CashierError> {
        match transition {
            // Word of our own refund is faster than the answer to it: it comes again, and is known then.
            Transition::Move(step) if step.returned.is_some() && before.open_refund.is_some() => {
                Err(PaymentError::RefundOnItsWay.into())
            }
            Transition::Move(step) => match (step.received, step.returned) {
                (_, None) => self.moved(*step, None).await,
                (None, Some(returned)) => self.returned(*step, returned).await,
                // It came in and a part of it went back before we heard of it: what came in is booked, and what went back is
                // for a person, as it is when it goes back later.
                (Some(_), Some(_)) if step.payment.status == Status::PartiallyRefunded => {
                    self.moved(step.as_received(), Some(Quarantine::MoneyReturned)).await
                }
                (_, Some(_)) => Ok(Decision::SetAside(Quarantine::MoneyReturned)),
            },
            Transition::Note(noted) => {
                let mut transaction = Transaction::new();
                if let Some(alert) = noted.alert {
                    self.keep_for_a_person(&mut transaction, before, (reason_of(alert), ""))?;
                }
                let saved = self.payments().save(&mut transaction, &noted.payment)?;
                let (payment, effect) = (noted.payment, Effect::Changed);
                Ok(Decision::Write(Box::new(Booking {
                    payment,
                    transaction,
                    effect,
                    saved,
                    settled: None,
                    refunded: None,
                })))
            }
            Transition::Ask => Ok(Decision::Ask),
            Transition::Quarantine(reason) => Ok(Decision::SetAside(reason)),
            Transition::Duplicate | Transition::Ignore(Ignored::Late | Ignored::OtherTransaction) => {
                Ok(Decision::Write(Box::new(self.nothing(before))))
            }
            Transition::Ignore(Ignored::Contradiction(said)) => {
                self.only_kept(before, Quarantine::Contradiction, &said)
            }
            Transition::Ignore(Ignored::UnknownStatus(status)) => {
                tracing::error!(payment.id = %before.id, provider.status = status, "unknown provider status");
                self.only_kept(before, Quarantine::UnknownStatus, &status)
            }
        }
    }

    /// Money went back that nobody here asked for.
    async fn returned(&self, step: Move, amount: Money) -> Result<Decision, CashierError> {
        let payment = step.payment;
        let mut transaction = Transaction::new();
        let Some(booked) = self.book_return(&mut transaction, &payment, amount).await? else {
            return Ok(Decision::SetAside(Quarantine::MoneyReturned));
        };
        let (saved, effect) = (booked.saved(), Effect::Changed);
        let refunded = Some(booked);
        Ok(Decision::Write(Box::new(Booking { payment, transaction, effect, saved, settled: None, refunded })))
    }

    fn nothing(&self, payment: &Payment) -> Booking {
        let mut transaction = Transaction::new();
        let saved = self.payments().check_unchanged(&mut transaction, payment);
        Booking { payment: payment.clone(), transaction, effect: Effect::Nothing, saved, settled: None, refunded: None }
    }

    /// Nothing changes, and a person looks at it.
    fn only_kept(&self, payment: &Payment, reason: Quarantine, said: &str) -> Result<Decision, CashierError> {
        let mut entry = self.nothing(payment);
        self.keep_for_a_person(&mut entry.transaction, payment, (reason, said))?;
        Ok(Decision::Write(Box::new(entry)))
    }

    async fn moved(&self, step: Move, kept: Option<Quarantine>) -> Result<Decision, CashierError> {
        let payment = step.payment;
        if step.lateness == Lateness::Late {
            tracing::warn!(payment.id = %payment.id, "a payment that was given up came in after all");
        }
        let mut transaction = Transaction::new();
        if let Some(reason) = step.alert.map(reason_of).or(kept) {
            self.keep_for_a_person(&mut transaction, &payment, (reason, ""))?;
        }
        let saved = self.payments().save(&mut transaction, &payment)?;
        let mut settled = None;
        if let Some(amount) = step.received {
            let booked = self.settle(&mut transaction, &payment, amount).await?;
            if let Some(why) = &booked.refused {
                tracing::warn!(payment.id = %payment.id, reason = %why, "money that no invoice waits for is kept on the balance");
            }
            settled = Some(booked);
        }
        self.tell(&mut transaction, &payment)?;
        Ok(Decision::Write(Box::new(Booking {
            payment,
            transaction,
            effect: Effect::Changed,
            saved,
            settled,
            refunded: None,
        })))
    }

    /// What calls off a payment that its payer was never asked for. Should the provider's first answer only be late, and the
    /// payer pay after all, the money comes in as late money does.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn call_off(&self, payment: &Payment) -> Result<Transaction, TableError> {
        self.ended(&payment.called_off(self.ctx.now()))
    }

    /// What stores a payment that has ended without money, and tells of it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn ended(&self, payment: &Payment) -> Result<Transaction, TableError> {
        let mut transaction = Transaction::new();
        self.payments().save(&mut transaction, payment)?;
        self.tell(&mut transaction, payment)?;
        Ok(transaction)
    }

    /// Puts the event that tells of a payment's new status into a transaction, where others are told of it.
    ///
    /// # Errors
    /// `Corrupt` when the event does not serialise.
    pub fn tell(&self, transaction: &mut Transaction, payment: &Payment) -> Result<(), TableError> {
        let facts = PaymentFacts {
            payment_id: payment.id,
            invoice_id: payment.purpose.invoice(),
            customer_id: payment.payer,
            amount: payment.amount,
            method: json!(payment.method).as_str().map(str::to_owned),
        };
        match payment.status {
            Status::Pending | Status::Challenge => Ok(()),
            Status::Success => self.event(transaction, payment, &PaymentSucceeded(facts)),
            Status::Failed => self.event(transaction, payment, &PaymentFailed(facts)),
            Status::Cancelled => self.event(transaction, payment, &PaymentCancelled(facts)),
            Status::Expired => self.event(transaction, payment, &PaymentExpired(facts)),
            Status::PartiallyRefunded | Status::Refunded => {
                let PaymentFacts { payment_id, invoice_id, customer_id, amount, method } = facts;
                let refunded = payment.refunded;
                let told =
                    PaymentRefunded { payment_id, refund_id: None, invoice_id, customer_id, amount, method, refunded };
                self.event(transaction, payment, &told)
            }
        }
    }

    pub(crate) fn event<P: Payload>(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        told: &P,
    ) -> Result<(), TableError> {
        self.ctx.insert_event(transaction, self.scope.tenant(), self.cause.clone(), payment.version, told).map(drop)
    }

    /// Adds what money that came in settles, and tells of the invoice that it pays. One read of the invoice that it is for.
    ///
    /// # Errors
    /// Those of the table; amounts that do not add up.
    pub async fn settle(
        &self,
        tx: &mut Transaction,
        payment: &Payment,
        amount: Money,
    ) -> Result<Settled, CashierError> {
        let invoice = match payment.purpose.invoice() {
            Some(id) => Invoices::new(self.ctx.table(), self.scope).get(id).await?,
            None => None,
        };
        let invoice = invoice.map(|invoice| invoice.trusted("money that came in is booked for the tenant"));
        let settled = self.settling(|settlement| Ok(settlement.settle(tx, payment, amount, invoice)?))?;
        if let Some((invoice, told)) = settled.invoice.as_ref().and_then(|paid| Some((paid, paid.told_paid()?))) {
            self.ctx.insert_event(tx, self.scope.tenant(), self.cause.clone(), invoice.version, &told)?;
        }
        Ok(settled)
    }

    /// Keeps an answer of the provider that cannot be read as one about this payment, and says so.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn needs_review(&self, reason: Quarantine, payment: &Payment) -> Result<(), CashierError> {
        let order = payment.order_id();
        let word = told(payment, reason, "");
        let word = Quarantined::new(payment.provider, reason, &order, word.as_bytes(), self.ctx.now());
        self.set_aside(&word).await
    }

    /// Keeps word for a person. The same word again is kept once.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn set_aside(&self, word: &Quarantined) -> Result<(), CashierError> {
        tracing::error!(reason = %word.reason, order.id = word.order_id, "word of a provider was set aside");
        match table::write_alone(self.ctx.table(), |tx| self.notices().insert(tx, word)).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error.into()),
        }
    }
}

impl Cashier<'_> {
    /// Keeps what is to be looked at where a person looks, in the transaction of what the word changed.
    fn keep_for_a_person(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        (reason, said): (Quarantine, &str),
    ) -> Result<Slot, TableError> {
        tracing::error!(payment.id = %payment.id, %reason, "a payment needs a person");
        let (order, now) = (payment.order_id(), self.ctx.now());
        self.notices().save(
            transaction,
            &Quarantined::new(payment.provider, reason, &order, told(payment, reason, said).as_bytes(), now),
        )
    }
}

/// What stands for word that has no text of its own: the same for the same word, another for another, so that what was decided
/// about one says nothing of the other.
fn told(payment: &Payment, reason: Quarantine, said: &str) -> String {
    let transaction = payment.transaction_id.as_deref().unwrap_or_default();
    format!("{reason:?} {} {transaction} {:?} {said}", payment.order_id(), payment.status)
}

const fn reason_of(alert: Alert) -> Quarantine {
    match alert {
        Alert::RefusedSettlement => Quarantine::RefusedSettlement,
        Alert::Disputed => Quarantine::Disputed,
    }
}
