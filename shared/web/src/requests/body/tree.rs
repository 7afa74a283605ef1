//! JSON as it was written, of which values can be replaced. A value is taken apart only where a place in it is asked for.

use std::borrow::Cow;

use serde_json::{Value, value::RawValue};

use super::canonical::Members;
use crate::requests::samples::Step;

/// A value.
#[derive(Debug)]
pub(super) enum Tree<'a> {
    /// As it is written.
    Text(Cow<'a, str>),
    /// Members in their order; one may stand twice.
    Object(Vec<(String, Tree<'a>)>),
    /// Elements.
    List(Vec<Tree<'a>>),
}

impl<'a> Tree<'a> {
    /// The value that the text says.
    pub(super) const fn new(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    fn of(value: &Value) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }

    /// Its text.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
            Self::List(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    element.write(out);
                }
                out.push(']');
            }
        }
    }

    /// Replaces the value at a place. Whether there is one.
    pub(super) fn replace(&mut self, place: &[Step], value: &Value) -> bool {
        match place.split_last() {
            None => *self = Self::of(value),
            Some((Step::Element(index), parent)) => {
                let Some(Self::List(elements)) = self.opened(parent) else { return false };
                let Some(element) = elements.get_mut(*index) else { return false };
                *element = Self::of(value);
            }
            Some((Step::Member(name), parent)) => {
                let Some(Self::Object(members)) = self.opened(parent) else { return false };
                let named = members.iter_mut().filter(|(one, _)| one == name);
                return named.map(|(_, old)| *old = Self::of(value)).count() > 0;
            }
        }
        true
    }

    /// Takes the member at a place away. Whether there is one.
    pub(super) fn remove(&mut self, place: &[Step]) -> bool {
        let Some((Step::Member(name), parent)) = place.split_last() else { return false };
        let Some(Self::Object(members)) = self.opened(parent) else { return false };
        let before = members.len();
        members.retain(|(one, _)| one != name);
        members.len() < before
    }

    /// Adds a member to the object at a place. Whether there is one.
    pub(super) fn insert(&mut self, place: &[Step], name: &str, value: &Value) -> bool {
        let Some(Self::Object(members)) = self.opened(place) else { return false };
        members.push((name.to_owned(), Self::of(value)));
        true
    }

    /// Of members of one name in the object at a place, keeps the first. Whether there were others.
    pub(super) fn keep_first(&mut self, place: &[Step], name: &str) -> bool {
        let Some(Self::Object(members)) = self.opened(place) else { return false };
        let (before, mut seen) = (members.len(), false);
        members.retain(|(one, _)| one != name || !std::mem::replace(&mut seen, true));
        members.len() < before
    }

    /// The value at a place, taken apart.
    fn opened(&mut self, place: &[Step]) -> Option<&mut Self> {
        let mut tree = self;
        tree.open();
        for step in place {
            tree = match (tree, step) {
                (Self::Object(members), Step::Member(name)) => {
                    members.iter_mut().find(|(one, _)| one == name).map(|(_, value)| value)?
                }
                (Self::List(elements), Step::Element(index)) => elements.get_mut(*index)?,
                _ => return None,
            };
            tree.open();
        }
        Some(tree)
    }

    fn open(&mut self) {
        let Self::Text(text) = self else { return };
        let part = |value: &RawValue| Tree::Text(Cow::Owned(value.get().to_owned()));
        let opened = match text.trim_start().as_bytes().first() {
            Some(b'{') => serde_json::from_str::<Members<'_>>(text).ok().map(|Members(members)| {
                Self::Object(members.into_iter().map(|(name, value)| (name, part(value))).collect())
            }),
            Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(text)
                .ok()
                .map(|elements| Self::List(elements.into_iter().map(part).collect())),
            _ => None,
        };
        if let Some(opened) = opened {
            *self = opened;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn member(name: &str) -> Step {
        Step::Member(name.to_owned())
    }

    #[test]
    fn values_are_replaced_added_and_taken_away_and_the_rest_stands_as_it_was_written() {
        let mut tree = Tree::new(r#" {"a":1.0,"b":[{"c":1},{"c":2}],"a":"\u0041"} "#);
        assert!(tree.replace(&[member("b"), Step::Element(1), member("c")], &json!("x")));
        assert!(tree.insert(&[member("b"), Step::Element(0)], "d", &json!(null)));
        assert_eq!(tree.text(), r#"{"a":1.0,"b":[{"c":1,"d":null},{"c":"x"}],"a":"\u0041"}"#);
        assert!(tree.keep_first(&[], "a") && !tree.keep_first(&[], "a"));
        assert!(tree.remove(&[member("b"), Step::Element(0), member("c")]));
        assert_eq!(tree.text(), r#"{"a":1.0,"b":[{"d":null},{"c":"x"}]}"#);
        assert!(tree.replace(&[], &json!({})));
        assert_eq!(tree.text(), "{}");
    }

    #[test]
    fn what_is_not_there_changes_nothing() {
        let mut tree = Tree::new(r#"{"a":[1]}"#);
        for place in [vec![member("x")], vec![member("a"), Step::Element(1)], vec![member("a"), member("b")]] {
            assert!(!tree.replace(&place, &json!(0)) && !tree.remove(&place) && !tree.insert(&place, "n", &json!(0)));
        }
        assert_eq!(tree.text(), r#"{"a":[1]}"#);
    }
}
