use kernel::{Country, Email, Field, Money, Slug};
use serde::Deserialize;

use super::*;
use crate::requests::body::parse;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "only whether it parses matters")]
struct SignUp {
    name: String,
    slug: Option<Slug>,
    country: Country,
    owner: Owner,
    #[serde(default)]
    nick: Field<Slug>,
    #[serde(default)]
    lines: Vec<Line>,
    price: Option<Price>,
    period: Option<Period>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "only whether it parses matters")]
struct Owner {
    email: Email,
    /// How old.
    age: u8,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only whether it parses matters")]
struct Line {
    total: Money,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "model", rename_all = "snake_case", deny_unknown_fields)]
#[expect(dead_code, reason = "only whether it parses matters")]
enum Price {
    Flat { amount: Money },
    PerUnit { unit: Money, least: u32 },
}

/// From a day to a later one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(try_from = "Days")]
#[expect(dead_code, reason = "only whether it parses matters")]
struct Period {
    #[schema(example = 9)]
    from: u8,
    #[schema(example = 9)]
    to: u8,
}

#[derive(Debug, Deserialize)]
struct Days {
    from: u8,
    to: u8,
}

impl TryFrom<Days> for Period {
    type Error = &'static str;

    fn try_from(Days { from, to }: Days) -> Result<Self, Self::Error> {
        if from < to { Ok(Self { from, to }) } else { Err("a period begins before it ends") }
    }
}

fn told(body: &str) -> (&'static str, Vec<String>) {
    let problem = parse::<SignUp>(body.as_bytes()).map(drop).unwrap_err();
    (problem.code(), problem.errors().iter().map(|one| format!("{} {}", one.pointer, one.code)).collect())
}

#[test]
fn all_mistakes_are_told_in_the_order_of_the_body() {
    let body = r#"{"slug":"X","country":"Indonesia","admin":1,"owner":{"age":"old","email":"x"},
        "nick":"!","lines":[{"total":5},{"total":{"amount":1.5,"currency":"usd"}},7],"name":5}"#;
    let expected = [
        "/slug INVALID_VALUE",
        "/country INVALID_VALUE",
        "/admin UNKNOWN_FIELD",
        "/owner/age WRONG_TYPE",
        "/owner/email INVALID_VALUE",
        "/nick INVALID_VALUE",
        "/lines/0/total WRONG_TYPE",
        "/lines/1/total/amount WRONG_TYPE",
        "/lines/1/total/currency INVALID_VALUE",
        "/lines/2 WRONG_TYPE",
        "/name WRONG_TYPE",
    ];
    let first = told(body);
    assert_eq!(first.0, "INVALID_BODY");
    assert_eq!(first.1, expected);
    assert_eq!(told(body), first);
}

#[test]
fn what_is_missing_is_told_beside_what_is_wrong() {
    let all = ["/owner/email INVALID_VALUE", "/owner/age REQUIRED", "/name REQUIRED", "/country REQUIRED"];
    assert_eq!(told(r#"{"owner":{"email":"x"}}"#), ("VALIDATION_FAILED", all.map(str::to_owned).to_vec()));
    let none = ["/name REQUIRED", "/country REQUIRED", "/owner REQUIRED"];
    assert_eq!(told("{}"), ("VALIDATION_FAILED", none.map(str::to_owned).to_vec()));
    let null = ["/owner WRONG_TYPE", "/name REQUIRED", "/country REQUIRED"];
    assert_eq!(told(r#"{"owner":null,"slug":null}"#), ("INVALID_BODY", null.map(str::to_owned).to_vec()));
}

const GOOD: &str = r#""name":"A","country":"ID","owner":{"email":"a@b.co","age":3}"#;

#[test]
fn an_unknown_field_is_graver_than_a_wrong_value() {
    let body = format!(r#"{{{GOOD},"slug":"X","admin":true}}"#);
    assert_eq!(told(&body).0, "UNKNOWN_FIELD");
}

#[test]
fn a_field_that_stands_twice_does_not_hide_the_others() {
    let body = format!(r#"{{{GOOD},"name":"B","name":"C","slug":"X"}}"#);
    assert_eq!(told(&body).1, ["/name WRONG_TYPE", "/slug INVALID_VALUE"]);
}

/// No mistake is told that the caller did not make: the fields of a union depend on its tag.
#[test]
fn a_union_is_mended_as_a_whole() {
    for (price, at) in [
        (r#"{"model":"tiers","unit":1,"least":2}"#, "/price/model INVALID_VALUE"),
        (r#"{"unit":{"amount":1,"currency":"IDR"},"least":2}"#, "/price/model REQUIRED"),
        (r#"{"model":"per_unit","unit":{"amount":1,"currency":"IDR"},"least":"x"}"#, "/price WRONG_TYPE"),
        (r#"{"model":"flat","unit":1}"#, "/price/unit UNKNOWN_FIELD"),
        ("7", "/price WRONG_TYPE"),
    ] {
        let body = format!(r#"{{"price":{price},{GOOD},"slug":"X"}}"#);
        let expected = [at, "/slug INVALID_VALUE"];
        assert_eq!(told(&body).1, expected, "{price}");
    }
}

/// The sample that stands in for `from` does not fit the caller's `to`: that is no mistake of the caller's.
#[test]
fn what_does_not_fit_for_our_own_sample_is_not_told() {
    let body = format!(r#"{{"period":{{"from":"x","to":3}},{GOOD},"slug":"X"}}"#);
    assert_eq!(told(&body).1, ["/period/from WRONG_TYPE", "/slug INVALID_VALUE"]);
    let body = format!(r#"{{"period":{{"from":4,"to":3}},{GOOD},"slug":"X"}}"#);
    assert_eq!(told(&body).1, ["/period INVALID_VALUE", "/slug INVALID_VALUE"]);
}

#[test]
fn no_more_is_told_than_somebody_reads() {
    let lines = vec!["7"; 100].join(",");
    let (_, faults) = told(&format!(r#"{{{GOOD},"lines":[{lines}]}}"#));
    assert_eq!(faults.len(), MOST_FAULTS);
}

/// By the bytes that are read again, which no clock has to tell.
#[test]
fn a_long_body_full_of_mistakes_is_read_a_few_times() {
    let line = format!(r#"{{"total":"{}"}}"#, "x".repeat(1000));
    let body = format!(r#"{{{GOOD},"lines":[{}]}}"#, vec![line; 1000].join(","));
    let (_, faults) = told(&body);
    assert!((1..=3).contains(&faults.len()), "{faults:?}");
    let unknown: Vec<String> = (0..20_000).map(|index| format!(r#""f{index}":[[[{index}]]]"#)).collect();
    assert!(told(&format!("{{{GOOD},{}}}", unknown.join(","))).1.len() <= MOST_FAULTS);
}
