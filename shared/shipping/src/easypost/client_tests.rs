//! The adapter against a scripted server: what it sends, and what it makes of every answer.

use std::{sync::Arc, time::Duration};

use kernel::{Clock, Money};
use serde_json::{Value, json};

use super::*;
use crate::{
    ServiceCode,
    address::tests::{bandung, san_francisco},
    easypost::account::tests::account,
    parcels::divisor::tests::parcel,
    scripted::{CarrierAnswer, CarrierScript},
};

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> jiff::Timestamp {
        "2026-12-01T03:00:00Z".parse().unwrap()
    }
}

async fn easypost(answers: Vec<CarrierAnswer>) -> (CarrierScript, EasyPost) {
    let (script, url) = CarrierScript::serve(answers).await;
    let client = EasyPost::new(reqwest::Client::new(), account(), Arc::new(Fixed)).at(&url);
    (script, client.answering_within(Duration::from_millis(300)))
}

fn ask() -> RateAsk {
    RateAsk {
        from: san_francisco(),
        to: bandung(),
        parcel: parcel(436, Some([254, 203, 101])),
        charged_kilograms: 1,
        couriers: Vec::new(),
        currency: Currency::USD,
    }
}

fn order(max_price: Option<i64>) -> LabelOrder {
    LabelOrder {
        reference: "ruko-01-0".to_owned(),
        from: san_francisco(),
        to: san_francisco(),
        parcel: parcel(436, None),
        courier: "USPS".to_owned().try_into().unwrap(),
        service: ServiceCode::try_from("GroundAdvantage".to_owned()).unwrap(),
        max_price: max_price.map(|minor| Money::new(minor, Currency::USD)),
    }
}

fn rate_of(service: &str, price: &str, currency: &str) -> Value {
    json!({"id": format!("rate_{service}"), "object": "Rate", "carrier": "USPS", "service": service, "rate": price,
        "currency": currency, "delivery_days": 3, "delivery_date_guaranteed": false})
}

fn shipment() -> Value {
    json!({"id": "shp_16578f588f9546ec914afd2474e24ff5", "object": "Shipment", "mode": "test", "status": "unknown",
        "tracking_code": null, "postage_label": null, "tracker": null, "selected_rate": null, "messages": [], "fees": [],
        "rates": [rate_of("Priority", "9.10", "USD"), rate_of("GroundAdvantage", "6.07", "USD")],
        "parcel": {"weight": 15.4}})
}

fn bought() -> Value {
    let mut bought = shipment();
    bought["tracking_code"] = json!("EZ1000000001");
    bought["postage_label"] = json!({"id": "pl_1", "label_url": "https://example.com/label.png"});
    bought["tracker"] = json!({"id": "trk_1", "status": "unknown"});
    bought["selected_rate"] = rate_of("GroundAdvantage", "6.07", "USD");
    bought
}

fn refusal(status: u16, code: &str) -> CarrierAnswer {
    CarrierAnswer::Json(status, json!({"error": {"code": code, "message": "no", "errors": []}}))
}

#[tokio::test]
async fn rates_are_asked_in_ounces_and_read_from_texts() {
    let (script, client) = easypost(vec![CarrierAnswer::Json(201, shipment())]).await;
    let rates = client.rates(&ask()).await.unwrap();
    let told: Vec<_> = rates.iter().map(|rate| (rate.service.as_str(), rate.price.minor())).collect();
    assert_eq!(told, [("Priority", 910), ("GroundAdvantage", 607)]);
    assert_eq!(rates[0].days, Some(DeliveryDays { min: 3, max: 3 }));
    let [(line, headers, body)] = script.asked().try_into().unwrap();
    assert_eq!(line, "POST /shipments");
    assert_eq!(headers["authorization"], "Bearer EZTKtest0123456789");
    assert!(body.contains(r#""parcel":{"weight":15.4,"length":10.0,"width":8.0,"height":4.0}"#), "{body}");
    let sent: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(sent["shipment"]["to_address"]["zip"], "40111");
    assert_eq!(sent["shipment"]["to_address"]["street2"], "Sumur Bandung");
    assert!(sent["shipment"].get("reference").is_none(), "only what is bought has one");
    for address in ["to_address", "from_address"] {
        for personal in ["name", "phone", "company"] {
            assert!(sent["shipment"][address].get(personal).is_none(), "{address}: who is there is for labels alone");
        }
    }
}

#[tokio::test]
async fn rates_in_other_currencies_are_left_out() {
    let mut mixed = shipment();
    mixed["rates"] = json!([rate_of("A", "1.00", "USD"), rate_of("B", "1.00", "CAD"), rate_of("C", "x", "USD")]);
    let mut foreign = shipment();
    foreign["rates"] = json!([rate_of("B", "1.00", "CAD")]);
    let mut none = shipment();
    none["rates"] = json!([]);
    let answers = [mixed, foreign, none].map(|body| CarrierAnswer::Json(201, body));
    let (_, client) = easypost(answers.into()).await;
    assert_eq!(client.rates(&ask()).await.unwrap().len(), 1);
    assert_eq!(client.rates(&ask()).await, Err(CarrierError::NotOffered));
    assert_eq!(client.rates(&ask()).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_label_is_bought_of_a_shipment_with_our_reference() {
    let answers = vec![
        refusal(404, "NOT_FOUND"),
        CarrierAnswer::Json(201, shipment()),
        CarrierAnswer::Json(200, bought()),
        CarrierAnswer::Json(200, bought()),
    ];
    let (script, client) = easypost(answers).await;
    let label = client.buy(&order(Some(607))).await.unwrap();
    assert_eq!((label.tracking_code.as_str(), label.cost.minor()), ("EZ1000000001", 607));
    assert_eq!(label.tracker_id.as_deref(), Some("trk_1"));
    assert_eq!(client.buy(&order(Some(607))).await, Ok(label), "the same order finds it");
    assert_eq!(
        script.lines(),
        [
            "GET /shipments/ruko-01-0",
            "POST /shipments",
            "POST /shipments/shp_16578f588f9546ec914afd2474e24ff5/buy",
            "GET /shipments/ruko-01-0",
        ]
    );
    let asked = script.asked();
    let bought: Value = serde_json::from_str(&asked[1].2).unwrap();
    assert_eq!(bought["shipment"]["reference"], "ruko-01-0");
    assert!(bought["shipment"]["to_address"]["name"].is_string());
    assert_eq!(asked[2].2, r#"{"rate":{"id":"rate_GroundAdvantage"}}"#);
}

#[tokio::test]
async fn after_silence_the_shipment_is_looked_at_and_nothing_is_bought_twice() {
    let there = || CarrierAnswer::Json(200, shipment());
    let (script, client) = easypost(vec![there(), CarrierAnswer::Silence, CarrierAnswer::Json(200, bought())]).await;
    assert!(client.buy(&order(None)).await.is_ok(), "it was bought");
    assert_eq!(script.lines().iter().filter(|line| line.ends_with("/buy")).count(), 1);
    let (_, client) = easypost(vec![there(), CarrierAnswer::Silence, there()]).await;
    assert_eq!(client.buy(&order(None)).await, Err(CarrierError::Unknown), "nobody knows yet");
    let exists = refusal(422, "SHIPMENT.POSTAGE.EXISTS");
    let (_, client) = easypost(vec![there(), exists, CarrierAnswer::Json(200, bought())]).await;
    assert!(client.buy(&order(None)).await.is_ok(), "another was faster");
    let (_, client) = easypost(vec![there(), refusal(422, "ADDRESS.VERIFY.FAILURE"), there()]).await;
    assert_eq!(client.buy(&order(None)).await, Err(CarrierError::Refused { message: "no".to_owned() }));
}

#[tokio::test]
async fn nothing_is_bought_that_costs_too_much_or_is_not_there() {
    let there = || CarrierAnswer::Json(200, shipment());
    let (script, client) = easypost(vec![there(), there()]).await;
    let price = Money::new(607, Currency::USD);
    assert_eq!(client.buy(&order(Some(606))).await, Err(CarrierError::TooDear { price }));
    let other = LabelOrder { service: "Express".to_owned().try_into().unwrap(), ..order(None) };
    assert_eq!(client.buy(&other).await, Err(CarrierError::NotOffered));
    assert!(script.lines().iter().all(|line| !line.ends_with("/buy")));
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (answer, error) in [
        (refusal(401, "APIKEY.INACTIVE"), CarrierError::Credentials),
        (refusal(429, "RATE_LIMITED"), CarrierError::Busy),
        (refusal(402, "PAYMENT_REQUIRED"), CarrierError::Refused { message: "no".to_owned() }),
        (CarrierAnswer::Json(500, json!("x")), CarrierError::Unknown),
        (CarrierAnswer::Json(200, json!("x")), CarrierError::Unknown),
        (CarrierAnswer::Silence, CarrierError::Unknown),
    ] {
        let (_, client) = easypost(vec![answer]).await;
        assert_eq!(client.rates(&ask()).await, Err(error));
    }
}

#[tokio::test]
async fn a_tracker_is_asked_by_its_id() {
    let tracker =
        json!({"id": "trk_1", "tracking_code": "EZ1", "status": "delivered", "updated_at": "2026-11-20T10:00:00Z"});
    let (script, client) = easypost(vec![CarrierAnswer::Json(200, tracker)]).await;
    let ask = |id: &str| TrackAsk {
        code: "EZ1".to_owned().try_into().unwrap(),
        courier: None,
        tracker_id: Some(id.to_owned()),
        phone: None,
    };
    assert_eq!(client.track(&ask("trk_1")).await.unwrap()[0].status.as_str(), "delivered");
    assert_eq!(client.track(&ask("../users")).await, Err(CarrierError::NotFound));
    assert_eq!(script.lines(), ["GET /trackers/trk_1"]);
}
