//! What stands on tax invoices by worked cases, and that their lines sum to the tax that the invoice prints.

use jiff::civil::date;
use kernel::{BranchCode, IdentityDocument, IdentityKind, Rate};
use proptest::prelude::*;

use super::{
    super::{
        buyer::BuyerDocument,
        goods::{GoodService, GoodsOrService},
    },
    *,
};
use crate::{
    Article, BillTo, Finalised, InvoiceHead, InvoiceKind, Line, LineItem, Period, Source, TaxMode, TaxRate, Taxation,
    Terms, samples, total_up,
};

const NPWP: &str = "0012345678901000";

fn rates(mode: TaxMode) -> Vec<TaxRate> {
    let [ppn, luxury] = ["X", "Y"].map(|last| format!("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2{last}").parse().unwrap());
    vec![TaxRate { mode, ..TaxRate::ppn(ppn) }, TaxRate { mode, ..TaxRate::ppn_on_luxury(luxury) }]
}

fn terms(mode: TaxMode) -> Terms {
    let mut terms = samples::terms(Currency::IDR);
    terms.seller.tax_id = "01.234.567.8-901.000".parse().ok();
    Terms { rates: rates(mode), ..terms }
}

fn line(quantity: u64, unit: i64, discount: i64, taxation: Taxation) -> Line {
    let item = LineItem::OneOff(Article { quantity, unit_amount: Some(samples::idr(unit)), taxation });
    let amount = samples::idr(unit * i64::try_from(quantity).unwrap());
    Line { discount: samples::idr(discount), ..Line::new(item, "Kerja & <jasa>".to_owned(), None, amount) }
}

fn issued(lines: Vec<Line>, terms: &Terms) -> Invoice {
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let head = InvoiceHead { id, kind: InvoiceKind::OneOff, source: Source::Manual, currency: Currency::IDR };
    let number = "INV-2026-12-0001".parse().unwrap();
    match total_up(head, lines, terms).unwrap().finalise(number, samples::at("2026-12-01T10:00:00Z"), 14).unwrap() {
        Finalised::Now(invoice) | Finalised::Before(invoice) => invoice,
    }
}

fn made(invoice: &Invoice) -> Vec<TaxInvoice> {
    let found = invoice.tax_invoices(NPWP).unwrap();
    assert_eq!(found.left_out, BTreeSet::new());
    found.made
}

fn left_out(invoice: &Invoice) -> Vec<LeftOut> {
    invoice.tax_invoices(NPWP).unwrap().left_out.into_iter().collect()
}

/// Price, quantity, discount, base, other base, tax.
fn figures(one: &GoodService) -> (i64, u64, [i64; 4]) {
    let [discount, base, other, vat] = [one.discount, one.base, one.other_base, one.vat].map(Money::minor);
    (one.price.minor(), one.quantity, [discount, base, other, vat])
}

#[test]
fn ppn_is_on_eleven_twelfths_of_the_price() {
    let service = Period { start: date(2026, 12, 1), end: date(2027, 1, 1) };
    let work = Line { service: Some(service), ..line(2, 500_000, 100_000, Taxation::Taxed) };
    let invoice = issued(vec![work, line(1, 150_000, 0, Taxation::Untaxed)], &terms(TaxMode::Exclusive));
    let [tax_invoice] = made(&invoice).try_into().unwrap();
    assert_eq!((tax_invoice.code.as_str(), tax_invoice.date), ("04", date(2026, 12, 1)));
    assert_eq!(tax_invoice.reference.to_string(), "INV-2026-12-0001");
    assert_eq!(tax_invoice.seller_idtku, "0012345678901000000000");
    let [one] = tax_invoice.goods.clone().try_into().unwrap();
    assert_eq!(figures(&one), (500_000, 2, [100_000, 900_000, 825_000, 99_000]));
    assert_eq!((one.kind, one.rate), (GoodsOrService::Service, Rate::basis_points(1_200)));
    assert_eq!(one.name, "Kerja & <jasa>, 2026-12-01 - 2026-12-31");
}

#[test]
fn an_invoice_with_luxury_goods_becomes_two() {
    let lines = vec![
        line(1, 1_000_000, 0, Taxation::Luxury),
        line(1, 1_000_000, 0, Taxation::Taxed),
        line(1, -200_000, 0, Taxation::Luxury),
    ];
    let [standard, luxury] = made(&issued(lines, &terms(TaxMode::Exclusive))).try_into().unwrap();
    assert_eq!((standard.code.as_str(), luxury.code.as_str()), ("04", "01"));
    assert_eq!(standard.reference, luxury.reference);
    assert_eq!(figures(&standard.goods[0]), (1_000_000, 1, [0, 1_000_000, 916_667, 110_000]));
    assert_eq!(figures(&luxury.goods[0]), (1_000_000, 1, [200_000, 800_000, 800_000, 96_000]));
    assert_eq!(luxury.goods[0].kind, GoodsOrService::Goods);
}

#[test]
fn what_is_given_back_is_taken_off_the_other_lines() {
    let lines = vec![
        line(1, 300_000, 0, Taxation::Taxed),
        line(3, 100_000, 50_000, Taxation::Taxed),
        line(1, -100_001, 0, Taxation::Taxed),
    ];
    let invoice = issued(lines, &terms(TaxMode::Exclusive));
    let [tax_invoice] = made(&invoice).try_into().unwrap();
    let goods: Vec<_> = tax_invoice.goods.iter().map(figures).collect();
    assert_eq!(
        goods,
        [(300_000, 1, [54_546, 245_454, 224_999, 27_000]), (100_000, 3, [95_455, 204_545, 187_500, 22_500]),]
    );
    let (base, other, vat) = tax_invoice.sums().unwrap();
    assert_eq!((base.minor(), vat), (449_999, invoice.taxes[0].tax));
    assert_eq!(Some(other), invoice.taxes[0].statutory.map(|statutory| statutory.base));
}

#[test]
fn a_price_that_holds_the_tax_is_written_without_it() {
    let invoice = issued(vec![line(2, 111_000, 22_200, Taxation::Taxed)], &terms(TaxMode::Inclusive));
    let [tax_invoice] = made(&invoice).try_into().unwrap();
    assert_eq!(figures(&tax_invoice.goods[0]), (200_000, 1, [20_000, 180_000, 165_000, 19_800]));
}

#[test]
fn worked_vectors_of_one_line() {
    for (price, base, vat) in [
        (1_000_000, 916_667, 110_000),
        (145_000, 132_917, 15_950),
        (99_999, 91_666, 11_000),
        (3_453_454, 3_165_666, 379_880),
        (12_345, 11_316, 1_358),
        (10_001, 9_168, 1_100),
        (7, 6, 1),
    ] {
        let [one] =
            made(&issued(vec![line(1, price, 0, Taxation::Taxed)], &terms(TaxMode::Exclusive))).try_into().unwrap();
        assert_eq!(figures(&one.goods[0]), (price, 1, [0, price, base, vat]));
    }
}

#[test]
fn what_becomes_no_tax_invoice_says_why() {
    let terms = terms(TaxMode::Exclusive);
    let taxed = || vec![line(1, 1_000, 0, Taxation::Taxed)];
    let open = issued(taxed(), &terms);
    assert_eq!(left_out(&open.clone().void(samples::at("2026-12-02T00:00:00Z")).unwrap()), [LeftOut::Void]);
    assert_eq!(left_out(&issued(taxed(), &Terms { rates: Vec::new(), ..terms.clone() })), [LeftOut::NoPpn]);
    assert_eq!(left_out(&issued(vec![line(1, 1_000, 0, Taxation::Untaxed)], &terms)), [LeftOut::NoPpn]);
    let even = vec![line(1, 1_000, 0, Taxation::Taxed), line(1, -1_000, 0, Taxation::Taxed)];
    assert_eq!(left_out(&issued(even, &terms)), [LeftOut::NothingLeft]);
    let mut other = open.clone();
    other.seller.tax_id = "0987654321098765".parse().ok();
    assert_eq!(left_out(&other), [LeftOut::OtherSeller]);
    let foreign = Invoice { currency: Currency::USD, ..open.clone() };
    assert_eq!(left_out(&foreign), [LeftOut::OtherCurrency]);
    let mut two = open.clone();
    two.taxes.push(TaxTotal { rate: Rate::basis_points(1_000), statutory: None, ..two.taxes[0].clone() });
    assert_eq!(left_out(&two), [LeftOut::TwoRates]);
    // Less than nothing of one category, and something of the other.
    let lines = vec![line(1, 1_000, 0, Taxation::Taxed), line(1, -500, 0, Taxation::Luxury)];
    let found = issued(lines, &terms).tax_invoices(NPWP).unwrap();
    assert_eq!((found.made.len(), found.left_out.into_iter().collect::<Vec<_>>()), (1, vec![LeftOut::NothingLeft]));
}

#[test]
fn a_buyer_is_told_by_npwp_else_by_document_else_by_none() {
    let bare = samples::terms(Currency::IDR).bill_to;
    let passport = || IdentityDocument::new(IdentityKind::Passport, "C1234567").ok();
    let of = |bill_to: &BillTo| {
        let buyer = TaxBuyer::from(bill_to);
        (buyer.tin, buyer.document.as_str(), buyer.document_number, buyer.idtku)
    };
    let told = |tin: &str, document: &'static str, number: &str, idtku: &str| {
        (tin.to_owned(), document, number.to_owned(), idtku.to_owned())
    };
    let none = "0000000000000000";
    let company = BillTo { tax_id: "012345678901000".parse().ok(), identity: passport(), ..bare.clone() };
    assert_eq!(of(&company), told("0012345678901000", "TIN", "-", "0012345678901000000000"));
    let nik = IdentityDocument::new(IdentityKind::NationalId, "3174012345678901").ok();
    assert_eq!(of(&BillTo { identity: nik, ..bare.clone() }), told(none, "National ID", "3174012345678901", "000000"));
    assert_eq!(of(&BillTo { identity: passport(), ..bare.clone() }), told(none, "Passport", "C1234567", "000000"));
    let foreign = BillTo { tax_id: "DE123456789".parse().ok(), ..bare.clone() };
    assert_eq!(of(&foreign), told(none, "Other ID", "DE123456789", "000000"));
    assert_eq!(of(&bare), told(none, "Other ID", "-", "000000"));
    let buyer = TaxBuyer::from(&bare);
    assert_eq!((buyer.document, buyer.name.as_str(), buyer.address.as_str()), (BuyerDocument::Other, "Budi", "-"));
    assert_eq!((buyer.country, buyer.email.as_str()), ("IDN", "budi@example.com"));
    let named = BillTo {
        company: Some("PT Maju & Jaya".to_owned()),
        address: vec!["Jl. Melati 5".to_owned(), "Bandung".to_owned()],
        ..bare
    };
    let buyer = TaxBuyer::from(&named);
    assert_eq!((buyer.name.as_str(), buyer.address.as_str()), ("PT Maju & Jaya", "Jl. Melati 5, Bandung"));
}

#[test]
fn a_branch_is_named_by_its_six_digits() {
    let mut terms = terms(TaxMode::Exclusive);
    terms.seller.branch = "000012".parse::<BranchCode>().unwrap();
    let [one] = made(&issued(vec![line(1, 1_000, 0, Taxation::Taxed)], &terms)).try_into().unwrap();
    assert_eq!(one.seller_idtku, "0012345678901000000012");
}

proptest! {
    #[test]
    fn lines_sum_to_what_the_invoice_prints(
        lines in prop::collection::vec((1_u64..50, -100_000_i64..1_000_000, 0_usize..3, 0_i64..5_000), 1..20),
        inclusive in any::<bool>(),
    ) {
        let mode = if inclusive { TaxMode::Inclusive } else { TaxMode::Exclusive };
        let lines = lines.into_iter().map(|(quantity, unit, kind, off)| {
            let taxation = [Taxation::Taxed, Taxation::Luxury, Taxation::Untaxed][kind];
            let whole = unit * i64::try_from(quantity).unwrap();
            line(quantity, unit, off.min(whole.max(0)), taxation)
        });
        let invoice = issued(lines.collect(), &terms(mode));
        for tax_invoice in invoice.tax_invoices(NPWP).unwrap().made {
            let is_luxury = tax_invoice.code == TransactionCode::WholePrice;
            let category = if is_luxury { TaxCategory::Luxury } else { TaxCategory::Standard };
            let total = invoice.taxes.iter().find(|tax| tax.category == category).unwrap();
            let printed = total.statutory.map_or(total.taxable, |statutory| statutory.base);
            prop_assert_eq!(tax_invoice.sums().unwrap(), (total.taxable, printed, total.tax));
            for one in &tax_invoice.goods {
                let whole = one.price.minor() * i64::try_from(one.quantity).unwrap();
                prop_assert_eq!(whole - one.discount.minor(), one.base.minor());
                prop_assert!(one.base.minor() > 0 && one.discount.minor() >= 0, "{:?}", one);
                prop_assert!(one.other_base.minor() <= one.base.minor() && one.vat.minor() >= 0, "{:?}", one);
            }
        }
    }
}
