//! What the company sells: a product in two sizes, how many there are, from where it is sent, and a code that takes something off.

use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
    people::Tenant,
};

/// The bag of which there are enough, and what it costs.
pub(super) const BAG: (&str, i64) = ("GAYO-250", 85_000);
/// The bag of which there is one, and what it costs.
pub(super) const LAST: (&str, i64) = ("GAYO-1000", 310_000);
/// How many of the first there are.
pub(super) const BAGS: i64 = 10;
/// What buyers type: a tenth off.
pub(super) const CODE: &str = "PANEN10";

/// The company opens its shop.
pub(super) async fn put_on_sale(caller: &Caller<'_>, tenant: &Tenant) -> Result<(), JourneyError> {
    let token = tenant.owner.sign_in(caller).await?;
    let say = |answer: &Value| format!("a category: {}", text(answer, "/data/name"));
    let body = json!({ "name": "Coffee" });
    let category = caller.api(Call::post("/categories", body).token(&token).key("coffee"), 201, say).await?;
    let price = |amount: i64| json!([{ "amount": amount, "currency": "IDR" }]);
    let body = json!({
        "title": "Gayo coffee", "description": "Washed, from Aceh Tengah.", "categoryIds": [category["data"]["id"]],
        "options": [{ "name": "Weight", "values": ["250 g", "1 kg"] }],
        "variants": [
            { "sku": BAG.0, "optionValues": ["250 g"], "weightGrams": 280, "prices": price(BAG.1) },
            { "sku": LAST.0, "optionValues": ["1 kg"], "weightGrams": 1_060, "prices": price(LAST.1) },
        ],
    });
    let say = |answer: &Value| {
        let variants = answer["data"]["variants"].as_array().map_or(0, Vec::len);
        format!("{} in {variants} sizes", text(answer, "/data/title"))
    };
    let product = caller.api(Call::post("/products", body).token(&token).key("gayo"), 201, say).await?;
    let path = format!("/products/{}/publish", text(&product, "/data/id"));
    let say = |answer: &Value| format!("{} is on sale", text(answer, "/data/slug"));
    caller.api(Call::post(&path, json!({})).token(&token), 200, say).await?;
    for (sku, on_hand, low_at) in [(BAG.0, BAGS, json!(null)), (LAST.0, 1, json!(0))] {
        let path = format!("/inventory/{sku}");
        let body = json!({ "onHand": on_hand, "lowAt": low_at });
        let say = |answer: &Value| format!("{} of {sku} are there", answer["data"]["available"]);
        caller.api(Call::put(&path, body).token(&token), 200, say).await?;
    }
    send_from_jakarta(caller, &token).await?;
    let body = json!({
        "name": "Harvest", "code": CODE, "benefit": { "kind": "percent", "basisPoints": 1_000 }, "maxUsesPerCustomer": 1,
    });
    let say = |answer: &Value| format!("{} takes a tenth off", text(answer, "/data/code"));
    caller.api(Call::post("/promotions", body).token(&token).key("harvest"), 201, say).await?;
    Ok(())
}

/// Goods are collected, or sent by couriers that `RajaOngkir` knows, from where the company is.
async fn send_from_jakarta(caller: &Caller<'_>, token: &str) -> Result<(), JourneyError> {
    let address = json!({
        "name": "Toko Sinar", "phone": "+622112345678", "line1": "Jl. Jenderal Sudirman Kav. 52", "city": "Jakarta Selatan",
        "district": "Kebayoran Baru", "province": "DKI Jakarta", "postalCode": "12190", "country": "ID",
    });
    let body = json!({
        "origins": [{ "location": "main", "address": address }], "carriers": ["rajaongkir"], "couriers": ["jne", "sicepat"],
    });
    let say = |answer: &Value| format!("sent from {}", text(answer, "/data/origins/0/address/city"));
    caller.api(Call::put("/shipping/zones", body).token(token), 200, say).await?;
    let body = json!({ "payWithinMinutes": 60, "pickup": true });
    let say = |answer: &Value| format!("orders are paid within {} minutes", answer["data"]["payWithinMinutes"]);
    caller.api(Call::put("/orders/settings", body).token(token), 200, say).await?;
    Ok(())
}
