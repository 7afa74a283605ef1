//! Worked cases of taxes by their numbers, and that shares sum to the whole.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn ppn() -> TaxRate {
    TaxRate::ppn("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap())
}

fn rate(id: char, basis_points: u32, mode: TaxMode) -> TaxRate {
    TaxRate {
        id: format!("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2{id}").parse().unwrap(),
        code: format!("T{id}"),
        rate: Rate::basis_points(basis_points),
        statutory: None,
        mode,
        ..ppn()
    }
}

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

fn assessed(lines: &[(i64, &[&TaxRate])]) -> Assessment {
    let lines: Vec<Taxed<'_>> =
        lines.iter().map(|(amount, rates)| Taxed { amount: idr(*amount), rates: rates.to_vec() }).collect();
    assess(Currency::IDR, &lines).unwrap()
}

fn taxes(assessment: &Assessment) -> Vec<i64> {
    assessment.totals.iter().map(|total| total.tax.minor()).collect()
}

fn shares(assessment: &Assessment) -> Vec<i64> {
    assessment.lines.iter().map(|line| line.iter().map(|tax| tax.tax.minor()).sum()).collect()
}

#[test]
fn ppn_by_worked_vectors() {
    // Price, DPP nilai lain, PPN: half up to whole rupiah (PER-11/PJ/2025 article 129).
    let ppn = ppn();
    for (price, dpp, tax) in [
        (1_000_000, 916_667, 110_000),
        (145_000, 132_917, 15_950),
        (99_999, 91_666, 11_000),
        (3_453_454, 3_165_666, 379_880),
        (12_345, 11_316, 1_358),
        (10_001, 9_168, 1_100),
        (7, 6, 1),
    ] {
        let total = assessed(&[(price, &[&ppn])]).totals.remove(0);
        assert_eq!((total.statutory.unwrap().base.minor(), total.tax.minor()), (dpp, tax), "{price}");
    }
}

#[test]
fn ppn_on_luxury_goods_is_on_the_whole_price() {
    let luxury = TaxRate::ppn_on_luxury("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap());
    for (price, tax) in [(1_000_000, 120_000), (99_999, 12_000), (12_345, 1_481), (4, 0), (5, 1)] {
        let total = assessed(&[(price, &[&luxury])]).totals.remove(0);
        assert_eq!((total.taxable.minor(), total.statutory, total.tax.minor()), (price, None, tax), "{price}");
    }
}

#[test]
fn one_tax_at_two_rates_is_two_totals() {
    let (ppn, luxury) = (ppn(), TaxRate::ppn_on_luxury("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap()));
    let assessment = assessed(&[(1_000_000, &[&ppn]), (1_000_000, &[&luxury]), (145_000, &[&ppn])]);
    assert_eq!((taxes(&assessment), shares(&assessment)), (vec![125_950, 120_000], vec![110_000, 120_000, 15_950]));
    for (total, lines) in assessment.totals.iter().zip([[true, false, true], [false, true, false]]) {
        let on = assessment.lines.iter().map(|line| line.iter().any(|tax| total.includes(tax)));
        assert_eq!(on.collect::<Vec<_>>(), lines);
    }
}

#[test]
fn ppn_within_the_price_by_worked_vectors() {
    let held = TaxRate { mode: TaxMode::Inclusive, ..ppn() };
    for (price, base, tax) in
        [(1_110_000, 1_000_000, 110_000), (100_000, 90_090, 9_910), (150_000, 135_135, 14_865), (99_000, 89_189, 9_811)]
    {
        let total = assessed(&[(price, &[&held])]).totals.remove(0);
        assert_eq!((total.taxable.minor(), total.tax.minor()), (base, tax), "{price}");
    }
}

#[test]
fn one_rounding_per_invoice_not_per_line() {
    // Three lines of Rp5: 0.55 each would round to 1 + 1 + 1; the invoice's Rp15 are taxed with 1.65, that is 2.
    let ppn = ppn();
    let assessment = assessed(&[(5, &[&ppn]), (5, &[&ppn]), (5, &[&ppn])]);
    assert_eq!((taxes(&assessment), shares(&assessment)), (vec![2], vec![1, 1, 0]));
}

#[test]
fn x5_each_line_at_its_own_rate_after_its_discount() {
    let (ten, none, twenty) =
        (rate('A', 1_000, TaxMode::Exclusive), rate('B', 0, TaxMode::Exclusive), rate('C', 2_000, TaxMode::Exclusive));
    // 10,000, 5,000, 3,000 and 2,000 after a coupon of 1,000.
    let assessment = assessed(&[(9_500, &[&ten]), (4_750, &[&none]), (2_850, &[&twenty]), (1_900, &[&twenty])]);
    assert_eq!((taxes(&assessment), shares(&assessment)), (vec![950, 0, 950], vec![950, 0, 570, 380]));
}

#[test]
fn x7_rates_are_rounded_half_away_from_zero() {
    let rate = rate('A', 2_100, TaxMode::Exclusive);
    assert_eq!(taxes(&assessed(&[(999, &[&rate])])), [210]);
    assert_eq!(taxes(&assessed(&[(997, &[&rate])])), [209]);
}

#[test]
fn x8_the_taxes_of_lines_sum_to_that_of_the_invoice() {
    let rate = rate('A', 1_500, TaxMode::Exclusive);
    let assessment = assessed(&[(43, &[&rate]), (484, &[&rate])]);
    assert_eq!((taxes(&assessment), shares(&assessment)), (vec![79], vec![6, 73]));
}

#[test]
fn t16_what_was_used_and_what_the_minimum_adds_are_taxed_together() {
    let rate = rate('A', 2_000, TaxMode::Exclusive);
    assert_eq!(taxes(&assessed(&[(800, &[&rate]), (93, &[&rate])])), [179]);
}

#[test]
fn several_taxes_are_each_on_their_own_lines() {
    let (state, city) = (rate('A', 725, TaxMode::Exclusive), rate('B', 100, TaxMode::Exclusive));
    let assessment = assessed(&[(10_000, &[&state, &city]), (2_000, &[&state]), (500, &[])]);
    assert_eq!(taxes(&assessment), [870, 100]);
    assert_eq!(assessment.lines[0].iter().map(|tax| tax.code.as_str()).collect::<Vec<_>>(), ["TA", "TB"]);
    assert_eq!((shares(&assessment), assessment.lines[2].len()), (vec![825, 145, 0], 0));
}

#[test]
fn a_tax_in_the_price_is_taken_out_before_one_on_top() {
    let (held, on_top) = (rate('A', 1_000, TaxMode::Inclusive), rate('B', 500, TaxMode::Exclusive));
    let assessment = assessed(&[(11_000, &[&held, &on_top])]);
    assert_eq!(taxes(&assessment), [1_000, 500]);
    assert!(assessment.totals.iter().all(|total| total.taxable == idr(10_000)));
}

#[test]
fn a_credit_gives_its_tax_back() {
    let ppn = ppn();
    let assessment = assessed(&[(-1_497, &[&ppn]), (5_110, &[&ppn])]);
    assert_eq!((taxes(&assessment), shares(&assessment)), (vec![397], vec![-165, 562]));
    let net = assessed(&[(100, &[&ppn]), (-100, &[&ppn])]);
    assert_eq!((taxes(&net), shares(&net)), (vec![0], vec![11, -11]));
}

#[test]
fn a_rate_holds_in_its_days() {
    let rate = TaxRate { valid_to: Some(date(2027, 1, 1)), ..ppn() };
    assert!(rate.applies(date(2025, 1, 1)) && rate.applies(date(2026, 12, 31)));
    assert!(!rate.applies(date(2024, 12, 31)) && !rate.applies(date(2027, 1, 1)));
}

#[test]
fn ppn_rounds_base_and_tax_to_the_minor_unit_of_every_currency() {
    let ppn = ppn();
    for (currency, price, base, tax) in
        [(Currency::IDR, 449_000, 411_583, 49_390), (Currency::USD, 4_995, 4_579, 549), (Currency::USD, 50, 46, 6)]
    {
        let taxed = Taxed { amount: Money::new(price, currency), rates: vec![&ppn] };
        let total = assess(currency, &[taxed]).unwrap().totals.remove(0);
        assert_eq!((total.statutory.unwrap().base.minor(), total.tax.minor()), (base, tax), "{currency} {price}");
        assert_eq!(total.tax.currency(), currency);
    }
}

#[test]
fn an_invoice_over_nothing_has_no_tax_and_currencies_do_not_mix() {
    let ppn = ppn();
    assert_eq!(shares(&assessed(&[(0, &[&ppn]), (0, &[&ppn])])), [0, 0]);
    let foreign = Taxed { amount: Money::new(1, Currency::USD), rates: vec![&ppn] };
    assert!(matches!(assess(Currency::IDR, &[foreign]), Err(MoneyError::CurrencyMismatch { .. })));
}

proptest! {
    #[test]
    fn the_lines_taxes_sum_to_the_invoices(
        lines in prop::collection::vec((-10_000_000_i64..10_000_000, any::<bool>()), 1..20), inclusive in any::<bool>(),
    ) {
        let mode = if inclusive { TaxMode::Inclusive } else { TaxMode::Exclusive };
        let (ppn, city) = (TaxRate { mode, ..ppn() }, rate('C', 300, mode));
        let both: [&TaxRate; 2] = [&ppn, &city];
        let taxed: Vec<(i64, &[&TaxRate])> =
            lines.iter().map(|(amount, two)| (*amount, if *two { &both[..] } else { &both[..1] })).collect();
        let assessment = assessed(&taxed);
        prop_assert_eq!(shares(&assessment).iter().sum::<i64>(), taxes(&assessment).iter().sum::<i64>());
        for total in &assessment.totals {
            let of_lines = assessment.lines.iter().flatten().filter(|tax| tax.code == total.code);
            let (taxable, tax) = of_lines.fold((0, 0), |(base, sum), line| {
                (base + line.taxable.minor(), sum + line.tax.minor())
            });
            prop_assert_eq!((taxable, tax), (total.taxable.minor(), total.tax.minor()));
        }
        if !inclusive {
            // Half away from zero of 11 %, in integers.
            let all: i64 = lines.iter().map(|(amount, _)| amount).sum();
            prop_assert_eq!(assessment.totals[0].tax, idr(all).times_ratio_half_away_from_zero(11, 100).unwrap());
        }
    }
}
