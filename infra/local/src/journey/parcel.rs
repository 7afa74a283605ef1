//! What was ordered is sent, followed until it is there, and one of three bags comes back.

use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
    goods::{BAG, BAGS},
    people::Tenant,
    shop::{BOUGHT, Bought, available, shown},
};

/// The number on the parcel.
const WAYBILL: &str = "SICEPAT000123456789";

/// The company hands the parcel in; its courier is asked where it is until it has arrived.
pub(super) async fn send(caller: &Caller<'_>, tenant: &Tenant, bought: &Bought<'_>) -> Result<(), JourneyError> {
    let owner = tenant.owner.sign_in(caller).await?;
    let order = shown(caller, &owner, &bought.id).await?;
    let to = &order["address"];
    let body = json!({
        "customerId": bought.customer, "orderId": bought.id, "carrier": bought.way["carrier"],
        "courier": bought.way["courier"], "service": bought.way["service"],
        "to": {
            "name": to["name"], "phone": to["phone"], "line1": to["line1"], "city": to["city"], "province": to["region"],
            "postalCode": to["postalCode"], "country": to["country"],
        },
        "parcels": [{ "weightGrams": 1_900, "trackingCode": WAYBILL }],
    });
    let say = |answer: &Value| format!("a parcel with the label {}", text(answer, "/data/parcels/0/trackingCode"));
    let shipment = caller.api(Call::post("/shipping/shipments", body).token(&owner).key("parcel"), 201, say).await?;
    let shipment = text(&shipment, "/data/id");
    let path = format!("/orders/{}/fulfilments", bought.id);
    let body = json!({ "shipmentId": shipment });
    let say = |answer: &Value| format!("{} articles are sent", answer["data"]["items"].as_array().map_or(0, Vec::len));
    let sent = caller.api(Call::post(&path, body).token(&owner).key("send"), 201, say).await?;
    caller.check(sent["data"]["trackingNumber"] == WAYBILL, "the buyer is told the number of the parcel", &sent)?;

    for (hours, delivered, status) in [("2h", false, "in_transit"), ("3h", true, "delivered")] {
        see(caller, delivered).await?;
        let say = |_: &Value| format!("{hours} later the courier is asked");
        caller.control(Call::post("/clock", json!({ "advance": hours })), say).await?;
        caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
        let token = bought.buyer.person.sign_in(caller).await?;
        let path = format!("/shipping/tracking/{shipment}");
        let say = |answer: &Value| format!("the buyer sees: {}", text(answer, "/data/status"));
        let tracking = caller.api(Call::get(&path).token(&token), 200, say).await?;
        caller.check(tracking["data"]["status"] == status, &format!("the parcel is {status}"), &tracking)?;
    }
    let owner = tenant.owner.sign_in(caller).await?;
    let order = shown(caller, &owner, &bought.id).await?;
    caller.check(order["fulfilmentStatus"] == "delivered", "the order is delivered, since its parcel is", &order)
}

/// What the courier sees of the parcel from now on.
async fn see(caller: &Caller<'_>, delivered: bool) -> Result<(), JourneyError> {
    let now = text(&caller.control(Call::get("/clock"), |_| String::new()).await?, "/now");
    let (date, time) = (now.get(..10).unwrap_or_default(), now.get(11..16).unwrap_or_default());
    let stop = json!({
        "manifest_description": "Handed in", "manifest_date": date, "manifest_time": time, "city_name": "JAKARTA SELATAN",
    });
    let mut waybill = json!({ "delivered": delivered, "manifest": [stop] });
    if delivered {
        waybill["delivery_status"] = json!({ "status": "DELIVERED", "pod_date": date, "pod_time": time });
    }
    let path = format!("/providers/carriers/waybills/{WAYBILL}");
    let seen = if delivered { "the courier hands the parcel over" } else { "the courier has the parcel" };
    caller.control(Call::put(&path, waybill), |_| seen.to_owned()).await?;
    Ok(())
}

/// One of three bags comes back: what was paid for it goes back by QRIS, and it can be sold again.
pub(super) async fn bring_one_back(
    caller: &Caller<'_>,
    tenant: &Tenant,
    bought: &Bought<'_>,
) -> Result<(), JourneyError> {
    let owner = tenant.owner.sign_in(caller).await?;
    let order = shown(caller, &owner, &bought.id).await?;
    let paid = order["items"][0]["total"]["amount"].as_i64().unwrap_or_default();
    let path = format!("/orders/{}/returns", bought.id);
    let back = json!({ "items": [{ "sku": BAG.0, "quantity": 1 }], "restock": true });
    let say = |answer: &Value| format!("one of three is back, for {}", answer["data"]["refunded"]["amount"]);
    let returned = caller.api(Call::post(&path, back).token(&owner).key("bring-back"), 201, say).await?;
    let refunded = returned["data"]["refunded"]["amount"].as_i64();
    let claim = format!("a third of the {paid} that were paid for three, discount and tax included");
    // The first pieces of a line have what does not divide.
    caller.check(refunded.is_some_and(|back| (paid / 3..=paid / 3 + 1).contains(&back)), &claim, &returned)?;
    let say = |_: &Value| "a minute later the provider is asked".to_owned();
    caller.control(Call::post("/clock", json!({ "advance": "2m" })), say).await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;

    let token = bought.buyer.person.sign_in(caller).await?;
    let path = format!("/payments/{}/refunds", bought.payment);
    let say = |answer: &Value| format!("{} {}", answer["data"][0]["amount"]["amount"], text(answer, "/data/0/status"));
    let refunds = caller.api(Call::get(&path).token(&token), 200, say).await?;
    let went = (text(&refunds, "/data/0/status"), refunds["data"][0]["amount"]["amount"].as_i64());
    caller.check(went == ("succeeded".to_owned(), refunded), "the buyer has it back by QRIS", &refunds)?;
    let order = shown(caller, &token, &bought.id).await?;
    let claim = format!("the order is partially_refunded, of {}", bought.total);
    caller.check(order["paymentStatus"] == "partially_refunded", &claim, &order)?;
    let left = available(caller, tenant, BAG.0).await?;
    let claim = format!(
        "of {BAGS} bags {BOUGHT} were sold, one came back, and those of the cart that was left are kept no more"
    );
    caller.check(left == Some(BAGS - BOUGHT + 1), &claim, &left)?;
    let owner = tenant.owner.sign_in(caller).await?;
    let report =
        caller.api(Call::get("/billing/reports/reconciliation").token(&owner), 200, |_| "the ledger".to_owned());
    let report = report.await?;
    caller.check(report["data"]["balanced"] == json!(true), "the ledger sums to zero in every currency", &report)
}
