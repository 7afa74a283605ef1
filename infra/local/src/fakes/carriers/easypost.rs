//! EasyPost: shipments of one parcel, their rates, and labels that are bought of a shipment once.

use http::Method;
use serde_json::{Value, json};

use super::{Carriers, Kept, Refusal, State};

/// Services: name, cents for the first pound, cents for each pound more, days.
const SERVICES: [(&str, u64, u64, u16); 3] =
    [("GroundAdvantage", 607, 45, 3), ("Priority", 910, 80, 2), ("Express", 3_145, 120, 1)];

impl Carriers {
    /// One call on behalf of the account of a key.
    pub(super) fn easypost(
        &self,
        method: &Method,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<(u16, Value), Refusal> {
        let mut state = self.lock();
        if !state.accounts.contains_key(key) {
            return Err(Refusal::new(401, "APIKEY.INACTIVE", "This api key is no longer active."));
        }
        let now = self.clock.now().to_string();
        let parts: Vec<&str> = path.split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", ["shipments"]) => state.create(key, body, &now).map(|shipment| (201, shipment)),
            ("GET", ["shipments", name]) => state.shipment(key, name).map(|found| (200, found.clone())),
            ("POST", ["shipments", name, "buy"]) => {
                let (shipment, tracker) = state.buy(key, name, body, &now)?;
                self.tell(&state, key, "tracker.created", &tracker);
                if state.settings.lose_replies > 0 {
                    state.settings.lose_replies -= 1;
                    return Err(Refusal::new(500, "INTERNAL", "An internal server error has occurred."));
                }
                Ok((200, shipment))
            }
            ("POST", ["shipments", name, "refund"]) => state.refund(key, name).map(|shipment| (200, shipment)),
            ("POST", ["trackers"]) => {
                let code = body.pointer("/tracker/tracking_code").and_then(Value::as_str).unwrap_or_default();
                let tracker = state.track(key, code, None, &now)?;
                self.tell(&state, key, "tracker.created", &tracker);
                Ok((201, tracker))
            }
            ("GET", ["trackers", id]) => {
                let found = state.trackers.get(*id).filter(|kept| kept.key == key);
                found.map(|kept| (200, kept.value.clone())).ok_or_else(Refusal::not_found)
            }
            _ => Err(Refusal::not_found()),
        }
    }
}

impl State {
    fn create(&mut self, key: &str, body: &Value, now: &str) -> Result<Value, Refusal> {
        let shipment = body.get("shipment").cloned().unwrap_or_default();
        for (name, field) in [
            ("to_address", "street1"),
            ("to_address", "city"),
            ("to_address", "country"),
            ("from_address", "street1"),
            ("from_address", "city"),
            ("from_address", "country"),
        ] {
            if shipment[name][field].as_str().is_none_or(str::is_empty) {
                let message = format!("{name}.{field} is missing");
                return Err(Refusal::new(422, "SHIPMENT.INVALID_PARAMS", message));
            }
        }
        let ounces = tenths(&shipment["parcel"]["weight"])
            .filter(|tenths| *tenths > 0)
            .ok_or_else(|| Refusal::new(422, "PARCEL.WEIGHT.INVALID", "Parcel weight must be more than 0"))?;
        let pounds = ounces.div_ceil(160);
        let is_domestic = shipment["to_address"]["country"] == shipment["from_address"]["country"];
        let is_served = shipment["from_address"]["country"] == "US" && is_domestic;
        let id = self.new_id("shp");
        let mut rates = Vec::new();
        for (service, first, more, days) in SERVICES.iter().filter(|_| is_served) {
            let cents = first + more * (pounds - 1);
            rates.push(json!({
                "id": self.new_id("rate"), "object": "Rate", "created_at": now, "mode": "test", "shipment_id": id,
                "carrier": "USPS", "service": service, "rate": format!("{}.{:02}", cents / 100, cents % 100),
                "currency": "USD", "delivery_days": days, "delivery_date_guaranteed": false
            }));
        }
        let message = json!({"carrier": "USPS", "type": "rate_error", "message": "Unable to retrieve USPS rates"});
        let messages = if is_served { json!([]) } else { json!([message]) };
        let value = json!({
            "id": id, "object": "Shipment", "mode": "test", "created_at": now, "updated_at": now, "status": "unknown",
            "reference": shipment["reference"], "to_address": shipment["to_address"],
            "from_address": shipment["from_address"], "parcel": shipment["parcel"], "rates": rates, "messages": messages,
            "tracking_code": null, "selected_rate": null, "postage_label": null, "tracker": null, "fees": [],
            "refund_status": null
        });
        self.shipments.insert(id, Kept { key: key.to_owned(), value: value.clone() });
        Ok(value)
    }

    /// By id, else the last one with this reference.
    fn shipment(&self, key: &str, name: &str) -> Result<&Value, Refusal> {
        let own = |kept: &&Kept| kept.key == key;
        let by_id = self.shipments.get(name).filter(own);
        let by_reference = || self.shipments.values().rev().filter(own).find(|kept| kept.value["reference"] == name);
        by_id.or_else(by_reference).map(|kept| &kept.value).ok_or_else(Refusal::not_found)
    }

    fn buy(&mut self, key: &str, name: &str, body: &Value, now: &str) -> Result<(Value, Value), Refusal> {
        let mut shipment = self.shipment(key, name)?.clone();
        if !shipment["postage_label"].is_null() {
            let message = "Postage already exists for this shipment.";
            return Err(Refusal::new(422, "SHIPMENT.POSTAGE.EXISTS", message));
        }
        let wanted = &body["rate"]["id"];
        let rate = shipment["rates"].as_array().into_iter().flatten().find(|rate| rate["id"] == *wanted).cloned();
        let rate = rate.ok_or_else(|| Refusal::new(422, "SHIPMENT.RATE.UNAVAILABLE", "Rate not found."))?;
        let code = format!("94001000000000{:06}", self.made);
        let tracker = self.track(key, &code, Some(&shipment["id"]), now)?;
        let amount = format!("{}000", rate["rate"].as_str().unwrap_or_default());
        shipment["selected_rate"] = rate;
        shipment["tracking_code"] = json!(code);
        shipment["tracker"] = tracker.clone();
        shipment["fees"] = json!([{"object": "Fee", "type": "PostageFee", "amount": amount, "charged": true}]);
        shipment["postage_label"] = json!({
            "id": self.new_id("pl"), "object": "PostageLabel", "label_size": "4x6", "label_file_type": "image/png",
            "label_url": format!("https://labels.example/{code}.png")
        });
        self.put(&shipment);
        Ok((shipment, tracker))
    }

    fn refund(&mut self, key: &str, name: &str) -> Result<Value, Refusal> {
        let mut shipment = self.shipment(key, name)?.clone();
        if shipment["postage_label"].is_null() {
            let message = "Refund request cannot be processed: there is no postage.";
            return Err(Refusal::new(422, "SHIPMENT.REFUND.UNAVAILABLE", message));
        }
        shipment["refund_status"] = json!("submitted");
        self.put(&shipment);
        Ok(shipment)
    }

    fn put(&mut self, shipment: &Value) {
        let id = shipment["id"].as_str().unwrap_or_default();
        if let Some(kept) = self.shipments.get_mut(id) {
            kept.value = shipment.clone();
        }
    }
}

/// A number with one decimal, in tenths: `15.4` is 154. As text, because no float is read here.
fn tenths(number: &Value) -> Option<u64> {
    let text = match number {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let first: u64 = fraction.get(..1)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(10)?.checked_add(first)
}
