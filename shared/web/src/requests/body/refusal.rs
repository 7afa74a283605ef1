//! What is told about a body that cannot be read: where the mistake is and what would be right, never what was sent.

use std::fmt::Write;

use http::StatusCode;
use serde_path_to_error::{Path, Segment};

use super::invalid_body;
use crate::{FieldError, Problem};

/// What serde says of a body.
pub(super) type Failure = serde_path_to_error::Error<serde_json::Error>;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// As it is told.
    pub told: FieldError,
    /// What makes the body readable beyond it.
    pub cure: Cure,
}

/// What makes a body readable beyond a mistake at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cure {
    /// Another value there.
    Replace,
    /// Nothing there.
    Remove,
    /// A member of this name in the object there.
    Insert(String),
    /// One member of this name in the object there.
    KeepFirst(String),
}

const WRONG_TYPE: &str = "WRONG_TYPE";
const UNKNOWN_FIELD: &str = "UNKNOWN_FIELD";

/// What is wrong where serde ended. serde says which kind of mistake it is only in its message.
pub(super) fn fault(failure: &Failure) -> Fault {
    let place = pointer(failure.path());
    let told = |pointer: String, code, detail: String| FieldError { pointer, code, detail };
    let message = failure.inner().to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let member = |name: &str| {
        let name = name.trim_matches('`').to_owned();
        (format!("{place}/{name}"), name)
    };
    if let Some(name) = message.strip_prefix("duplicate field ") {
        let (place, name) = member(name);
        return Fault {
            told: told(place, WRONG_TYPE, "each field may be given once".to_owned()),
            cure: Cure::KeepFirst(name),
        };
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        let (place, name) = member(name);
        return Fault { told: told(place, "REQUIRED", "this field is required".to_owned()), cure: Cure::Insert(name) };
    }
    if ["invalid type", "invalid length", "expected value"].iter().any(|mistake| message.starts_with(mistake)) {
        // The message of a wrong type quotes the value; a caller's value is not repeated.
        let right = expected(message).map_or_else(|| "another type".to_owned(), |it| format!("expected {it}"));
        return Fault { told: told(place, WRONG_TYPE, right), cure: Cure::Replace };
    }
    if message.starts_with("unknown field") {
        let detail = expected(message)
            .map_or_else(|| "this call takes no fields".to_owned(), |known| format!("this call takes only {known}"));
        let is_named = |name: &str| message.starts_with(&format!("unknown field `{name}`"));
        let last = failure.path().iter().next_back();
        if last.is_some_and(|segment| matches!(segment, Segment::Map { key } if is_named(key))) {
            return Fault { told: told(place, UNKNOWN_FIELD, detail), cure: Cure::Remove };
        }
        // Within a union serde knows the place of the union alone.
        let name = message.strip_prefix("unknown field `").and_then(|rest| rest.rsplit_once('`'));
        let name = name.map(|(name, _)| name.rsplit_once("`, expected").map_or(name, |(name, _)| name));
        let mut place = place + "/";
        push_name(&mut place, name.unwrap_or_default());
        return Fault { told: told(place, UNKNOWN_FIELD, detail), cure: Cure::Replace };
    }
    let detail = expected(message).map_or_else(|| message.to_owned(), |it| format!("expected {it}"));
    Fault { told: told(place, "INVALID_VALUE", detail), cure: Cure::Replace }
}

/// Tells the kinds of mistake apart, as docs/API.md lists them: wrong types and unknown fields are 400; values of the right
/// type that the domain does not take, and missing ones, are 422. The gravest one decides.
pub(super) fn problem(faults: Vec<Fault>) -> Problem {
    let has = |code: &str| faults.iter().any(|fault| fault.told.code == code);
    let mut problem = if has(WRONG_TYPE) {
        invalid_body("a value has the wrong type; see errors")
    } else if has(UNKNOWN_FIELD) {
        Problem::new(StatusCode::BAD_REQUEST, UNKNOWN_FIELD, "a field is not known; see errors")
    } else {
        Problem::unacceptable()
    };
    for Fault { told, .. } in faults {
        problem = problem.with_error(&told.pointer, told.code, told.detail);
    }
    problem
}

/// What is said of a text that is no JSON.
pub(super) fn not_json(text: &str, error: &serde_json::Error) -> Problem {
    if text.trim().is_empty() {
        return invalid_body("the body is empty; this call needs a JSON object");
    }
    invalid_body(format!("the body is not valid JSON (line {}, column {})", error.line(), error.column()))
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
        (_, "a nonzero u32") => format!("a whole number from 1 to {}", u32::MAX),
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

/// A name of the caller's, as it is told.
pub(crate) fn shown(name: &str) -> String {
    let mut shown = String::new();
    push_name(&mut shown, name);
    shown
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
