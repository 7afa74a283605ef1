//! A party of the business: whoever subscribes, orders, pays, holds a balance and is printed on invoices.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{CustomerId, IdError, TenantId};

/// A customer of the tenant whose books these are; in the platform's own books, a tenant. Its text is that of the id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Party {
    /// A customer of a tenant.
    Customer(CustomerId),
    /// A tenant, as a customer of the platform.
    Tenant(TenantId),
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => id.fmt(f),
            Self::Tenant(id) => id.fmt(f),
        }
    }
}

impl FromStr for Party {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // The error of the more common kind is the one to read.
        text.parse().map(Self::Tenant).or_else(|_| text.parse().map(Self::Customer))
    }
}

impl TryFrom<String> for Party {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Party> for String {
    fn from(party: Party) -> Self {
        party.to_string()
    }
}

impl From<CustomerId> for Party {
    fn from(id: CustomerId) -> Self {
        Self::Customer(id)
    }
}

impl From<TenantId> for Party {
    fn from(id: TenantId) -> Self {
        Self::Tenant(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_written_as_its_id() {
        for text in ["cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"] {
            let party: Party = text.parse().unwrap();
            assert_eq!(party.to_string(), text);
            assert_eq!(serde_json::to_string(&party).unwrap(), format!("\"{text}\""));
        }
        for bad in ["", "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "cus_01jd2z3m4n5p6q7r8s9t0v1w2x"] {
            assert_eq!(bad.parse::<Party>(), Err(IdError { prefix: CustomerId::PREFIX }), "{bad}");
        }
    }
}
