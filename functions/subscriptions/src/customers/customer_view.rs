//! A customer, as callers see one, and what a body says of an address.

use customers::{Address, BalancePays, Customer, PlainLine};
use kernel::{Country, CustomerId, Email, IdentityDocument, Locale, Phone, PriceKey, TaxId, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerView {
    pub id: CustomerId,
    /// The person's name, or that by which the company is known.
    pub name: PlainLine,
    /// The legal name of the company, printed in the place of the name.
    pub company: Option<PlainLine>,
    /// Where invoices are sent; none are mailed without it.
    pub email: Option<Email>,
    pub phone: Option<Phone>,
    /// Where the customer is.
    pub address: Option<AddressBody>,
    /// The tax id without separators, such as an NPWP.
    pub tax_id: Option<TaxId>,
    /// The document by which a person without a tax id is told from others, such as a NIK; for tax invoices.
    pub identity: Option<IdentityDocument>,
    /// What you call it, unique in the tenant.
    #[schema(example = "crm:42")]
    pub external_id: Option<String>,
    /// When null, what the user prefers who became this customer, for a company or anybody else that of the tenant's
    /// country.
    pub locale: Option<Locale>,
    /// The IANA zone of subscriptions to come; the tenant's when null.
    pub timezone: Option<Zone>,
    /// Why no tax is charged; null when it is.
    pub tax_exemption: Option<PlainLine>,
    /// Which invoices its balance pays by itself.
    pub balance_pays: BalancePays,
    /// The group of customers whose list prices it buys at; null for those that everybody buys at.
    pub price_group: Option<PriceKey>,
    /// The users who act for it.
    pub user_ids: Vec<UserId>,
    /// When the person was erased; null otherwise.
    pub erased_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "line1": "Jl. Braga 12", "city": "Bandung", "postalCode": "40111", "country": "ID" }))]
pub struct AddressBody {
    /// Street and number.
    pub line1: PlainLine,
    /// Building, floor, district.
    pub line2: Option<PlainLine>,
    /// The city.
    pub city: PlainLine,
    /// Province or state.
    pub region: Option<PlainLine>,
    /// The postal code.
    pub postal_code: Option<PlainLine>,
    pub country: Country,
}

impl From<Address> for AddressBody {
    fn from(address: Address) -> Self {
        let Address { line1, line2, city, region, postal_code, country } = address;
        Self { line1, line2, city, region, postal_code, country }
    }
}

impl From<AddressBody> for Address {
    fn from(body: AddressBody) -> Self {
        let AddressBody { line1, line2, city, region, postal_code, country } = body;
        Self { line1, line2, city, region, postal_code, country }
    }
}

impl From<&Customer> for CustomerView {
    fn from(customer: &Customer) -> Self {
        let contact = customer.contact.clone();
        Self {
            id: customer.id,
            name: contact.name,
            company: contact.company,
            email: contact.email,
            phone: contact.phone,
            address: contact.address.map(AddressBody::from),
            tax_id: contact.tax_id,
            identity: contact.identity,
            external_id: customer.external_id.clone().map(String::from),
            locale: customer.locale,
            timezone: customer.zone.clone(),
            tax_exemption: customer.tax_exemption.clone().map(|exemption| exemption.reason),
            balance_pays: customer.balance_pays(),
            price_group: customer.price_group.clone(),
            user_ids: customer.users.clone(),
            erased_at: customer.erased_at,
            created_at: customer.created_at,
            updated_at: customer.updated_at,
        }
    }
}
