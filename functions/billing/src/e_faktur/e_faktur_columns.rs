//! The elements of a tax invoice by the names and in the order of Coretax's `TaxInvoice.xsd`. The XML is made of them, and
//! the table too.

use std::borrow::Cow;

use billing::{GoodService, TaxInvoice, UNIT_OTHER, UNKNOWN_CODE};
use kernel::{Date, Money, Rate};
use web::{Cell, Csv, People};

/// A value by the name of its element; empty where Coretax asks for nothing.
pub(crate) type Element<'v> = (&'static str, Cell<'v>);

/// What is said of the whole.
pub(crate) const HEAD: [&str; 17] = [
    "TaxInvoiceDate",
    "TaxInvoiceOpt",
    "TrxCode",
    "AddInfo",
    "CustomDoc",
    "CustomDocMonthYear",
    "RefDesc",
    "FacilityStamp",
    "SellerIDTKU",
    "BuyerTin",
    "BuyerDocument",
    "BuyerCountry",
    "BuyerDocumentNumber",
    "BuyerName",
    "BuyerAdress",
    "BuyerEmail",
    "BuyerIDTKU",
];

/// What is said of a good or service.
pub(crate) const GOODS: [&str; 13] = [
    "Opt",
    "Code",
    "Name",
    "Unit",
    "Price",
    "Qty",
    "TotalDiscount",
    "TaxBase",
    "OtherTaxBase",
    "VATRate",
    "VAT",
    "STLGRate",
    "STLG",
];

/// The first is no replacement of another.
const NORMAL: &str = "Normal";

pub(crate) fn head(made: &TaxInvoice) -> impl Iterator<Item = Element<'_>> {
    let buyer = &made.buyer;
    let values = [
        Cell::text(day(made.date)),
        Cell::text(NORMAL),
        Cell::text(made.code.as_str()),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        Cell::text(made.reference.to_string()),
        Cell::Empty,
        Cell::text(made.seller_idtku.as_str()),
        Cell::personal(buyer.tin.as_str()),
        Cell::text(buyer.document.as_str()),
        Cell::text(buyer.country),
        Cell::personal(buyer.document_number.as_str()),
        Cell::personal(buyer.name.as_str()),
        Cell::personal(buyer.address.as_str()),
        Cell::personal(buyer.email.as_str()),
        Cell::personal(buyer.idtku.as_str()),
    ];
    HEAD.into_iter().zip(values)
}

pub(crate) fn goods(one: &GoodService) -> impl Iterator<Item = Element<'_>> {
    let money = |amount: Money| Cell::Number(amount.minor());
    let values = [
        Cell::text(one.kind.as_str()),
        Cell::text(UNKNOWN_CODE),
        Cell::text(one.name.as_str()),
        Cell::text(UNIT_OTHER),
        money(one.price),
        Cell::Number(i64::try_from(one.quantity).unwrap_or(i64::MAX)),
        money(one.discount),
        money(one.base),
        money(one.other_base),
        percent(one.rate),
        money(one.vat),
        // No tax on the sale of luxury goods (PPnBM) is collected.
        Cell::Number(0),
        Cell::Number(0),
    ];
    GOODS.into_iter().zip(values)
}

/// One row for each good or service, with what is said of the whole.
pub(crate) fn table(made: &[TaxInvoice], people: People) -> Csv {
    let columns: Vec<&str> = HEAD.into_iter().chain(GOODS).collect();
    let mut table = Csv::naming(people, &columns);
    for tax_invoice in made {
        for one in &tax_invoice.goods {
            table.add(head(tax_invoice).chain(goods(one)).map(|(_, value)| value));
        }
    }
    table
}

fn day(day: Date) -> Cow<'static, str> {
    Cow::Owned(day.to_string())
}

/// `12`, or `11.5`.
fn percent(rate: Rate) -> Cell<'static> {
    let points = rate.as_basis_points();
    if points.is_multiple_of(100) {
        return Cell::Number(i64::from(points / 100));
    }
    let text = format!("{}.{:02}", points / 100, points % 100);
    Cell::text(text.trim_end_matches('0').to_owned())
}
