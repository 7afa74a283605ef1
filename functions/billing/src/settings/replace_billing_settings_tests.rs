use http::Method;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::World;

const PATH: &str = "/api/v1/billing/settings";

fn pkp() -> Value {
    json!({
        "legalName": "PT Toko Maju Jaya", "address": ["Jl. Jenderal Sudirman Kav. 52", "Jakarta Selatan 12190"],
        "email": "tagihan@tokomaju.example", "phone": "+62 21 5000 1234",
        "tax": { "registered": true, "taxId": "01.234.567.8-901.000" },
        "bankAccounts": [{ "bank": "BCA", "number": "1234567890", "holder": "PT Toko Maju Jaya" }],
        "numberPrefix": "TMJ", "termsDays": 30, "graceHours": 6
    })
}

async fn put(world: &World, token: &str, body: Value) -> Answer {
    world.client.call(Method::PUT, PATH).json(body).bearer(token).send().await
}

#[tokio::test]
async fn settings_are_replaced_and_ppn_comes_with_the_registration() {
    let world = World::open().await;
    let before = world.client.get(PATH).bearer(&world.owner.token).send().await;
    assert_eq!((before.status.as_u16(), before.header("etag")), (200, "\"0\""));
    assert_eq!((before.at("/data/tax/registered"), before.at("/data/taxRates")), (json!(false), json!([])));
    let answer = put(&world, &world.owner.token, pkp()).await;
    insta::assert_snapshot!(answer.snapshot(), @r##"
    200 OK
    etag: "1"
    {
      "data": {
        "address": [
          "Jl. Jenderal Sudirman Kav. 52",
          "Jakarta Selatan 12190"
        ],
        "bankAccounts": [
          {
            "bank": "BCA",
            "holder": "PT Toko Maju Jaya",
            "number": "1234567890"
          }
        ],
        "dunning": [
          {
            "action": "remind",
            "afterDays": 1
          },
          {
            "action": "remind",
            "afterDays": 7
          },
          {
            "action": "remind",
            "afterDays": 11
          },
          {
            "action": "suspend",
            "afterDays": 14
          }
        ],
        "email": "tagihan@tokomaju.example",
        "graceHours": 6,
        "invoicedTogether": false,
        "legalName": "PT Toko Maju Jaya",
        "numberPrefix": "TMJ",
        "phone": "+622150001234",
        "signature": null,
        "tax": {
          "branchCode": "000000",
          "registered": true,
          "taxId": "012345678901000"
        },
        "taxRates": [
          {
            "category": "standard",
            "code": "PPN",
            "id": "txr_01M7XSW1M0000000000000000F",
            "inForce": true,
            "inclusive": false,
            "name": "PPN",
            "rateBasisPoints": 1100,
            "statutory": {
              "denominator": 12,
              "numerator": 11,
              "rateBasisPoints": 1200
            },
            "validFrom": "2025-01-01",
            "validTo": null
          }
        ],
        "template": {
          "accentColor": "#1f4e8c",
          "footer": []
        },
        "termsDays": 30
      },
      "success": true
    }
    "##);
    let read = world.client.get(PATH).bearer(&world.owner.token).send().await;
    assert_eq!(read.body, answer.body);
    // A second change keeps the rate, and what is left out goes back to its default.
    let again = put(&world, &world.owner.token, json!({ "tax": { "registered": false } })).await;
    assert_eq!(
        (again.header("etag"), again.at("/data/numberPrefix"), again.at("/data/termsDays")),
        ("\"2\"", json!("INV"), json!(14))
    );
    assert_eq!(again.at("/data/taxRates").as_array().map(Vec::len), Some(1));
    assert_eq!(again.at("/data/taxRates/0/inForce"), false, "a tenant that is not registered collects none");
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let world = World::open().await;
    let body = json!({
        "legalName": "", "address": ["a\u{202e}b"], "tax": { "registered": true },
        "bankAccounts": [{ "bank": "BCA", "number": "", "holder": "x" }], "termsDays": 366, "graceHours": 73
    });
    let answer = put(&world, &world.owner.token, body).await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, "VALIDATION_FAILED"));
    let errors = answer.at("/errors");
    let pointers: Vec<&str> =
        errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(
        pointers,
        ["/legalName", "/address/0", "/bankAccounts/0/number", "/tax/taxId", "/termsDays", "/graceHours"]
    );
    for (body, status, pointer) in [
        (json!({ "tax": { "registered": true, "taxId": "DE123456789" } }), 422, "/tax/taxId"),
        (json!({ "numberPrefix": "inv" }), 422, "/numberPrefix"),
        (json!({ "tax": { "registered": false, "branchCode": "12" } }), 422, "/tax/branchCode"),
        (json!({ "iban": "x" }), 400, "/iban"),
    ] {
        let answer = put(&world, &world.owner.token, body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (status, pointer), "{body}");
    }
}

#[tokio::test]
async fn documents_have_a_colour_that_can_be_read_a_short_foot_and_somebody_who_signs() {
    let world = World::open().await;
    let body = json!({
        "template": { "accentColor": "#1A6B54", "footer": ["Kasirku adalah produk PT Toko Maju Jaya"] },
        "signature": { "name": "Siti Rahma", "position": "Direktur Keuangan", "place": "Bandung" }
    });
    let answer = put(&world, &world.owner.token, body.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.at("/data/template/accentColor"), "#1a6b54");
    assert_eq!(answer.at("/data/template/footer"), body["template"]["footer"]);
    assert_eq!(answer.at("/data/signature"), body["signature"]);
    for (body, pointer, said) in [
        (json!({ "template": { "accentColor": "#fde047" } }), "/template/accentColor", "3:1"),
        (json!({ "template": { "accentColor": "green" } }), "/template/accentColor", "six hexadecimal digits"),
        (json!({ "template": { "footer": ["a", "b", "c", "d"] } }), "/template/footer", "at most 3 lines"),
        (json!({ "template": { "footer": ["a\nb"] } }), "/template/footer/0", "one line"),
        (json!({ "signature": { "name": " " } }), "/signature/name", "1 to 120 characters"),
    ] {
        let answer = put(&world, &world.owner.token, body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (422, pointer), "{body}");
        assert!(answer.text("/errors/0/detail").contains(said), "{}", answer.at("/errors"));
    }
    assert_eq!(put(&world, &world.owner.token, json!({})).await.at("/data/signature"), json!(null));
}

#[tokio::test]
async fn only_the_version_that_was_read_is_replaced_and_only_by_who_may() {
    let world = World::open().await;
    assert_eq!(put(&world, &world.owner.token, json!({})).await.status, 200);
    let stale = world.client.call(Method::PUT, PATH).json(json!({})).bearer(&world.owner.token);
    assert_eq!(stale.header("if-match", "\"0\"").send().await.status, 412);
    assert_eq!(put(&world, &world.customer.token, pkp()).await.text("/code"), "FORBIDDEN");
    let nobody = world.client.call(Method::PUT, PATH).json(pkp()).send().await;
    assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let theirs = world.client.get(PATH).bearer(&stranger.token).send().await;
    assert_eq!(theirs.header("etag"), "\"0\"");
}
