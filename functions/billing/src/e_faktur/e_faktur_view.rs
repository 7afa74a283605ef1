//! What a file of tax invoices holds and what it leaves out, as callers see it.

use billing::{Invoice, LeftOut, TaxInvoice};
use kernel::{Currency, Date, InvoiceId, Money, MoneyError, Zone};
use serde::Serialize;
use utoipa::ToSchema;

/// The tax invoices of some days, and the invoices of these days that become none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EFaktur {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// The NPWP of the seller, 16 digits.
    #[schema(example = "0012345678901000")]
    pub tin: String,
    /// What all of them sum to.
    pub totals: EFakturSums,
    /// The tax invoices, by the number of their invoices: two for an invoice with luxury goods beside others.
    pub tax_invoices: Vec<TaxInvoiceView>,
    /// The invoices that become none, or not as a whole.
    pub left_out: Vec<LeftOutView>,
}

/// Sums in rupiah.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EFakturSums {
    /// The prices without PPN (DPP).
    pub tax_base: Money,
    /// What the rate is applied to (*DPP nilai lain*), or the whole base.
    pub other_tax_base: Money,
    /// The PPN.
    pub vat: Money,
}

/// A tax invoice, in short.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxInvoiceView {
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    #[schema(example = "INV-2026-12-0001")]
    pub number: String,
    /// The day of issue.
    pub date: Date,
    /// `04` where the tax is on 11/12 of the price, `01` where it is on all of it, as on luxury goods.
    #[schema(example = "04")]
    pub transaction_code: String,
    /// Who buys.
    #[schema(example = "PT Toko Budi Jaya")]
    pub buyer_name: String,
    /// What the buyer is told by: `TIN` (NPWP), `National ID`, `Passport`, or `Other ID`, which end consumers have too.
    #[schema(example = "TIN")]
    pub buyer_document: String,
    /// What its lines sum to.
    pub sums: EFakturSums,
    /// How many goods and services there are on it.
    pub lines: usize,
    /// The credit notes that took something of the invoice back. A return is a document of its own, which the buyer makes.
    #[schema(example = json!(["CN-2026-12-0001"]))]
    pub credit_notes: Vec<String>,
}

/// An invoice that becomes no tax invoice, or not as a whole.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LeftOutInvoice)]
pub struct LeftOutView {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    #[schema(example = "INV-2026-12-0002")]
    pub number: Option<String>,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why an invoice becomes no tax invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// It was voided.
    Void,
    /// It is not in rupiah: its amounts are translated by the rate of the Minister of Finance, by hand.
    OtherCurrency,
    /// There is no PPN on it.
    NoPpn,
    /// What it gives back is as much as what it asks for, or more, of a category of PPN.
    NothingLeft,
    /// It has PPN at two rates of a category: it is written by hand.
    TwoRates,
    /// It was issued under another NPWP.
    OtherSeller,
}

impl From<LeftOut> for LeftOutReason {
    fn from(reason: LeftOut) -> Self {
        match reason {
            LeftOut::Void => Self::Void,
            LeftOut::OtherCurrency => Self::OtherCurrency,
            LeftOut::NoPpn => Self::NoPpn,
            LeftOut::NothingLeft => Self::NothingLeft,
            LeftOut::TwoRates => Self::TwoRates,
            LeftOut::OtherSeller => Self::OtherSeller,
        }
    }
}

impl LeftOutView {
    pub(crate) fn new(invoice: &Invoice, reason: LeftOut) -> Self {
        let number = invoice.issued.as_ref().map(|issued| issued.number.to_string());
        Self { invoice_id: invoice.id, number, reason: reason.into() }
    }
}

impl EFakturSums {
    /// What these sum to.
    pub(crate) fn of(made: &[TaxInvoice]) -> Result<Self, MoneyError> {
        let nothing = Money::zero(Currency::IDR);
        let mut all = Self { tax_base: nothing, other_tax_base: nothing, vat: nothing };
        for tax_invoice in made {
            let (base, other, vat) = tax_invoice.sums()?;
            all.tax_base = all.tax_base.checked_add(base)?;
            all.other_tax_base = all.other_tax_base.checked_add(other)?;
            all.vat = all.vat.checked_add(vat)?;
        }
        Ok(all)
    }
}

impl TaxInvoiceView {
    pub(crate) fn new(made: &TaxInvoice) -> Result<Self, MoneyError> {
        Ok(Self {
            invoice_id: made.invoice,
            number: made.reference.to_string(),
            date: made.date,
            transaction_code: made.code.as_str().to_owned(),
            buyer_name: made.buyer.name.clone(),
            buyer_document: made.buyer.document.as_str().to_owned(),
            sums: EFakturSums::of(std::slice::from_ref(made))?,
            lines: made.goods.len(),
            credit_notes: made.credit_notes.iter().map(ToString::to_string).collect(),
        })
    }
}
