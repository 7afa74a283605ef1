//! A tenant's books on an embedded store, and what must hold of them at any time.

use std::sync::atomic::{AtomicU32, Ordering};

use billing::{
    BalanceUse, CreditAsked, CreditNote, CreditNoteError, CreditNotes, CreditReason, Invoice, InvoiceStatus, Invoices,
    LineAsked, LinePart, Month, NewCreditNote,
};
use kernel::{Currency, InvoiceId, JournalId, Money, Party, PaymentId, Provider, RefundId, Timestamp, WithdrawalId};
use ledger::{Account, Journal, PartyBalance};
use payments::{Failure, Manual, Method, NewPayment, NewRefund, Payment, Payments, Purpose, Refund, Refunds, Status};
use serde_json::{Value, json};
use settlement::{
    BesideInvoice, CreditDecided, Deferred, Settled, Settlement, SettlementError, deferred, from_balance,
};
use table::{
    DynamoTable, Table, TenantScope, TransactError, Transaction, Write,
    agenda::{Due, DueKind},
};
use testkit::memory_table;

use crate::reports;

/// The books of one tenant with one customer.
pub(crate) struct World {
    pub(crate) table: DynamoTable,
    pub(crate) scope: TenantScope,
    pub(crate) party: Party,
    pub(crate) invoices: Vec<InvoiceId>,
    pub(crate) payments: Vec<PaymentId>,
    pub(crate) withdrawals: Vec<WithdrawalId>,
    ids: AtomicU32,
}

/// How a refund ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RefundEnd {
    Given,
    Refused,
}

/// How a movement ended that was not made.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It cannot be.
    Never(SettlementError),
    /// No such credit note can be.
    NoNote(CreditNoteError),
    /// Something changed meanwhile.
    Cancelled,
}

impl From<CreditNoteError> for Refused {
    fn from(error: CreditNoteError) -> Self {
        Self::NoNote(error)
    }
}

impl From<SettlementError> for Refused {
    fn from(error: SettlementError) -> Self {
        Self::Never(error)
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-12-01T03:00:00Z".parse().unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

impl World {
    pub(crate) async fn new() -> Self {
        Self {
            table: memory_table().await,
            scope: TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()),
            party: "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            invoices: Vec::new(),
            payments: Vec::new(),
            withdrawals: Vec::new(),
            ids: AtomicU32::new(0),
        }
    }

    pub(crate) fn id(&self, prefix: &str) -> String {
        format!("{prefix}01JD2Z3M4N5P6Q7R8S9T{:06}", self.ids.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn journal_id(&self) -> JournalId {
        self.id("jrn_").parse().unwrap()
    }

    fn refund_id(&self) -> RefundId {
        self.id("rfd_").parse().unwrap()
    }

    pub(crate) async fn commit(&self, transaction: Transaction) -> Result<(), Refused> {
        match self.table.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(Refused::Cancelled),
            Err(TransactError::Table(error)) => panic!("{error}"),
        }
    }

    /// Issues an invoice over this much and its tax, for work that is done.
    pub(crate) async fn issue(&mut self, net: i64, tax: i64) -> InvoiceId {
        self.issue_for(json!(null), net, tax).await
    }

    /// Issues an invoice over this much for the days from its own, 21 November 2026, to the end of this one.
    pub(crate) async fn issue_ahead(&mut self, net: i64, tax: i64, end: &str) -> InvoiceId {
        self.issue_for(json!({"start": "2026-11-21", "end": end}), net, tax).await
    }

    async fn issue_for(&mut self, service: Value, net: i64, tax: i64) -> InvoiceId {
        let id: InvoiceId = self.id("inv_").parse().unwrap();
        let invoice =
            from_balance(self.sample(id, &service, net, tax), &self.balance().await, BalanceUse::Taken, now()).unwrap();
        self.store_issued(&invoice, Vec::new()).await.unwrap();
        self.invoices.push(id);
        id
    }

    fn sample(&self, id: InvoiceId, service: &Value, net: i64, tax: i64) -> Invoice {
        let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
        let line_taxes =
            if tax == 0 { json!([]) } else { json!([{"code": "VAT", "taxable": usd(net), "tax": usd(tax)}]) };
        let taxes = if tax == 0 {
            json!([])
        } else {
            json!([{"rateId": "txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "code": "VAT", "label": "VAT", "rate": 1100,
                "mode": "exclusive", "taxable": usd(net), "tax": usd(tax)}])
        };
        serde_json::from_value(json!({
            "id": id, "kind": "recurring", "source": {"from": "manual"},
            "billTo": {"party": self.party, "name": "Budi", "email": "budi@example.com", "address": []},
            "seller": {"name": "Toko A", "address": [], "bankAccounts": [], "zone": "Asia/Jakarta"},
            "language": "en", "currency": "USD",
            "lines": [{"kind": "one_off", "quantity": 1, "name": "Work", "service": service, "amount": usd(net),
                "discount": usd(0), "taxes": line_taxes}],
            "subtotal": usd(net), "discount": usd(0), "taxes": taxes, "surplus": usd(0),
            "total": usd(net + tax), "creditsApplied": usd(0), "payments": [],
            "issued": {"number": "INV-2026-11-0001", "at": "2026-11-20T18:00:00.000Z", "date": "2026-11-21",
                "dueDate": "2026-12-05"},
            "state": {"status": "open"}, "version": 1
        }))
        .unwrap()
    }

    /// Issues an invoice over work, days to come and a deduction from both, all taxed at a tenth.
    pub(crate) async fn issue_mixed(&mut self, net: i64, ahead: i64, off: i64) -> InvoiceId {
        let id: InvoiceId = self.id("inv_").parse().unwrap();
        let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
        let lines =
            [(net, json!(null)), (ahead, json!({"start": "2026-11-21", "end": "2027-02-21"})), (-off, json!(null))];
        let tax: i64 = lines.iter().map(|(amount, _)| amount / 10).sum();
        let mut row = json!(self.sample(id, &json!(null), net + ahead - off, tax.max(1)));
        row["lines"] = lines
            .iter()
            .map(|(amount, service)| {
                json!({"kind": "one_off", "quantity": 1, "name": "Work", "service": service, "amount": usd(*amount),
                    "discount": usd(0), "taxes": [{"code": "VAT", "taxable": usd(*amount), "tax": usd(amount / 10)}]})
            })
            .collect();
        (row["taxes"][0]["tax"], row["total"]) = (usd(tax), usd(net + ahead - off + tax));
        let invoice: Invoice = serde_json::from_value(row).unwrap();
        let invoice = if invoice.total.minor() < 1 { self.sample(id, &json!(null), net, 0) } else { invoice };
        let invoice = from_balance(invoice, &self.balance().await, BalanceUse::Taken, now()).unwrap();
        self.store_issued(&invoice, Vec::new()).await.unwrap();
        self.invoices.push(id);
        id
    }

    /// Issues an invoice that gives back this much and asks for nothing, of which first is paid what is owed.
    pub(crate) async fn give_back(&mut self, amount: i64) -> Result<InvoiceId, Refused> {
        let id: InvoiceId = self.id("inv_").parse().unwrap();
        let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
        let mut row = json!(self.sample(id, &json!(null), -amount, 0));
        (row["surplus"], row["total"]) = (usd(amount), usd(0));
        row["state"] = json!({"status": "paid", "at": now(), "payment": null});
        let invoice: Invoice = serde_json::from_value(row).unwrap();
        let mut owed = Vec::new();
        for id in &self.invoices {
            owed.push(self.invoice(*id).await);
        }
        self.store_issued(&invoice, owed).await?;
        self.invoices.push(id);
        Ok(id)
    }

    async fn store_issued(&self, invoice: &Invoice, owed: Vec<Invoice>) -> Result<(), Refused> {
        let mut transaction = Transaction::new();
        let key = self.scope.key(format_args!("INV#{}", invoice.id), "INV");
        transaction.add(Write::put(key, invoice).unwrap());
        let journal_id = || self.journal_id();
        self.settlement(&journal_id).issue(&mut transaction, invoice, owed)?;
        self.commit(transaction).await
    }

    /// Pays what is due of an invoice from the balance; how much it took.
    pub(crate) async fn pay(&self, invoice: InvoiceId) -> Result<Money, Refused> {
        let (invoice, balance) = (self.invoice(invoice).await, self.balance().await);
        let mut transaction = Transaction::new();
        let journal_id = || self.journal_id();
        let paid = self.settlement(&journal_id).pay_from_balance(&mut transaction, invoice, &balance)?;
        self.commit(transaction).await?;
        Ok(paid.used)
    }

    /// Takes an invoice back; what is on the balance again.
    pub(crate) async fn void(&self, invoice: InvoiceId) -> Result<Money, Refused> {
        let beside = BesideInvoice::read(&self.table, self.scope, invoice).await.unwrap();
        self.void_beside(invoice, beside).await
    }

    /// The same by somebody who read this before.
    pub(crate) async fn void_beside(&self, invoice: InvoiceId, beside: BesideInvoice) -> Result<Money, Refused> {
        let invoice = self.invoice(invoice).await;
        let mut transaction = Transaction::new();
        let journal_id = || self.journal_id();
        let voided = self.settlement(&journal_id).void(&mut transaction, invoice, &beside)?;
        self.commit(transaction).await?;
        Ok(voided.returned)
    }

    pub(crate) fn settlement<'a>(&'a self, journal_id: &'a (dyn Fn() -> JournalId + Sync)) -> Settlement<'a> {
        Settlement::new(&self.table, self.scope, now(), journal_id)
    }

    /// When more of an invoice is earned, as the agenda says.
    pub(crate) async fn earns_at(&self, invoice: InvoiceId) -> Option<Timestamp> {
        let key = self.scope.key(format_args!("DUE#revenue_recognition#{invoice}"), "DUE");
        self.table.get(&key).await.unwrap().map(|row| row["at"].as_str().unwrap().parse().unwrap())
    }

    /// Earns what is over of an invoice at its time on the agenda; what was earned.
    pub(crate) async fn earn(&self, invoice: InvoiceId) -> Result<Money, Refused> {
        let Some(at) = self.earns_at(invoice).await else { return Ok(usd(0)) };
        let left = deferred(&self.table, self.scope, invoice).await.unwrap().unwrap();
        self.earn_of(invoice, at, left).await
    }

    /// The same by a worker that has read that this much is left.
    pub(crate) async fn earn_of(&self, id: InvoiceId, at: Timestamp, left: Deferred) -> Result<Money, Refused> {
        let due = Due { tenant_id: self.scope.tenant(), kind: DueKind::RevenueRecognition, id: id.to_string(), at };
        let invoice = self.invoice(id).await;
        let journal_id = || self.journal_id();
        let mut transaction = Transaction::new();
        let settlement = Settlement::new(&self.table, self.scope, at, &journal_id);
        let earned = settlement.recognise(&mut transaction, &due, &invoice, &left)?.earned;
        self.commit(transaction).await?;
        Ok(earned)
    }

    pub(crate) async fn invoice(&self, id: InvoiceId) -> Invoice {
        let found = Invoices::new(&self.table, self.scope).get(id).await.unwrap().unwrap();
        found.trusted("a test looks")
    }

    pub(crate) async fn payment(&self, id: PaymentId) -> Payment {
        let found = Payments::new(&self.table, self.scope).get(id).await.unwrap().unwrap();
        found.trusted("a test looks")
    }

    /// A transfer that came in.
    pub(crate) fn transfer(&self, purpose: Purpose, amount: i64) -> Payment {
        let new = NewPayment {
            id: self.id("pay_").parse().unwrap(),
            tenant_id: self.scope.tenant(),
            payer: self.party,
            purpose,
            amount: usd(amount),
            method: Method::BankTransfer,
            now: now(),
        };
        Payment { status: Status::Success, ..Payment::begin(new, Manual::capabilities()).unwrap() }
    }

    /// Stores a payment with what it settles, as the invoice is now.
    pub(crate) async fn settle(&self, payment: &Payment) -> Result<Settled, Refused> {
        let invoice = match payment.purpose.invoice() {
            Some(id) => Some(self.invoice(id).await),
            None => None,
        };
        let mut transaction = Transaction::new();
        Payments::new(&self.table, self.scope).insert(&mut transaction, payment).unwrap();
        let journal_id = || self.journal_id();
        let settled = self.settlement(&journal_id).settle(&mut transaction, payment, payment.amount, invoice)?;
        self.commit(transaction).await?;
        Ok(settled)
    }

    /// A part of a payment goes back, or the provider refuses that.
    pub(crate) async fn refund(&self, payment: PaymentId, amount: i64, end: RefundEnd) -> Result<(), Refused> {
        let before = self.payment(payment).await;
        let journal_id = || self.journal_id();
        let settlement = self.settlement(&journal_id);
        let refund = Refund::asked(NewRefund {
            id: self.refund_id(),
            payment_id: payment,
            amount: usd(amount),
            reason: "Ordered twice".to_owned(),
            credit_note_id: None,
            now: now(),
        });
        let mut transaction = Transaction::new();
        let begun = settlement.begin_refund(&mut transaction, &before, &refund, now())?;
        self.commit(transaction).await?;
        let mut transaction = Transaction::new();
        match end {
            RefundEnd::Given => settlement.finish_refund(&mut transaction, &begun.payment, &refund)?,
            RefundEnd::Refused => {
                let failure = Failure { code: "412".to_owned(), message: "no".to_owned() };
                settlement.fail_refund(&mut transaction, &begun.payment, &refund, failure)?
            }
        };
        self.commit(transaction).await
    }

    pub(crate) async fn write_off(&self, invoice: InvoiceId) -> Result<(), Refused> {
        let invoice = self.invoice(invoice).await;
        let mut transaction = Transaction::new();
        let journal_id = || self.journal_id();
        self.settlement(&journal_id).write_off(&mut transaction, invoice)?;
        self.commit(transaction).await
    }

    /// Takes back what is asked for; the note.
    pub(crate) async fn credit(&self, invoice: InvoiceId, asked: CreditAsked) -> Result<CreditNote, Refused> {
        let beside = BesideInvoice::read(&self.table, self.scope, invoice).await.unwrap();
        self.credit_beside(invoice, asked, beside).await
    }

    /// Takes back this much, with tax; what went to the balance by it.
    pub(crate) async fn credit_amount(&self, invoice: InvoiceId, amount: i64) -> Result<Money, Refused> {
        Ok(self.credit(invoice, CreditAsked::Amount(usd(amount))).await?.to_balance)
    }

    /// Takes back this much of the first line, without tax on top.
    pub(crate) async fn credit_line(&self, invoice: InvoiceId, amount: i64) -> Result<CreditNote, Refused> {
        let line = LineAsked { line: 1, amount: Some(usd(amount)) };
        self.credit(invoice, CreditAsked::Lines(vec![line])).await
    }

    /// The same by somebody who read this before.
    pub(crate) async fn credit_beside(
        &self,
        invoice: InvoiceId,
        asked: CreditAsked,
        beside: BesideInvoice,
    ) -> Result<CreditNote, Refused> {
        let invoice = self.invoice(invoice).await;
        let today = now().date_in(&invoice.seller.zone);
        let notes = CreditNotes::new(&self.table, self.scope);
        let number = notes.next_number(Month::of(today)).await.unwrap();
        let id = self.id("crn_").parse().unwrap();
        let new = NewCreditNote { id, number, reason: CreditReason::Other, memo: None, asked, at: now() };
        let written = CreditNote::write(new, &invoice, &beside.before(&invoice, today))?;
        let movement = &written.movement;
        let parts = [movement.earned, movement.deferred, movement.tax];
        assert!(parts.iter().all(|part| !part.is_negative()), "{movement:?}");
        assert_eq!(Money::sum(Currency::USD, parts).unwrap(), written.note.total);
        let mut transaction = Transaction::new();
        let journal_id = || self.journal_id();
        let decided = CreditDecided { written: &written, beside: &beside };
        self.settlement(&journal_id).credit(&mut transaction, invoice, decided)?;
        CreditNotes::insert(&mut transaction, self.scope, &written.note).unwrap();
        self.commit(transaction).await?;
        Ok(written.note)
    }

    /// Takes back this much of an invoice that is paid, and gives it back through a payment; the refund stays on its way.
    pub(crate) async fn credit_and_refund(
        &self,
        invoice: InvoiceId,
        payment: PaymentId,
        amount: i64,
    ) -> Result<(), Refused> {
        let beside = BesideInvoice::read(&self.table, self.scope, invoice).await.unwrap();
        let invoice = self.invoice(invoice).await;
        let today = now().date_in(&invoice.seller.zone);
        let number = CreditNotes::new(&self.table, self.scope).next_number(Month::of(today)).await.unwrap();
        let (id, asked) = (self.id("crn_").parse().unwrap(), CreditAsked::Amount(usd(amount)));
        let new = NewCreditNote { id, number, reason: CreditReason::Other, memo: None, asked, at: now() };
        let written = CreditNote::write(new, &invoice, &beside.before(&invoice, today))?;
        let refund = Refund::asked(NewRefund {
            id: self.refund_id(),
            payment_id: payment,
            amount: written.note.to_balance,
            reason: "Ordered twice".to_owned(),
            credit_note_id: Some(id),
            now: now(),
        });
        let before = self.payment(payment).await;
        let mut transaction = Transaction::new();
        let journal_id = || self.journal_id();
        let decided = CreditDecided { written: &written, beside: &beside };
        let paid_out = [(&before, refund)];
        self.settlement(&journal_id).credit_and_refund(&mut transaction, invoice, decided, (&paid_out, now()))?;
        CreditNotes::insert(&mut transaction, self.scope, &written.note).unwrap();
        self.commit(transaction).await
    }

    pub(crate) async fn balance(&self) -> PartyBalance {
        Journal::new(&self.table, self.scope).balance_of(self.party, Currency::USD).await.unwrap()
    }

    /// What holds at any time.
    pub(crate) async fn check(&self) {
        let journal = Journal::new(&self.table, self.scope);
        let (from, to) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2028-01-01T00:00:00Z".parse().unwrap());
        let balances = journal.balances(from, to).await.unwrap();
        assert!(balances.totals().unwrap().iter().all(|total| total.is_zero()), "{balances:?}");
        let row = self.balance().await;
        assert_eq!(row, PartyBalance::by_journal(&balances, self.party, Currency::USD).unwrap());
        assert!(!row.balance.is_negative() && !row.deferred.is_negative(), "{row:?}");
        let (mut owed, mut given_up, mut ahead) = (0, 0, 0);
        for id in &self.invoices {
            let invoice = self.invoice(*id).await;
            let due = invoice.amount_due().minor();
            let sum = self.table.get(&self.scope.key(format_args!("CREDITED#{id}"), "SUM")).await.unwrap();
            let credited = sum.as_ref().map_or(0, |row| row["amount"].as_i64().unwrap());
            assert!(credited <= invoice.total.minor(), "more was credited than the invoice is over");
            assert_eq!(invoice.credited().unwrap().minor(), credited);
            let parts = sum.map(|row| serde_json::from_value::<Vec<LinePart>>(row["lines"].clone()).unwrap());
            let left = invoice.left_to_credit(&parts.unwrap_or_default()).unwrap();
            let nothing_below =
                |part: &LinePart| !part.amount.is_negative() && part.taxes.iter().all(|tax| !tax.is_negative());
            assert!(left.iter().all(nothing_below), "{left:?}");
            let is_whole = credited == invoice.total.minor();
            assert_eq!(left.iter().all(LinePart::is_nothing), is_whole, "all of it is all of each line and tax");
            let left = deferred(&self.table, self.scope, *id).await.unwrap();
            assert_eq!(left.is_some(), self.earns_at(*id).await.is_some(), "what is to be earned is on the agenda");
            ahead += left.map_or(0, |deferred| deferred.left.minor());
            if invoice.status() == InvoiceStatus::Uncollectible { given_up += due } else { owed += due }
        }
        assert_eq!(row.receivable.minor(), owed, "what the open invoices ask for");
        assert_eq!(row.deferred.minor(), ahead, "what is still to be earned of the invoices");
        assert_eq!(balances.of(Account::BadDebt, Currency::USD).minor(), given_up);
        let mut held = 0;
        for id in &self.payments {
            let payment = self.payment(*id).await;
            assert!(payment.refunded.minor() <= payment.amount.minor(), "more went back than came in");
            let on_its_way = match payment.open_refund {
                Some(open) => {
                    let refunds = Refunds::new(&self.table, self.scope);
                    refunds.get(payment.id, open).await.unwrap().unwrap().amount.minor()
                }
                None => 0,
            };
            held += payment.amount.minor() - payment.refunded.minor() - on_its_way;
        }
        let left = self.check_withdrawals().await;
        assert_eq!(balances.of(Account::Clearing(Provider::Manual), Currency::USD).minor(), held - left);
        reports::check(self, &journal.entries(from, to).await.unwrap(), &balances).await;
    }
}
