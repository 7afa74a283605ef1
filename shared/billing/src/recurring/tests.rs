//! The days of recurring invoices, and what each invoice says.

use jiff::civil::date;
use kernel::{Currency, Date};

use crate::{
    Article, Covers, Interval, InvoiceStatus, Line, LineItem, Makes, Pattern, Period, RecurringInvoice,
    RecurringInvoiceError, RecurringStatus, Source, Taxation, samples,
};

fn line(amount: i64) -> Line {
    let unit_amount = samples::idr(amount);
    let item = LineItem::OneOff(Article { quantity: 1, unit_amount: Some(unit_amount), taxation: Taxation::Taxed });
    Line::new(item, "Retainer".to_owned(), None, unit_amount)
}

fn recurring(start: Date) -> RecurringInvoice {
    RecurringInvoice {
        id: "rec_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        version: 1,
        customer_id: "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        currency: Currency::IDR,
        lines: vec![line(1_000_000), line(-100_000)],
        language: None,
        terms_days: None,
        memo: None,
        covers: Covers::Coming,
        makes: Makes::Invoices,
        interval: Interval::MONTH,
        start,
        until: None,
        zone: "Asia/Jakarta".parse().unwrap(),
        status: RecurringStatus::Active,
        paused_on: None,
        trouble: None,
        left_out: None,
        turn: 0,
        made: 0,
        last_invoice: None,
        created_at: samples::at("2026-12-01T10:00:00Z"),
    }
}

fn made(one: &RecurringInvoice) -> (crate::Invoice, RecurringInvoice) {
    one.make("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), &samples::terms(Currency::IDR)).unwrap()
}

#[test]
fn each_invoice_is_for_its_days_and_a_short_month_shifts_none() {
    let mut one = recurring(date(2027, 1, 31));
    let mut days = Vec::new();
    for _ in 0..4 {
        let (invoice, after) = made(&one);
        let Source::Recurring { day, .. } = invoice.source else { panic!() };
        days.push((day, invoice.lines[0].service.unwrap().end));
        assert_eq!((invoice.lines[1].service, invoice.total), (None, samples::idr(999_000)));
        assert_eq!(invoice.status(), InvoiceStatus::Draft);
        one = after;
    }
    let (jan, feb, mar) = (date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31));
    let (apr, may) = (date(2027, 4, 30), date(2027, 5, 31));
    assert_eq!(days, [(jan, feb), (feb, mar), (mar, apr), (apr, may)]);
    assert_eq!((one.made, one.turn, one.version), (4, 4, 5));
}

#[test]
fn what_is_past_ends_with_the_day_and_what_is_sold_at_once_has_no_days() {
    let past = RecurringInvoice { covers: Covers::Past, ..recurring(date(2027, 3, 31)) };
    let service = made(&past).0.lines[0].service;
    assert_eq!(service, Some(Period { start: date(2027, 2, 28), end: date(2027, 3, 31) }));
    let at_once = RecurringInvoice { covers: Covers::Nothing, ..past };
    assert_eq!(made(&at_once).0.lines[0].service, None);
}

#[test]
fn it_is_due_at_the_beginning_of_its_day_where_the_seller_is() {
    let one = recurring(date(2027, 1, 31));
    assert_eq!(one.due_at().unwrap(), Some(samples::at("2027-01-30T17:00:00Z")));
}

#[test]
fn the_last_day_may_have_an_invoice_and_none_follows() {
    let one = RecurringInvoice { until: Some(date(2027, 2, 1)), ..recurring(date(2027, 1, 1)) };
    let (_, second) = made(&one);
    assert_eq!(second.status, RecurringStatus::Active);
    let (_, over) = made(&second);
    assert_eq!((over.status, over.due_at()), (RecurringStatus::Over, Ok(None)));
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    assert_eq!(over.make(id, &samples::terms(Currency::IDR)).unwrap_err(), RecurringInvoiceError::Over);
    assert_eq!(over.clone().paused(date(2027, 3, 1)), Err(RecurringInvoiceError::Over));
    assert_eq!(over.resumed(date(2027, 1, 1)), Err(RecurringInvoiceError::Over));
}

#[test]
fn days_that_pass_while_it_is_paused_are_left_out() {
    let paused = recurring(date(2027, 1, 31)).paused(date(2027, 1, 10)).unwrap();
    assert_eq!(paused.due_at(), Ok(None));
    assert_eq!(paused.clone().paused(date(2027, 2, 10)).unwrap(), paused);
    let resumed = paused.clone().resumed(date(2027, 3, 31)).unwrap();
    assert_eq!((resumed.next_day(), resumed.turn), (Ok(Some(date(2027, 3, 31))), 2));
    let later = paused.clone().resumed(date(2027, 4, 1)).unwrap();
    assert_eq!(later.next_day(), Ok(Some(date(2027, 4, 30))));
    // One that goes on makes up for what a missed tick left undone.
    let active = recurring(date(2027, 1, 31));
    assert_eq!(active.clone().resumed(date(2027, 6, 1)).unwrap(), active);
    let ended = RecurringInvoice { until: Some(date(2027, 3, 1)), ..paused };
    assert_eq!(ended.resumed(date(2027, 3, 2)).unwrap().status, RecurringStatus::Over);
}

#[test]
fn a_last_day_before_the_next_is_refused() {
    let (_, one) = made(&recurring(date(2027, 1, 31)));
    let pattern = |until| Pattern {
        lines: one.lines.clone(),
        language: None,
        terms_days: Some(7),
        memo: None,
        makes: Makes::Drafts,
        until,
    };
    assert_eq!(
        one.rewritten(pattern(Some(date(2027, 2, 27)))),
        Err(RecurringInvoiceError::EndsBeforeNext(date(2027, 2, 28)))
    );
    let changed = one.rewritten(pattern(Some(date(2027, 2, 28)))).unwrap();
    assert_eq!((changed.version, changed.makes, changed.terms_days), (one.version + 1, Makes::Drafts, Some(7)));
}

#[test]
fn a_day_that_was_missed_before_the_pause_is_made_up_for_and_the_days_of_the_pause_are_not() {
    let paused = recurring(date(2027, 1, 31)).paused(date(2027, 2, 1)).unwrap();
    let resumed = paused.resumed(date(2027, 4, 15)).unwrap();
    assert_eq!(resumed.next_day(), Ok(Some(date(2027, 1, 31))));
    let (_, after) = made(&resumed);
    assert_eq!(after.next_day(), Ok(Some(date(2027, 4, 30))), "February and March passed while it was paused");
}

#[test]
fn one_that_cannot_make_its_invoice_says_why_and_makes_it_when_it_goes_on() {
    let day = date(2027, 1, 31);
    let troubled = recurring(day).troubled("INVOICE_BELOW_ZERO", day).unwrap();
    assert_eq!((troubled.status, troubled.trouble.as_deref()), (RecurringStatus::Paused, Some("INVOICE_BELOW_ZERO")));
    assert_eq!((troubled.version, troubled.due_at()), (2, Ok(None)));
    let resumed = troubled.resumed(date(2027, 3, 1)).unwrap();
    assert_eq!((resumed.next_day(), resumed.trouble.clone()), (Ok(Some(day)), None));
    assert_eq!(made(&resumed).1.next_day(), Ok(Some(date(2027, 3, 31))));
}

#[test]
fn one_of_an_erased_customer_names_nobody() {
    let named = RecurringInvoice { memo: "For Budi".to_owned().try_into().ok(), ..recurring(date(2027, 1, 31)) };
    let ended = named.ended();
    assert_eq!((ended.status, ended.memo.clone(), ended.due_at()), (RecurringStatus::Over, None, Ok(None)));
}
