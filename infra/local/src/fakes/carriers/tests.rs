use http::Method;
use serde_json::json;

use super::*;

fn carriers() -> Carriers {
    let carriers = Carriers::new(Arc::new(TestClock::new(None)), reqwest::Client::new(), Deliveries::default());
    carriers.register_easypost("EZTK1", "http://127.0.0.1:9/hook", "whsec");
    carriers.register_easypost("EZTK2", "http://127.0.0.1:9/hook", "whsec");
    carriers.register_rajaongkir("raja-1");
    carriers
}

fn body(reference: Option<&str>) -> Value {
    let address = json!({"name": "Ann", "street1": "417 Montgomery St", "city": "San Francisco", "country": "US"});
    json!({"shipment": {"reference": reference, "to_address": address, "from_address": address, "parcel": {"weight": 15.4}}})
}

fn raja(carriers: &Carriers, method: &Method, path: &str, fields: &str) -> Result<Value, u16> {
    let answer = carriers.rajaongkir(method, path, "raja-1", &http_api::form(fields));
    answer.map(|(_, body)| body["data"].clone()).map_err(|refusal| refusal.status)
}

#[test]
fn easyposts_own_vector() {
    let body = br#"{"id":"evt_123","object":"Event","description":"tracker.updated"}"#;
    let tag = "4e18e4b6670fa647a9b82a2d0675941c11fa61187d468cdfb286aec8bcad0165";
    assert_eq!(trackers::signature("whsec_easypost", body), format!("hmac-sha256-hex={tag}"));
}

#[tokio::test]
async fn a_label_is_sold_once_of_a_shipment_that_only_its_account_sees() {
    let carriers = carriers();
    let call = |key: &str, method: Method, path: &str, body: Value| {
        carriers.easypost(&method, path, key, &body).map_err(|refusal| refusal.status)
    };
    let (status, made) = call("EZTK1", Method::POST, "shipments", body(Some("ref-1"))).unwrap();
    assert_eq!((status, &made["rates"][0]["rate"]), (201, &json!("6.07")));
    assert_eq!(call("EZTK1", Method::GET, "shipments/ref-1", Value::Null).unwrap().1["id"], made["id"]);
    assert_eq!(call("EZTK2", Method::GET, "shipments/ref-1", Value::Null), Err(404));
    assert_eq!(call("EZTK3", Method::GET, "shipments/ref-1", Value::Null), Err(401));
    let path = format!("shipments/{}/buy", made["id"].as_str().unwrap());
    let rate = json!({"rate": {"id": made["rates"][0]["id"]}});
    carriers.set_settings(CarrierSettings { lose_replies: 1, ..CarrierSettings::default() });
    assert_eq!(call("EZTK1", Method::POST, &path, rate.clone()), Err(500), "sold, and not told");
    assert_eq!(call("EZTK1", Method::POST, &path, rate), Err(422));
    let (_, sold) = call("EZTK1", Method::GET, "shipments/ref-1", Value::Null).unwrap();
    assert!(sold["postage_label"]["label_url"].is_string() && sold["selected_rate"]["rate"] == "6.07");
    let code = sold["tracking_code"].as_str().unwrap();
    assert!(carriers.see(code, "in_transit", None) && !carriers.see("nobody", "in_transit", None));
    let tracker = format!("trackers/{}", sold["tracker"]["id"].as_str().unwrap());
    assert_eq!(call("EZTK1", Method::GET, &tracker, Value::Null).unwrap().1["status"], "in_transit");
    let mut light = body(None);
    light["shipment"]["parcel"]["weight"] = json!(0);
    assert_eq!(call("EZTK1", Method::POST, "shipments", light), Err(422));
}

#[test]
fn rates_grow_by_the_kilogram_and_a_day_has_its_quota() {
    let carriers = carriers();
    let found = raja(&carriers, &Method::GET, "destination/domestic-destination", "search=40111&limit=5").unwrap();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["district_name"]), (2, &json!("SUMUR BANDUNG")));
    assert_eq!(raja(&carriers, &Method::GET, "destination/domestic-destination", "search=99999"), Err(404));
    let fields = "origin=17473&destination=64999&weight=1700&courier=jne:sicepat:jnt&price=lowest";
    let rates = raja(&carriers, &Method::POST, "calculate/domestic-cost", fields).unwrap();
    assert_eq!((&rates[0]["cost"], &rates[1]["cost"], &rates[2]["etd"]), (&json!(21_000), &json!(22_000), &json!("")));
    assert_eq!(raja(&carriers, &Method::POST, "track/waybill", "awb=A&courier=jne"), Err(422));
    assert_eq!(raja(&carriers, &Method::POST, "track/waybill", "awb=A&courier=sicepat"), Err(404));
    carriers.set_waybill("A", json!({"delivered": true}));
    assert!(raja(&carriers, &Method::POST, "track/waybill", "awb=A&courier=jne&last_phone_number=67890").is_ok());
    carriers.set_settings(CarrierSettings { daily_quota: Some(1), ..CarrierSettings::default() });
    assert_eq!(raja(&carriers, &Method::POST, "calculate/domestic-cost", fields), Err(429));
}
