//! Pages where a payer enters a card.

use serde_json::{Value, json};

use super::tests::{World, kinds, world};

const SESSION: &str = "mode=payment&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd\
    &line_items[0][price_data][unit_amount]=1500&line_items[0][price_data][product_data][name]=Invoice+<1>\
    &success_url=https://toko.example/paid&cancel_url=https://toko.example/paid&metadata[payment_id]=pay_1\
    &payment_intent_data[metadata][payment_id]=pay_1";

impl World {
    /// The payer's browser, which follows redirects within the fake alone.
    async fn browse(&self, method: &str, path: &str) -> (u16, String) {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.request(method.parse().unwrap(), format!("{}{path}", self.url)).send().await.unwrap();
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (
            answer.status().as_u16(),
            match to {
                Some(to) => to,
                None => answer.text().await.unwrap(),
            },
        )
    }
}

#[tokio::test]
async fn a_page_is_paid_after_a_card_that_is_declined_and_one_whose_bank_asks() {
    let world = world().await;
    let (status, session) = world.post("checkout/sessions", SESSION).await;
    assert_eq!((status, &session["status"], &session["payment_intent"]), (200, &json!("open"), &Value::Null));
    let path = session["url"].as_str().unwrap().strip_prefix(&world.url).unwrap().split('#').next().unwrap();
    assert!(world.browse("GET", path).await.1.contains("Invoice &lt;1&gt;: 1500 USD"));
    world.browse("POST", &format!("{path}/pm_card_visa_chargeDeclined")).await;
    assert!(world.browse("GET", path).await.1.contains("Your card was declined."));
    let id = session["id"].as_str().unwrap();
    let (_, after) = world.get(&format!("checkout/sessions/{id}")).await;
    let intent = after["payment_intent"].as_str().unwrap().to_owned();
    assert_eq!(after["status"], "open");
    assert_eq!(world.post(&format!("payment_intents/{intent}/cancel"), "").await.0, 400, "its page is ended instead");
    world.browse("POST", &format!("{path}/pm_card_threeDSecure2Required")).await;
    assert_eq!(world.browse("GET", path).await.1, format!("/3ds/{intent}"));
    let back = world.browse("POST", &format!("/3ds/{intent}/approve")).await.1;
    assert!(back.starts_with(&format!("{}{path}?", world.url)), "{back}");
    assert_eq!(world.browse("GET", path).await.1, "https://toko.example/paid");
    let (_, list) = world.get(&format!("checkout/sessions?payment_intent={intent}&limit=1")).await;
    assert_eq!((&list["data"][0]["id"], &list["data"][0]["status"]), (&json!(id), &json!("complete")));
    assert_eq!(world.post(&format!("checkout/sessions/{id}/expire"), "").await.0, 400);
    let told = world.told().await;
    let completed = told.iter().find(|event| event["type"] == "checkout.session.completed").unwrap();
    assert_eq!(completed["data"]["object"]["payment_intent"], intent.as_str());
    assert!(kinds(&told).contains(&"payment_intent.succeeded".to_owned()));
}

#[tokio::test]
async fn a_page_is_over_after_a_day_or_when_it_is_ended_and_takes_nobody_then() {
    let world = world().await;
    for ended_by in ["time", "the merchant"] {
        let (_, session) = world.post("checkout/sessions", SESSION).await;
        let id = session["id"].as_str().unwrap();
        world.browse("POST", &format!("/c/pay/{id}/pm_card_visa_chargeDeclined")).await;
        if ended_by == "time" {
            let at = jiff::Timestamp::from_second(session["expires_at"].as_i64().unwrap()).unwrap();
            world.clock.hold_at(at);
        } else {
            let (status, ended) = world.post(&format!("checkout/sessions/{id}/expire"), "").await;
            assert_eq!((status, &ended["status"]), (200, &json!("expired")));
            let intent = ended["payment_intent"].as_str().unwrap();
            assert_eq!(world.get(&format!("payment_intents/{intent}")).await.1["status"], "canceled");
        }
        assert!(world.browse("GET", &format!("/c/pay/{id}")).await.1.contains("This page is over."), "{ended_by}");
        world.browse("POST", &format!("/c/pay/{id}/pm_card_visa")).await;
        assert_eq!(world.get(&format!("checkout/sessions/{id}")).await.1["status"], "expired", "{ended_by}");
        assert_eq!(world.post(&format!("checkout/sessions/{id}/expire"), "").await.0, 400);
    }
    assert_eq!(world.browse("GET", "/c/pay/cs_test_none").await.0, 404);
    for bad in
        [SESSION.replace("mode=payment", "mode=setup"), SESSION.replace("&success_url=https://toko.example/paid", "")]
    {
        assert_eq!(world.post("checkout/sessions", &bad).await.0, 400, "{bad}");
    }
}
