//! What is printed of an invoice: its own snapshot and nothing else, in its own language.

use billing::{BillTo, Invoice, Period, PrintedLine, TaxMode, TaxTotal};
use kernel::{Currency, Decimal, Locale, Money, TaxId};

use crate::{
    document::{
        self, Buyer, Deduction, DocumentError, InvoiceDocument, Seller, Signatory, Stamp, StampDuty, Tax, TaxBase,
    },
    printed_line::printed_line,
};

/// Documents over more than this many rupiah need a stamp when used as a receipt (UU 10/2020).
const STAMP_DUTY_ABOVE: i64 = 5_000_000;

/// An issued invoice as it was at its issue: `due` is what was still to be paid then, after what the balance had paid. A
/// repeated event must not print a later state over the document that was sent.
pub(crate) fn printed(invoice: &Invoice, due: Money) -> Result<InvoiceDocument, DocumentError> {
    let issued = invoice.issued.as_ref().ok_or(DocumentError::Empty { field: "number" })?;
    // Only an invoice over nothing, or one that the balance paid whole, is settled at its issue, and has no day to be paid.
    let is_settled = due.is_zero();
    let status = if is_settled { Stamp::Paid { on: issued.date } } else { Stamp::Unpaid };
    let (total, amount_due) = (invoice.total.minor(), due.minor());
    Ok(InvoiceDocument {
        number: issued.number.to_string(),
        language: invoice.language,
        status,
        issued_on: issued.date,
        due_on: (!is_settled).then_some(issued.due_date),
        period: common_period(invoice).map(|period| (period.start, period.last_day())),
        lines: invoice.lines.iter().map(|line| printed_line(line, invoice)).collect(),
        currency: invoice.currency,
        seller: seller(&invoice.seller),
        buyer: buyer(&invoice.bill_to),
        subtotal: invoice.subtotal.minor(),
        discounts: discounts(invoice),
        taxes: invoice.taxes.iter().map(printed_tax).collect(),
        surplus: invoice.surplus.minor(),
        total,
        credits_applied: total.saturating_sub(amount_due),
        credited: 0,
        payments: Vec::new(),
        amount_due,
        notes: notes(invoice, due),
        pay_url: None,
        stamp_duty: stamp_duty(invoice.total),
    })
}

/// Whether a document over an amount needs a stamp when it is used as a receipt.
pub(crate) fn stamp_duty(amount: Money) -> StampDuty {
    if amount.currency() == Currency::IDR && amount.minor() > STAMP_DUTY_ABOVE {
        StampDuty::Required
    } else {
        StampDuty::NotRequired
    }
}

pub(crate) fn seller(seller: &billing::Seller) -> Seller {
    Seller {
        product_name: seller.known_as().to_owned(),
        legal_name: seller.legal_name.clone().or_else(|| own_name(seller)).unwrap_or_default(),
        address: seller.address.clone(),
        tax_id: seller.tax_id.as_ref().map(tax_id).unwrap_or_default(),
        email: seller.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        brand_colour: seller.template.accent_color.to_string(),
        logo: None,
        footer: seller.template.footer.lines().iter().map(|line| line.as_str().to_owned()).collect(),
        signatory: seller.signature.as_ref().map(signatory),
    }
}

/// The seller's own name, where people know it by another.
fn own_name(seller: &billing::Seller) -> Option<String> {
    seller.brand.name.as_ref().map(|_| seller.name.clone())
}

fn signatory(signatory: &billing::Signatory) -> Signatory {
    let text = |line: &Option<PrintedLine>| line.as_ref().map(|line| line.as_str().to_owned()).unwrap_or_default();
    Signatory {
        name: signatory.name.as_str().to_owned(),
        position: text(&signatory.position),
        place: text(&signatory.place),
    }
}

/// The company and, beneath it, the person.
pub(crate) fn buyer(bill_to: &BillTo) -> Buyer {
    let (name, attention) = match &bill_to.company {
        Some(company) if *company != bill_to.name => (company.clone(), Some(bill_to.name.clone())),
        Some(company) => (company.clone(), None),
        None => (bill_to.name.clone(), None),
    };
    Buyer {
        name,
        email: bill_to.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        address: attention.into_iter().chain(bill_to.address.iter().cloned()).collect(),
        tax_id: bill_to.tax_id.as_ref().map(tax_id).unwrap_or_default(),
    }
}

/// An NPWP as it is written: `01.234.567.8-901.000` with 15 digits, in groups of four with 16; others as they are.
fn tax_id(id: &TaxId) -> String {
    let text = id.as_str();
    let groups: &[usize] = match (id.is_npwp(), text.len()) {
        (true, 15) => &[2, 3, 3, 1, 3, 3],
        (true, _) => &[4, 4, 4, 4],
        (false, _) => return text.to_owned(),
    };
    let mut characters = text.chars();
    let parts: Vec<String> = groups.iter().map(|length| characters.by_ref().take(*length).collect()).collect();
    match parts.as_slice() {
        [kind, one, two, check, office, branch] => format!("{kind}.{one}.{two}.{check}-{office}.{branch}"),
        parts => parts.join(" "),
    }
}

/// Each coupon by its name, and what else is taken off; or is not given back, where days were cheaper by a coupon.
fn discounts(invoice: &Invoice) -> Vec<Deduction> {
    let given_back = invoice.discount.is_negative();
    let label = match (invoice.language, given_back) {
        (Locale::En, false) => "Discount",
        (Locale::Id, false) => "Diskon",
        (Locale::En, true) => "Discount, taken back",
        (Locale::Id, true) => "Diskon, ditarik kembali",
    };
    let of = |amount: i64, label: String| Deduction { label, amount };
    let coupons: i64 = invoice.coupons.iter().map(|coupon| coupon.amount.minor()).sum();
    let named = invoice.coupons.iter().map(|coupon| of(coupon.amount.minor(), coupon.name.clone().into()));
    let rest = of(invoice.discount.minor() - coupons, label.to_owned());
    named.chain([rest]).filter(|deduction| deduction.amount != 0).collect()
}

/// What was written beneath the lines; how it is paid by transfer, while there is something to pay; and that it is no tax invoice, which only the tax office's
/// own system makes (PER-11/PJ/2025).
fn notes(invoice: &Invoice, due: Money) -> String {
    let (transfer, holder, no_tax_invoice) = match invoice.language {
        Locale::En => ("Bank transfer", "account holder", "This document is not a Faktur Pajak (tax invoice)."),
        Locale::Id => ("Transfer bank", "a.n.", "Dokumen ini bukan Faktur Pajak."),
    };
    let accounts = invoice.seller.bank_accounts.iter().filter(|_| !due.is_zero());
    let accounts =
        accounts.map(|account| format!("{transfer}: {} {}, {holder} {}", account.bank, account.number, account.holder));
    let memo = invoice.memo.iter().map(|memo| memo.as_str().to_owned());
    let mut lines: Vec<String> = memo.chain(accounts).collect();
    if invoice.taxes.iter().any(|tax| tax.code == "PPN") {
        lines.push(no_tax_invoice.to_owned());
    }
    lines.join("\n")
}

pub(crate) fn printed_tax(tax: &TaxTotal) -> Tax {
    let (rate, base_kind, base) = match &tax.statutory {
        Some(statutory) => (statutory.rate, TaxBase::OtherValue, statutory.base),
        None => (tax.rate, TaxBase::Net, tax.taxable),
    };
    let rate = match rate.as_basis_points() {
        whole if whole % 100 == 0 => Decimal { digits: i64::from(whole / 100), decimals: 0 },
        basis_points => Decimal { digits: i64::from(basis_points), decimals: 2 },
    };
    let mode = match tax.mode {
        TaxMode::Exclusive => document::TaxMode::Exclusive,
        TaxMode::Inclusive => document::TaxMode::Inclusive,
    };
    Tax { label: tax.label.clone(), rate, base_kind, base: base.minor(), amount: tax.tax.minor(), mode }
}

/// The days that all lines are for. Where lines are for different days each names its own, and there is no common period.
fn common_period(invoice: &Invoice) -> Option<Period> {
    let whole = invoice.service()?;
    invoice.lines.iter().all(|line| line.service == Some(whole)).then_some(whole)
}

#[cfg(test)]
mod tests {
    use billing::InvoiceState;

    use super::*;
    use crate::typesetting::render::render;

    const INVOICE: &str = include_str!("../../../shared/billing/src/golden/invoice.json");

    fn invoice() -> Invoice {
        serde_json::from_str(INVOICE).unwrap()
    }

    fn as_unpaid(invoice: &Invoice) -> InvoiceDocument {
        printed(invoice, invoice.total).unwrap()
    }

    #[test]
    fn what_the_balance_paid_is_printed_and_not_asked_for_again() {
        let invoice = invoice();
        let due = Money::new(249_750, Currency::IDR);
        let document = printed(&invoice, due).unwrap();
        assert_eq!((document.credits_applied, document.amount_due), (invoice.total.minor() - 249_750, 249_750));
        assert_eq!((document.status, document.total), (Stamp::Unpaid, invoice.total.minor()));
        assert!(document.notes.contains("Transfer bank: BCA"));

        let settled = printed(&invoice, Money::zero(Currency::IDR)).unwrap();
        assert_eq!((settled.credits_applied, settled.amount_due), (invoice.total.minor(), 0));
        assert!(matches!(settled.status, Stamp::Paid { .. }));
        assert_eq!(settled.notes, "Dokumen ini bukan Faktur Pajak.");
    }

    #[test]
    fn luxury_goods_are_named_and_their_tax_stands_apart() {
        let golden = include_str!("../../../shared/billing/src/golden/invoice.luxury.json");
        let document = as_unpaid(&serde_json::from_str(golden).unwrap());
        let descriptions: Vec<&str> = document.lines.iter().map(|line| line.description.as_str()).collect();
        assert_eq!(descriptions, ["Kapal pesiar\nLuxury goods", "Kapal pesiar"]);
        let twelve = Decimal { digits: 12, decimals: 0 };
        let taxes: Vec<_> = document.taxes.iter().map(|tax| (tax.rate, tax.base_kind, tax.base, tax.amount)).collect();
        let (whole, part) =
            ((twelve, TaxBase::Net, 1_000_000, 120_000), (twelve, TaxBase::OtherValue, 132_917, 15_950));
        assert_eq!(taxes, [whole, part]);
        render(&document).unwrap();
    }

    #[test]
    fn a_later_state_does_not_change_the_document() {
        let paid = invoice();
        assert!(matches!(paid.state, InvoiceState::Paid { .. }));
        let open = Invoice { state: InvoiceState::Open, payments: Vec::new(), ..paid.clone() };
        let [paid, open] = [paid, open].map(|state| printed(&state, state.total).unwrap());
        assert_eq!(paid, open);
        assert!(render(&open).unwrap() == render(&paid).unwrap());
    }

    #[test]
    fn the_snapshot_is_printed_with_both_sides_and_sums_up() {
        let printed = as_unpaid(&invoice());
        assert_eq!(printed.language, Locale::Id);
        assert_eq!(printed.seller.tax_id, "0123 4567 8901 2345");
        assert_eq!(
            (printed.buyer.name.as_str(), printed.buyer.tax_id.as_str()),
            ("CV Sumber Rejeki", "3174 0123 4567 8901")
        );
        assert_eq!(printed.buyer.address, ["Budi Santoso", "Jl. Malioboro No. 18", "Yogyakarta 55271"]);
        assert_eq!(printed.lines.iter().map(|line| line.amount).sum::<i64>(), printed.subtotal);
        let (off, tax) = (printed.discounts[0].amount, printed.taxes[0].amount);
        assert_eq!(printed.subtotal - off + tax, printed.total);
        assert_eq!(
            printed.notes,
            "Transfer bank: BCA 1234567890, a.n. PT Toko Maju Jaya\nDokumen ini bukan Faktur Pajak."
        );
    }

    #[test]
    fn what_is_written_by_hand_is_printed_with_its_memo_and_prices() {
        let by_hand = include_str!("../../../shared/billing/src/golden/invoice.by_hand.json");
        let invoice: Invoice = serde_json::from_str(by_hand).unwrap();
        let printed = printed(&invoice, invoice.amount_due()).unwrap();
        let lines: Vec<_> = printed.lines.iter().map(|line| (line.description.as_str(), line.amount)).collect();
        assert_eq!(lines, [("Workshop, 1–31 Jan 2027", 1_000_000), ("Goodwill\nTidak dikenai pajak", -50_000)]);
        assert_eq!(printed.lines[0].unit_price.unwrap().digits, 500_000);
        assert_eq!((printed.discounts[0].amount, printed.total, printed.amount_due), (100_000, 949_000, 900_000));
        assert_eq!(
            printed.notes,
            "Thank you!\nSee you in February.\nTransfer bank: BCA 1234567890, a.n. PT Toko Maju Jaya\nDokumen ini bukan Faktur Pajak."
        );
        assert!(render(&printed).unwrap().starts_with(b"%PDF-1.7"));
    }

    #[test]
    fn the_arithmetic_of_a_usage_line_is_right_on_its_face() {
        let usage = &as_unpaid(&invoice()).lines[1];
        assert_eq!(
            usage.description,
            "Predictions, 1–31 Des 2026\n12.345 − 1.000 termasuk = 11.345 × Rp300 = Rp3.403.500"
        );
        let price = usage.unit_price.unwrap();
        assert_eq!((usage.quantity.digits, price.digits, usage.amount), (11_345, 300, 3_403_500));
    }

    #[test]
    fn a_level_in_a_part_of_a_period_shows_of_which_days_it_is_paid() {
        let level = include_str!("../../../shared/billing/src/golden/invoice.level.json");
        let members = &as_unpaid(&serde_json::from_str(level).unwrap()).lines[3];
        assert_eq!(
            members.description,
            "Members, 1–3 Nov 2026\n120 − 100 termasuk = 20\n20 × Rp15.000\n3 dari 30 hari"
        );
        assert_eq!((members.quantity.digits, members.unit_price, members.amount), (20, None, 30_000));
    }

    #[test]
    fn lines_for_different_days_name_their_own() {
        let printed = as_unpaid(&invoice());
        assert_eq!(printed.period, None);
        assert_eq!(printed.lines[0].description, "Langganan Premium, 1–31 Jan 2027");
    }

    #[test]
    fn what_the_tenant_chose_of_its_documents_is_printed_as_the_invoice_keeps_it() {
        let usual = as_unpaid(&invoice()).seller;
        assert_eq!((usual.brand_colour.as_str(), usual.footer.len(), usual.signatory), ("#1f4e8c", 0, None));
        let signed = include_str!("../../../shared/billing/src/golden/invoice.signed.json");
        let own = as_unpaid(&serde_json::from_str(signed).unwrap()).seller;
        assert_eq!((own.brand_colour.as_str(), own.footer.len()), ("#1a6b54", 2));
        let signatory = own.signatory.unwrap();
        assert_eq!((signatory.name.as_str(), signatory.place.as_str()), ("Siti Rahma", "Bandung"));
    }

    #[test]
    fn a_product_heads_the_paper_and_the_seller_is_called_by_its_own_or_its_legal_name() {
        let named = |file: &str, legal_name: Option<&str>| {
            let mut invoice: Invoice = serde_json::from_str(file).unwrap();
            invoice.seller.legal_name = legal_name.map(str::to_owned);
            let Seller { product_name, legal_name, .. } = as_unpaid(&invoice).seller;
            (product_name, legal_name)
        };
        let both = |head: &str, name: &str| (head.to_owned(), name.to_owned());
        let known = include_str!("../../../shared/billing/src/golden/invoice.named.json");
        assert_eq!(named(known, Some("PT Toko Maju Jaya")), both("Kasirku", "PT Toko Maju Jaya"));
        assert_eq!(named(known, None), both("Kasirku", "Toko Maju"));
        // Where there is no other name, the paper has it once, as it always did.
        let plain = include_str!("../../../shared/billing/src/golden/invoice.branded.json");
        assert_eq!(named(plain, None), both("Toko Maju", ""));
    }

    #[test]
    fn tax_ids_are_written_as_the_tax_office_does() {
        let written = |text: &str| tax_id(&text.parse().unwrap());
        assert_eq!(written("012345678901000"), "01.234.567.8-901.000");
        assert_eq!(written("3174012345678901"), "3174 0123 4567 8901");
        assert_eq!(written("DE298765432"), "DE298765432");
    }
}
