//! Who buys, as Coretax tells people apart: by NPWP, else by another document, and an end consumer by none.

use kernel::{IdentityKind, TaxId};

use crate::BillTo;

/// The document that a buyer is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuyerDocument {
    /// The NPWP.
    Tin,
    /// The NIK of a resident.
    NationalId,
    /// A passport.
    Passport,
    /// Another one, or none: end consumers may be without (PER-11/PJ/2025).
    Other,
}

/// The buyer of a tax invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxBuyer {
    /// The NPWP of 16 digits; zeros for who has none.
    pub tin: String,
    /// Which document it is told by.
    pub document: BuyerDocument,
    /// The country, by its three letters. A buyer abroad is not taxed, so it is Indonesia.
    pub country: &'static str,
    /// The number of that document; `-` for an NPWP, and where there is none.
    pub document_number: String,
    /// The company, else the person.
    pub name: String,
    /// The address on one line; `-` where the invoice has none.
    pub address: String,
    /// The address for mail; empty where the invoice has none.
    pub email: String,
    /// NPWP and branch, 22 digits; only the branch for who has no NPWP.
    pub idtku: String,
}

const NO_TIN: &str = "0000000000000000";
const HEAD_OFFICE: &str = "000000";
const NOTHING: &str = "-";
const INDONESIA: &str = "IDN";

impl BuyerDocument {
    /// The name that Coretax has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tin => "TIN",
            Self::NationalId => "National ID",
            Self::Passport => "Passport",
            Self::Other => "Other ID",
        }
    }
}

impl From<&BillTo> for TaxBuyer {
    fn from(bill_to: &BillTo) -> Self {
        let npwp = bill_to.tax_id.as_ref().and_then(TaxId::npwp);
        let (document, number) = match (&npwp, &bill_to.identity, &bill_to.tax_id) {
            (Some(_), _, _) => (BuyerDocument::Tin, NOTHING),
            (None, Some(identity), _) => match identity.kind() {
                IdentityKind::NationalId => (BuyerDocument::NationalId, identity.number()),
                IdentityKind::Passport => (BuyerDocument::Passport, identity.number()),
            },
            (None, None, Some(other)) => (BuyerDocument::Other, other.as_str()),
            (None, None, None) => (BuyerDocument::Other, NOTHING),
        };
        let address = bill_to.address.join(", ");
        Self {
            idtku: npwp.as_ref().map_or_else(|| HEAD_OFFICE.to_owned(), |npwp| format!("{npwp}{HEAD_OFFICE}")),
            document,
            country: INDONESIA,
            document_number: number.to_owned(),
            name: bill_to.company.as_ref().unwrap_or(&bill_to.name).clone(),
            address: if address.is_empty() { NOTHING.to_owned() } else { address },
            email: bill_to.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            tin: npwp.unwrap_or_else(|| NO_TIN.to_owned()),
        }
    }
}
