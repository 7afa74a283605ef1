//! The two sides of an invoice, as they were called when it was issued: everything that is printed about them.

use kernel::{BranchCode, Color, Email, IdentityDocument, Party, Phone, TaxId, Zone};
use serde::{Deserialize, Serialize};

use crate::{BankAccount, DocumentTemplate, Signatory};

/// Who asks for the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seller {
    /// Its name.
    pub name: String,
    /// The legal entity, where it has another name: documents name this one as the seller.
    pub legal_name: Option<String>,
    /// Its address, line by line.
    pub address: Vec<String>,
    /// Its number with the tax office, such as the NPWP.
    pub tax_id: Option<TaxId>,
    /// Which of its branches it is, for the tax office.
    #[serde(default, skip_serializing_if = "BranchCode::is_head_office")]
    pub branch: BranchCode,
    /// Where questions go.
    pub email: Option<Email>,
    /// Where questions go.
    pub phone: Option<Phone>,
    /// Where it is paid to.
    pub bank_accounts: Vec<BankAccount>,
    /// How its documents look.
    #[serde(default, skip_serializing_if = "DocumentTemplate::is_usual")]
    pub template: DocumentTemplate,
    /// Who signs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signatory>,
    /// How it looks besides.
    #[serde(default, skip_serializing_if = "SellerBrand::is_usual")]
    pub brand: SellerBrand,
    /// Whose days the issue and due dates are, and whose months the numbers.
    pub zone: Zone,
}

/// How a seller looked when it asked for the money, so that a document is printed the same for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SellerBrand {
    /// What people know it by, where that is another name: it heads documents and the page where they are paid, and names nobody
    /// in law.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The SHA-256 of its logo, which its bytes are kept by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Of the buttons and the band of the page where it is paid; the colour of its documents when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<Color>,
}

impl Seller {
    /// What people know it by.
    pub fn known_as(&self) -> &str {
        self.brand.name.as_ref().unwrap_or(&self.name)
    }
}

impl SellerBrand {
    /// Whether it is that of a seller who chose nothing.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Who is billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillTo {
    /// Whose debt it is.
    pub party: Party,
    /// The name of a person.
    pub name: String,
    /// The company.
    pub company: Option<String>,
    /// Where the invoice is sent.
    pub email: Option<Email>,
    /// The number.
    pub phone: Option<Phone>,
    /// The address, line by line.
    pub address: Vec<String>,
    /// Its number with the tax office, such as the NPWP.
    pub tax_id: Option<TaxId>,
    /// The document by which a person without such a number is told from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityDocument>,
    /// What the tenant's own systems call it.
    pub external_id: Option<String>,
}
