//! A customer, as callers see one, and what a body says of an address.

use customers::{Address, Customer, PlainLine};
use kernel::{Country, CustomerId, Email, Locale, Phone, TaxId, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerView {
    /// The id.
    #[schema(value_type = String, example = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub id: CustomerId,
    /// The person's name, or that by which the company is known.
    #[schema(value_type = String, example = "Budi Santoso")]
    pub name: PlainLine,
    /// The legal name of the company, printed in the place of the name.
    #[schema(value_type = Option<String>, example = "PT Maju Jaya")]
    pub company: Option<PlainLine>,
    /// Where invoices are sent; none are mailed without it.
    #[schema(value_type = Option<String>, format = Email, example = "budi@example.com")]
    pub email: Option<Email>,
    /// The phone number.
    #[schema(value_type = Option<String>, example = "+6281234567890")]
    pub phone: Option<Phone>,
    /// Where the customer is.
    pub address: Option<AddressBody>,
    /// The tax id without separators, such as an NPWP.
    #[schema(value_type = Option<String>, example = "0123456789012345")]
    pub tax_id: Option<TaxId>,
    /// What you call it, unique in the tenant.
    #[schema(example = "crm:42")]
    pub external_id: Option<String>,
    /// `id` or `en`. When null, what the user prefers who became this customer, for a company or anybody else that of the
    /// tenant's country.
    #[schema(value_type = Option<String>, example = "id")]
    pub locale: Option<Locale>,
    /// The IANA zone of subscriptions to come; the tenant's when null.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    pub timezone: Option<Zone>,
    /// Why no tax is charged; null when it is.
    #[schema(value_type = Option<String>, example = "Kawasan Berikat")]
    pub tax_exemption: Option<PlainLine>,
    /// The users who act for it.
    #[schema(value_type = Vec<String>, example = json!(["usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X"]))]
    pub user_ids: Vec<UserId>,
    /// When the person was erased; null otherwise.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub erased_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AddressBody {
    /// Street and number.
    #[schema(value_type = String, example = "Jl. Melati 5")]
    pub line1: PlainLine,
    /// Building, floor, district.
    #[schema(value_type = Option<String>, example = "Lantai 2")]
    pub line2: Option<PlainLine>,
    /// The city.
    #[schema(value_type = String, example = "Bandung")]
    pub city: PlainLine,
    /// Province or state.
    #[schema(value_type = Option<String>, example = "Jawa Barat")]
    pub region: Option<PlainLine>,
    /// The postal code.
    #[schema(value_type = Option<String>, example = "40115")]
    pub postal_code: Option<PlainLine>,
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = String, example = "ID")]
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
            external_id: customer.external_id.clone().map(String::from),
            locale: customer.locale,
            timezone: customer.zone.clone(),
            tax_exemption: customer.tax_exemption.clone().map(|exemption| exemption.reason),
            user_ids: customer.users.clone(),
            erased_at: customer.erased_at,
            created_at: customer.created_at,
            updated_at: customer.updated_at,
        }
    }
}
