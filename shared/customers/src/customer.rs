//! A customer, as stored.

use kernel::{Country, CustomerId, Email, Fault, FaultKind, Locale, Phone, TaxId, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};

use crate::{ExternalId, PlainLine};

/// Why something cannot be done with a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerError {
    /// There is none of this id, or it is somebody else's.
    #[error("there is no such customer")]
    NotFound,
    /// Another customer has this external id.
    #[error("another customer has this external id")]
    ExternalIdTaken,
    /// The person was erased; what is left is kept for the books.
    #[error("this customer was erased")]
    Erased,
    /// The user acts for too many customers.
    #[error("a user acts for at most {} customers", crate::MAX_PER_USER)]
    TooMany,
}

impl Fault for CustomerError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::ExternalIdTaken | Self::Erased | Self::TooMany => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::ExternalIdTaken => "EXTERNAL_ID_TAKEN",
            Self::Erased => "CUSTOMER_ERASED",
            Self::TooMany => "TOO_MANY_CUSTOMERS",
        }
    }
}

/// Where a customer is, as printed on invoices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Street and number.
    pub line1: PlainLine,
    /// Building, floor, district.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<PlainLine>,
    /// The city.
    pub city: PlainLine,
    /// Province or state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<PlainLine>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<PlainLine>,
    /// The country.
    pub country: Country,
}

/// Who a customer is. Sealed in the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The person's name, or that by which the company is known.
    pub name: PlainLine,
    /// The legal name of the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<PlainLine>,
    /// Where invoices are sent; none are mailed without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Where the customer is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The tax id, such as an NPWP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<TaxId>,
}

/// Why a customer pays no tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxExemption {
    /// The reason, which is printed on the invoice.
    pub reason: PlainLine,
}

/// A customer. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// The id.
    pub id: CustomerId,
    /// Who it is.
    pub contact: Contact,
    /// What the tenant calls it, unique in the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The language of invoices and messages; that of the tenant's country when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Whose midnight begins a billing day; the tenant's when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Set when no tax is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_exemption: Option<TaxExemption>,
    /// The users who act for it: what is the customer's is their own.
    #[serde(default)]
    pub users: Vec<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When the person was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What a new customer is made from.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// The new id.
    pub id: CustomerId,
    /// Who it is.
    pub contact: Contact,
    /// What the tenant calls it.
    pub external_id: Option<ExternalId>,
    /// The language.
    pub locale: Option<Locale>,
    /// The zone.
    pub zone: Option<Zone>,
    /// Set when no tax is charged.
    pub tax_exemption: Option<TaxExemption>,
    /// The user who acts for it, if there is one.
    pub user: Option<UserId>,
}

impl Customer {
    /// A new customer.
    pub fn new(new: NewCustomer, now: Timestamp) -> Self {
        Self {
            id: new.id,
            contact: new.contact,
            external_id: new.external_id,
            locale: new.locale,
            zone: new.zone,
            tax_exemption: new.tax_exemption,
            users: new.user.into_iter().collect(),
            created_at: now,
            updated_at: now,
            erased_at: None,
            version: 1,
        }
    }

    /// The same customer with one more user who acts for it; `None` when the user does already.
    ///
    /// # Errors
    /// `Erased`.
    pub fn with_user(self, user: UserId, now: Timestamp) -> Result<Option<Self>, CustomerError> {
        if self.erased_at.is_some() {
            return Err(CustomerError::Erased);
        }
        if self.users.contains(&user) {
            return Ok(None);
        }
        let users = self.users.iter().copied().chain([user]).collect();
        Ok(Some(Self { users, updated_at: now, version: self.version + 1, ..self }))
    }

    /// The same customer without this user. When nobody else acts for it and it was no company's, who it was is erased
    /// with the user: the name is a tombstone, and the books keep the id.
    #[must_use]
    pub fn without_user(self, user: UserId, tombstone: PlainLine, now: Timestamp) -> Self {
        let users: Vec<UserId> = self.users.iter().copied().filter(|id| *id != user).collect();
        let left = Self { users, updated_at: now, version: self.version + 1, ..self };
        if !left.users.is_empty() || left.contact.company.is_some() {
            return left;
        }
        let contact = Contact { name: tombstone, company: None, email: None, phone: None, address: None, tax_id: None };
        Self { contact, external_id: None, zone: None, erased_at: Some(now), ..left }
    }

    /// Whether the person was erased: nothing more is sold or sent to it.
    pub const fn is_erased(&self) -> bool {
        self.erased_at.is_some()
    }

    /// The name that is printed: the company's legal name where there is one.
    pub fn printed_name(&self) -> &str {
        self.contact.company.as_ref().unwrap_or(&self.contact.name).as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: &str = include_str!("golden/customer.json");

    fn customer() -> Customer {
        serde_json::from_str(STORED).unwrap()
    }

    fn user(last: char) -> UserId {
        format!("usr_01JD2Z3M4N5P6Q7R8S9T0V1W2{last}").parse().unwrap()
    }

    fn now() -> Timestamp {
        "2026-12-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn several_users_act_for_one_customer() {
        let known = customer();
        assert_eq!(known.clone().with_user(user('X'), now()), Ok(None));
        let two = known.with_user(user('Y'), now()).unwrap().unwrap();
        assert_eq!((two.users.len(), two.version), (2, 2));
    }

    #[test]
    fn a_person_is_erased_with_the_last_user_and_a_company_is_not() {
        let tombstone: PlainLine = "Erased".parse().unwrap();
        let company = customer().without_user(user('X'), tombstone.clone(), now());
        assert_eq!((company.is_erased(), company.printed_name()), (false, "PT Maju Jaya"));
        let contact = Contact { company: None, ..customer().contact };
        let person = Customer { contact, ..customer() };
        let shared = person.clone().with_user(user('Y'), now()).unwrap().unwrap();
        assert!(!shared.without_user(user('X'), tombstone.clone(), now()).is_erased());
        let erased = person.without_user(user('X'), tombstone, now());
        assert_eq!((erased.is_erased(), erased.printed_name(), erased.contact.email.clone()), (true, "Erased", None));
        assert_eq!(erased.with_user(user('Y'), now()), Err(CustomerError::Erased));
    }
}
