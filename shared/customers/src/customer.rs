//! A customer, as stored.

use kernel::{
    Country, CustomerId, Email, Fault, FaultKind, IdentityDocument, Locale, Phone, PriceKey, TaxId, Timestamp, UserId,
    Zone,
};
use serde::{Deserialize, Serialize};

use crate::{BalancePays, ExternalId, PlainLine};

/// For how many customers a user can act.
pub const MAX_PER_USER: usize = 20;

/// How many users can act for one customer: all of them stand in its row.
pub const MAX_USERS: usize = 100;

/// What is printed in the place of an erased customer's name.
pub const TOMBSTONE: &str = "Erased customer";

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
    #[error("a user acts for at most {} customers", MAX_PER_USER)]
    TooMany,
    /// Users act for the customer, who are erased themselves.
    #[error("users act for this customer: erase them, or take them off it first")]
    HasUsers,
    /// Too many users act for the customer.
    #[error("at most {MAX_USERS} users act for one customer; take one away first")]
    TooManyUsers,
}

impl Fault for CustomerError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::ExternalIdTaken | Self::Erased | Self::HasUsers | Self::TooMany | Self::TooManyUsers => {
                FaultKind::Conflict
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::ExternalIdTaken => "EXTERNAL_ID_TAKEN",
            Self::Erased => "CUSTOMER_ERASED",
            Self::HasUsers => "CUSTOMER_HAS_USERS",
            Self::TooMany => "TOO_MANY_CUSTOMERS",
            Self::TooManyUsers => "TOO_MANY_USERS",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::ExternalIdTaken | Self::Erased | Self::HasUsers | Self::TooMany | Self::TooManyUsers => true,
            Self::NotFound => false,
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
    /// The document by which a person without a tax id is told from others, such as a NIK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityDocument>,
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
    #[serde(with = "table::personal")]
    pub contact: Contact,
    /// What the tenant calls it, unique in the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "ExternalId::of_row")]
    pub external_id: Option<ExternalId>,
    /// The language of invoices and messages. When missing, that of the user whose own contact it is, and otherwise that of
    /// the tenant's country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Whose midnight begins a billing day; the tenant's when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Set when no tax is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_exemption: Option<TaxExemption>,
    /// Which invoices its balance pays by itself; see [`Customer::balance_pays`] for what holds when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_pays: Option<BalancePays>,
    /// The group of customers whose list prices it buys at; those for everybody when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_group: Option<PriceKey>,
    /// The users who act for it: what is the customer's is their own.
    #[serde(default)]
    pub users: Vec<UserId>,
    /// The user whose own name and address the contact is: set when a user became this customer, and missing where staff
    /// wrote who it is. It stays when the user acts for the customer no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_of: Option<UserId>,
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
    /// The user who becomes this customer, if one does: acts for it, and the contact is their own.
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
            balance_pays: None,
            price_group: None,
            users: new.user.into_iter().collect(),
            contact_of: new.user,
            created_at: now,
            updated_at: now,
            erased_at: None,
            version: 1,
        }
    }

    /// The same customer with one more user who acts for it; `None` when the user does already.
    ///
    /// # Errors
    /// `Erased`, `TooManyUsers`.
    pub fn with_user(self, user: UserId, now: Timestamp) -> Result<Option<Self>, CustomerError> {
        if self.erased_at.is_some() {
            return Err(CustomerError::Erased);
        }
        if self.users.contains(&user) {
            return Ok(None);
        }
        if self.users.len() >= MAX_USERS {
            return Err(CustomerError::TooManyUsers);
        }
        let users = self.users.iter().copied().chain([user]).collect();
        Ok(Some(Self { users, updated_at: now, version: self.version + 1, ..self }))
    }

    /// The same customer, for which this user acts no more; `None` when the user did not. Who the customer is stays as it
    /// was.
    pub fn without_user(self, user: UserId, now: Timestamp) -> Option<Self> {
        let users = self.others_than(user);
        (users.len() < self.users.len()).then(|| Self { users, updated_at: now, version: self.version + 1, ..self })
    }

    /// The same customer after this user was erased; `None` when nothing of the user is in it. When nobody else acts for it
    /// and it was no company's, it is erased with the person: the name is a tombstone, and the books keep the id. Where
    /// others go on, what was the person's own goes: the name becomes the company's, or the tombstone.
    #[must_use]
    pub fn without_erased(self, user: UserId, tombstone: PlainLine, now: Timestamp) -> Option<Self> {
        let is_own = self.contact_of == Some(user);
        if !is_own && !self.users.contains(&user) {
            return None;
        }
        let users = self.others_than(user);
        let left = Self { users, updated_at: now, version: self.version + 1, ..self };
        let company = left.contact.company.clone();
        let ends = left.users.is_empty() && company.is_none();
        if !ends && !is_own {
            return Some(left);
        }
        let tax_id = left.contact.tax_id.clone().filter(|_| company.is_some());
        let name = company.clone().unwrap_or(tombstone);
        let contact = Contact { name, company, email: None, phone: None, address: None, tax_id, identity: None };
        let left = Self { contact, contact_of: None, ..left };
        let bare = |left: Self| Self { external_id: None, price_group: None, zone: None, erased_at: Some(now), ..left };
        Some(if ends { bare(left) } else { left })
    }

    /// The same customer without anything that says who it is, a company too; `None` when it was erased before. The name is a
    /// tombstone, and the books keep the id.
    ///
    /// # Errors
    /// `HasUsers` when somebody acts for it.
    pub fn erased(self, tombstone: PlainLine, now: Timestamp) -> Result<Option<Self>, CustomerError> {
        if self.is_erased() {
            return Ok(None);
        }
        if !self.users.is_empty() {
            return Err(CustomerError::HasUsers);
        }
        let contact = Contact {
            name: tombstone,
            company: None,
            email: None,
            phone: None,
            address: None,
            tax_id: None,
            identity: None,
        };
        let version = self.version + 1;
        let erased_at = Some(now);
        let bare = Self { contact, contact_of: None, external_id: None, price_group: None, zone: None, ..self };
        Ok(Some(Self { tax_exemption: None, erased_at, updated_at: now, version, ..bare }))
    }

    fn others_than(&self, user: UserId) -> Vec<UserId> {
        self.users.iter().copied().filter(|id| *id != user).collect()
    }

    /// Which invoices its balance pays by itself.
    pub fn balance_pays(&self) -> BalancePays {
        self.balance_pays.unwrap_or_default()
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
    fn a_hundred_users_act_for_one_customer_and_no_more() {
        let mut full = customer();
        full.users = (0..100).map(|at| UserId::new(ulid::Ulid(at))).collect();
        assert_eq!(full.clone().with_user(user('Y'), now()), Err(CustomerError::TooManyUsers));
        let known = full.users[7];
        assert_eq!(full.with_user(known, now()), Ok(None));
    }

    #[test]
    fn a_user_who_is_taken_off_leaves_the_customer_as_it_is() {
        let left = customer().without_user(user('X'), now()).unwrap();
        assert_eq!((left.users.len(), left.version, left.is_erased()), (0, 2, false));
        assert_eq!((left.contact.clone(), left.contact_of), (customer().contact, customer().contact_of));
        assert_eq!(left.without_user(user('X'), now()), None);
    }

    /// The customer without a company.
    fn person() -> Customer {
        Customer { contact: Contact { company: None, ..customer().contact }, ..customer() }
    }

    fn erased(customer: Customer, last: char) -> Option<Customer> {
        customer.without_erased(user(last), "Erased".parse().unwrap(), now())
    }

    #[test]
    fn a_person_is_erased_with_the_last_user_and_a_company_is_not() {
        let company = erased(customer(), 'X').unwrap();
        assert_eq!((company.is_erased(), company.printed_name()), (false, "PT Maju Jaya"));
        let shared = person().with_user(user('Y'), now()).unwrap().unwrap();
        assert!(!erased(shared, 'X').unwrap().is_erased());
        let gone = erased(person(), 'X').unwrap();
        assert_eq!((gone.is_erased(), gone.printed_name(), gone.contact.email.clone()), (true, "Erased", None));
        assert_eq!(gone.clone().with_user(user('Y'), now()), Err(CustomerError::Erased));
        assert_eq!(erased(gone, 'X'), None, "twice is once");
    }

    #[test]
    fn staff_erases_whom_nobody_acts_for_companies_too() {
        let tombstone: PlainLine = "Erased".parse().unwrap();
        assert_eq!(customer().erased(tombstone.clone(), now()), Err(CustomerError::HasUsers));
        let alone = Customer { users: Vec::new(), ..customer() };
        let gone = alone.clone().erased(tombstone.clone(), now()).unwrap().unwrap();
        assert_eq!((gone.is_erased(), gone.printed_name(), gone.version), (true, "Erased", alone.version + 1));
        let Contact { name: _, company, email, phone, address, tax_id, identity } = gone.contact.clone();
        assert_eq!((company, email, phone, address), (None, None, None, None));
        assert_eq!((tax_id, identity, gone.external_id.clone(), gone.contact_of), (None, None, None, None));
        assert_eq!(gone.erased(tombstone, now()), Ok(None), "twice is once");
    }

    #[test]
    fn an_identity_document_goes_with_the_person() {
        let known: Customer = serde_json::from_str(include_str!("golden/customer.person.json")).unwrap();
        assert!(known.contact.identity.is_some());
        let gone = erased(known, 'X').unwrap();
        assert_eq!((gone.is_erased(), gone.contact.identity), (true, None));
    }

    #[test]
    fn nothing_of_an_erased_persons_own_is_left_where_others_go_on() {
        let own = |customer: Customer| {
            let contact_of = Some(user('X'));
            Customer { contact_of, ..customer.with_user(user('Y'), now()).unwrap().unwrap() }
        };
        let bare = |contact: &Contact| (contact.email.clone(), contact.phone.clone(), contact.address.clone());
        let company = erased(own(customer()), 'X').unwrap();
        assert_eq!(company.contact.name.as_str(), "PT Maju Jaya");
        assert_eq!((bare(&company.contact), company.contact_of), ((None, None, None), None));
        assert_eq!((company.contact.tax_id.clone(), company.is_erased()), (customer().contact.tax_id, false));
        let shared = erased(own(person()), 'X').unwrap();
        assert_eq!((shared.printed_name(), bare(&shared.contact)), ("Erased", (None, None, None)));
        assert_eq!((shared.contact.tax_id.clone(), shared.is_erased()), (None, false));
        assert_eq!(shared.users, [user('Y')]);
        // What staff wrote is nobody's own.
        let by_staff = Customer { contact_of: None, ..own(person()) };
        assert_eq!(erased(by_staff.clone(), 'X').unwrap().contact, by_staff.contact);
        // Taken off before, and erased after that: the name is still the person's.
        let off = own(person()).without_user(user('X'), now()).unwrap();
        assert_eq!(erased(off.clone(), 'X').unwrap().printed_name(), "Erased");
        assert_eq!(erased(off, 'Z'), None);
    }
}
