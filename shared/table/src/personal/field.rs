//! What is personal in a record, as the record itself declares it: a field that tells who somebody is, or what somebody wrote
//! of themselves, is marked `#[serde(with = "table::personal")]`. It leaves the process only sealed under the tenant's data
//! key, and is gone with it.

use std::{
    any::TypeId,
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, Visitor, value::Error},
    forward_to_deserialize_any,
};

use crate::Record;

/// What the type of a field looks like to [`attributes`], whatever is within. It is stored as what is within.
#[derive(Deserialize)]
struct Personal<T>(T);

/// Writes a personal field: as what it holds, which [`crate::SealedTable`] seals.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

/// Reads a personal field.
///
/// # Errors
/// Those of the deserializer.
pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Personal::deserialize(deserializer).map(|Personal(value)| value)
}

/// The attributes of a record that are personal, in the order in which its fields are declared.
pub fn attributes<R: Record>() -> &'static [&'static str] {
    static KNOWN: Mutex<BTreeMap<TypeId, &'static [&'static str]>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    // Once for each type of record: what is leaked is as much as a constant would take.
    known.entry(TypeId::of::<R>()).or_insert_with(|| Vec::leak(names::<R>()))
}

fn names<R: Record>() -> Vec<&'static str> {
    let mut fields = Fields::default();
    let _the_names_are_kept = R::deserialize(&mut fields);
    let of_type = |name: &&'static str| {
        let mut one = OneField { name, is_personal: false };
        let _the_type_is_kept = R::deserialize(&mut one);
        one.is_personal
    };
    fields.names.into_iter().filter(of_type).collect()
}

fn enough() -> Error {
    de::Error::custom("nothing is read: only the types are asked for")
}

/// Hears which fields a record has.
#[derive(Default)]
struct Fields {
    names: Vec<&'static str>,
}

impl<'de> Deserializer<'de> for &mut Fields {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(enough())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.names = fields.to_vec();
        Err(enough())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Offers a record one of its fields, and hears what type it asks for.
struct OneField {
    name: &'static str,
    is_personal: bool,
}

impl<'de> Deserializer<'de> for &mut OneField {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(enough())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for &mut OneField {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        seed.deserialize(de::value::StrDeserializer::new(self.name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(FieldType(&mut self.is_personal))
    }
}

/// Hears whether what is asked for is [`Personal`].
struct FieldType<'a>(&'a mut bool);

impl<'de> Deserializer<'de> for FieldType<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(enough())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, _: V) -> Result<V::Value, Error> {
        *self.0 = name == "Personal";
        Err(enough())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Guest {
        #[serde(rename = "mail", with = "crate::personal")]
        email: String,
        #[serde(default, with = "crate::personal")]
        first_name: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::personal")]
        came_from: Vec<String>,
        room: u32,
        #[serde(default)]
        notes: Option<String>,
    }

    impl Record for Guest {
        const ROWS: &'static [&'static str] = &["GUEST#{guest} / GUEST"];
    }

    #[test]
    fn a_record_says_what_is_personal_in_it() {
        for _ in 0..2 {
            assert_eq!(attributes::<Guest>(), ["mail", "firstName", "cameFrom"]);
        }
    }

    #[test]
    fn a_personal_field_is_stored_as_what_is_within() {
        for stored in [
            json!({ "mail": "a@b.example", "firstName": null, "room": 1, "notes": null }),
            json!({ "mail": "a@b.example", "firstName": "Budi", "cameFrom": ["x"], "room": 1, "notes": "y" }),
        ] {
            let guest: Guest = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!(serde_json::to_value(&guest).unwrap(), stored);
        }
        let bare: Guest = serde_json::from_value(json!({ "mail": "a", "room": 1 })).unwrap();
        assert_eq!((bare.first_name, bare.came_from), (None, vec![]));
    }
}
