//! What is told about a body that cannot be read: where the mistake is and what would be right, never what was sent.

use std::fmt::Write;

use http::StatusCode;
use serde_path_to_error::{Path, Segment};

use super::invalid_body;
use crate::Problem;

/// Tells the kinds of mistake apart, as docs/API.md lists them: broken JSON, wrong types and unknown fields are 400; values
/// of the right type that the domain does not take, and missing ones, are 422. serde says which only in its message.
pub(super) fn refusal(pointer: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    if !error.is_data() {
        return invalid_body(format!("the body is not valid JSON (line {}, column {})", error.line(), error.column()));
    }
    if ["invalid type", "invalid length", "duplicate field"].iter().any(|mistake| message.starts_with(mistake)) {
        // The message of a wrong type quotes the value; a caller's value is not repeated.
        let right =
            expected(message).map_or_else(|| "each field may be given once".to_owned(), |it| format!("expected {it}"));
        return invalid_body("a value has the wrong type; see errors").with_error(pointer, "WRONG_TYPE", right);
    }
    if message.starts_with("unknown field") {
        let known = expected(message);
        let detail =
            known.map_or_else(|| "this call takes no fields".to_owned(), |known| format!("this call knows {known}"));
        let problem = Problem::new(StatusCode::BAD_REQUEST, "UNKNOWN_FIELD", "a field is not known; see errors");
        return problem.with_error(pointer, "UNKNOWN_FIELD", detail);
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return Problem::invalid(
            &format!("{pointer}/{}", field.trim_matches('`')),
            "REQUIRED",
            "this field is required",
        );
    }
    let detail = expected(message).map_or_else(|| message.to_owned(), |it| format!("expected {it}"));
    Problem::invalid(pointer, "INVALID_VALUE", detail)
}

/// What would have been right, in words of JSON instead of Rust's. It stands at the end: a value or a name of the caller's
/// comes before it and may hold the same words.
pub(crate) fn expected(message: &str) -> Option<String> {
    let (_, expected) = message.rsplit_once(", expected ")?;
    let kind = expected.split(' ').next().unwrap_or_default();
    Some(match (kind, expected) {
        ("u8", _) => whole_number(u8::MAX.into()),
        ("u16", _) => whole_number(u16::MAX.into()),
        ("u32", _) => whole_number(u32::MAX.into()),
        ("u64" | "usize", _) => "a whole number from 0".to_owned(),
        ("i8" | "i16" | "i32" | "i64" | "isize", _) => "a whole number".to_owned(),
        ("f32" | "f64", _) => "a number".to_owned(),
        ("struct", _) | (_, "a map" | "map") => "an object".to_owned(),
        ("tuple", _) | (_, "a sequence" | "sequence") => "a list".to_owned(),
        ("enum", _) | (_, "a string" | "string" | "a character" | "string or map" | "variant identifier") => {
            "a text".to_owned()
        }
        (_, "a boolean" | "boolean") => "true or false".to_owned(),
        (_, "unit" | "null") => "null".to_owned(),
        (_, other) => other.to_owned(),
    })
}

fn whole_number(max: u64) -> String {
    format!("a whole number from 0 to {max}")
}

/// How many characters of a field's name are told; no field of ours has a longer one.
const NAME: usize = 64;

/// The JSON pointer of a place in a body. Names of the caller's are cut, and cannot move a terminal's cursor.
pub(crate) fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => drop(write!(pointer, "{index}")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => push_name(&mut pointer, name),
            Segment::Unknown => pointer.push('?'),
        }
    }
    pointer
}

fn push_name(pointer: &mut String, name: &str) {
    let mut rest = name.chars();
    for c in rest.by_ref().take(NAME) {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            seen if is_seen(seen) => pointer.push(seen),
            hidden => pointer.extend(hidden.escape_unicode()),
        }
    }
    if rest.next().is_some() {
        pointer.push('…');
    }
}

/// Not a control character, nor one that turns the direction of text or takes no room.
fn is_seen(c: char) -> bool {
    let takes_no_room = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
    let turns_text = matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    !(c.is_control() || takes_no_room || turns_text)
}
