//! One spelling for what a body says, so that the same JSON written otherwise is known again.
//!
//! Members are sorted, texts and white space written one way; numbers stand as they were written, since `1.0` is no
//! whole number and big ones would lose digits. A body that is no such JSON stands for itself.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::nests_too_deep;

/// What the body says, in one spelling. No body says the same as `{}`. A body with a member twice stands for itself: it
/// depends on the reader what it says.
pub(crate) fn canonical(body: &[u8]) -> Cow<'_, [u8]> {
    if body.is_empty() {
        return Cow::Borrowed(b"{}");
    }
    spelled(body).map_or(Cow::Borrowed(body), |text| Cow::Owned(text.into_bytes()))
}

fn spelled(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok().filter(|text| !nests_too_deep(text))?;
    let mut out = String::with_capacity(text.len());
    spell(serde_json::from_str(text).ok()?, &mut out)?;
    Some(out)
}

/// Each level is read again for its parts: at most as often as JSON may nest.
fn spell(value: &RawValue, out: &mut String) -> Option<()> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'{' => {
            let Members(mut members) = serde_json::from_str(text).ok()?;
            members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            if members.windows(2).any(|pair| matches!(pair, [(one, _), (next, _)] if one == next)) {
                return None;
            }
            out.push('{');
            for (index, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                out.push_str(&serde_json::to_string(&name).ok()?);
                out.push(':');
                spell(value, out)?;
            }
            out.push('}');
        }
        b'[' => {
            let values: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            out.push('[');
            for (index, value) in values.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                spell(value, out)?;
            }
            out.push(']');
        }
        b'"' => {
            let text: String = serde_json::from_str(text).ok()?;
            out.push_str(&serde_json::to_string(&text).ok()?);
        }
        _ => out.push_str(text),
    }
    Some(())
}

/// The members of an object as they stand, also one that stands twice.
pub(super) struct Members<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> String {
        String::from_utf8(canonical(body.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn the_same_json_has_one_spelling() {
        let one = r#"{"a":{"x":[1,{"c":null,"d":true}],"y":"café/\"\n"},"b":-1}"#;
        for other in [
            one.to_owned(),
            one.replace(',', " ,\n\t").replace(':', " : "),
            r#" {"b":-1,"a":{"y":"caf\u00e9\/\u0022\u000A","x":[1,{"d":true,"c":null}]}} "#.to_owned(),
        ] {
            assert_eq!(text(&other), one, "{other}");
        }
        assert_eq!((text(""), text(" {\n}"), text("[ ]")), ("{}".to_owned(), "{}".to_owned(), "[]".to_owned()));
    }

    #[test]
    fn what_says_something_else_is_spelled_otherwise() {
        for (one, other) in [
            (r#"{"a":1}"#, r#"{"a":1.0}"#),
            (r#"{"a":1}"#, r#"{"a":"1"}"#),
            (r#"{"a":12345678901234567890123}"#, r#"{"a":12345678901234567890124}"#),
            (r#"{"a":null}"#, "{}"),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
            (r#"{"a":"caf\u00e9"}"#, r#"{"a":"cafe\u0301"}"#),
            (r#"{"a":{},"b":1}"#, r#"{"a":{"b":1}}"#),
        ] {
            assert_ne!(text(one), text(other));
        }
    }

    #[test]
    fn a_body_that_is_no_such_json_stands_for_itself() {
        let (deep, deeper) = ("[".repeat(32) + &"]".repeat(32), "[".repeat(33) + &"]".repeat(33));
        assert_eq!(text(&format!(" {deep}")), deep);
        for body in [
            r#"{"a":1, "a":1}"#,
            r#"{"b":{"a":1, "\u0061":2}}"#,
            r#"{"a":"\ud800"}"#,
            "{} x",
            "{\"a\": ",
            "hello",
            &format!(" {deeper}"),
        ] {
            assert_eq!(text(body), body);
        }
        assert_eq!(canonical(b"\xff {}").as_ref(), b"\xff {}");
    }
}
