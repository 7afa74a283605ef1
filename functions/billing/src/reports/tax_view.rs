//! The tax report, as callers see it: as JSON and as one table.

use billing::{Invoice, TaxCategory, TaxKind, TaxOccasion, TaxRow, TaxSums};
use kernel::{Currency, Date, InvoiceId, Money, Party, TaxId, Zone};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Cell, Csv, People};

/// The taxes of a range.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaxReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// The sums, by tax, category, rate and currency.
    pub taxes: Vec<TaxTotalView>,
    /// What all taxes together are, by currency, and what the journal says.
    pub totals: Vec<TaxInLedger>,
    /// What they are made of: each tax of each invoice, on the day on which it was issued, voided or credited.
    pub rows: Vec<TaxRowView>,
}

/// The sums of one tax at one rate, in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaxTotalView {
    /// Which tax.
    pub tax: TaxKindView,
    /// How much.
    pub amounts: TaxAmounts,
}

/// All taxes in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxInLedger {
    /// The currency.
    pub currency: Currency,
    /// What the rows sum to.
    pub tax: Money,
    /// What the account of taxes moved in these days: the same, unless the books are wrong.
    pub in_ledger: Money,
}

/// Which tax.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportedTax)]
pub struct TaxKindView {
    /// The short name.
    #[schema(example = "PPN")]
    pub code: String,
    /// What its rate is for.
    pub category: TaxCategory,
    /// What part of the price it is.
    #[schema(example = 1100)]
    pub rate_basis_points: u32,
    /// The rate in the law, where that is of a part of the price.
    #[schema(example = 1200)]
    pub statutory_basis_points: Option<u32>,
    /// The currency.
    pub currency: Currency,
}

/// How much of a tax, and of what. Below zero is taken back.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxAmounts {
    /// The price that it is on, without it.
    pub base: Money,
    /// The part of the price that the law applies its rate to (DPP), where it does.
    pub statutory_base: Option<Money>,
    /// The tax.
    pub tax: Money,
}

/// One tax of one invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxRowView {
    /// The day on which it was issued, voided or credited.
    pub date: Date,
    /// Which of these.
    pub occasion: TaxOccasionView,
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    #[schema(example = "INV-2026-12-0001")]
    pub number: Option<String>,
    /// The day of its issue.
    pub issue_date: Option<Date>,
    /// Who was asked.
    pub customer_id: Party,
    /// The name of a person, as on the invoice.
    #[schema(example = "Budi")]
    pub name: String,
    /// The company, as on the invoice.
    #[schema(example = "PT Toko Budi Jaya")]
    pub company: Option<String>,
    /// The number with the tax office, such as the NPWP, as on the invoice.
    pub tax_id: Option<TaxId>,
    /// Which tax.
    pub tax: TaxKindView,
    /// How much.
    pub amounts: TaxAmounts,
}

/// Why a tax became due, or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxOccasionView {
    /// The invoice was issued.
    Issued,
    /// The invoice was taken back.
    Voided,
    /// A part of the invoice was taken back by a credit note.
    Credited,
}

impl TaxOccasionView {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Voided => "voided",
            Self::Credited => "credited",
        }
    }
}

impl From<TaxOccasion> for TaxOccasionView {
    fn from(occasion: TaxOccasion) -> Self {
        match occasion {
            TaxOccasion::Issued => Self::Issued,
            TaxOccasion::Voided => Self::Voided,
            TaxOccasion::Credited => Self::Credited,
        }
    }
}

impl From<TaxKind> for TaxKindView {
    fn from(TaxKind { code, category, rate_basis_points, statutory_basis_points, currency }: TaxKind) -> Self {
        Self { code, category, rate_basis_points, statutory_basis_points, currency }
    }
}

impl From<TaxSums> for TaxAmounts {
    fn from(TaxSums { base, statutory_base, tax }: TaxSums) -> Self {
        Self { base, statutory_base, tax }
    }
}

impl TaxRowView {
    pub(crate) fn new(row: TaxRow, invoice: &Invoice) -> Self {
        let bill_to = &invoice.bill_to;
        Self {
            date: row.day,
            occasion: row.occasion.into(),
            invoice_id: row.invoice,
            number: row.number.map(|number| number.to_string()),
            issue_date: invoice.issued.as_ref().map(|issued| issued.date),
            customer_id: bill_to.party,
            name: bill_to.name.clone(),
            company: bill_to.company.clone(),
            tax_id: bill_to.tax_id.clone(),
            tax: row.kind.into(),
            amounts: row.sums.into(),
        }
    }
}

/// Amounts are in minor units of the row's currency.
const COLUMNS: [&str; 18] = [
    "row",
    "date",
    "occasion",
    "invoiceId",
    "number",
    "issueDate",
    "customerId",
    "name",
    "company",
    "taxId",
    "code",
    "rateBasisPoints",
    "statutoryBasisPoints",
    "currency",
    "base",
    "statutoryBase",
    "tax",
    "category",
];

impl TaxReport {
    /// As one table: a row for each tax of each invoice, and one for each sum.
    pub(crate) fn table(&self, people: People) -> Csv {
        let mut table = Csv::naming(people, &COLUMNS);
        for row in &self.rows {
            let optional = |text: Option<&str>| text.map_or(Cell::Empty, |text| Cell::text(text.to_owned()));
            let named = [
                Cell::text("invoice"),
                Cell::text(row.date.to_string()),
                Cell::text(row.occasion.as_str()),
                Cell::text(row.invoice_id.to_string()),
                optional(row.number.as_deref()),
                row.issue_date.map_or(Cell::Empty, |day| Cell::text(day.to_string())),
                Cell::text(row.customer_id.to_string()),
                Cell::personal(row.name.as_str()),
                row.company.as_deref().map_or(Cell::Empty, Cell::personal),
                row.tax_id.as_ref().map_or(Cell::Empty, |id| Cell::personal(id.as_str())),
            ];
            let figures = row.tax.cells().into_iter().chain(row.amounts.cells());
            table.add(named.into_iter().chain(figures).chain([row.tax.category()]));
        }
        for total in &self.taxes {
            let named = std::iter::once(Cell::text("total")).chain(std::iter::repeat_n(Cell::Empty, 9));
            let figures = total.tax.cells().into_iter().chain(total.amounts.cells());
            table.add(named.chain(figures).chain([total.tax.category()]));
        }
        table
    }
}

impl TaxKindView {
    fn category(&self) -> Cell<'static> {
        Cell::text(self.category.as_str())
    }

    fn cells(&self) -> [Cell<'_>; 4] {
        let statutory = self.statutory_basis_points.map_or(Cell::Empty, |points| Cell::Number(points.into()));
        let rate = Cell::Number(self.rate_basis_points.into());
        [Cell::text(self.code.as_str()), rate, statutory, Cell::text(self.currency.to_string())]
    }
}

impl TaxAmounts {
    fn cells(&self) -> [Cell<'static>; 3] {
        let number = |amount: Money| Cell::Number(amount.minor());
        [number(self.base), self.statutory_base.map_or(Cell::Empty, number), number(self.tax)]
    }
}
