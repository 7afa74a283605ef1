use http::Method;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{World, idr};

const PATH: &str = "/api/v1/tax-rates";

async fn post(world: &World, path: &str, key: &str, body: Value) -> Answer {
    world.client.post(path, body).bearer(&world.owner.token).idempotency_key(key).send().await
}

async fn list(world: &World) -> Vec<(String, u64, bool, Value)> {
    let answer = world.client.get(PATH).bearer(&world.owner.token).send().await;
    let rows = answer.at("/data").as_array().unwrap().clone();
    rows.iter()
        .map(|row| {
            let (code, rate) = (row["code"].as_str().unwrap().to_owned(), row["rateBasisPoints"].as_u64().unwrap());
            (code, rate, row["inForce"].as_bool().unwrap(), row["validTo"].clone())
        })
        .collect()
}

fn vat(rate: u32, from: &str) -> Value {
    json!({ "code": "VAT", "name": "VAT", "rateBasisPoints": rate, "validFrom": from })
}

#[tokio::test]
async fn a_new_rate_takes_the_place_of_the_former_one() {
    let world = World::open().await;
    let settings = json!({ "tax": { "registered": true, "taxId": "0123456789012345" } });
    let path = "/api/v1/billing/settings";
    world.client.call(Method::PUT, path).json(settings).bearer(&world.owner.token).send().await;
    let made = post(&world, PATH, "k1", vat(1_900, "2026-01-01")).await;
    insta::assert_snapshot!(made.snapshot(), @r#"
    201 Created
    {
      "data": {
        "category": "standard",
        "code": "VAT",
        "id": "txr_01M7XSW1M0000000000000000H",
        "inForce": true,
        "inclusive": false,
        "name": "VAT",
        "rateBasisPoints": 1900,
        "statutory": null,
        "validFrom": "2026-01-01",
        "validTo": null
      },
      "success": true
    }
    "#);
    let again = post(&world, PATH, "k1", vat(1_900, "2026-01-01")).await;
    assert_eq!((again.status.as_u16(), again.text("/data/id")), (201, made.text("/data/id")), "once");
    assert_eq!(post(&world, PATH, "k2", vat(2_000, "2027-01-01")).await.status, 201);
    let expected = [
        ("PPN", 1_100, true, Value::Null),
        ("VAT", 1_900, true, json!("2027-01-01")),
        ("VAT", 2_000, false, Value::Null),
    ];
    assert_eq!(list(&world).await, expected.map(|(code, rate, force, to)| (code.to_owned(), rate, force, to)));

    let refused = post(&world, PATH, "k3", vat(2_100, "2026-06-01")).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "TAX_RATE_OVERLAPS"));
    let id = made.text("/data/id");
    let ended = post(&world, &format!("{PATH}/{id}/end"), "k4", json!({ "validTo": "2026-11-01" })).await;
    assert_eq!((ended.text("/data/validTo").as_str(), ended.at("/data/inForce")), ("2026-11-01", json!(false)));
}

#[tokio::test]
async fn luxury_goods_have_a_rate_of_their_own() {
    let world = World::open().await;
    let settings = json!({ "tax": { "registered": true, "taxId": "0123456789012345" } });
    let path = "/api/v1/billing/settings";
    world.client.call(Method::PUT, path).json(settings).bearer(&world.owner.token).send().await;
    let line =
        |taxation: &str| json!({ "name": "Yacht", "quantity": 1, "unitAmount": idr(1_000_000), "taxation": taxation });
    let lines = json!({ "lines": [line("luxury"), line("taxed"), line("untaxed")] });
    let none = world.write("w1", 0, lines.clone()).await;
    assert_eq!((none.status.as_u16(), none.text("/code").as_str()), (409, "NO_LUXURY_TAX_RATE"), "{}", none.snapshot());

    let luxury = |from: &str| json!({ "code": "PPN", "category": "luxury", "name": "PPN", "rateBasisPoints": 1_200, "validFrom": from });
    let made = post(&world, PATH, "k1", luxury("2025-01-01")).await;
    assert_eq!((made.status.as_u16(), made.text("/data/category").as_str()), (201, "luxury"), "{}", made.snapshot());
    let all = world.client.get(format!("{PATH}?limit=1")).bearer(&world.owner.token).send().await;
    let next = all.text("/page/next");
    let second = world.client.get(format!("{PATH}?limit=1&cursor={next}")).bearer(&world.owner.token).send().await;
    let categories = [all, second].map(|page| page.text("/data/0/category"));
    assert_eq!(categories, ["standard", "luxury"], "of one code and day, one page after the other");
    assert_eq!(post(&world, PATH, "k2", luxury("2024-01-01")).await.text("/code"), "TAX_RATE_OVERLAPS");

    let draft = world.write("w2", 0, lines).await;
    assert_eq!(draft.status, 201, "{}", draft.snapshot());
    let taxes: Vec<_> = (0..2)
        .map(|at| {
            let tax = draft.at(&format!("/data/taxes/{at}"));
            (tax["category"].clone(), tax["statutory"]["base"]["amount"].clone(), tax["tax"]["amount"].clone())
        })
        .collect();
    assert_eq!(
        taxes,
        [(json!("luxury"), Value::Null, json!(120_000)), (json!("standard"), json!(916_667), json!(110_000))]
    );
    let shown = [0, 1, 2].map(|at| {
        let line = draft.at(&format!("/data/lines/{at}"));
        (line["taxation"].clone(), line["taxed"].clone())
    });
    assert_eq!(shown, [("luxury", true), ("taxed", true), ("untaxed", false)].map(|(t, is)| (json!(t), json!(is))));
    let mut both = line("luxury");
    both["taxed"] = json!(false);
    let refused = world.write("w3", 0, json!({ "lines": [both] })).await;
    assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer").as_str()), (422, "/lines/0/taxation"));
    // Its own end moves nothing of the other's.
    let id = made.text("/data/id");
    let ended = post(&world, &format!("{PATH}/{id}/end"), "k4", json!({ "validTo": "2026-01-01" })).await;
    assert_eq!((ended.status.as_u16(), ended.at("/data/inForce")), (200, json!(false)), "{}", ended.snapshot());
    let rates = list(&world).await;
    assert_eq!((rates.len(), &rates[0].3, rates[1].3.clone()), (2, &Value::Null, json!("2026-01-01")));
}

#[tokio::test]
async fn bad_rates_and_strangers_are_refused() {
    let world = World::open().await;
    let with = |name: &str, value: Value| {
        let mut body = vat(1_900, "2026-01-01");
        body[name] = value;
        body
    };
    for (place, (body, status, code)) in [
        (with("code", json!("vat")), 422, "VALIDATION_FAILED"),
        (with("rateBasisPoints", json!(10_001)), 422, "INVALID_TAX_RATE"),
        (with("validTo", json!("2026-01-01")), 422, "INVALID_TAX_RATE"),
        (
            with("statutory", json!({ "rateBasisPoints": 1_200, "numerator": 1, "denominator": 2 })),
            422,
            "INVALID_TAX_RATE",
        ),
        (with("name", json!("")), 422, "VALIDATION_FAILED"),
        (with("kind", json!("luxury")), 400, "UNKNOWN_FIELD"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = post(&world, PATH, &format!("bad-{place}"), body).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{}", answer.snapshot());
    }
    let unknown = format!("{PATH}/txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X/end");
    assert_eq!(post(&world, &unknown, "k9", json!({ "validTo": "2027-01-01" })).await.status, 404);
    let customer = world.client.get(PATH).bearer(&world.customer.token).send().await;
    assert_eq!(customer.status, 403);
}
