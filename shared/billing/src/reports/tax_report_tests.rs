//! Whatever is taken back, the taxes of the rows are what the journal moved.

use jiff::civil::date;
use kernel::TaxRateId;
use proptest::prelude::*;

use super::*;
use crate::{StatutoryTotal, TaxMode, samples};

/// An invoice with these taxes: code, rate, base, statutory base, tax.
fn taxed(taxes: &[(&str, u32, i64, Option<i64>, i64)]) -> Invoice {
    let rate_id: TaxRateId = "txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let taxes = taxes.iter().map(|(code, rate, base, statutory, tax)| TaxTotal {
        rate_id,
        code: (*code).to_owned(),
        category: TaxCategory::Standard,
        label: (*code).to_owned(),
        rate: Rate::basis_points(*rate),
        mode: TaxMode::Exclusive,
        taxable: samples::usd(*base),
        statutory: statutory.map(|base| StatutoryTotal { base: samples::usd(base), rate: Rate::basis_points(1_200) }),
        tax: samples::usd(*tax),
    });
    Invoice { taxes: taxes.collect(), ..samples::open_invoice() }
}

fn movement(occasion: TaxOccasion, net: i64, tax: i64) -> TaxMovement {
    TaxMovement { day: date(2026, 12, 5), occasion, net: samples::usd(net), tax: samples::usd(tax) }
}

fn amounts(rows: &[TaxRow]) -> Vec<(&str, i64, Option<i64>, i64)> {
    let amounts = rows.iter().map(|row| {
        let TaxSums { base, statutory_base, tax } = row.sums;
        (row.kind.code.as_str(), base.minor(), statutory_base.map(Money::minor), tax.minor())
    });
    amounts.collect()
}

#[test]
fn what_is_issued_and_voided_is_on_both_sides_to_the_unit() {
    let invoice = taxed(&[("PPN", 1_100, 10_001, Some(9_168), 1_100), ("PPH", 200, 10_001, None, 200)]);
    let mut rows = invoice.taxes_moved(movement(TaxOccasion::Issued, 10_001, 1_300)).unwrap();
    assert_eq!(amounts(&rows), [("PPN", 10_001, Some(9_168), 1_100), ("PPH", 10_001, None, 200)]);
    rows.extend(invoice.taxes_moved(movement(TaxOccasion::Voided, -10_001, -1_300)).unwrap());
    let sums = tax_sums(&rows).unwrap();
    assert_eq!(sums.len(), 2);
    assert!(sums.values().all(|sums| sums.base.is_zero() && sums.tax.is_zero()));
    assert!(sums.values().all(|sums| sums.statutory_base.is_none_or(Money::is_zero)));
}

#[test]
fn luxury_goods_are_summed_up_apart() {
    let mut invoice = taxed(&[("PPN", 1_200, 10_000, None, 1_200), ("PPN", 1_200, 5_000, None, 600)]);
    invoice.taxes[1].category = TaxCategory::Luxury;
    let rows = invoice.taxes_moved(movement(TaxOccasion::Issued, 15_000, 1_800)).unwrap();
    let sums = tax_sums(&rows).unwrap();
    let sums = sums.iter().map(|(kind, sums)| (kind.category.as_str(), sums.base.minor(), sums.tax.minor()));
    assert_eq!(sums.collect::<Vec<_>>(), [("standard", 10_000, 1_200), ("luxury", 5_000, 600)]);
}

#[test]
fn a_credit_note_takes_its_part_of_each_base() {
    let invoice = taxed(&[("PPN", 1_100, 10_000, Some(9_167), 1_100), ("PPH", 200, 10_000, None, 200)]);
    let rows = invoice.taxes_moved(movement(TaxOccasion::Credited, -5_000, -650)).unwrap();
    assert_eq!(amounts(&rows), [("PPN", -5_000, Some(-4_584), -550), ("PPH", -5_000, None, -100)]);
}

#[test]
fn a_rate_of_nothing_has_a_base_that_follows_the_price() {
    let invoice = taxed(&[("VAT", 0, 2_000, None, 0)]);
    let split = invoice.split().unwrap();
    let net = split.earned.checked_add(split.deferred).unwrap().minor();
    let issued = invoice.taxes_moved(movement(TaxOccasion::Issued, net, 0)).unwrap();
    assert_eq!(amounts(&issued), [("VAT", 2_000, None, 0)]);
    let voided = invoice.taxes_moved(movement(TaxOccasion::Voided, -net, 0)).unwrap();
    assert_eq!(amounts(&voided), [("VAT", -2_000, None, 0)]);
    assert_eq!(taxed(&[]).taxes_moved(movement(TaxOccasion::Issued, net, 0)), Ok(Vec::new()));
}

proptest! {
    #[test]
    fn the_rows_of_a_movement_are_all_of_its_tax(
        taxes in prop::collection::vec((0_i64..100_000, 0_i64..20_000), 1..4),
        taken in 0_i64..20_000,
    ) {
        let taxes: Vec<_> = taxes.iter().map(|(base, tax)| ("VAT", 1_000, *base, None, *tax)).collect();
        let invoice = taxed(&taxes);
        let all = invoice.tax().unwrap().minor();
        let taken = taken.min(all);
        let mut rows = invoice.taxes_moved(movement(TaxOccasion::Issued, 1_000, all)).unwrap();
        rows.extend(invoice.taxes_moved(movement(TaxOccasion::Credited, -10, -taken)).unwrap());
        let left: i64 = tax_sums(&rows).unwrap().values().map(|sums| sums.tax.minor()).sum();
        prop_assert_eq!(left, all - taken);
    }
}
