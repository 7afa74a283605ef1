//! An invoice that is written by hand: a draft that may change, whose taxes are computed again by every change and at last
//! when it is issued.

use kernel::{Currency, InvoiceId, Locale, Timestamp};

use crate::{
    Finalised, Invoice, InvoiceError, InvoiceHead, InvoiceKind, InvoiceNumber, InvoiceState, Line, Memo, Source,
    TaxCategory, Taxation, Terms, total_up,
};

/// How many lines it has at most.
pub const MAX_LINES: usize = 100;
/// What a line costs at most, and what a deduction takes off at most, in minor units: a hundred of them and their taxes fit
/// on the page, and into 64 bits many times over.
pub const MAX_LINE_AMOUNT: i64 = 1_000_000_000_000;
/// How many days there are to pay at most.
pub const MAX_TERMS_DAYS: u16 = 365;

/// What is written by hand of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// The lines; their taxes are computed again.
    pub lines: Vec<Line>,
    /// The language that it is printed in.
    pub language: Locale,
    /// How many days there are to pay; the seller's own terms when none.
    pub terms_days: Option<u16>,
    /// What is said beneath the lines.
    pub memo: Option<Memo>,
}

impl Invoice {
    /// A draft of what was written, by the terms of the present.
    ///
    /// # Errors
    /// `BelowZero`; `NoLuxuryRate` where taxes are asked for and none has a rate for luxury goods, though a line is of them;
    /// `Money` for amounts of another currency, or too large ones.
    pub fn written(id: InvoiceId, currency: Currency, writing: Writing, terms: &Terms) -> Result<Self, InvoiceError> {
        let head = InvoiceHead { id, kind: InvoiceKind::OneOff, source: Source::Manual, currency };
        Self::written_for(head, writing, terms)
    }

    /// A draft of what was written, for what `head` says.
    ///
    /// # Errors
    /// Those of [`Invoice::written`].
    pub fn written_for(head: InvoiceHead, writing: Writing, terms: &Terms) -> Result<Self, InvoiceError> {
        let Writing { mut lines, language, terms_days, memo } = writing;
        for line in &mut lines {
            line.taxes.clear();
        }
        let is_rated = terms.rates.iter().any(|rate| rate.category == TaxCategory::Luxury);
        let must_be_rated = lines.iter().any(|line| line.taxation() == Taxation::Luxury);
        if must_be_rated && !is_rated && !terms.rates.is_empty() {
            return Err(InvoiceError::NoLuxuryRate);
        }
        let draft = Self { language, memo, terms_days, ..total_up(head, lines, terms)? };
        // What is taken off one category of taxes is taken off no other.
        let is_below = !draft.surplus.is_zero() || draft.taxes.iter().any(|tax| tax.taxable.is_negative());
        if is_below { Err(InvoiceError::BelowZero) } else { Ok(draft) }
    }

    /// What stands in it.
    pub fn writing(&self) -> Writing {
        let (lines, language) = (self.lines.clone(), self.language);
        Writing { lines, language, terms_days: self.terms_days, memo: self.memo.clone() }
    }

    /// The next version of a draft, with other words, by the terms of the present.
    ///
    /// # Errors
    /// `WrongState` unless it is a draft that was written by hand; those of [`Invoice::written`].
    pub fn rewritten(&self, writing: Writing, terms: &Terms) -> Result<Self, InvoiceError> {
        self.must_be_by_hand()?;
        let (kind, source) = (self.kind, self.source.clone());
        let head = InvoiceHead { id: self.id, kind, source, currency: self.currency };
        Ok(Self { version: self.version + 1, ..Self::written_for(head, writing, terms)? })
    }

    /// `Ok` for a draft that was written by hand, or for each time by a recurring invoice: it may be changed and deleted.
    ///
    /// # Errors
    /// `WrongState`.
    pub fn must_be_by_hand(&self) -> Result<(), InvoiceError> {
        let is_written = matches!(self.source, Source::Manual | Source::Recurring { .. });
        if is_written && self.state == InvoiceState::Draft { Ok(()) } else { Err(self.wrong_state()) }
    }

    /// Issues a draft that was written by hand, as a new one is or as the version after the stored one: whatever it says of
    /// its two sides and its taxes is of the present, however long it lay. One that was issued before stays as it is.
    ///
    /// # Errors
    /// Those of [`Invoice::rewritten`] and [`Invoice::finalise`].
    pub fn finalise_by_hand(
        self,
        number: InvoiceNumber,
        at: Timestamp,
        terms: &Terms,
    ) -> Result<Finalised, InvoiceError> {
        if self.state != InvoiceState::Draft {
            return Ok(Finalised::Before(self));
        }
        let terms_days = self.terms_days.unwrap_or(terms.terms_days);
        self.rewritten(self.writing(), terms)?.finalise(number, at, terms_days)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kernel::{Money, Rate};
    use proptest::prelude::*;

    use super::*;
    use crate::{Article, LineItem, Period, TaxRate, samples};

    fn line(quantity: u64, unit: i64, taxation: Taxation) -> Line {
        let unit_amount = samples::idr(unit);
        let item = LineItem::OneOff(Article { quantity, unit_amount: Some(unit_amount), taxation });
        Line::new(item, "Work".to_owned(), None, samples::idr(unit * i64::try_from(quantity).unwrap()))
    }

    fn writing(lines: Vec<Line>) -> Writing {
        Writing { lines, language: Locale::En, terms_days: None, memo: None }
    }

    fn written(lines: Vec<Line>, terms: &Terms) -> Result<Invoice, InvoiceError> {
        let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        Invoice::written(id, Currency::IDR, writing(lines), terms)
    }

    fn number() -> InvoiceNumber {
        "INV-2026-12-0001".parse().unwrap()
    }

    fn now() -> Timestamp {
        samples::at("2026-12-01T10:00:00Z")
    }

    #[test]
    fn taxes_are_on_the_lines_that_are_taxed() {
        let lines = vec![line(2, 500_000, Taxation::Taxed), line(1, 100_000, Taxation::Untaxed)];
        let draft = written(lines, &samples::terms(Currency::IDR)).unwrap();
        assert_eq!((draft.subtotal, draft.tax().unwrap()), (samples::idr(1_100_000), samples::idr(110_000)));
        assert_eq!(draft.lines.iter().map(|line| line.tax().unwrap().minor()).collect::<Vec<_>>(), [110_000, 0]);
        assert_eq!((draft.total, draft.status().as_str()), (samples::idr(1_210_000), "draft"));
    }

    /// PPN for both: 12 % of 11/12 of the price, and 12 % of the whole price of luxury goods.
    fn both_rates() -> Terms {
        let mut terms = samples::terms(Currency::IDR);
        terms.rates.push(TaxRate::ppn_on_luxury("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap()));
        terms
    }

    #[test]
    fn luxury_goods_are_taxed_on_the_whole_price_beside_what_is_not() {
        let lines = vec![
            line(1, 1_000_000, Taxation::Luxury),
            line(1, 1_000_000, Taxation::Taxed),
            line(1, 50_000, Taxation::Untaxed),
        ];
        let draft = written(lines, &both_rates()).unwrap();
        let totals = draft.taxes.iter().map(|total| {
            let base = total.statutory.map(|statutory| statutory.base.minor());
            (total.code.as_str(), total.category.as_str(), total.taxable.minor(), base, total.tax.minor())
        });
        assert_eq!(
            totals.collect::<Vec<_>>(),
            [("PPN", "luxury", 1_000_000, None, 120_000), ("PPN", "standard", 1_000_000, Some(916_667), 110_000)]
        );
        assert_eq!(
            draft.lines.iter().map(|line| line.tax().unwrap().minor()).collect::<Vec<_>>(),
            [120_000, 110_000, 0]
        );
        assert_eq!(draft.total, samples::idr(2_280_000));
    }

    #[test]
    fn luxury_goods_need_a_rate_where_there_is_tax() {
        let luxury = || vec![line(1, 1_000_000, Taxation::Luxury)];
        assert_eq!(written(luxury(), &samples::terms(Currency::IDR)), Err(InvoiceError::NoLuxuryRate));
        let exempt = Terms { rates: Vec::new(), ..samples::terms(Currency::IDR) };
        assert_eq!(written(luxury(), &exempt).unwrap().total, samples::idr(1_000_000), "nobody taxes this customer");
        let stored = serde_json::to_value(written(luxury(), &both_rates()).unwrap()).unwrap();
        assert_eq!(
            (&stored["lines"][0]["taxation"], &stored["taxes"][0]["category"]),
            (&"luxury".into(), &"luxury".into())
        );
        assert_eq!(serde_json::from_value::<Invoice>(stored).unwrap(), written(luxury(), &both_rates()).unwrap());
    }

    #[test]
    fn a_deduction_lowers_the_total_and_never_below_zero() {
        let terms = samples::terms(Currency::IDR);
        let with = |off| written(vec![line(1, 1_000, Taxation::Taxed), line(1, off, Taxation::Taxed)], &terms);
        assert_eq!(with(-400).unwrap().total, samples::idr(666));
        assert_eq!(with(-1_000).unwrap().total, samples::idr(0));
        assert_eq!(with(-1_001), Err(InvoiceError::BelowZero));
    }

    #[test]
    fn a_draft_is_taxed_by_the_rates_of_its_issue() {
        let terms = samples::terms(Currency::IDR);
        let draft = written(vec![line(1, 1_000, Taxation::Taxed)], &terms).unwrap();
        assert_eq!(draft.total, samples::idr(1_110));
        let later = Terms {
            rates: vec![TaxRate { rate: Rate::basis_points(1_200), ..terms.rates[0].clone() }],
            seller: crate::Seller { name: "Toko Baru".to_owned(), ..terms.seller.clone() },
            ..terms.clone()
        };
        let Finalised::Now(issued) = draft.clone().finalise_by_hand(number(), now(), &later).unwrap() else { panic!() };
        assert_eq!((issued.total, issued.seller.name.as_str()), (samples::idr(1_120), "Toko Baru"));
        assert_eq!((issued.version, issued.issued.as_ref().unwrap().due_date), (2, date(2026, 12, 15)));
        assert_eq!(issued.clone().finalise_by_hand(number(), now(), &terms), Ok(Finalised::Before(issued)));
    }

    #[test]
    fn only_a_draft_is_rewritten_and_its_own_terms_win() {
        let terms = samples::terms(Currency::IDR);
        let draft = written(vec![line(1, 1_000, Taxation::Taxed)], &terms).unwrap();
        let other = Writing { terms_days: Some(30), memo: Memo::try_from("Hi".to_owned()).ok(), ..draft.writing() };
        let changed = draft.rewritten(other, &terms).unwrap();
        assert_eq!((changed.version, changed.total), (2, draft.total));
        let Finalised::Now(issued) = changed.finalise_by_hand(number(), now(), &terms).unwrap() else { panic!() };
        assert_eq!(issued.issued.as_ref().unwrap().due_date, date(2026, 12, 31));
        assert_eq!(issued.memo.as_ref().map(Memo::as_str), Some("Hi"));
        let refused = issued.rewritten(issued.writing(), &terms);
        assert_eq!(refused, Err(InvoiceError::WrongState { status: crate::InvoiceStatus::Open }));
        let of_subscription = samples::draft();
        assert!(of_subscription.rewritten(of_subscription.writing(), &terms).is_err());
    }

    #[test]
    fn work_for_days_to_come_is_earned_in_them() {
        let service = Period { start: date(2026, 12, 1), end: date(2027, 1, 1) };
        let ahead = Line { service: Some(service), ..line(1, 3_100, Taxation::Taxed) };
        let draft = written(vec![line(1, 500, Taxation::Taxed), ahead], &samples::terms(Currency::IDR)).unwrap();
        let terms = samples::terms(Currency::IDR);
        let Finalised::Now(issued) = draft.finalise_by_hand(number(), now(), &terms).unwrap() else { panic!() };
        let split = issued.split().unwrap();
        assert_eq!((split.earned.minor(), split.deferred.minor()), (500, 3_100));
        assert_eq!(issued.next_earning(date(2026, 12, 1)), Some(date(2027, 1, 1)));
    }

    proptest! {
        /// P7 of docs/rules/billing.md for what is written by hand, up to its bounds.
        #[test]
        fn lines_sum_to_the_invoice(
            lines in prop::collection::vec(
                (1_u64..1_000, -MAX_LINE_AMOUNT / 1_000..MAX_LINE_AMOUNT / 1_000, 0_usize..3, 0_i64..1_000), 1..=100,
            ),
        ) {
            let lines = lines.into_iter().map(|(quantity, unit, taxed, off)| {
                let taxation = [Taxation::Taxed, Taxation::Luxury, Taxation::Untaxed][taxed];
                let written = line(quantity, unit, taxation);
                let discount = samples::idr(off.min(written.amount.minor().max(0)));
                Line { discount, ..written }
            });
            let Ok(draft) = written(lines.collect(), &both_rates()) else { return Ok(()) };
            let sum = |of: fn(&Line) -> Money| -> i64 { draft.lines.iter().map(|line| of(line).minor()).sum() };
            prop_assert_eq!(sum(|line| line.amount), draft.subtotal.minor());
            prop_assert_eq!(sum(|line| line.discount), draft.discount.minor());
            prop_assert_eq!(sum(|line| line.tax().unwrap()), draft.tax().unwrap().minor());
            for total in &draft.taxes {
                let taxes = draft.lines.iter().flat_map(|line| &line.taxes).filter(|tax| total.includes(tax));
                prop_assert_eq!(taxes.map(|tax| tax.tax.minor()).sum::<i64>(), total.tax.minor());
            }
            prop_assert_eq!(
                draft.subtotal.minor() - draft.discount.minor() + draft.tax().unwrap().minor(), draft.total.minor()
            );
        }
    }
}
