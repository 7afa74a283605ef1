//! Two buyers want the last bag. Whoever is first orders it with a code, pays by QRIS, gets it by a courier, and brings a part
//! back.

use futures::future::try_join_all;
use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
    goods::{BAG, CODE, LAST},
    people::{Customer, Tenant},
};

/// How many of the bag of which there are enough are bought with the last one.
pub(super) const BOUGHT: i64 = 3;

/// How often couriers are asked for their prices before the journey gives up.
const QUOTES: u32 = 3;

/// An order, and who bought.
pub(super) struct Bought<'a> {
    pub(super) buyer: &'a Customer,
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) payment: String,
    /// As the quote names the courier and the service.
    pub(super) way: Value,
    pub(super) total: i64,
}

/// A cart at its checkout.
struct AtCheckout<'a> {
    buyer: &'a Customer,
    token: String,
    way: Value,
    /// What `PUT /cart/shipping` says.
    choice: Value,
}

/// Both fill a cart and choose a way of shipping at the same moment; the one who gets the last bag orders and pays.
pub(super) async fn buy<'a>(caller: &Caller<'_>, customers: &'a [Customer]) -> Result<Bought<'a>, JourneyError> {
    let mut carts = Vec::new();
    for buyer in customers {
        carts.push(fill(caller, buyer).await?);
    }
    let choices = carts.iter().map(|cart| {
        let call = Call::put("/cart/shipping?currency=IDR", cart.choice.clone()).token(&cart.token);
        caller.attempt(call)
    });
    let answers = try_join_all(choices).await?;
    let (won, lost): (Vec<_>, Vec<_>) = carts.iter().zip(&answers).partition(|(_, (status, _))| *status == 200);
    let ([(first, (_, kept))], [(second, (status, refusal))]) = (won.as_slice(), lost.as_slice()) else {
        return Err(JourneyError::Untrue(format!("one of two gets the last piece: {answers:?}")));
    };
    let claim = format!(
        "both check out at once, and one gets the last bag: it is kept for {} until {}",
        first.buyer.person.email,
        text(kept, "/data/reservedUntil")
    );
    caller.check(!text(kept, "/data/reservedUntil").is_empty(), &claim, kept)?;
    let told = text(refusal, "/detail");
    let claim = format!("{} is told: {} ({told})", second.buyer.person.email, text(refusal, "/code"));
    let is_told = *status == 409 && refusal["code"] == "INSUFFICIENT_STOCK" && told.contains(LAST.0);
    caller.check(is_told, &claim, refusal)?;
    let say = |answer: &Value| format!("{} is {}", LAST.0, text(answer, "/data/items/1/status"));
    let cart = caller.api(Call::get("/cart?currency=IDR").token(&second.token), 200, say).await?;
    let items = &cart["data"]["items"];
    caller.check(items[1]["status"] == "insufficient", "and sees it in the cart", items)?;
    leave(caller, second, &text(items, "/1/id")).await?;
    order(caller, first, kept).await
}

/// Without the last bag the other one gets to the checkout, and goes away: in ten minutes what is kept for the cart can be sold.
async fn leave(caller: &Caller<'_>, cart: &AtCheckout<'_>, last: &str) -> Result<(), JourneyError> {
    let path = format!("/cart/items/{last}?currency=IDR");
    let say = |answer: &Value| format!("{} article is left", answer["data"]["items"].as_array().map_or(0, Vec::len));
    caller.api(Call::put(&path, json!({ "quantity": 0 })).token(&cart.token), 200, say).await?;
    let say = |answer: &Value| format!("to be collected, kept until {}", text(answer, "/data/reservedUntil"));
    let body = json!({ "method": "pickup" });
    caller.api(Call::put("/cart/shipping?currency=IDR", body).token(&cart.token), 200, say).await?;
    Ok(())
}

/// Two sizes, the code, an address in Bandung, and what couriers ask for it.
async fn fill<'a>(caller: &Caller<'_>, buyer: &'a Customer) -> Result<AtCheckout<'a>, JourneyError> {
    let token = buyer.person.sign_in(caller).await?;
    let mut cart = String::new();
    for (sku, quantity, status) in [(BAG.0, BOUGHT, 201), (LAST.0, 1, 200)] {
        let body = json!({ "sku": sku, "quantity": quantity });
        let say = |_: &Value| format!("{quantity} of {sku}");
        let answer = caller.api(Call::post("/cart/items?currency=IDR", body).token(&token), status, say).await?;
        cart = text(&answer, "/data/id");
    }
    let say = |answer: &Value| format!("{CODE} takes {} off", answer["data"]["totals"]["discount"]["amount"]);
    let body = json!({ "code": CODE });
    caller.api(Call::post("/cart/coupons?currency=IDR", body).token(&token), 200, say).await?;
    let body = json!({ "address": {
        "name": buyer.person.email.split('@').next(), "phone": "+6281234567890", "line1": "Jl. Braga 10", "city": "Bandung",
        "region": "Jawa Barat", "postalCode": "40111", "country": "ID",
    } });
    let say = |answer: &Value| format!("to {}", text(answer, "/data/address/city"));
    caller.api(Call::put("/cart/address?currency=IDR", body).token(&token), 200, say).await?;
    let say = |answer: &Value| {
        let ways = answer["data"]["options"].as_array().into_iter().flatten();
        let ways: Vec<String> = ways.map(|way| format!("{} {}", text(way, "/id"), way["price"]["amount"])).collect();
        ways.join(", ")
    };
    let mut quote = Value::Null;
    for _ in 0..QUOTES {
        let call = Call::post("/shipping/rates", json!({ "cartId": cart })).token(&token);
        quote = caller.api(call, 201, say).await?;
        // A courier has two seconds to answer; a machine that is busy asks once more.
        if !quote["data"]["options"][0].is_null() {
            break;
        }
    }
    let way = quote["data"]["options"][0].clone();
    let choice = json!({ "method": "carrier", "quoteId": quote["data"]["id"], "optionId": way["id"] });
    Ok(AtCheckout { buyer, token, way, choice })
}

/// Orders the cart as it was shown, and pays by QRIS: the notification confirms the order.
async fn order<'a>(
    caller: &Caller<'_>,
    AtCheckout { buyer, token, way, choice: _ }: &AtCheckout<'a>,
    cart: &Value,
) -> Result<Bought<'a>, JourneyError> {
    let totals = &cart["data"]["totals"];
    let amount = |name: &str| totals[name]["amount"].as_i64();
    let goods = BAG.1 * BOUGHT + LAST.1;
    let parts = (amount("subtotal"), amount("discount"), amount("shipping"));
    let claim =
        format!("{goods} for the goods, a tenth off, and {} for {}", way["price"]["amount"], text(way, "/name"));
    let expected = (Some(goods), Some(goods / 10), way["price"]["amount"].as_i64());
    caller.check(parts == expected, &claim, totals)?;
    let body = json!({ "cartId": cart["data"]["id"], "expectedTotal": totals["total"] });
    let say = |answer: &Value| {
        let total = &answer["data"]["totals"]["total"]["amount"];
        format!("{}: {total}, {}", text(answer, "/data/number"), text(answer, "/data/status"))
    };
    let placed = caller.api(Call::post("/orders", body).token(token).key("order-coffee"), 201, say).await?;
    let id = text(&placed, "/data/id");
    let body = json!({ "orderId": id, "method": "qris" });
    let say = |answer: &Value| format!("a QRIS code, {}", text(answer, "/data/status"));
    let paid = caller.api(Call::post("/payments", body).token(token).key("pay-coffee"), 201, say).await?;
    let payment = text(&paid, "/data/id");
    let path = format!("/providers/midtrans/{payment}/settle");
    caller.control(Call::post(&path, json!({})), |_| "the buyer scans it with an app".to_owned()).await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
    let order = shown(caller, token, &id).await?;
    let stands = (text(&order, "/status"), text(&order, "/paymentStatus"));
    caller.check(
        stands == ("confirmed".to_owned(), "paid".to_owned()),
        "the notification confirms the order, once",
        &order,
    )?;
    let total = order["totals"]["total"]["amount"].as_i64().unwrap_or_default();
    Ok(Bought { buyer, id, customer: text(&order, "/customerId"), payment, way: way.clone(), total })
}

/// The order as it is now.
pub(super) async fn shown(caller: &Caller<'_>, token: &str, id: &str) -> Result<Value, JourneyError> {
    let path = format!("/orders/{id}");
    let say = |answer: &Value| {
        let word = |name: &str| text(answer, &format!("/data/{name}"));
        format!("{}, {}, {}", word("status"), word("paymentStatus"), word("fulfilmentStatus"))
    };
    Ok(caller.api(Call::get(&path).token(token), 200, say).await?["data"].take())
}

/// How many of a SKU can be sold.
pub(super) async fn available(caller: &Caller<'_>, tenant: &Tenant, sku: &str) -> Result<Option<i64>, JourneyError> {
    let token = tenant.owner.sign_in(caller).await?;
    let path = format!("/inventory/{sku}");
    let say = |answer: &Value| format!("{} of {sku} can be sold", answer["data"]["available"]);
    let shown = caller.api(Call::get(&path).token(&token), 200, say).await?;
    Ok(shown["data"]["available"].as_i64())
}
