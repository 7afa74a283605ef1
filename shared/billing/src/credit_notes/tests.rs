//! What credit notes take back, by worked cases and for any invoice.

use kernel::{Currency, Money, Rate};
use proptest::prelude::*;

use super::{asked::CreditAsked, fault::CreditNoteError};
use crate::{
    Article, CreditNote, CreditReason, CreditedBefore, Finalised, Invoice, InvoiceHead, InvoiceKind, InvoiceStatus,
    Line, LineAsked, LineItem, LinePart, NewCreditNote, Source, TaxMode, TaxRate, Taxation, Terms, WrittenCreditNote,
    samples::{self, idr},
    total_up,
};

/// What an invoice costs: each line's amount, discount and whether it is taxed.
type Costs<'a> = &'a [(i64, i64, bool)];

fn rate(code: &str, points: u32, mode: TaxMode) -> TaxRate {
    let ppn = TaxRate::ppn("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
    TaxRate { code: code.to_owned(), rate: Rate::basis_points(points), statutory: None, mode, ..ppn }
}

fn issued(lines: Costs<'_>, rates: Vec<TaxRate>) -> Invoice {
    let lines = lines.iter().map(|(amount, discount, taxed)| {
        let taxation = if *taxed { Taxation::Taxed } else { Taxation::Untaxed };
        let item = LineItem::OneOff(Article { quantity: 1, unit_amount: None, taxation });
        Line { discount: idr(*discount), ..Line::new(item, "Work".to_owned(), None, idr(*amount)) }
    });
    issued_of(lines.collect(), rates)
}

fn issued_of(lines: Vec<Line>, rates: Vec<TaxRate>) -> Invoice {
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let head = InvoiceHead { id, kind: InvoiceKind::OneOff, source: Source::Manual, currency: Currency::IDR };
    let terms = Terms { rates, ..samples::terms(Currency::IDR) };
    let draft = total_up(head, lines, &terms).unwrap();
    let number = "INV-2026-12-0001".parse().unwrap();
    match draft.finalise(number, samples::at("2026-12-01T10:00:00Z"), 14).unwrap() {
        Finalised::Now(invoice) | Finalised::Before(invoice) => invoice,
    }
}

/// One tax at two rates: on top of the price of what is no luxury, held in that of what is.
#[test]
fn a_note_takes_back_the_tax_at_the_rate_of_its_line() {
    let luxury = TaxRate::ppn_on_luxury("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap());
    let rates = vec![rate("PPN", 1_100, TaxMode::Exclusive), TaxRate { mode: TaxMode::Inclusive, ..luxury }];
    let line = |amount, taxation| {
        let item = LineItem::OneOff(Article { quantity: 1, unit_amount: None, taxation });
        Line::new(item, "Work".to_owned(), None, idr(amount))
    };
    let lines = vec![line(100_000, Taxation::Taxed), line(112_000, Taxation::Luxury), line(-50_000, Taxation::Taxed)];
    let mut crediting = Crediting::of(issued_of(lines, rates));
    assert_eq!(crediting.invoice.total, idr(167_500));
    let of = |line, amount| CreditAsked::Lines(vec![LineAsked { line, amount: Some(idr(amount)) }]);
    for (asked, category, taxable, tax, total) in
        [(of(2, 56_000), "luxury", 50_000, 6_000, 56_000), (of(1, 50_000), "standard", 50_000, 5_500, 55_500)]
    {
        let note = crediting.take(asked).unwrap();
        let taxes = note.taxes.iter().map(|tax| (tax.category.as_str(), tax.taxable.minor(), tax.tax.minor()));
        assert_eq!((taxes.collect::<Vec<_>>(), note.total), (vec![(category, taxable, tax)], idr(total)));
    }
    assert_eq!(crediting.take(CreditAsked::Rest).unwrap().total, idr(56_000));
}

/// An invoice with what was taken back of it.
struct Crediting {
    invoice: Invoice,
    parts: Vec<LinePart>,
}

impl Crediting {
    const fn of(invoice: Invoice) -> Self {
        Self { invoice, parts: Vec::new() }
    }

    fn take(&mut self, asked: CreditAsked) -> Result<CreditNote, CreditNoteError> {
        let new = NewCreditNote {
            id: "crn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            number: "CN-2026-12-0001".parse().unwrap(),
            reason: CreditReason::Other,
            memo: None,
            asked,
            at: samples::at("2026-12-11T10:00:00Z"),
        };
        let before = CreditedBefore {
            parts: &self.parts,
            deferred: idr(0),
            deferred_taken: &[],
            today: jiff::civil::date(2026, 12, 11),
        };
        let WrittenCreditNote { note, movement } = CreditNote::write(new, &self.invoice, &before)?;
        self.invoice = self.invoice.clone().take_back(&note, note.created_at)?.invoice;
        self.parts = movement.parts;
        assert_eq!(movement.earned.checked_add(movement.tax).unwrap(), note.total);
        Ok(note)
    }

    fn left(&self) -> i64 {
        let left = self.invoice.left_to_credit(&self.parts).unwrap();
        let gross = left.iter().zip(&self.invoice.lines).map(|(part, line)| part.gross(line, &self.invoice).unwrap());
        gross.map(Money::minor).sum()
    }
}

fn line(line: usize, amount: i64) -> CreditAsked {
    CreditAsked::Lines(vec![LineAsked { line, amount: Some(idr(amount)) }])
}

fn tax(note: &CreditNote) -> i64 {
    note.taxes.iter().map(|tax| tax.tax.minor()).sum()
}

#[test]
fn x10_x11_a_note_is_the_sum_of_its_rounded_parts() {
    let vat = || vec![rate("VAT", 2_500, TaxMode::Exclusive)];
    for (price, amount, of_tax, total) in [(16_000, 15_467, 3_867, 19_334), (20_000, 19_333, 4_833, 24_166)] {
        let days = idr(price).times_ratio_half_away_from_zero(29, 30).unwrap();
        assert_eq!(days, idr(amount));
        let note = Crediting::of(issued(&[(price, 0, true)], vat())).take(line(1, amount)).unwrap();
        assert_eq!((note.subtotal, tax(&note), note.total), (idr(amount), of_tax, idr(total)));
    }
}

#[test]
fn x13_lines_are_credited_once_and_sum_to_the_invoice() {
    let lines = [(1_000, 100, true), (2_000, 200, true), (3_000, 300, true), (4_000, 400, true)];
    let mut crediting = Crediting::of(issued(&lines, vec![rate("VAT", 1_000, TaxMode::Exclusive)]));
    let whole = |lines: [usize; 2]| CreditAsked::Lines(lines.map(|line| LineAsked { line, amount: None }).to_vec());
    assert_eq!(crediting.take(whole([1, 2])).unwrap().total, idr(2_970));
    assert_eq!(crediting.take(whole([2, 3])), Err(CreditNoteError::LineNothingLeft { line: 2 }));
    let last = crediting.take(whole([3, 4])).unwrap();
    assert_eq!((last.total, crediting.invoice.total), (idr(6_930), idr(9_900)));
    assert_eq!(crediting.take(whole([1, 2])), Err(CreditNoteError::NothingLeft));
    assert_eq!(crediting.invoice.status(), InvoiceStatus::Paid, "nothing is owed any more");
}

#[test]
fn the_last_credit_of_a_line_takes_what_is_left_of_its_tax() {
    let mut crediting = Crediting::of(issued(&[(100, 0, true)], vec![rate("VAT", 1_100, TaxMode::Exclusive)]));
    let taxes: Vec<i64> = [33, 33, 34].iter().map(|amount| tax(&crediting.take(line(1, *amount)).unwrap())).collect();
    assert_eq!(taxes.iter().sum::<i64>(), 11);
    assert_eq!(crediting.left(), 0);
}

#[test]
fn taxes_that_prices_hold_are_within_the_amount() {
    let mut crediting = Crediting::of(issued(&[(11_100, 0, true)], vec![rate("PPN", 1_100, TaxMode::Inclusive)]));
    let note = crediting.take(line(1, 5_550)).unwrap();
    assert_eq!((note.subtotal, tax(&note), note.total), (idr(5_550), 550, idr(5_550)));
    assert_eq!(note.taxes[0].taxable, idr(5_000));
    let rest = crediting.take(CreditAsked::Rest).unwrap();
    assert_eq!((rest.total, tax(&rest), crediting.left()), (idr(5_550), 550, 0));
}

#[test]
fn the_statutory_base_is_taken_back_to_the_unit() {
    let ppn = TaxRate::ppn("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
    let mut crediting = Crediting::of(issued(&[(100_000, 0, true)], vec![ppn]));
    let whole = crediting.invoice.taxes[0].statutory.unwrap().base;
    let notes = [crediting.take(line(1, 33_333)).unwrap(), crediting.take(CreditAsked::Rest).unwrap()];
    let bases: i64 = notes.iter().map(|note| note.taxes[0].statutory.unwrap().base.minor()).sum();
    assert_eq!((notes[0].taxes[0].statutory.unwrap().base, bases), (idr(30_555), whole.minor()));
}

#[test]
fn a_deduction_cannot_be_credited_and_lowers_what_can() {
    let vat = vec![rate("VAT", 1_000, TaxMode::Exclusive)];
    let mut crediting = Crediting::of(issued(&[(2_000, 0, true), (1_000, 0, false), (-500, 0, true)], vat));
    assert_eq!(crediting.invoice.total, idr(2_650));
    assert_eq!(crediting.take(line(3, 100)), Err(CreditNoteError::LineNothingLeft { line: 3 }));
    assert_eq!(crediting.take(line(1, 1_501)), Err(CreditNoteError::TooLarge { left: idr(1_500) }));
    let note = crediting.take(CreditAsked::Rest).unwrap();
    let amounts: Vec<_> = note.lines.iter().map(|line| (line.line, line.amount.minor())).collect();
    assert_eq!((amounts, tax(&note), note.total), (vec![(1, 1_500), (2, 1_000)], 150, idr(2_650)));
}

#[test]
fn nobody_credits_nothing_or_a_line_that_is_not_there() {
    let mut crediting = Crediting::of(issued(&[(1_000, 0, false)], Vec::new()));
    for amount in [0, -1, 1_001] {
        assert_eq!(crediting.take(line(1, amount)), Err(CreditNoteError::TooLarge { left: idr(1_000) }));
        assert_eq!(
            crediting.take(CreditAsked::Amount(idr(amount))),
            Err(CreditNoteError::TooLarge { left: idr(1_000) })
        );
    }
    let dollars = CreditAsked::Amount(samples::usd(10));
    assert_eq!(crediting.take(dollars), Err(CreditNoteError::TooLarge { left: idr(1_000) }));
    let twice = LineAsked { line: 1, amount: Some(idr(1)) };
    for asked in [
        vec![],
        vec![twice, twice],
        vec![LineAsked { line: 2, amount: None }],
        vec![LineAsked { line: 0, amount: None }],
    ] {
        assert_eq!(crediting.take(CreditAsked::Lines(asked)), Err(CreditNoteError::NoSuchLine));
    }
    let draft = Crediting::of(samples::draft()).take(CreditAsked::Rest);
    assert!(matches!(draft, Err(CreditNoteError::Invoice(_))), "{draft:?}");
    let void = samples::open_invoice().void(samples::at("2026-12-02T10:00:00Z")).unwrap();
    assert!(matches!(Crediting::of(void).take(CreditAsked::Rest), Err(CreditNoteError::Invoice(_))));
}

#[test]
fn a_number_begins_with_cn() {
    let number: crate::CreditNoteNumber = "CN-2026-12-0001".parse().unwrap();
    assert_eq!(crate::CreditNoteNumber::new(number.month(), number.place()), Ok(number));
    for bad in ["INV-2026-12-0001", "CNX-2026-12-0001", "CN-2026-12-1", ""] {
        assert!(bad.parse::<crate::CreditNoteNumber>().is_err(), "{bad}");
    }
}

fn asked() -> impl Strategy<Value = (u8, usize, i64)> {
    (0_u8..8, 1_usize..6, 1_i64..100_000)
}

proptest! {
    #[test]
    fn p11_credit_notes_are_never_more_than_the_invoice_and_all_that_is_left_leaves_nothing(
        lines in prop::collection::vec((-2_000_i64..100_000, 0_i64..2_000, any::<bool>()), 1..6),
        (rate_a, rate_b, inclusive) in (0_u32..3_000, 0_u32..3_000, any::<bool>()),
        asked in prop::collection::vec(asked(), 0..8),
    ) {
        let lines: Vec<_> = lines.into_iter().map(|(amount, off, taxed)| (amount, off.min(amount.max(0)), taxed)).collect();
        let mode = if inclusive { TaxMode::Inclusive } else { TaxMode::Exclusive };
        let mut other = rate("B", rate_b, TaxMode::Exclusive);
        other.id = "txr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap();
        let invoice = issued(&lines, vec![rate("A", rate_a, mode), other]);
        let (total, mut sum) = (invoice.total, 0);
        let mut crediting = Crediting::of(invoice);
        prop_assert_eq!(crediting.left(), total.minor(), "all of the invoice can be taken back");
        for (how, at, amount) in asked {
            let asked = match how {
                0 => CreditAsked::Lines(vec![LineAsked { line: at, amount: None }]),
                1..4 => line(at, amount),
                _ => CreditAsked::Amount(idr(amount)),
            };
            let Ok(note) = crediting.take(asked) else { continue };
            sum += note.total.minor();
            prop_assert!(note.total.minor() > 0 && sum <= total.minor());
            prop_assert_eq!(note.against_due.checked_add(note.to_balance).unwrap(), note.total);
            prop_assert_eq!(crediting.left(), total.minor() - sum);
            for part in crediting.invoice.left_to_credit(&crediting.parts).unwrap() {
                prop_assert!(!part.amount.is_negative() && part.taxes.iter().all(|tax| !tax.is_negative()));
            }
        }
        match crediting.take(CreditAsked::Rest) {
            Ok(note) => sum += note.total.minor(),
            Err(error) => prop_assert_eq!(error, CreditNoteError::NothingLeft),
        }
        prop_assert_eq!(sum, total.minor());
        prop_assert!(crediting.invoice.left_to_credit(&crediting.parts).unwrap().iter().all(LinePart::is_nothing));
        prop_assert_eq!(crediting.take(CreditAsked::Rest), Err(CreditNoteError::NothingLeft));
        prop_assert_eq!(crediting.invoice.status(), InvoiceStatus::Paid);
        if lines.iter().all(|(amount, _, _)| *amount >= 0) {
            for (at, tax) in crediting.invoice.taxes.iter().enumerate() {
                let parts = crediting.parts.iter().zip(&crediting.invoice.lines).flat_map(|(part, line)| {
                    part.taxes.iter().zip(&line.taxes).filter(|(_, own)| tax.includes(own)).map(|(part, _)| part.minor())
                });
                prop_assert_eq!(parts.sum::<i64>(), tax.tax.minor(), "tax {}", at);
            }
        }
    }
}
