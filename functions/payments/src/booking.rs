//! From word of the provider to what is written: the payment, its money in the journal, its invoice, its event.

use billing::{InvoiceError, Invoices};
use events::{
    Payload,
    payment::{PaymentCancelled, PaymentExpired, PaymentFacts, PaymentFailed, PaymentRefunded, PaymentSucceeded},
};
use kernel::{JournalId, Money};
use ledger::{Journal, Receipt};
use payments::{
    Alert, Ignored, Lateness, Move, Notices, Payment, Payments, ProviderError, Purpose, Quarantine, Quarantined,
    Status, Transition,
};
use serde_json::json;
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
    raced: Vec<Slot>,
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
        self.raced.iter().any(|slot| cancelled.failed(*slot).is_some())
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
                let raced = vec![transaction.add(self.payments().save(&noted.payment)?)];
                let (payment, effect) = (noted.payment, Effect::Changed);
                Ok(Decision::Write(Box::new(Entry { payment, transaction, effect, raced })))
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
        let raced = vec![transaction.add(self.payments().unchanged(payment))];
        Entry { payment: payment.clone(), transaction, effect: Effect::Nothing, raced }
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
        let mut raced = vec![transaction.add(self.payments().save(&payment)?)];
        if let Some(amount) = step.received {
            raced.extend(self.book(&mut transaction, &payment, amount).await?);
        }
        if let Some(event) = self.told(&payment)? {
            transaction.add(event);
        }
        Ok(Decision::Write(Box::new(Entry { payment, transaction, effect: Effect::Changed, raced })))
    }

    /// The write of the event that tells of a payment's new status, where others are told of it.
    ///
    /// # Errors
    /// `Corrupt` when the event does not serialise.
    pub(crate) fn told(&self, payment: &Payment) -> Result<Option<Write>, TableError> {
        let Purpose::Invoice { invoice_id } = payment.purpose;
        let facts = PaymentFacts {
            payment_id: payment.id,
            invoice_id: Some(invoice_id),
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

    /// Books money that came in: on the invoice as far as something is due, and what is over on the customer's balance. Either
    /// way it is in the journal, so that nothing that a customer paid is ever without an owner.
    async fn book(&self, tx: &mut Transaction, payment: &Payment, amount: Money) -> Result<Option<Slot>, Problem> {
        let Purpose::Invoice { invoice_id } = payment.purpose;
        let now = self.api.now();
        let journal = Journal::new(self.api.table(), self.scope);
        let journal_id = JournalId::new(self.api.new_ulid());
        let invoice = Invoices::new(self.api.table(), self.scope).get(invoice_id).await?;
        let invoice = invoice.map(|invoice| invoice.trusted("money that came in is booked for the tenant"));
        let settled = match invoice {
            Some(invoice) => {
                let holder = invoice.bill_to.party;
                invoice.apply_payment(payment.id, amount, now).map(|applied| (applied, holder))
            }
            None => Err(InvoiceError::NotFound),
        };
        let receipt = |holder, amount| Receipt { id: payment.id, holder, provider: ledger::Provider::Midtrans, amount };
        match settled {
            Ok((applied, holder)) => {
                let slot = tx.add(Invoices::replace(self.scope, &applied.invoice)?);
                let entry = ledger::invoice_paid(journal_id, now, invoice_id, &receipt(holder, applied.applied))?;
                tx.add(journal.append(&entry)?);
                if !applied.surplus.is_zero() {
                    let id = JournalId::new(self.api.new_ulid());
                    let entry = ledger::payment_unapplied(id, now, &receipt(holder, applied.surplus))?;
                    tx.add(journal.append(&entry)?);
                }
                Ok(Some(slot))
            }
            Err(
                why @ (InvoiceError::AlreadyPaid { .. }
                | InvoiceError::WrongState { .. }
                | InvoiceError::AmountMismatch { .. }
                | InvoiceError::NotFound),
            ) => {
                tracing::warn!(payment.id = %payment.id, invoice.id = %invoice_id, reason = %why, "kept on the balance");
                let receipt = receipt(payment.payer, amount);
                let entry = ledger::payment_unapplied(journal_id, now, &receipt)?;
                tx.add(journal.append(&entry)?);
                Ok(None)
            }
            Err(fault @ (InvoiceError::Money(_) | InvoiceError::OutOfTime)) => Err(fault.into()),
        }
    }

    /// Keeps an answer of the provider that cannot be read as one about this payment, and says so.
    pub(crate) async fn needs_review(&self, reason: Quarantine, payment: &Payment) -> Problem {
        let order = payment.order_id();
        let word = format!("{reason:?} {order}");
        let word = Quarantined::new(reason, &order, word.as_bytes(), self.api.now());
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
        self.notices().kept(&Quarantined::new(reason, &order, format!("{reason:?} {order}").as_bytes(), now))
    }
}

const fn reason_of(alert: Alert) -> Quarantine {
    match alert {
        Alert::RefusedSettlement => Quarantine::RefusedSettlement,
        Alert::Disputed => Quarantine::Disputed,
    }
}
