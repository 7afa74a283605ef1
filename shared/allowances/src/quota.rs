//! How much of something a plan allows.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type},
    },
};

/// How much of something a plan allows. On the wire a number, of which -1 is unlimited and no other below 0 is a quota; or,
/// where more than that is allowed too, `{"limit": 50, "overage": "allow"}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quota {
    /// As much as wanted.
    Unlimited,
    /// At most this much.
    AtMost(u64),
    /// This much, and more where it is wanted.
    Including(u64),
}

/// What happens beyond a quota.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overage {
    /// It is refused.
    #[default]
    Block,
    /// It is allowed, and counted on.
    Allow,
}

/// The number is no quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use -1 for unlimited, or a number from 0 up")]
pub struct QuotaError;

/// The long form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limited {
    limit: i64,
    #[serde(default)]
    overage: Overage,
}

impl Quota {
    /// How much is allowed, or included; `None` where there is no end.
    pub const fn limit(self) -> Option<u64> {
        match self {
            Self::Unlimited => None,
            Self::AtMost(limit) | Self::Including(limit) => Some(limit),
        }
    }

    /// What happens beyond it.
    pub const fn overage(self) -> Overage {
        match self {
            Self::Unlimited | Self::Including(_) => Overage::Allow,
            Self::AtMost(_) => Overage::Block,
        }
    }
}

impl TryFrom<Limited> for Quota {
    type Error = QuotaError;

    fn try_from(wire: Limited) -> Result<Self, QuotaError> {
        let limit = match wire.limit {
            -1 => return Ok(Self::Unlimited),
            limit => u64::try_from(limit).map_err(|_| QuotaError)?,
        };
        Ok(match wire.overage {
            Overage::Block => Self::AtMost(limit),
            Overage::Allow => Self::Including(limit),
        })
    }
}

impl TryFrom<i64> for Quota {
    type Error = QuotaError;

    fn try_from(limit: i64) -> Result<Self, QuotaError> {
        Limited { limit, overage: Overage::Block }.try_into()
    }
}

impl Serialize for Quota {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let limit = self.limit().map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        match self {
            Self::Unlimited | Self::AtMost(_) => serializer.serialize_i64(limit),
            Self::Including(_) => Limited { limit, overage: Overage::Allow }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Quota {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EitherForm)
    }
}

struct EitherForm;

impl<'de> Visitor<'de> for EitherForm {
    type Value = Quota;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, or an object with limit and overage")
    }

    fn visit_i64<E: de::Error>(self, limit: i64) -> Result<Quota, E> {
        limit.try_into().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, limit: u64) -> Result<Quota, E> {
        i64::try_from(limit).map_err(|_| E::custom(QuotaError)).and_then(|limit| self.visit_i64(limit))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Quota, A::Error> {
        Limited::deserialize(MapAccessDeserializer::new(map))?.try_into().map_err(de::Error::custom)
    }
}

impl PartialSchema for Quota {
    fn schema() -> RefOr<Schema> {
        let number = |description| {
            let number = ObjectBuilder::new().schema_type(Type::Integer).description(Some(description));
            number.minimum(Some(-1)).examples([50])
        };
        let long = ObjectBuilder::new()
            .description(Some("This much, and what happens beyond it"))
            .property("limit", number("How much; -1 is unlimited"))
            .property("overage", Overage::schema())
            .required("limit")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        let description = "How much of something a plan allows, and whether more is refused or allowed";
        OneOfBuilder::new()
            .description(Some(description))
            .item(number("At most this much; -1 is unlimited"))
            .item(long)
            .into()
    }
}

impl ToSchema for Quota {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_gigabytes_in_bytes_are_a_quota_and_only_minus_one_is_unlimited() {
        let quota = |text: &str| serde_json::from_str::<Quota>(text);
        assert_eq!(quota("5368709120").unwrap(), Quota::AtMost(5_368_709_120));
        assert_eq!(quota("-1").unwrap(), Quota::Unlimited);
        for bad in ["-2", "-5368709120", "1.5", "9223372036854775808", "\"1\"", "null"] {
            assert!(quota(bad).is_err(), "{bad}");
        }
        assert_eq!(serde_json::to_string(&Quota::AtMost(5_368_709_120)).unwrap(), "5368709120");
        assert_eq!(serde_json::to_string(&Quota::Unlimited).unwrap(), "-1");
    }

    #[test]
    fn the_long_form_says_what_happens_beyond() {
        let quota = |text: &str| serde_json::from_str::<Quota>(text);
        assert_eq!(quota(r#"{"limit": 50, "overage": "allow"}"#).unwrap(), Quota::Including(50));
        assert_eq!(quota(r#"{"limit": 50, "overage": "block"}"#).unwrap(), Quota::AtMost(50));
        assert_eq!(quota(r#"{"limit": 50}"#).unwrap(), Quota::AtMost(50));
        assert_eq!(quota(r#"{"limit": -1, "overage": "block"}"#).unwrap(), Quota::Unlimited);
        for bad in [r#"{"limit": -2}"#, r#"{"overage": "allow"}"#, r#"{"limit": 1, "most": 2}"#, "{}"] {
            assert!(quota(bad).is_err(), "{bad}");
        }
        let written = serde_json::to_string(&Quota::Including(50)).unwrap();
        assert_eq!(written, r#"{"limit":50,"overage":"allow"}"#);
        assert_eq!(quota(&written).unwrap(), Quota::Including(50));
    }
}
