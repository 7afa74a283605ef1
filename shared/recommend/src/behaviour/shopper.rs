//! Whose behaviour it is.

use std::{fmt, str::FromStr};

use kernel::{CustomerId, ULID, UserId, VisitorId};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

/// Whose behaviour it is: a customer, a user who acts for none yet (or for several), or a visitor whom the shop's page named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Shopper {
    /// A customer.
    Customer(CustomerId),
    /// A user.
    User(UserId),
    /// Somebody without an account. Whoever knows the id is taken for them.
    Visitor(VisitorId),
}

/// A text is none of the three ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use an id of a user (usr_…), a customer (cus_…) or a visitor (vis_…)")]
pub struct ShopperError;

impl PartialSchema for Shopper {
    fn schema() -> RefOr<Schema> {
        let described = "Who looks at products: a customer, a user, or a visitor whom the page of the shop named by `vis_` and a ULID";
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(described))
            .pattern(Some(format!("^(cus|usr|vis)_{ULID}$")))
            .examples(["usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X"])
            .into()
    }
}

impl ToSchema for Shopper {}

impl Shopper {
    /// In which of so many parts of the table the rows are.
    pub fn shard(self, shards: u8) -> u8 {
        let ulid = match self {
            Self::Customer(id) => id.ulid(),
            Self::User(id) => id.ulid(),
            Self::Visitor(id) => id.ulid(),
        };
        // The low bits of a ULID are random.
        u8::try_from(u128::from(ulid) % u128::from(shards.max(1))).unwrap_or_default()
    }
}

impl fmt::Display for Shopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => id.fmt(f),
            Self::User(id) => id.fmt(f),
            Self::Visitor(id) => id.fmt(f),
        }
    }
}

impl FromStr for Shopper {
    type Err = ShopperError;

    fn from_str(text: &str) -> Result<Self, ShopperError> {
        let customer = text.parse().map(Self::Customer);
        let user = || text.parse().map(Self::User);
        let visitor = || text.parse().map(Self::Visitor);
        customer.or_else(|_| user()).or_else(|_| visitor()).map_err(|_| ShopperError)
    }
}

impl TryFrom<String> for Shopper {
    type Error = ShopperError;

    fn try_from(text: String) -> Result<Self, ShopperError> {
        text.parse()
    }
}

impl From<Shopper> for String {
    fn from(shopper: Shopper) -> Self {
        shopper.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_three_ids_is_a_shopper_and_nothing_else_is() {
        const ULID: &str = "01JD2Z3M4N5P6Q7R8S9T0V1W2X";
        for prefix in ["cus_", "usr_", "vis_"] {
            let text = format!("{prefix}{ULID}");
            assert_eq!(text.parse::<Shopper>().unwrap().to_string(), text);
        }
        for text in [format!("prd_{ULID}"), ULID.to_owned(), String::new(), format!("vis_{}", ULID.to_lowercase())] {
            assert_eq!(text.parse::<Shopper>(), Err(ShopperError), "{text}");
        }
    }
}
