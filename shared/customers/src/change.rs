//! What a PATCH says of a customer.

use kernel::{Email, Field, IdentityDocument, Locale, Phone, PriceKey, TaxId, Timestamp, Zone};

use crate::{Address, BalancePays, Contact, Customer, CustomerError, ExternalId, PlainLine, TaxExemption};

/// What a PATCH says of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CustomerChange {
    /// Another name; it cannot be taken away.
    pub name: Option<PlainLine>,
    /// The legal name of the company.
    pub company: Field<PlainLine>,
    /// Where invoices are sent.
    pub email: Field<Email>,
    /// The phone number.
    pub phone: Field<Phone>,
    /// Where the customer is; the whole address.
    pub address: Field<Address>,
    /// The tax id.
    pub tax_id: Field<TaxId>,
    /// The document by which a person is told from others.
    pub identity: Field<IdentityDocument>,
    /// What the tenant calls it.
    pub external_id: Field<ExternalId>,
    /// The language.
    pub locale: Field<Locale>,
    /// The zone of subscriptions to come.
    pub zone: Field<Zone>,
    /// Whether and why no tax is charged.
    pub tax_exemption: Field<TaxExemption>,
    /// Which invoices its balance pays by itself.
    pub balance_pays: Field<BalancePays>,
    /// The group of customers whose list prices it buys at.
    pub price_group: Field<PriceKey>,
}

impl Customer {
    /// The customer after a PATCH; `None` when it changes nothing. Invoices that were issued keep what they printed. One that
    /// says name, e-mail and phone anew leaves nothing of the user whose own they were.
    ///
    /// # Errors
    /// `Erased`.
    pub fn changed(self, change: CustomerChange, now: Timestamp) -> Result<Option<Self>, CustomerError> {
        if self.is_erased() {
            return Err(CustomerError::Erased);
        }
        let old = self.contact.clone();
        let says_who = change.name.is_some()
            && change.email != Field::Absent
            && (change.phone != Field::Absent || old.phone.is_none());
        let contact = Contact {
            name: change.name.unwrap_or(old.name),
            company: change.company.apply(old.company),
            email: change.email.apply(old.email),
            phone: change.phone.apply(old.phone),
            address: change.address.apply(old.address),
            tax_id: change.tax_id.apply(old.tax_id),
            identity: change.identity.apply(old.identity),
        };
        let new = Self {
            contact,
            contact_of: self.contact_of.filter(|_| !says_who),
            external_id: change.external_id.apply(self.external_id.clone()),
            locale: change.locale.apply(self.locale),
            zone: change.zone.apply(self.zone.clone()),
            tax_exemption: change.tax_exemption.apply(self.tax_exemption.clone()),
            balance_pays: change.balance_pays.apply(self.balance_pays),
            price_group: change.price_group.apply(self.price_group.clone()),
            ..self.clone()
        };
        Ok(if new == self { None } else { Some(Self { updated_at: now, version: self.version + 1, ..new }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let customer: Customer = serde_json::from_str(include_str!("golden/customer.json")).unwrap();
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        assert_eq!(customer.clone().changed(CustomerChange::default(), now), Ok(None));
        let same = CustomerChange { name: Some(customer.contact.name.clone()), ..CustomerChange::default() };
        assert_eq!(customer.clone().changed(same, now), Ok(None));
        let change = CustomerChange {
            company: Field::Null,
            email: Field::Value("b@example.com".parse().unwrap()),
            ..CustomerChange::default()
        };
        let changed = customer.clone().changed(change, now).unwrap().unwrap();
        assert_eq!(changed.printed_name(), "Budi Santoso");
        assert_eq!((changed.updated_at, changed.version), (now, 2));
        assert_eq!(changed.contact.tax_id, customer.contact.tax_id);
    }
}
