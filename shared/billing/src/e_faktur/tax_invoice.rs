//! The tax invoices that an invoice is to become: one for each code of a transaction, because the code is of the whole.

use std::collections::BTreeSet;

use kernel::{Currency, Date, InvoiceId, Money, MoneyError, TaxId};

use super::{
    buyer::TaxBuyer,
    goods::{GoodService, PpnSums, goods},
};
use crate::{CreditNoteNumber, Invoice, InvoiceNumber, InvoiceState, PPN, TaxCategory, TaxTotal};

/// The code of a transaction: the first two digits of the number that the tax office gives (PER-11/PJ/2025).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransactionCode {
    /// The tax is on the whole price, as on luxury goods (PMK 131/2024 article 2).
    WholePrice,
    /// It is on another value than the price (*DPP nilai lain*: 11/12 of it, PMK 131/2024 article 3).
    OtherValue,
}

/// A tax invoice, as it is uploaded. Its number is given by the tax office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxInvoice {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// The day of issue.
    pub date: Date,
    /// Which transaction it is.
    pub code: TransactionCode,
    /// The number of the invoice.
    pub reference: InvoiceNumber,
    /// NPWP and branch of the seller, 22 digits.
    pub seller_idtku: String,
    /// Who buys.
    pub buyer: TaxBuyer,
    /// What is sold.
    pub goods: Vec<GoodService>,
    /// The credit notes that took something of the invoice back; a return is a document of its own.
    pub credit_notes: Vec<CreditNoteNumber>,
}

/// Why an invoice, or the part of it with one category of tax, becomes no tax invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It was taken back.
    Void,
    /// It is not in rupiah.
    OtherCurrency,
    /// There is no PPN on it.
    NoPpn,
    /// What is given back is as much as what is asked for, or more.
    NothingLeft,
    /// It has PPN at two rates of one category, as when the law changed within a period that is given back.
    TwoRates,
    /// It was issued under another NPWP.
    OtherSeller,
}

/// What becomes of an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxInvoices {
    /// Its tax invoices.
    pub made: Vec<TaxInvoice>,
    /// Why something of it is left out.
    pub left_out: BTreeSet<LeftOut>,
}

impl TransactionCode {
    /// The two digits.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WholePrice => "01",
            Self::OtherValue => "04",
        }
    }
}

impl TaxInvoice {
    /// What its lines sum to: bases, the values that the rate is applied to, and the tax.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn sums(&self) -> Result<(Money, Money, Money), MoneyError> {
        let sum = |of: fn(&GoodService) -> Money| Money::sum(Currency::IDR, self.goods.iter().map(of));
        Ok((sum(|one| one.base)?, sum(|one| one.other_base)?, sum(|one| one.vat)?))
    }
}

impl Invoice {
    /// Its tax invoices, for a seller of this NPWP of 16 digits. A draft has none.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn tax_invoices(&self, npwp: &str) -> Result<TaxInvoices, MoneyError> {
        let mut found = TaxInvoices::default();
        if let Some(reason) = self.left_out_whole(npwp) {
            found.left_out.insert(reason);
            return Ok(found);
        }
        for category in [TaxCategory::Standard, TaxCategory::Luxury] {
            let totals: Vec<&TaxTotal> = self.taxes.iter().filter(|tax| is_ppn_of(tax, category)).collect();
            match self.tax_invoice(&totals, npwp)? {
                Some(Ok(made)) => found.made.push(made),
                Some(Err(reason)) => drop(found.left_out.insert(reason)),
                None => {}
            }
        }
        Ok(found)
    }

    fn left_out_whole(&self, npwp: &str) -> Option<LeftOut> {
        let seller = self.seller.tax_id.as_ref().and_then(TaxId::npwp);
        if matches!(self.state, InvoiceState::Void { .. }) {
            Some(LeftOut::Void)
        } else if !self.taxes.iter().any(|tax| tax.code == PPN && tax.rate.as_basis_points() > 0) {
            Some(LeftOut::NoPpn)
        } else if self.currency != Currency::IDR {
            Some(LeftOut::OtherCurrency)
        } else if seller.as_deref() != Some(npwp) {
            Some(LeftOut::OtherSeller)
        } else {
            None
        }
    }

    fn tax_invoice(&self, totals: &[&TaxTotal], npwp: &str) -> Result<Option<Result<TaxInvoice, LeftOut>>, MoneyError> {
        let (Some(first), Some(issued)) = (totals.first(), &self.issued) else { return Ok(None) };
        if totals.iter().any(|total| total.rate != first.rate || legal_rate(total) != legal_rate(first)) {
            return Ok(Some(Err(LeftOut::TwoRates)));
        }
        let sum = |of: fn(&TaxTotal) -> Money| Money::sum(self.currency, totals.iter().map(|total| of(total)));
        if sum(|total| total.taxable)?.minor() <= 0 {
            return Ok(Some(Err(LeftOut::NothingLeft)));
        }
        let sums = PpnSums {
            category: first.category,
            rate: first.statutory.map_or(first.rate, |statutory| statutory.rate),
            other_base: sum(|total| total.statutory.map_or(total.taxable, |statutory| statutory.base))?,
            vat: sum(|total| total.tax)?,
        };
        let code = if first.statutory.is_some() { TransactionCode::OtherValue } else { TransactionCode::WholePrice };
        Ok(Some(Ok(TaxInvoice {
            invoice: self.id,
            date: issued.date,
            code,
            reference: issued.number,
            seller_idtku: format!("{npwp}{}", self.seller.branch),
            buyer: TaxBuyer::from(&self.bill_to),
            goods: goods(self, sums)?,
            credit_notes: self.credit_notes.iter().map(|note| note.number).collect(),
        })))
    }
}

fn is_ppn_of(tax: &TaxTotal, category: TaxCategory) -> bool {
    tax.code == PPN && tax.category == category && tax.rate.as_basis_points() > 0
}

fn legal_rate(total: &TaxTotal) -> Option<u32> {
    total.statutory.map(|statutory| statutory.rate.as_basis_points())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
