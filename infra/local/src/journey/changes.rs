//! A customer changes within a month: a coupon, what the change would cost, and the invoice of it.

use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
    people::{Customer, Tenant},
};

/// Ten days into the month, 17 % off: the old days given back, the new ones asked for.
pub(super) async fn upgrade(caller: &Caller<'_>, tenant: &Tenant, customers: &[Customer]) -> Result<(), JourneyError> {
    let Some(customer) = customers.iter().find(|customer| customer.currency == "USD") else {
        return Err(JourneyError::Untrue("nobody pays in dollars".to_owned()));
    };
    caller.control(Call::post("/clock", json!({ "advance": "10d" })), |_| "ten days pass".to_owned()).await?;
    let owner = tenant.owner.sign_in(caller).await?;
    let body = json!({
        "key": "MERDEKA17", "name": "Merdeka 17%", "discount": { "kind": "percent", "basisPoints": 1_700 },
        "duration": { "kind": "once" }, "maxRedemptions": 100,
    });
    let say = |answer: &Value| format!("the company makes a coupon: {}", text(answer, "/data/key"));
    caller.api(Call::post("/coupons", body).token(&owner).key("coupon"), 201, say).await?;

    let token = customer.person.sign_in(caller).await?;
    let subscription = format!("/subscriptions/{}", customer.subscription);
    let path = format!("{subscription}/coupons");
    let say = |_: &Value| "the customer uses it".to_owned();
    let coupon = json!({ "couponKey": "MERDEKA17" });
    caller.api(Call::post(&path, coupon).token(&token).key("use-coupon"), 200, say).await?;

    let body = json!({ "planKey": "ENTERPRISE" });
    let path = format!("{subscription}/change-preview");
    let say = |answer: &Value| {
        let invoice = &answer["data"]["invoice"];
        let lines = invoice["lines"].as_array().into_iter().flatten();
        let lines: Vec<String> =
            lines.map(|line| format!("{} {}", text(line, "/name"), line["amount"]["amount"])).collect();
        format!("{}, less {}: {}", lines.join(", "), invoice["discount"]["amount"], invoice["total"]["amount"])
    };
    let preview = caller.api(Call::post(&path, body.clone()).token(&token), 200, say).await?;
    let path = format!("{subscription}/change");
    let say = |answer: &Value| format!("the plan is {}", text(answer, "/data/planKey"));
    caller.api(Call::post(&path, body).token(&token).key("upgrade"), 200, say).await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;

    let path = format!("/invoices?subscriptionId={}", customer.subscription);
    let list = caller.api(Call::get(&path).token(&token), 200, |_| "the invoices".to_owned()).await?;
    let changes: Vec<&Value> =
        list["data"].as_array().into_iter().flatten().filter(|row| row["kind"] == "boundary_change").collect();
    let [invoice] = changes.as_slice() else {
        return Err(JourneyError::Untrue(format!("the change has one invoice: {changes:?}")));
    };
    let foreseen = &preview["data"]["invoice"];
    let is_same = ["subtotal", "discount", "total"].iter().all(|amount| foreseen[*amount] == invoice[*amount]);
    let claim = format!("{} is over what the preview said: {}", text(invoice, "/number"), invoice["total"]["amount"]);
    caller.check(is_same, &claim, &(foreseen, invoice))
}

/// A quota of the plan: what is left of it is had, and not one unit more.
pub(super) async fn quota(caller: &Caller<'_>, tenant: &Tenant, customers: &[Customer]) -> Result<(), JourneyError> {
    let Some(customer) = customers.iter().find(|customer| customer.currency == "IDR") else {
        return Err(JourneyError::Untrue("nobody pays in rupiah".to_owned()));
    };
    let token = tenant.owner.sign_in(caller).await?;
    for (key, quantity, is_had) in [("quota-1", 999, true), ("quota-2", 2, false), ("quota-3", 1, true)] {
        let body = json!({
            "subscriptionId": customer.subscription, "feature": "predictions", "quantity": quantity, "consume": true,
        });
        let say = |answer: &Value| {
            let (used, limit) = (&answer["data"]["used"], &answer["data"]["limit"]);
            format!("{quantity} predictions: allowed {}, {used} of {limit} used", answer["data"]["allowed"])
        };
        let answer = caller.api(Call::post("/entitlements/check", body).token(&token).key(key), 200, say).await?;
        if answer["data"]["allowed"] != json!(is_had) {
            return Err(JourneyError::Untrue(format!("a quota is never exceeded: {answer}")));
        }
    }
    Ok(())
}
