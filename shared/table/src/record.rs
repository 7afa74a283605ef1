//! What may be stored: rows of a record type, whose golden files say how they look.
//!
//! Rows outlive releases, so that a row is nothing that code makes up as it goes: its type is a [`Record`], which says
//! where its rows are, and `src/golden/<record>.json` in the record's crate is one of them. [`crate::Write::put`] and
//! [`crate::Write::update`] take nothing else. A test over all sources counts records and golden files, and one over
//! all rows of a table that the journeys filled matches each with its record.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Item, Key, TableError, from_item, to_item};

/// The type of a stored row. Rows that are made by updates alone, such as counters, have one too.
pub trait Record: Serialize + DeserializeOwned + 'static {
    /// Where its rows are: the partition behind its tenant, ` / `, and the sort key. What differs from row to row stands
    /// in braces: `USR#{user} / USER`.
    const ROWS: &'static [&'static str];

    /// The attributes, at whatever depth, that hold maps by something that is data (a language, a role), and names that
    /// have data in them (`late#{day}`, written as in [`Record::ROWS`]). All other names are ours and in camel case.
    const FREE: &'static [&'static str] = &[];
}

/// The record of a golden file. It must be written again as it was read, and its names must be in camel case.
///
/// # Errors
/// `Corrupt`, with what is wrong.
pub fn from_golden<R: Record>(golden: &str) -> Result<R, TableError> {
    let corrupt = |what: String| TableError::Corrupt(what);
    let stored: Item = serde_json::from_str(golden).map_err(|error| corrupt(error.to_string()))?;
    if let Some(name) = misnamed(&stored, R::FREE) {
        return Err(corrupt(format!("{name} is not in camel case")));
    }
    let record: R = from_item(stored.clone())?;
    let written = to_item(&record)?;
    if written == stored {
        return Ok(record);
    }
    Err(corrupt(format!("it is written as {}", Value::Object(written))))
}

/// The first name in a row, whatever depth it is at, that is neither in camel case nor [`Record::FREE`].
pub fn misnamed<'row>(row: &'row Item, free: &[&str]) -> Option<&'row str> {
    row.iter().find_map(|(name, value)| {
        if !is_free(name, free) {
            return if is_camel_case(name) { misnamed_within(value, free) } else { Some(name.as_str()) };
        }
        match value.as_object() {
            Some(map) => map.values().find_map(|value| misnamed_within(value, free)),
            None => misnamed_within(value, free),
        }
    })
}

fn is_free(name: &str, free: &[&str]) -> bool {
    free.iter().any(|pattern| fits(pattern, name))
}

fn misnamed_within<'row>(value: &'row Value, free: &[&str]) -> Option<&'row str> {
    match value {
        Value::Object(fields) => misnamed(fields, free),
        Value::Array(values) => values.iter().find_map(|value| misnamed_within(value, free)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn is_camel_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.chars().all(|one| one.is_ascii_alphanumeric())
}

/// Whether a key is of a row that one of these [`Record::ROWS`] describes.
pub fn is_row_of(rows: &[&str], key: &Key) -> bool {
    // T#<tenant>#<rest>
    let rest = key.pk().splitn(3, '#').nth(2).unwrap_or_default();
    let row = format!("{rest} / {}", key.sk());
    rows.iter().any(|pattern| fits(pattern, &row))
}

/// Whether a text is as the pattern says: each part in braces stands for at least one character.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((fixed, rest)) = pattern.split_once('{') else { return pattern == text };
    let (Some(text), Some((_, pattern))) = (text.strip_prefix(fixed), rest.split_once('}')) else { return false };
    let mut behind = text.char_indices().skip(1).map(|(at, _)| text.split_at(at).1).chain([""]);
    !text.is_empty() && behind.any(|text| fits(pattern, text))
}

#[cfg(test)]
mod tests {
    use kernel::TenantId;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::TenantScope;

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Visit {
        seen_by: String,
        #[serde(default, skip_serializing_if = "Item::is_empty")]
        words: Item,
    }

    impl Record for Visit {
        const ROWS: &'static [&'static str] = &["VISIT#{visitor} / {day}#{number}"];
        const FREE: &'static [&'static str] = &["words", "late#{day}"];
    }

    #[test]
    fn a_golden_file_loads_and_is_written_again_as_it_was() {
        let refused = |golden| from_golden::<Visit>(golden).unwrap_err().to_string();
        from_golden::<Visit>(r#"{ "seenBy": "a", "words": { "de-AT": { "hello": "Servus" } } }"#).unwrap();
        for (golden, why) in [
            (r#"{ "seen_by": "a" }"#, "seen_by is not in camel case"),
            (r#"{ "seenBy": "a", "by": [{ "whom?": 1 }] }"#, "whom? is not in camel case"),
            (r#"{ "seenBy": "a", "gone": 1 }"#, r#"it is written as {"seenBy":"a"}"#),
            (r#"{ "words": {} }"#, "missing field `seenBy`"),
            ("[]", "invalid type: sequence"),
        ] {
            assert!(refused(golden).contains(why), "{golden}: {}", refused(golden));
        }
    }

    #[test]
    fn free_names_are_data() {
        let row = |row| serde_json::from_value::<Item>(row).unwrap();
        let visit = row(json!({ "late#2026-12-01": 1, "a": { "words": { "x_y": { "z": 1 } } } }));
        assert_eq!(misnamed(&visit, Visit::FREE), None);
        assert_eq!(misnamed(&row(json!({ "late#": 1 })), Visit::FREE), Some("late#"));
        assert_eq!(misnamed(&row(json!({ "a": { "Words": 1 } })), Visit::FREE), Some("Words"));
        assert_eq!(misnamed(&row(json!({ "words": { "x_y": { "z_z": 1 } } })), Visit::FREE), Some("z_z"));
    }

    /// Whoever runs a test, or the local cloud, hears of a row that lies where its record is not.
    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "is no row of")]
    fn a_row_in_the_place_of_another_record_is_noticed() {
        drop(crate::Write::update::<Visit>(TenantScope::new(TenantId::PLATFORM).key("USR#a", "USER")));
    }

    #[test]
    fn rows_are_told_by_their_keys() {
        let scope = TenantScope::new(TenantId::PLATFORM);
        let is = |rest, sort| is_row_of(Visit::ROWS, &scope.key(rest, sort));
        assert!(is("VISIT#a", "2026-12-01#1"));
        assert!(is("VISIT#a#b", "2026-12-01#1#2"));
        for (rest, sort) in
            [("VISIT#", "1#2"), ("VISIT#a", "1"), ("VISIT#a", "1#"), ("VISITS", "1#2"), ("AVISIT#a", "1#2")]
        {
            assert!(!is(rest, sort), "{rest} / {sort}");
        }
    }
}
