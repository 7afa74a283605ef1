//! RajaOngkir: a few places, rates by weight, and waybills as a test says.

use http::Method;
use serde_json::{Value, json};

use super::{Carriers, Refusal};

/// Places: id, postal code, subdistrict, district, city, province.
const PLACES: [(u64, &str, [&str; 4]); 6] = [
    (17_473, "14240", ["KELAPA GADING BARAT", "KELAPA GADING", "JAKARTA UTARA", "DKI JAKARTA"]),
    (4_818, "40111", ["BRAGA", "SUMUR BANDUNG", "BANDUNG", "JAWA BARAT"]),
    (4_819, "40111", ["BABAKAN CIAMIS", "SUMUR BANDUNG", "BANDUNG", "JAWA BARAT"]),
    (64_999, "60271", ["KETABANG", "GENTENG", "SURABAYA", "JAWA TIMUR"]),
    (31_555, "12190", ["SENAYAN", "KEBAYORAN BARU", "JAKARTA SELATAN", "DKI JAKARTA"]),
    (70_001, "80361", ["KUTA", "KUTA", "BADUNG", "BALI"]),
];

/// Services: courier, its name, service, rupiah for a kilogram, how long.
const SERVICES: [(&str, &str, &str, i64, &str); 5] = [
    ("jne", "Jalur Nugraha Ekakurir (JNE)", "REG", 11_000, "2-3 day"),
    ("jne", "Jalur Nugraha Ekakurir (JNE)", "YES", 24_000, "1 day"),
    ("sicepat", "SiCepat Express", "REG", 10_500, "1-2 day"),
    ("jnt", "J&T Express", "EZ", 12_000, ""),
    ("pos", "POS Indonesia (POS)", "Pos Reguler", 9_500, "4 day"),
];

impl Carriers {
    /// One call; `fields` are those of the query and of the body.
    pub(super) fn rajaongkir(
        &self,
        method: &Method,
        path: &str,
        key: &str,
        fields: &[(String, String)],
    ) -> Result<(u16, Value), Refusal> {
        self.count(key)?;
        let field = |name: &str| {
            let found = fields.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
        };
        let wanted = |name: &str| {
            field(name).ok_or_else(|| Refusal::new(422, "INVALID", format!("The {name} field is required")))
        };
        match (method.as_str(), path) {
            ("GET", "destination/domestic-destination") => places(wanted("search")?),
            ("POST", "calculate/domestic-cost") => {
                costs(wanted("origin")?, wanted("destination")?, wanted("weight")?, wanted("courier")?)
            }
            ("POST", "track/waybill") => {
                let (awb, courier) = (wanted("awb")?, wanted("courier")?);
                if courier == "jne" && field("last_phone_number").is_none_or(|end| end.len() != 5) {
                    return Err(Refusal::new(422, "INVALID", "The last_phone_number field is required"));
                }
                let known = self.lock().waybills.get(awb).cloned();
                let data = known.ok_or_else(|| Refusal::new(404, "NOT_FOUND", "Waybill Not Found"))?;
                Ok(success("Success Get Waybill", &data))
            }
            _ => Err(Refusal::not_found()),
        }
    }

    /// Counts a call of a key against its day.
    fn count(&self, key: &str) -> Result<(), Refusal> {
        let mut state = self.lock();
        let quota = state.settings.daily_quota;
        let calls = state.keys.get_mut(key).ok_or_else(|| Refusal::new(401, "UNAUTHORIZED", "Invalid Api key"))?;
        *calls += 1;
        if quota.is_some_and(|quota| *calls > quota) {
            return Err(Refusal::new(429, "QUOTA", "Daily limit exceeded"));
        }
        Ok(())
    }
}

fn places(search: &str) -> Result<(u16, Value), Refusal> {
    let words: Vec<String> = search.to_uppercase().split_whitespace().map(str::to_owned).collect();
    let found: Vec<Value> = PLACES
        .iter()
        .filter_map(|(id, zip, [subdistrict, district, city, province])| {
            let label = format!("{subdistrict}, {district}, {city}, {province}, {zip}");
            words.iter().all(|word| label.contains(word.as_str())).then(|| {
                json!({"id": id, "label": label, "province_name": province, "city_name": city,
                    "district_name": district, "subdistrict_name": subdistrict, "zip_code": zip})
            })
        })
        .collect();
    if found.is_empty() {
        return Err(Refusal::new(404, "NOT_FOUND", "Data Not Found"));
    }
    Ok(success("Success Get Domestic Destinations", &json!(found)))
}

fn costs(origin: &str, destination: &str, weight: &str, couriers: &str) -> Result<(u16, Value), Refusal> {
    let is_place = |text: &str| PLACES.iter().any(|(id, ..)| id.to_string() == text);
    let grams: i64 = weight.parse().unwrap_or_default();
    if !is_place(origin) || !is_place(destination) || grams < 1 {
        return Err(Refusal::new(400, "INVALID", "Invalid parameter"));
    }
    let kilograms = (grams + 999) / 1000;
    let asked: Vec<&str> = couriers.split(':').collect();
    let services = SERVICES.iter().filter(|(courier, ..)| asked.contains(courier));
    let mut rates: Vec<Value> = services
        .map(|(courier, name, service, price, etd)| {
            json!({"name": name, "code": courier, "service": service, "description": service,
                "cost": price * kilograms, "etd": etd})
        })
        .collect();
    rates.sort_by_key(|rate| rate["cost"].as_i64());
    Ok(success("Success Calculate Domestic Shipping cost", &json!(rates)))
}

fn success(message: &str, data: &Value) -> (u16, Value) {
    (200, json!({"meta": {"message": message, "code": 200, "status": "success"}, "data": data}))
}
