//! Rows that no list has, found by what another row says: for the erasure, which deletes them before that row.

use serde_json::Value;
use table::Item;

/// What stands in a key instead of a text that nobody is to read there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blind {
    /// Of an address of e-mail.
    Address,
    /// Of a username.
    Username,
    /// Of a provider's name of a transaction.
    Transaction,
}

/// A partition, or one row of it, that a row of another kind leads to.
#[derive(Clone, Copy, Debug)]
struct Derivation {
    /// The kind that leads there.
    of: &'static str,
    /// The kind that is there.
    #[cfg_attr(not(test), expect(dead_code, reason = "it says which kinds are found so, and a test asks"))]
    row: &'static str,
    /// The partition. What is in braces is an attribute of the row that leads there; a dot goes into it, and into each element of a
    /// list.
    partition: &'static str,
    /// The sort key; the whole partition without one.
    sort: Option<&'static str>,
    /// How the attribute is hidden.
    blind: Option<Blind>,
}

const fn one(of: &'static str, row: &'static str, partition: &'static str, sort: &'static str) -> Derivation {
    Derivation { of, row, partition, sort: Some(sort), blind: None }
}

const fn all(of: &'static str, row: &'static str, partition: &'static str) -> Derivation {
    Derivation { of, row, partition, sort: None, blind: None }
}

const fn blind(derivation: Derivation, blind: Blind) -> Derivation {
    Derivation { blind: Some(blind), ..derivation }
}

const CUSTOMER: &str = "CUS#{customer} / CUS";
const INVOICE: &str = "INV#{invoice} / INV";
const SUBSCRIPTION: &str = "SUB#{subscription} / SUB";
const PRODUCT: &str = "PRODUCT#{product} / PRODUCT";
const USER: &str = "USR#{user} / USER";
const FILE: &str = "FILE#{file} / FILE";
const GUARD: &str = "INVKEY#{source} / {kind}";

/// All of them.
const DERIVATIONS: &[Derivation] = &[
    all(CUSTOMER, "ALLOWANCE#{customer} / SUB#{subscription}", "ALLOWANCE#{id}"),
    all(CUSTOMER, "BAL#{party} / BAL#{currency}", "BAL#{id}"),
    one("CATEGORIES / CATEGORY#{category}", "CATEGORYCOUNT#{category} / COUNT", "CATEGORYCOUNT#{id}", "COUNT"),
    one(CUSTOMER, "CUSEXT#{id} / CUSEXT", "CUSEXT#{externalId}", "CUSEXT"),
    one("CONTACT#{user} / DEVICES", "DEVICE#{device} / OWNER", "DEVICE#{devices.id}", "OWNER"),
    one("CONTACT#{user} / TELEGRAM", "CHAT#{bot}#{chat} / CHAT", "CHAT#{bot}#{chatId}", "CHAT"),
    one(FILE, "CONTENT#{hash} / CONTENT", "CONTENT#{state.sha256}", "CONTENT"),
    all(FILE, "CONTENT#{hash} / OF#{user}", "CONTENT#{state.sha256}"),
    all(FILE, "FILEOF#{user} / {file}", "FILEOF#{owner}"),
    one(INVOICE, "COLLECTION#{invoice} / COLLECTION", "COLLECTION#{id}", "COLLECTION"),
    one(INVOICE, "CREDITED#{invoice} / SUM", "CREDITED#{id}", "SUM"),
    all(INVOICE, "CRNINV#{invoice} / CRN#{credit_note}", "CRNINV#{id}"),
    one(INVOICE, "DEFERRED#{invoice} / SUM", "DEFERRED#{id}", "SUM"),
    one(INVOICE, "DUNNING#{invoice} / DUNNING", "DUNNING#{id}", "DUNNING"),
    all(INVOICE, GUARD, "INVKEY#{source.id}"),
    all(INVOICE, GUARD, "INVKEY#{joint.id}"),
    one("ORD#{order} / ORD", "ORDNO#{number} / NO", "ORDNO#{number}", "NO"),
    blind(
        one("PAY#{payment} / PAYMENT", "PAY#{transaction} / CLAIM", "PAY#{transactionId}", "CLAIM"),
        Blind::Transaction,
    ),
    one(PRODUCT, "PRODUCTSLUG#{slug} / SLUG", "PRODUCTSLUG#{slug}", "SLUG"),
    one(PRODUCT, "PRODUCTSLUG#{slug} / SLUG", "PRODUCTSLUG#{formerSlugs}", "SLUG"),
    one("PRODUCT#{product} / VARIANT#{variant}", "SKU#{sku} / SKU", "SKU#{sku}", "SKU"),
    one("REV#{review} / REV", "REVIEWTEXT#{hash} / TEXT", "REVIEWTEXT#{textHash}", "TEXT"),
    all("RUN#{run} / RUN", "RUN#{run} / S#{subscription}", "RUN#{id}"),
    one(
        "SHIPMENT#{shipment} / SHIPMENT",
        "SHIPCODE#{carrier}#{code} / CODE",
        "SHIPCODE#{carrier}#{parcels.trackingCode}",
        "CODE",
    ),
    one(SUBSCRIPTION, "COUNTED#{subscription} / COURSE", "COUNTED#{id}", "COURSE"),
    all(SUBSCRIPTION, GUARD, "INVKEY#{id}"),
    one(USER, "ACTSFOR#{user} / ACTSFOR", "ACTSFOR#{id}", "ACTSFOR"),
    all(USER, "DIGEST#{user} / {instant}#{notification}", "DIGEST#{id}"),
    all(USER, "FILEOF#{user} / COUNT", "FILEOF#{id}"),
    one(USER, "MFA#{user} / MFA", "MFA#{id}", "MFA"),
    one(USER, "PWD#{user} / PWD", "PWD#{id}", "PWD"),
    blind(one(USER, "U#EMAIL#{address} / U", "U#EMAIL#{email}", "U"), Blind::Address),
    blind(one(USER, "U#NAME#{name} / U", "U#NAME#{username}", "U"), Blind::Username),
];

/// Where a row of a kind leads: partitions behind the tenant, each with a sort key or as a whole. `hide` is told what to hide, and
/// answers `None` for what cannot be hidden so.
pub fn below(
    kind: &str,
    row: &Item,
    hide: impl Fn(Blind, &str) -> Option<String>,
) -> Vec<(String, Option<&'static str>)> {
    let mut found = Vec::new();
    for derivation in DERIVATIONS.iter().filter(|derivation| derivation.of == kind) {
        let shown = |value: String| match derivation.blind {
            Some(blind) => hide(blind, &value),
            None => Some(value),
        };
        found.extend(
            filled(derivation.partition, row, &shown).into_iter().map(|partition| (partition, derivation.sort)),
        );
    }
    found
}

/// A template with everything that its braces can stand for.
fn filled(template: &str, row: &Item, shown: &impl Fn(String) -> Option<String>) -> Vec<String> {
    let Some((before, rest)) = template.split_once('{') else { return vec![template.to_owned()] };
    let Some((path, behind)) = rest.split_once('}') else { return Vec::new() };
    let (first, inner) = path.split_once('.').map_or((path, None), |(first, inner)| (first, Some(inner)));
    let values = row.get(first).map(|value| texts(value, inner)).unwrap_or_default();
    let ends = filled(behind, row, shown);
    let values = values.into_iter().filter_map(shown);
    values.flat_map(|value| ends.iter().map(move |end| format!("{before}{value}{end}"))).collect()
}

fn texts(value: &Value, inner: Option<&str>) -> Vec<String> {
    match (value, inner) {
        (Value::Array(elements), _) => elements.iter().flat_map(|element| texts(element, inner)).collect(),
        (Value::Object(fields), Some(name)) => fields.get(name).map(|value| texts(value, None)).unwrap_or_default(),
        (Value::String(text), None) => vec![text.clone()],
        (Value::Number(number), None) => vec![number.to_string()],
        (Value::Null | Value::Bool(_) | Value::Object(_) | Value::String(_) | Value::Number(_), _) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Erasure, KINDS};

    fn of(kind: &str, row: Value) -> Vec<String> {
        let Value::Object(row) = row else { panic!() };
        let all = below(kind, &row, |blind, text| Some(format!("{blind:?}:{text}")));
        all.into_iter().map(|(rest, sort)| format!("{rest} / {}", sort.unwrap_or("*"))).collect()
    }

    #[test]
    fn a_row_leads_to_others_by_its_attributes() {
        let devices = json!({ "devices": [{ "id": "psh_1" }, { "id": "psh_2" }] });
        assert_eq!(of("CONTACT#{user} / DEVICES", devices), ["DEVICE#psh_1 / OWNER", "DEVICE#psh_2 / OWNER"]);
        let chat = json!({ "bot": "default", "chatId": 42 });
        assert_eq!(of("CONTACT#{user} / TELEGRAM", chat), ["CHAT#default#42 / CHAT"]);
        let invoice = of(INVOICE, json!({ "id": "inv_1", "source": { "from": "manual" } }));
        assert!(invoice.contains(&"CRNINV#inv_1 / *".to_owned()) && invoice.len() == 5, "{invoice:?}");
        let user = of(USER, json!({ "id": "usr_1", "email": "a@b.example", "username": "a" }));
        assert!(user.contains(&"U#EMAIL#Address:a@b.example / U".to_owned()), "{user:?}");
        assert_eq!(of(USER, json!({ "id": "usr_1" })).len(), 5, "an erased user has no names");
        assert_eq!(of("TENANT / TENANT", json!({ "id": "x" })), Vec::<String>::new());
    }

    #[test]
    fn what_is_derived_is_so_from_a_kind_that_is_walked_and_nothing_else_is() {
        let erased = |row: &str| KINDS.iter().find(|kind| kind.row == row).map(|kind| kind.erased);
        for derivation in DERIVATIONS {
            assert_eq!(erased(derivation.of), Some(Erasure::Walked), "{}", derivation.of);
            assert!(erased(derivation.row).is_some(), "{}", derivation.row);
        }
        for kind in KINDS.iter().filter(|kind| kind.erased == Erasure::Derived) {
            assert!(DERIVATIONS.iter().any(|derivation| derivation.row == kind.row), "{}", kind.row);
        }
    }
}
