//! Forms with brackets, as Stripe reads them: `metadata[a]=1&expand[0]=x&items[]=y`.

use serde_json::{Map, Value};

use super::StripeError;

/// The parameters of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// Those of a body or of what stands behind the `?`.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut root = Map::new();
        for (name, value) in form_urlencoded::parse(text) {
            let mut path = name.split('[').map(|part| part.trim_end_matches(']'));
            let Some(first) = path.next() else { continue };
            insert(&mut root, first, path, value.as_ref());
        }
        Self(root)
    }

    /// Refuses what Stripe does not know, as it does.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), StripeError> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(StripeError::invalid(
                "parameter_unknown",
                unknown,
                &format!("Received unknown parameter: {unknown}"),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, StripeError> {
        self.text(name)
            .ok_or_else(|| StripeError::invalid("parameter_missing", name, &format!("Missing required param: {name}.")))
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// A whole number of at least 1.
    pub(super) fn amount(&self, name: &str) -> Result<Option<i64>, StripeError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.parse::<i64>() {
            Ok(amount) if amount > 0 => Ok(Some(amount)),
            Ok(_) => Err(StripeError::invalid(
                "parameter_invalid_integer",
                name,
                "This value must be greater than or equal to 1.",
            )),
            Err(_) => Err(StripeError::invalid("parameter_invalid_integer", name, &format!("Invalid integer: {text}"))),
        }
    }

    /// What stands below a name; of a list the places are the names.
    pub(super) fn below(&self, name: &str) -> Self {
        Self(self.0.get(name).and_then(Value::as_object).cloned().unwrap_or_default())
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// Whether this is among the things to show in full.
    pub(super) fn expands(&self, path: &str) -> bool {
        self.below("expand").0.values().any(|wanted| wanted == path)
    }
}

fn insert<'a>(into: &mut Map<String, Value>, name: &str, mut rest: impl Iterator<Item = &'a str>, value: &str) {
    // `a[]=x` is the next place of the list.
    let name = if name.is_empty() { into.len().to_string() } else { name.to_owned() };
    match rest.next() {
        None => {
            into.insert(name, value.into());
        }
        Some(next) => {
            let below = into.entry(name).or_insert_with(|| Map::new().into());
            if let Value::Object(below) = below {
                let mut rest: Vec<&str> = rest.collect();
                let next = next.to_owned();
                insert(below, &next, rest.drain(..), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_nest() {
        let params = Params::parse(b"amount=5&metadata%5Ba%5D=1&metadata[b]=x%26y&expand[]=p&expand[]=q&a[b][c]=d");
        assert_eq!((params.amount("amount").unwrap(), params.below("metadata").text("b")), (Some(5), Some("x&y")));
        assert!(params.expands("p") && params.expands("q") && !params.expands("r"));
        assert_eq!(params.below("a").below("b").text("c"), Some("d"));
        assert!(params.only(&["amount", "metadata", "expand"]).is_err());
        for bad in ["amount=0", "amount=-1", "amount=1.5", "amount=x"] {
            assert!(Params::parse(bad.as_bytes()).amount("amount").is_err(), "{bad}");
        }
    }
}
