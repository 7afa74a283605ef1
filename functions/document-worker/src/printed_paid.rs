//! What is printed once an invoice is paid: the invoice with its payments, and what the balance paid after its issue, stamped,
//! and the receipt for them.

use billing::{AppliedPayment, FromBalance, Invoice, InvoiceState, receipt_number};
use kernel::{Date, Locale, Money};
use payments::{Method, Payment};

use crate::{
    document::{DocumentError, InvoiceDocument, PaymentMade, ReceiptDocument, Stamp},
    printed::{buyer, printed, seller, stamp_duty},
};

/// Both documents of a paid invoice.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) invoice: InvoiceDocument,
    pub(crate) receipt: ReceiptDocument,
}

/// `None` while something is left to pay, and where neither a payment nor the balance paid it after its issue: then the
/// document of its issue says that it is paid. `payments` are those that it took; nothing else of them is printed than how each was made, which never changes.
pub(crate) fn settled(invoice: &Invoice, payments: &[Payment]) -> Result<Option<Settled>, DocumentError> {
    let InvoiceState::Paid { at, .. } = invoice.state else { return Ok(None) };
    if !invoice.has_receipt() {
        return Ok(None);
    }
    let issued = invoice.issued.as_ref().ok_or(DocumentError::Empty { field: "number" })?;
    let made = all_made(invoice, payments);
    let from_balance = Money::sum(invoice.currency, invoice.from_balance.iter().map(|one| one.amount));
    let from_balance = from_balance.map_or(0, Money::minor);
    let credited = Money::sum(invoice.currency, invoice.credit_notes.iter().map(|note| note.against_due));
    let credited = credited.map_or(0, Money::minor);
    let on = at.date_in(&invoice.seller.zone);
    let as_issued = printed(invoice, Money::zero(invoice.currency))?;
    let amount = made.iter().fold(0_i64, |sum, payment| sum.saturating_add(payment.amount));
    let receipt = ReceiptDocument {
        number: receipt_number(issued.number),
        language: invoice.language,
        issued_on: last_day(&made).unwrap_or(on),
        currency: invoice.currency,
        seller: seller(&invoice.seller),
        buyer: buyer(&invoice.bill_to),
        invoice: issued.number.to_string(),
        invoice_issued_on: issued.date,
        payments: made.clone(),
        amount,
        stamp_duty: stamp_duty(Money::new(amount, invoice.currency)),
    };
    let invoice = InvoiceDocument {
        status: Stamp::Paid { on },
        due_on: Some(issued.due_date),
        credits_applied: invoice.credits_applied.minor().saturating_sub(from_balance).saturating_sub(credited),
        credited,
        payments: made,
        ..as_issued
    };
    Ok(Some(Settled { invoice, receipt }))
}

/// All that paid it after its issue, by its time.
fn all_made(invoice: &Invoice, payments: &[Payment]) -> Vec<PaymentMade> {
    let by_payment = invoice.payments.iter().map(|applied| (applied.at, made(invoice, applied, payments)));
    let by_balance = invoice.from_balance.iter().map(|used| (used.at, taken(invoice, used)));
    let mut all: Vec<_> = by_payment.chain(by_balance).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, made)| made).collect()
}

/// What the balance paid; it has no number of its own.
fn taken(invoice: &Invoice, used: &FromBalance) -> PaymentMade {
    PaymentMade {
        on: used.at.date_in(&invoice.seller.zone),
        method: match invoice.language {
            Locale::En => "Account balance".to_owned(),
            Locale::Id => "Saldo akun".to_owned(),
        },
        reference: "–".to_owned(),
        amount: used.amount.minor(),
    }
}

fn made(invoice: &Invoice, applied: &AppliedPayment, payments: &[Payment]) -> PaymentMade {
    let payment = payments.iter().find(|payment| payment.id == applied.payment);
    PaymentMade {
        on: applied.at.date_in(&invoice.seller.zone),
        method: payment.map(|payment| method(payment.method, invoice.language).to_owned()).unwrap_or_default(),
        reference: applied.payment.to_string(),
        amount: applied.amount.minor(),
    }
}

fn last_day(payments: &[PaymentMade]) -> Option<Date> {
    payments.iter().map(|payment| payment.on).max()
}

/// What people call a way to pay.
const fn method(method: Method, language: Locale) -> &'static str {
    match (method, language) {
        (Method::BcaVa, _) => "Virtual account BCA",
        (Method::BniVa, _) => "Virtual account BNI",
        (Method::BriVa, _) => "Virtual account BRI",
        (Method::PermataVa, _) => "Virtual account Permata",
        (Method::CimbVa, _) => "Virtual account CIMB Niaga",
        (Method::MandiriBill, _) => "Mandiri Bill Payment",
        (Method::Gopay, _) => "GoPay",
        (Method::Shopeepay, _) => "ShopeePay",
        (Method::Dana, _) => "DANA",
        (Method::MidtransPage, _) => "Midtrans",
        (Method::Qris, _) => "QRIS",
        (Method::Indomaret, _) => "Indomaret",
        (Method::Alfamart, _) => "Alfamart",
        (Method::Card | Method::StripePage, Locale::En) => "Card",
        (Method::Card | Method::StripePage, Locale::Id) => "Kartu",
        (Method::BankTransfer, Locale::En) => "Bank transfer",
        (Method::BankTransfer, Locale::Id) => "Transfer bank",
    }
}

#[cfg(test)]
mod tests {
    use billing::AppliedPayment;

    use super::*;
    use crate::typesetting::render::{render, render_receipt};

    const INVOICE: &str = include_str!("../../../shared/billing/src/golden/invoice.json");
    const PAYMENT: &str = include_str!("../../../shared/payments/src/golden/payment.settled.json");

    fn paid() -> (Invoice, Payment) {
        let invoice: Invoice = serde_json::from_str(INVOICE).unwrap();
        let payment: Payment = serde_json::from_str(PAYMENT).unwrap();
        let payment = Payment { id: invoice.payments[0].payment, method: Method::BankTransfer, ..payment };
        (invoice, payment)
    }

    #[test]
    fn both_say_when_how_and_by_which_payment_it_was_paid() {
        let (invoice, payment) = paid();
        let Settled { invoice: printed, receipt } = settled(&invoice, &[payment]).unwrap().unwrap();
        let made = PaymentMade {
            on: jiff::civil::date(2027, 1, 2),
            method: "Transfer bank".to_owned(),
            reference: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            amount: 4_200_000,
        };
        assert_eq!((&printed.payments, &receipt.payments), (&vec![made.clone()], &vec![made]));
        assert_eq!(printed.status, Stamp::Paid { on: jiff::civil::date(2027, 1, 2) });
        assert_eq!((printed.total, printed.credits_applied, printed.amount_due), (4_273_722, 73_722, 0));
        assert_eq!(printed.notes, "Dokumen ini bukan Faktur Pajak.");
        assert_eq!((receipt.number.as_str(), receipt.invoice.as_str()), ("KW-INV-2027-01-0001", "INV-2027-01-0001"));
        assert_eq!((receipt.amount, receipt.buyer.name.as_str()), (4_200_000, "CV Sumber Rejeki"));
    }

    #[test]
    fn what_credit_notes_took_of_it_is_a_row_of_its_own_and_on_no_receipt() {
        let (invoice, payment) = paid();
        let note = billing::AppliedCreditNote {
            credit_note: "crn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            number: "CN-2027-01-0001".parse().unwrap(),
            amount: Money::new(80_000, invoice.currency),
            against_due: Money::new(73_722, invoice.currency),
            at: "2027-01-02T03:04:05.678Z".parse().unwrap(),
        };
        let credited = Invoice { credit_notes: vec![note], ..invoice };
        let Settled { invoice: printed, receipt } = settled(&credited, &[payment]).unwrap().unwrap();
        assert_eq!((printed.credits_applied, printed.credited, receipt.amount), (0, 73_722, 4_200_000));
        assert!(render(&printed).unwrap().starts_with(b"%PDF-1.7"));
    }

    #[test]
    fn what_the_balance_paid_after_the_issue_is_on_both() {
        let (invoice, payment) = paid();
        let at = "2027-01-01T03:04:05.678Z".parse().unwrap();
        let used = FromBalance { amount: Money::new(73_722, invoice.currency), at };
        let mixed = Invoice { from_balance: vec![used], ..invoice.clone() };
        let Settled { invoice: printed, receipt } = settled(&mixed, &[payment]).unwrap().unwrap();
        let methods: Vec<_> = printed.payments.iter().map(|one| (one.method.as_str(), one.amount)).collect();
        assert_eq!(methods, [("Saldo akun", 73_722), ("Transfer bank", 4_200_000)]);
        assert_eq!((printed.credits_applied, receipt.amount), (0, 4_273_722));
        assert!(render(&printed).unwrap().starts_with(b"%PDF-1.7"));
        assert!(render_receipt(&receipt).unwrap().starts_with(b"%PDF-1.7"));
        // The balance alone.
        let used = FromBalance { amount: invoice.total, at };
        let alone =
            Invoice { payments: Vec::new(), credits_applied: invoice.total, from_balance: vec![used], ..invoice };
        let Settled { invoice: printed, receipt } = settled(&alone, &[]).unwrap().unwrap();
        assert_eq!((printed.credits_applied, printed.payments.len(), receipt.amount), (0, 1, 4_273_722));
    }

    #[test]
    fn what_happens_to_a_payment_later_changes_no_byte() {
        let (invoice, payment) = paid();
        let refunded = Payment { status: payments::Status::Refunded, version: 9, ..payment.clone() };
        let [first, later] = [payment, refunded].map(|payment| settled(&invoice, &[payment]).unwrap().unwrap());
        assert_eq!(first.receipt, later.receipt);
        assert!(render(&first.invoice).unwrap() == render(&later.invoice).unwrap());
    }

    #[test]
    fn an_invoice_that_is_not_paid_by_payments_has_neither() {
        let (invoice, payment) = paid();
        let part: Vec<AppliedPayment> = invoice.payments.clone();
        let open = Invoice { state: InvoiceState::Open, payments: part, ..invoice.clone() };
        let from_balance = Invoice { payments: Vec::new(), ..invoice };
        for other in [open, from_balance] {
            assert!(settled(&other, std::slice::from_ref(&payment)).unwrap().is_none());
        }
    }

    #[test]
    fn every_way_to_pay_has_a_name_in_both_languages() {
        let names = |language| Method::ALL.map(|one| method(one, language));
        for name in names(Locale::En).into_iter().chain(names(Locale::Id)) {
            assert!(!name.is_empty());
        }
        assert_ne!(names(Locale::En), names(Locale::Id));
    }
}
