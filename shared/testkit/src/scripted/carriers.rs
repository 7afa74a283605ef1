//! Small carriers for tests: RajaOngkir and EasyPost, as far as they are asked, which fail as told.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Both carriers behind one address: a label is sold once of a shipment, whatever is lost on the way.
#[derive(Clone, Default)]
pub struct ScriptedCarriers(Arc<Mutex<Shelf>>);

#[derive(Default)]
struct Shelf {
    /// EasyPost's shipments, by id.
    shipments: BTreeMap<String, Value>,
    /// The id of each reference.
    references: BTreeMap<String, String>,
    /// What RajaOngkir knows of a waybill.
    waybills: BTreeMap<String, Value>,
    /// The status of a tracker.
    trackers: BTreeMap<String, Value>,
    sold: u32,
    asked: Vec<String>,
    silent: Option<&'static str>,
    refuse_with: u16,
    lose_sales: u32,
}

impl ScriptedCarriers {
    /// The secret of a tenant that has a key for RajaOngkir.
    pub const RAJAONGKIR: &str = r#"{"apiKey":"raja-key"}"#;
    /// The secret of a tenant that has a key for EasyPost, whose calls are signed.
    pub const EASYPOST: &str = r#"{"apiKey":"EZTKtest","webhookSecret":"whsec_easypost"}"#;

    /// Starts them on loopback, and gives their address.
    ///
    /// # Panics
    /// There is no port.
    pub async fn serve() -> (Self, String) {
        let carriers = Self::default();
        let router = Router::new().fallback(answer).with_state(carriers.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (carriers, url)
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap()
    }

    /// Calls whose path begins so are never answered.
    pub fn hang(&self, path: &'static str) {
        self.lock().silent = Some(path);
    }

    /// Every call is refused with this status; 0 ends it.
    pub fn refuse_with(&self, status: u16) {
        self.lock().refuse_with = status;
    }

    /// So many labels are sold, and the answers are lost.
    pub fn lose_sales(&self, sales: u32) {
        self.lock().lose_sales = sales;
    }

    /// How many labels were sold.
    pub fn sold(&self) -> u32 {
        self.lock().sold
    }

    /// The lines of all requests.
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    /// What RajaOngkir knows of a waybill.
    pub fn set_waybill(&self, awb: &str, data: Value) {
        self.lock().waybills.insert(awb.to_owned(), data);
    }

    /// Where EasyPost saw a parcel.
    pub fn set_tracker(&self, id: &str, tracker: Value) {
        self.lock().trackers.insert(id.to_owned(), tracker);
    }

    fn respond(&self, verb: &Method, uri: &Uri, body: &Value) -> (u16, Value) {
        let mut shelf = self.lock();
        shelf.asked.push(format!("{verb} {uri}"));
        if shelf.refuse_with != 0 {
            return (shelf.refuse_with, json!({"error": {"code": "NO", "message": "no"}, "meta": {"message": "no"}}));
        }
        let path = uri.path().trim_start_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        match (verb.as_str(), parts.as_slice()) {
            ("GET", ["destination", "domestic-destination"]) => (200, found(uri.query().unwrap_or_default())),
            ("POST", ["calculate", "domestic-cost"]) => (200, raja(&costs())),
            ("POST", ["track", "waybill"]) => {
                let awb = uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("awb="));
                match shelf.waybills.get(awb.unwrap_or_default()) {
                    Some(data) => (200, raja(data)),
                    None => (404, raja(&Value::Null)),
                }
            }
            ("POST", ["shipments"]) => (201, shelf.create(body)),
            ("GET", ["shipments", name]) => shelf.shipment(name).map_or((404, no()), |found| (200, found)),
            ("POST", ["shipments", id, "buy"]) => shelf.sell(id),
            ("GET", ["trackers", id]) => shelf.trackers.get(*id).map_or((404, no()), |found| (200, found.clone())),
            _ => (404, no()),
        }
    }
}

impl Shelf {
    fn create(&mut self, body: &Value) -> Value {
        let id = format!("shp_{:032x}", self.shipments.len() + 1);
        let reference = body.pointer("/shipment/reference").and_then(Value::as_str);
        if let Some(reference) = reference {
            self.references.insert(reference.to_owned(), id.clone());
        }
        let rate = |service: &str, price: &str| {
            json!({"id": format!("rate_{service}"), "carrier": "USPS", "service": service, "rate": price,
                "currency": "USD", "delivery_days": 3})
        };
        let rates = [rate("Priority", "9.10"), rate("GroundAdvantage", "6.07")];
        let shipment = json!({"id": id, "reference": reference, "rates": rates, "tracking_code": null,
            "postage_label": null, "selected_rate": null, "tracker": null});
        self.shipments.insert(id, shipment.clone());
        shipment
    }

    fn shipment(&self, name: &str) -> Option<Value> {
        let id = self.references.get(name).map_or(name, String::as_str);
        self.shipments.get(id).cloned()
    }

    fn sell(&mut self, id: &str) -> (u16, Value) {
        let number = self.sold + 1;
        let Some(shipment) = self.shipments.get_mut(id) else { return (404, no()) };
        if shipment.pointer("/postage_label/label_url").is_some() {
            return (422, json!({"error": {"code": "SHIPMENT.POSTAGE.EXISTS", "message": "there is a label"}}));
        }
        let rate = shipment.pointer("/rates/1").cloned();
        if let Some(fields) = shipment.as_object_mut() {
            fields.insert("selected_rate".to_owned(), json!(rate));
            fields.insert("tracking_code".to_owned(), json!(format!("EZ{number}")));
            fields.insert("postage_label".to_owned(), json!({"label_url": format!("https://labels.example/{number}")}));
            fields.insert("tracker".to_owned(), json!({"id": format!("trk_{number}")}));
        }
        let sold = shipment.clone();
        self.sold = number;
        if self.lose_sales > 0 {
            self.lose_sales -= 1;
            return (500, json!("lost"));
        }
        (200, sold)
    }
}

async fn answer(State(carriers): State<ScriptedCarriers>, verb: Method, uri: Uri, body: Bytes) -> Response {
    let silent = carriers.lock().silent;
    if silent.is_some_and(|path| uri.path().starts_with(path)) {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let (status, answer) = carriers.respond(&verb, &uri, &body);
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], answer.to_string()).into_response()
}

fn no() -> Value {
    json!({"error": {"code": "NOT_FOUND", "message": "not found"}})
}

fn raja(data: &Value) -> Value {
    json!({"meta": {"message": "ok", "code": 200, "status": "success"}, "data": data})
}

/// Every postal code is a place.
fn found(query: &str) -> Value {
    let zip = query.split('&').find_map(|pair| pair.strip_prefix("search=")).unwrap_or_default();
    let id: u64 = zip.parse().unwrap_or(1);
    raja(&json!([{"id": id, "city_name": "X", "district_name": "X", "zip_code": zip}]))
}

fn costs() -> Value {
    json!([
        {"name": "JNE", "code": "jne", "service": "REG", "cost": 44_000, "etd": "2-3 day"},
        {"name": "SiCepat", "code": "sicepat", "service": "BEST", "cost": 51_000, "etd": ""}
    ])
}
