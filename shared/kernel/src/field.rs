//! One field of a PATCH: left out, taken away, or given.

use serde::{Deserialize, Deserializer};

/// What a PATCH says of a field. Use with `#[serde(default)]`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Nothing: it stays as it is.
    #[default]
    Absent,
    /// `null`: it is taken away.
    Null,
    /// A new value.
    Value(T),
}

impl<T> Field<T> {
    /// The field after the PATCH, for one that may be missing.
    pub fn apply(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Absent => old,
            Self::Null => None,
            Self::Value(new) => Some(new),
        }
    }

    /// The same of another type.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Null => Field::Null,
            Self::Value(value) => Field::Value(into(value)),
        }
    }

    /// Whether the PATCH says nothing of it.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

/// Reads a field of a PATCH that may be left out, but not taken away: `null` is refused as a value of another type is. Use with
/// `#[serde(default, deserialize_with = "kernel::given")]`.
///
/// # Errors
/// It is `null`, or no `T`.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default)]
        name: Field<String>,
        #[serde(default, deserialize_with = "given")]
        zone: Option<String>,
    }

    #[test]
    fn what_cannot_be_taken_away_is_never_null() {
        let zone = |json: &str| serde_json::from_str::<Patch>(json).map(|patch| patch.zone);
        assert_eq!(zone("{}").unwrap(), None);
        assert_eq!(zone(r#"{"zone":"UTC"}"#).unwrap().as_deref(), Some("UTC"));
        assert!(zone(r#"{"zone":null}"#).is_err() && zone(r#"{"zone":5}"#).is_err());
    }

    #[test]
    fn left_out_and_null_are_two_things() {
        let after = |json: &str| serde_json::from_str::<Patch>(json).unwrap().name.apply(Some("old".to_owned()));
        assert_eq!(after("{}").as_deref(), Some("old"));
        assert_eq!(after(r#"{"name":null}"#), None);
        assert_eq!(after(r#"{"name":"new"}"#).as_deref(), Some("new"));
        assert!(serde_json::from_str::<Patch>(r#"{"name":5}"#).is_err());
    }
}
