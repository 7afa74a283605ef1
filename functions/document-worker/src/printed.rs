//! What is printed of an invoice: its own snapshot, and the words of the seller's market.

use billing::{Invoice, InvoiceLine, LineItem, Period, TaxTotal, UsedUnits};
use kernel::{Country, Currency, Date, Money};
use tenancy::Tenant;

use crate::document::{
    self, Buyer, CivilDate, Decimal, DocumentError, InvoiceDocument, Language, Line, Seller, Stamp, StampDuty, Tax,
    TaxBase, TaxMode,
};

/// Documents over more than this many rupiah need a stamp when used as a receipt (UU 10/2020).
const STAMP_DUTY_ABOVE: i64 = 5_000_000;
const BRAND_COLOUR: &str = "#1f4e8c";

/// The document of an issued invoice, as it was at its issue.
pub(crate) fn printed(invoice: &Invoice, tenant: &Tenant) -> Result<InvoiceDocument, DocumentError> {
    let issued = invoice.issued.as_ref().ok_or(DocumentError::Empty { field: "number" })?;
    let indonesian = tenant.country == Country::ID && invoice.currency == Currency::IDR;
    let language = if indonesian { Language::Id } else { Language::En };
    // As it was issued: a repeated event must not print a later state over the document that was sent. Only an invoice
    // over nothing is settled at its issue.
    let status = if invoice.total.is_zero() { Stamp::Paid { on: day(issued.date)? } } else { Stamp::Unpaid };
    let total = invoice.total.minor();
    Ok(InvoiceDocument {
        number: issued.number.to_string(),
        language,
        status,
        issued_on: day(issued.date)?,
        due_on: Some(day(issued.due_date)?),
        period: Some(days(invoice.period)?),
        currency: document::Currency {
            code: invoice.currency.code().to_owned(),
            exponent: invoice.currency.exponent(),
        },
        seller: Seller {
            product_name: invoice.seller.name.clone(),
            legal_name: String::new(),
            address: Vec::new(),
            tax_id: String::new(),
            email: String::new(),
            brand_colour: BRAND_COLOUR.to_owned(),
            logo: None,
        },
        buyer: Buyer {
            name: invoice.buyer.name.clone(),
            email: invoice.buyer.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            address: Vec::new(),
            tax_id: String::new(),
        },
        lines: invoice.lines.iter().map(|line| printed_line(line, language)).collect(),
        subtotal: invoice.subtotal.minor(),
        discounts: Vec::new(),
        taxes: invoice.taxes.iter().map(printed_tax).collect(),
        total,
        credits_applied: 0,
        amount_paid: 0,
        amount_due: total,
        notes: String::new(),
        pay_url: None,
        stamp_duty: if invoice.currency == Currency::IDR && total > STAMP_DUTY_ABOVE {
            StampDuty::Required
        } else {
            StampDuty::NotRequired
        },
    })
}

fn printed_line(line: &InvoiceLine, language: Language) -> Line {
    let (description, quantity, unit_price) = match &line.item {
        LineItem::Base => (line.name.clone(), 1, Some(line.amount)),
        LineItem::Usage(used) => (usage(&line.name, used, language), used.quantity, used_price(used)),
        LineItem::PreviousUsage(used) => {
            let late = match language {
                Language::En => "Reported after the invoice of their period",
                Language::Id => "Dilaporkan setelah tagihan periodenya",
            };
            (format!("{}\n{late}", usage(&line.name, used, language)), used.quantity, used_price(used))
        }
    };
    Line {
        description,
        quantity: Decimal { digits: i64::try_from(quantity).unwrap_or(i64::MAX), decimals: 0 },
        unit: String::new(),
        unit_price: unit_price.map(|price| Decimal { digits: price.minor(), decimals: price.currency().exponent() }),
        amount: line.amount.minor(),
    }
}

/// The name, and how many units the fee covers.
fn usage(name: &str, used: &UsedUnits, language: Language) -> String {
    match (used.included, language) {
        (0, _) => name.to_owned(),
        (included, Language::En) => format!("{name}\n{included} included"),
        (included, Language::Id) => format!("{name}\ntermasuk {included}"),
    }
}

/// A price of one unit is printed; a price of a block of units would be misread.
fn used_price(used: &UsedUnits) -> Option<Money> {
    (used.price.per == 1).then_some(used.price.amount)
}

fn printed_tax(tax: &TaxTotal) -> Tax {
    let (rate, base_kind, base) = match &tax.statutory {
        Some(statutory) => (statutory.rate, TaxBase::OtherValue, statutory.base),
        None => (tax.rate, TaxBase::Net, tax.taxable),
    };
    let rate = match rate.as_basis_points() {
        whole if whole % 100 == 0 => Decimal { digits: i64::from(whole / 100), decimals: 0 },
        basis_points => Decimal { digits: i64::from(basis_points), decimals: 2 },
    };
    Tax {
        label: tax.label.clone(),
        rate,
        base_kind,
        base: base.minor(),
        amount: tax.tax.minor(),
        mode: TaxMode::Exclusive,
    }
}

fn day(date: Date) -> Result<CivilDate, DocumentError> {
    let number = |part: i8| u8::try_from(part).unwrap_or(0);
    CivilDate::new(i32::from(date.year()), number(date.month()), number(date.day()))
}

/// First and last day, both included: the period's end is the first day of the next.
fn days(period: Period) -> Result<(CivilDate, CivilDate), DocumentError> {
    let last = period.end.yesterday().unwrap_or(period.end);
    Ok((day(period.start)?, day(last)?))
}

#[cfg(test)]
mod tests {
    use billing::InvoiceState;

    use super::*;
    use crate::render::render;

    const INVOICE: &str = include_str!("../../../shared/billing/tests/it/golden/invoice-1.json");
    const TENANT: &str = r#"{"id":"tnt_00000000000000000000000001","name":"Toko Sinar","slug":"toko-sinar","status":"ACTIVE",
        "owner":"usr_00000000000000000000000002","country":"ID","currency":"IDR","timezone":"Asia/Jakarta",
        "provisioning":"ready","created_at":"2026-11-21T00:00:00.000Z","version":1}"#;

    #[test]
    fn a_later_state_does_not_change_the_document() {
        let paid: Invoice = serde_json::from_str(INVOICE).unwrap();
        assert!(matches!(paid.state, InvoiceState::Paid { .. }));
        let invoice = Invoice { state: InvoiceState::Open, ..paid.clone() };
        let tenant: Tenant = serde_json::from_str(TENANT).unwrap();
        let open = printed(&invoice, &tenant).unwrap();
        assert_eq!(printed(&paid, &tenant).unwrap(), open);
        assert_eq!(open.total, invoice.total.minor());
        assert_eq!(open.taxes.len(), invoice.taxes.len());
        assert_eq!(open.lines.iter().map(|line| line.amount).sum::<i64>(), open.subtotal);
        assert!(render(&open).unwrap() == render(&open).unwrap());
    }
}
