//! Values that a caller gives for a message.

use std::collections::BTreeMap;

use kernel::{Currency, Money, parse_day};
use serde::Deserialize;
use utoipa::ToSchema;

use super::KindOf;
use crate::{Link, ValueKind, Values};

/// A value as a caller writes it: an amount, or a text that is words, a day or an address, by what the variable holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged, expecting = "use a text, or an amount such as {\"amount\":150000,\"currency\":\"IDR\"}")]
pub enum GivenValue {
    /// An amount.
    Money(Money),
    /// Words of up to 200 characters, a day such as `2026-12-31`, or an address that begins with `https://`.
    #[schema(example = "INV-2026-11-0001")]
    Text(String),
}

/// What is wrong with the value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenError {
    /// Which variable.
    pub name: String,
    /// What is wrong.
    pub why: &'static str,
}

/// The longest words that a value may bring, in characters.
const WORDS_MAX: usize = 200;

/// The values of a message of a kind: of each variable, and of no other.
///
/// # Errors
/// All that is wrong.
pub fn given(kind: &KindOf, values: &BTreeMap<String, GivenValue>) -> Result<Values, Vec<GivenError>> {
    let (mut taken, mut errors) = (Values::new(), Vec::new());
    for (name, wanted) in &kind.variables {
        let value = values.get(name).ok_or("this value is missing");
        match value.and_then(|value| with(taken.clone(), name, *wanted, value)) {
            Ok(more) => taken = more,
            Err(why) => errors.push(GivenError { name: name.clone(), why }),
        }
    }
    let unknown = values.keys().filter(|name| !kind.variables.iter().any(|(known, _)| known == *name));
    errors
        .extend(unknown.map(|name| GivenError { name: name.clone(), why: "messages of this kind have no such value" }));
    if errors.is_empty() { Ok(taken) } else { Err(errors) }
}

fn with(taken: Values, name: &str, wanted: ValueKind, value: &GivenValue) -> Result<Values, &'static str> {
    match (wanted, value) {
        (ValueKind::Money, GivenValue::Money(money)) => Ok(taken.money(name, *money)),
        (ValueKind::Text, GivenValue::Text(text)) if text.chars().count() <= WORDS_MAX => Ok(taken.text(name, text)),
        (ValueKind::Date, GivenValue::Text(text)) => {
            Ok(taken.date(name, parse_day(text).ok_or("use a day such as 2026-12-31")?))
        }
        (ValueKind::Link, GivenValue::Text(text)) => {
            let link = Link::parse(text).map_err(|_| "use an address that begins with https://")?;
            Ok(taken.address(name, &link))
        }
        (ValueKind::Text, _) => Err("use words of up to 200 characters"),
        (ValueKind::Money, GivenValue::Text(_)) => {
            Err("use an amount such as {\"amount\":150000,\"currency\":\"IDR\"}")
        }
        (ValueKind::Date | ValueKind::Link, GivenValue::Money(_)) => Err("use a text"),
    }
}

/// Values to look at a text with.
pub fn samples(kind: &KindOf) -> Values {
    kind.variables.iter().fold(Values::new(), |values, (name, wanted)| match wanted {
        ValueKind::Text => values.text(name, sample(name)),
        ValueKind::Money => values.money(name, Money::new(150_000, Currency::IDR)),
        ValueKind::Date => values.date(name, parse_day("2026-12-31").unwrap_or_default()),
        ValueKind::Link => match Link::parse("https://ruko.example/example") {
            Ok(link) => values.address(name, &link),
            Err(_) => values,
        },
    })
}

/// What a text is shown with where nothing is given.
fn sample(name: &str) -> &str {
    match name {
        "name" | "inviter" => "Budi",
        "sender" | "tenant" | "customer" => "Toko Budi",
        "number" | "invoice" | "reference" => "INV-2026-12-0001",
        "card" => "visa •••• 4242",
        "code" => "042719",
        "count" | "days" => "3",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;
    use serde_json::json;

    use super::*;
    use crate::catalogue::ALL;

    fn kind(key: &str) -> KindOf {
        KindOf::of(&key.parse().unwrap(), None).unwrap()
    }

    #[test]
    fn values_are_those_of_the_kind_and_all_mistakes_are_told_at_once() {
        let kind = kind("invoice_ready");
        let read = |values| given(&kind, &serde_json::from_value(values).unwrap());
        let good = json!({"name": "Budi", "sender": "Toko", "number": "INV-1", "due": "2026-12-31",
            "amount": {"amount": 1, "currency": "IDR"}, "pay": "https://toko.example/pay"});
        assert!(read(good.clone()).is_ok());
        let mut bad = good;
        bad["due"] = json!("31.12.2026");
        bad["amount"] = json!("1");
        bad["pay"] = json!("javascript:alert(1)");
        bad["number"] = json!("x".repeat(201));
        bad["more"] = json!("x");
        bad.as_object_mut().unwrap().remove("name");
        let names: Vec<String> = read(bad).unwrap_err().into_iter().map(|error| error.name).collect();
        assert_eq!(names, ["name", "number", "amount", "due", "pay", "more"]);
    }

    #[test]
    fn every_built_in_text_can_be_looked_at() {
        for one in ALL {
            let kind = kind(one.key);
            for language in Locale::ALL {
                let rendered = kind.template(language).unwrap().render(language, &samples(&kind)).unwrap();
                assert!(!rendered.subject.is_empty() && !rendered.brief.is_empty(), "{}", one.key);
            }
        }
    }
}
