//! Which payment methods a party has saved, and which of them is charged when nobody says.

use kernel::{Party, PaymentMethodId};
use serde::{Deserialize, Serialize};

use crate::{MethodError, ProviderToken};

/// How many methods one party may save.
const MOST: usize = 10;

/// The saved methods of a party, and how Stripe knows it. Every change of either is a new version, so that two at once
/// never leave a default that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MethodBook {
    /// Whose.
    pub party: Party,
    /// Oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<PaymentMethodId>,
    /// Which one is charged when nobody says; there is one as long as there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<PaymentMethodId>,
    /// Stripe's name of the party, made once.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub stripe_customer: Option<ProviderToken>,
    /// Stripe's name of a party that was erased, until it is deleted there.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub leaving: Option<ProviderToken>,
    /// Raised by every change, from 1; 0 before it was stored.
    pub version: u64,
}

/// What a method that is added becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// The default.
    Default,
    /// One of them; the default when it is the only one.
    OneMore,
}

impl MethodBook {
    /// That of a party that has saved nothing.
    pub const fn empty(party: Party) -> Self {
        Self { party, methods: Vec::new(), default: None, stripe_customer: None, leaving: None, version: 0 }
    }

    /// With one more method.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn with(&self, id: PaymentMethodId, becomes: Becomes) -> Result<Self, MethodError> {
        if self.methods.len() >= MOST {
            return Err(MethodError::TooMany { most: MOST });
        }
        let mut next = self.next();
        next.methods.push(id);
        if becomes == Becomes::Default || next.default.is_none() {
            next.default = Some(id);
        }
        Ok(next)
    }

    /// Without a method; the newest that is left becomes the default where it was. `None` when it is not there.
    pub fn without(&self, id: PaymentMethodId) -> Option<Self> {
        if !self.methods.contains(&id) {
            return None;
        }
        let mut next = self.next();
        next.methods.retain(|method| *method != id);
        if next.default == Some(id) {
            next.default = next.methods.last().copied();
        }
        Some(next)
    }

    /// With another default; `None` when it is that already, or not there.
    pub fn preferring(&self, id: PaymentMethodId) -> Option<Self> {
        let changes = self.methods.contains(&id) && self.default != Some(id);
        changes.then(|| Self { default: Some(id), ..self.next() })
    }

    /// As Stripe knows the party.
    pub fn known_to_stripe(&self, customer: ProviderToken) -> Self {
        Self { stripe_customer: Some(customer), ..self.next() }
    }

    /// Without any method, and about to be unknown to Stripe: of a party that was erased.
    pub fn forgotten(&self) -> Self {
        let leaving = self.stripe_customer.clone().or(self.leaving.clone());
        Self { leaving, version: self.version + 1, ..Self::empty(self.party) }
    }

    /// Unknown to Stripe.
    pub fn left(&self) -> Self {
        Self { leaving: None, ..self.next() }
    }

    fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> PaymentMethodId {
        format!("pmt_0000000000000000000000000{number:X}").parse().unwrap()
    }

    fn book() -> MethodBook {
        MethodBook::empty("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap())
    }

    #[test]
    fn the_first_is_the_default_until_another_is_asked_for() {
        let one = book().with(id(1), Becomes::OneMore).unwrap();
        let two = one.with(id(2), Becomes::OneMore).unwrap();
        assert_eq!((two.default, two.version), (Some(id(1)), 2));
        assert_eq!(two.preferring(id(2)).unwrap().default, Some(id(2)));
        assert_eq!(two.preferring(id(1)), None);
        assert_eq!(two.preferring(id(3)), None);
        assert_eq!(one.with(id(2), Becomes::Default).unwrap().default, Some(id(2)));
    }

    #[test]
    fn the_newest_that_is_left_takes_the_place_of_a_default_that_goes() {
        let all = (1..=3).fold(book(), |book, number| book.with(id(number), Becomes::OneMore).unwrap());
        assert_eq!(all.without(id(1)).unwrap().default, Some(id(3)));
        assert_eq!(all.without(id(2)).unwrap().default, Some(id(1)));
        assert_eq!(all.without(id(4)), None);
        let none = book().with(id(1), Becomes::OneMore).unwrap().without(id(1)).unwrap();
        assert_eq!((none.default, none.methods.len()), (None, 0));
    }

    #[test]
    fn there_is_a_most() {
        let full = (1..=10).fold(book(), |book, number| book.with(id(number), Becomes::OneMore).unwrap());
        assert_eq!(full.with(id(11), Becomes::OneMore), Err(MethodError::TooMany { most: 10 }));
    }
}
