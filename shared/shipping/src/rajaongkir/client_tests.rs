//! The adapter against a scripted server: what it sends, and what it makes of every answer.

use kernel::TenantId;
use serde_json::json;
use table::TenantScope;
use testkit::Stack;

use super::*;
use crate::{
    address::tests::{bandung, san_francisco},
    parcels::divisor::tests::parcel,
    scripted::{CarrierAnswer, CarrierScript},
};

struct Fixed(&'static str);

impl Clock for Fixed {
    fn now(&self) -> jiff::Timestamp {
        self.0.parse().unwrap()
    }
}

const NOW: &str = "2026-12-01T03:00:00Z";

async fn rajaongkir(stack: &Stack, answers: Vec<CarrierAnswer>, now: &'static str) -> (CarrierScript, RajaOngkir) {
    let (script, url) = CarrierScript::serve(answers).await;
    let account = serde_json::from_str(r#"{"apiKey":"raja-key"}"#).unwrap();
    let cache = RateCache::new(Arc::clone(&stack.ctx().ports().table), TenantScope::new(TenantId::PLATFORM));
    let client = RajaOngkir::new(reqwest::Client::new(), account, cache, Arc::new(Fixed(now)));
    (script, client.at(&url).answering_within(Duration::from_millis(300)))
}

fn ask() -> RateAsk {
    let code = |text: &str| CourierCode::try_from(text.to_owned()).unwrap();
    let to = ShippingAddress { postal_code: Some(crate::address::tests::line("14240")), ..bandung() };
    RateAsk {
        from: bandung(),
        to,
        parcel: parcel(1700, None),
        charged_kilograms: 2,
        couriers: vec![code("jne"), code("sicepat"), code("jnt")],
        currency: Currency::IDR,
    }
}

fn found(id: u64, zip: &str) -> CarrierAnswer {
    let data = json!([{"id": id, "label": "x", "province_name": "x", "city_name": "BANDUNG",
        "district_name": "SUMUR BANDUNG", "subdistrict_name": "x", "zip_code": zip}]);
    answer(&data)
}

fn answer(data: &Value) -> CarrierAnswer {
    CarrierAnswer::Json(200, json!({"meta": {"message": "ok", "code": 200, "status": "success"}, "data": data}))
}

fn refusal(status: u16, message: &str) -> CarrierAnswer {
    let meta = json!({"message": message, "code": status, "status": "error"});
    CarrierAnswer::Json(status, json!({"meta": meta, "data": null}))
}

fn costs() -> Value {
    json!([
        {"name": "Jalur Nugraha Ekakurir (JNE)", "code": "jne", "service": "REG", "description": "x", "cost": 44_000,
         "etd": "2-3 day"},
        {"name": "SiCepat", "code": "sicepat", "service": "BEST", "description": "x", "cost": 51_000, "etd": ""},
        {"name": "free", "code": "jnt", "service": "EZ", "description": "x", "cost": 0, "etd": ""},
        {"code": "jnt"}
    ])
}

#[tokio::test]
async fn rates_are_asked_once_a_day_in_whole_kilograms() {
    let stack = Stack::start().await;
    // Both are found by either search: the two run side by side.
    let both = || {
        let place = |id: u64, zip: &str| json!({"id": id, "city_name": "BANDUNG", "district_name": "SUMUR BANDUNG", "zip_code": zip});
        answer(&json!([place(17_473, "40111"), place(64_999, "14240")]))
    };
    let (script, client) = rajaongkir(&stack, vec![both(), both(), answer(&costs())], NOW).await;
    let rates = client.rates(&ask()).await.unwrap();
    let told: Vec<_> = rates.iter().map(|rate| (rate.service.as_str(), rate.price.minor(), rate.days)).collect();
    assert_eq!(told, [("REG", 44_000, Some(DeliveryDays { min: 2, max: 3 })), ("BEST", 51_000, None)]);
    assert_eq!(client.rates(&ask()).await.unwrap(), rates, "from the cache");
    let asked = script.asked();
    assert_eq!(asked.len(), 3);
    let searches: std::collections::BTreeSet<&str> = asked[..2].iter().map(|(line, ..)| line.as_str()).collect();
    assert!(searches.contains("GET /destination/domestic-destination?search=40111&limit=50&offset=0"), "{searches:?}");
    assert!(asked.iter().all(|(_, headers, _)| headers["key"] == "raja-key"));
    let (line, headers, body) = &asked[2];
    assert_eq!(line, "POST /calculate/domestic-cost");
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    assert!(body.starts_with("origin=17473&destination=64999&"), "{body}");
    assert!(body.ends_with("&weight=2000&courier=jne%3Asicepat%3Ajnt&price=lowest"), "{body}");
    // A day later the places are still known, and the rates are not.
    let (script, later) = rajaongkir(&stack, vec![answer(&costs())], "2026-12-02T03:00:00Z").await;
    assert_eq!(later.rates(&ask()).await.unwrap(), rates);
    assert_eq!(script.lines(), ["POST /calculate/domestic-cost"]);
}

#[tokio::test]
async fn what_it_cannot_say_is_told_apart() {
    for (place, (answer, error)) in [
        (refusal(401, "no key"), CarrierError::Credentials),
        (refusal(429, "daily limit"), CarrierError::Busy),
        (refusal(404, "nothing"), CarrierError::NotFound),
        (answer(&json!([])), CarrierError::NotFound),
        (refusal(422, "bad\nweight"), CarrierError::Refused { message: "badweight".to_owned() }),
        (CarrierAnswer::Json(500, json!("x")), CarrierError::Unknown),
        (CarrierAnswer::Json(200, json!("x")), CarrierError::Unknown),
        (CarrierAnswer::Silence, CarrierError::Unknown),
    ]
    .into_iter()
    .enumerate()
    {
        let stack = Stack::start().await;
        let again = RateAsk { to: bandung(), ..ask() };
        let (_, client) = rajaongkir(&stack, vec![answer], NOW).await;
        assert_eq!(client.place(&again.to).await, Err(error), "{place}");
    }
    let stack = Stack::start().await;
    let (_, nowhere) = rajaongkir(&stack, vec![], NOW).await;
    assert_eq!(nowhere.clone().at("http://127.0.0.1:1").place(&bandung()).await, Err(CarrierError::NotSent));
    for other in [
        RateAsk { to: san_francisco(), ..ask() },
        RateAsk { currency: Currency::USD, ..ask() },
        RateAsk { couriers: Vec::new(), ..ask() },
    ] {
        assert_eq!(nowhere.rates(&other).await, Err(CarrierError::NotOffered));
    }
}

#[tokio::test]
async fn that_no_courier_goes_there_is_no_failure_and_is_kept_for_an_hour() {
    let stack = Stack::start().await;
    let (_, known) = rajaongkir(&stack, vec![found(1, "40111")], NOW).await;
    assert_eq!(known.place(&bandung()).await, Ok(1));
    let here = RateAsk { to: bandung(), ..ask() };
    for (now, answers, rates) in [
        (NOW, vec![answer(&json!([]))], 0),
        ("2026-12-01T04:00:00Z", vec![refusal(404, "none")], 0),
        ("2026-12-01T05:00:00Z", vec![answer(&costs())], 2),
    ] {
        let (script, client) = rajaongkir(&stack, answers, now).await;
        for _ in 0..2 {
            assert_eq!(client.rates(&here).await.unwrap().len(), rates, "{now}");
        }
        assert_eq!(script.asked().len(), 1, "{now}");
    }
}

#[tokio::test]
async fn that_there_is_no_such_place_is_asked_once_an_hour() {
    for nothing in [|| answer(&json!([])), || refusal(404, "nothing")] {
        let stack = Stack::start().await;
        let (script, client) = rajaongkir(&stack, vec![nothing()], NOW).await;
        for _ in 0..3 {
            assert_eq!(client.place(&bandung()).await, Err(CarrierError::NotFound));
        }
        assert_eq!(script.asked().len(), 1);
        let (script, later) = rajaongkir(&stack, vec![found(7, "40111")], "2026-12-01T04:00:00Z").await;
        assert_eq!((later.place(&bandung()).await, later.place(&bandung()).await), (Ok(7), Ok(7)));
        assert_eq!(script.asked().len(), 1, "there is one by now");
    }
}

#[tokio::test]
async fn a_waybill_tells_its_stops_and_its_end() {
    let stack = Stack::start().await;
    let data = json!({
        "delivered": true,
        "summary": {"courier_code": "jne", "waybill_number": "SOCAG00183235715", "status": "DELIVERED"},
        "details": {},
        "delivery_status": {"status": "DELIVERED", "pod_receiver": "RISKA", "pod_date": "2015-03-05", "pod_time": "14:44"},
        "manifest": [
            {"manifest_code": "1", "manifest_description": "Manifested", "manifest_date": "2015-03-04",
             "manifest_time": "03:41", "city_name": "SOLO"},
            {"manifest_code": "2", "manifest_description": "x", "manifest_date": "soon"}
        ]
    });
    let (script, client) = rajaongkir(&stack, vec![answer(&data), refusal(404, "not found")], NOW).await;
    let ask = TrackAsk {
        code: "SOCAG00183235715".to_owned().try_into().unwrap(),
        courier: Some("jne".to_owned().try_into().unwrap()),
        tracker_id: None,
        phone: bandung().phone,
    };
    let told = client.track(&ask).await.unwrap();
    let told: Vec<_> =
        told.iter().map(|seen| (seen.status.as_str(), seen.at.to_string(), seen.place.clone())).collect();
    assert_eq!(
        told,
        [
            ("in_transit", "2015-03-03T20:41:00.000Z".to_owned(), Some("SOLO".to_owned())),
            ("delivered", "2015-03-05T07:44:00.000Z".to_owned(), None),
        ]
    );
    assert_eq!(
        script.lines(),
        ["POST /track/waybill?awb=SOCAG00183235715&courier=jne&last_phone_number=67890"],
        "JNE wants the end of the number"
    );
    let other = TrackAsk { courier: Some("sicepat".to_owned().try_into().unwrap()), ..ask };
    assert_eq!(client.track(&other).await, Err(CarrierError::NotFound));
    assert!(script.lines()[1].ends_with("&courier=sicepat"));
}

#[test]
fn what_went_back_is_not_delivered() {
    let waybill: RajaWaybill = serde_json::from_value(json!({
        "delivered": false, "delivery_status": {"status": "RETURN TO SHIPPER"},
        "manifest": [{"manifest_description": "x", "manifest_date": "2026-11-30", "manifest_time": "10:00:59"}]
    }))
    .unwrap();
    let told = news(&waybill, NOW.parse().unwrap());
    assert_eq!(
        (told[1].status, told[1].at.to_string().as_str()),
        (TrackingStatus::ReturnToSender, "2026-11-30T03:00:00.000Z")
    );
    assert_eq!(news(&RajaWaybill::default(), NOW.parse().unwrap()), []);
}
