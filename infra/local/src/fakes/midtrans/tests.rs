use axum::{Json, extract::State as Extract};

use super::*;

const KEY: &str = "SB-Mid-server-TESTKEY1234567890";

struct World {
    clock: Arc<TestClock>,
    midtrans: Arc<Midtrans>,
    url: String,
    received: Arc<Mutex<Vec<Value>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

/// What the merchant was told, and what it shall answer.
type Hook = (Arc<Mutex<Vec<Value>>>, Arc<Mutex<Vec<u16>>>);

/// The fake on its own port, with a merchant whose endpoint keeps what it is told and answers as scripted.
async fn world() -> World {
    let clock = Arc::new(TestClock::new(None));
    clock.hold_at("2025-06-19T06:23:20Z".parse().unwrap());
    let (received, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::<u16>::new())));
    let shared = (Arc::clone(&received), Arc::clone(&answers));
    let hook = axum::Router::new()
        .fallback(|Extract((received, answers)): Extract<Hook>, Json(body): Json<Value>| async move {
            received.lock().unwrap().push(body);
            http::StatusCode::from_u16(answers.lock().unwrap().pop().unwrap_or(200)).unwrap()
        })
        .with_state(shared);
    let serve = |app: axum::Router| async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    };
    let hook = serve(hook).await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let midtrans = Arc::new(Midtrans::new(
        Arc::clone(&clock),
        client,
        Deliveries::default(),
        "http://fake".to_owned(),
        String::new(),
    ));
    midtrans.register_merchant(KEY, "G141532850", &hook);
    let url = serve(router(Arc::clone(&midtrans))).await;
    World { clock, midtrans, url, received, answers }
}

impl World {
    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> (u16, Value) {
        let mut request = reqwest::Client::new()
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .basic_auth(KEY, Some(""));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn charge(&self, body: Value) -> (u16, Value) {
        self.call("POST", "/v2/charge", &[], body).await
    }

    async fn status(&self, id: &str) -> Value {
        self.call("GET", &format!("/v2/{id}/status"), &[], Value::Null).await.1
    }

    /// What the merchant was told, once all of it has arrived; forgets it.
    async fn told(&self) -> Vec<Value> {
        self.midtrans.deliveries.settle().await;
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

fn va(order: &str) -> Value {
    json!({
        "payment_type": "bank_transfer",
        "transaction_details": {"order_id": order, "gross_amount": 100_000},
        "item_details": [
            {"id": "SKU1", "price": 90_100, "quantity": 1, "name": "Paket A"},
            {"id": "TAX", "price": 9_900, "quantity": 1, "name": "PPN"},
        ],
        "bank_transfer": {"bank": "bca"},
    })
}

fn other(order: &str, payment_type: &str, part: Value) -> Value {
    let mut body =
        json!({"payment_type": payment_type, "transaction_details": {"order_id": order, "gross_amount": 145_000}});
    body[payment_type] = part;
    body
}

#[tokio::test]
async fn a_virtual_account_is_paid() {
    let world = world().await;
    let (status, charged) = world.charge(va("ORDER-101")).await;
    assert_eq!(
        (status, &charged["status_code"], &charged["transaction_status"]),
        (200, &json!("201"), &json!("pending"))
    );
    assert_eq!(charged["va_numbers"][0]["bank"], "bca");
    for (field, value) in [
        ("gross_amount", "100000.00"),
        ("transaction_time", "2025-06-19 13:23:20"),
        ("expiry_time", "2025-06-20 13:23:20"),
        ("merchant_id", "G141532850"),
        ("currency", "IDR"),
        ("fraud_status", "accept"),
    ] {
        assert_eq!(charged[field], value, "{field}");
    }
    world.midtrans.act("ORDER-101", Action::Settle).unwrap();
    let mut told = world.told().await;
    told.sort_by_key(|body| body["status_code"].to_string());
    assert_eq!(told.len(), 2);
    // Vector M1 of the documents.
    assert!(told[0]["signature_key"].as_str().unwrap().starts_with("d8045dfa02747025f5eb13e88b41bbf0"));
    assert_eq!(
        (&told[0]["transaction_status"], &told[1]["transaction_status"]),
        (&json!("settlement"), &json!("pending"))
    );
    assert_eq!(told[0]["payment_amounts"][0]["amount"], "100000.00");
    for id in ["ORDER-101", charged["transaction_id"].as_str().unwrap()] {
        let found = world.status(id).await;
        assert_eq!((&found["transaction_status"], &found["status_code"]), (&json!("settlement"), &json!("200")));
    }
    assert!(world.midtrans.act("ORDER-101", Action::Deny).is_err());
    assert_eq!(world.call("POST", "/v2/ORDER-101/cancel", &[], Value::Null).await.0, 412);
    assert_eq!(world.call("POST", "/v2/ORDER-101/refund", &[], json!({"amount": 1})).await.0, 412);
}

#[tokio::test]
async fn every_channel_answers_with_its_own_fields() {
    let world = world().await;
    let charges = [
        (other("1", "bank_transfer", json!({"bank": "permata"})), "permata_va_number"),
        (other("2", "bank_transfer", json!({"bank": "bri", "va_number": "777"})), "va_numbers"),
        (other("3", "echannel", json!({"bill_info1": "Payment:", "bill_info2": "Online"})), "bill_key"),
        (other("4", "gopay", json!({})), "actions"),
        (other("5", "qris", json!({"acquirer": "gopay"})), "qr_string"),
        (other("6", "shopeepay", json!({})), "actions"),
        (other("7", "cstore", json!({"store": "Indomaret"})), "payment_code"),
        (other("8", "credit_card", json!({"token_id": "481111-1114-x", "authentication": true})), "redirect_url"),
    ];
    for (body, field) in charges {
        let (status, charged) = world.charge(body).await;
        assert_eq!(status, 200, "{charged}");
        assert!(!charged[field].is_null(), "{field} in {charged}");
        assert_eq!(charged["transaction_status"], "pending");
    }
    assert_eq!(world.status("7").await.get("fraud_status"), None);
    let (status, charged) = world.charge(other("9", "credit_card", json!({"token_id": "481111-1114-x"}))).await;
    assert_eq!(
        (status, &charged["transaction_status"], &charged["status_code"]),
        (200, &json!("capture"), &json!("200"))
    );
    let (_, denied) = world.charge(other("10", "credit_card", json!({"token_id": "491111-1113-x"}))).await;
    assert_eq!((&denied["transaction_status"], &denied["status_code"]), (&json!("deny"), &json!("202")));
    for bad in [
        other("b1", "bank_transfer", json!({"bank": "swiss"})),
        other("b2", "cstore", json!({"store": "corner"})),
        other("b3", "credit_card", json!({})),
        other("b4", "kredivo", json!({})),
    ] {
        assert_eq!(world.charge(bad).await.0, 400);
    }
}

#[tokio::test]
async fn what_midtrans_refuses_is_refused() {
    let world = world().await;
    let mut wrong = va("ORDER-1");
    wrong["item_details"][0]["price"] = 1.into();
    let (status, refused) = world.charge(wrong).await;
    assert_eq!((status, &refused["status_code"]), (400, &json!("400")));
    assert!(refused["validation_messages"][0].as_str().unwrap().contains("not equal to the sum"));
    let mut long = va("x");
    long["transaction_details"]["order_id"] = "x".repeat(51).into();
    assert_eq!(world.charge(long).await.0, 400);
    assert_eq!(world.charge(va("ORDER-1")).await.0, 200);
    assert_eq!(world.charge(va("ORDER-1")).await.0, 406);
    world.midtrans.set_settings(Settings { errors_in_body: true, ..Settings::default() });
    let (status, refused) = world.charge(va("ORDER-1")).await;
    assert_eq!((status, &refused["status_code"]), (200, &json!("406")));
    world.midtrans.set_settings(Settings::default());
    assert_eq!(world.call("POST", "/v2/ORDER-1/cancel", &[], Value::Null).await.0, 200);
    assert_eq!(world.charge(va("ORDER-1")).await.0, 200);
    assert_eq!(world.status("ORDER-9").await["status_code"], "404");
    let anonymous =
        reqwest::Client::new().post(format!("{}/v2/charge", world.url)).json(&va("O")).send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
    let production =
        reqwest::Client::new().get(format!("{}/v2/ORDER-1/status", world.url)).basic_auth("Mid-server-x", Some(""));
    assert_eq!(production.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn an_idempotency_key_repeats_the_answer_whatever_the_body() {
    let world = world().await;
    let key = [("Idempotency-Key", "one")];
    let first = world.call("POST", "/v2/charge", &key, va("ORDER-1")).await;
    assert_eq!(world.call("POST", "/v2/charge", &key, va("ORDER-2")).await, first);
    assert_eq!(world.call("POST", "/v2/ORDER-1/cancel", &key, Value::Null).await, first);
    world.clock.hold_at(world.clock.now() + SignedDuration::from_mins(5));
    assert_eq!(world.call("POST", "/v2/charge", &key, va("ORDER-1")).await.0, 406);
    let long = "k".repeat(47);
    let long = [("Idempotency-Key", long.as_str())];
    assert_eq!(world.call("POST", "/v2/charge", &long, va("ORDER-3")).await.0, 200);
    assert_eq!(world.call("POST", "/v2/charge", &long, va("ORDER-3")).await.0, 406);
    world.midtrans.set_settings(Settings { charge_delay_ms: 300, ..Settings::default() });
    let slow = [("Idempotency-Key", "slow")];
    let both = tokio::join!(
        world.call("POST", "/v2/charge", &slow, va("ORDER-4")),
        world.call("POST", "/v2/charge", &slow, va("ORDER-4")),
    );
    let mut statuses = [both.0.0, both.1.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 202]);
}

#[tokio::test]
async fn a_lost_reply_leaves_a_charge_behind() {
    let world = world().await;
    world.midtrans.set_settings(Settings { lose_replies: 1, ..Settings::default() });
    assert_eq!(world.charge(va("ORDER-1")).await.0, 503);
    assert_eq!(world.status("ORDER-1").await["transaction_status"], "pending");
}

#[tokio::test]
async fn time_expires_what_nobody_pays() {
    let world = world().await;
    let mut short = va("SHORT");
    short["custom_expiry"] =
        json!({"order_time": "2025-06-19 13:23:20 +0700", "expiry_duration": 60, "unit": "minute"});
    world.charge(short).await;
    world.charge(va("LONG")).await;
    world.told().await;
    let due = world.midtrans.next_expiry().unwrap();
    assert_eq!(due.to_string(), "2025-06-19T07:23:20Z");
    world.clock.hold_at(due);
    world.midtrans.expire_due(due);
    let told = world.told().await;
    assert_eq!(
        (told.len(), &told[0]["transaction_status"], &told[0]["status_code"]),
        (1, &json!("expire"), &json!("202"))
    );
    let found = world.status("SHORT").await;
    assert_eq!(
        (&found["status_code"], &found["status_message"]),
        (&json!("407"), &json!("Success, transaction has expired"))
    );
    assert_eq!(world.call("POST", "/v2/SHORT/expire", &[], Value::Null).await.1["status_code"], "407");
    assert_eq!(world.midtrans.next_expiry().unwrap().to_string(), "2025-06-20T06:23:20Z");
    // A payment that crossed the expiry.
    world.midtrans.act("SHORT", Action::Settle).unwrap();
    assert_eq!(world.status("SHORT").await["transaction_status"], "settlement");
}

#[tokio::test]
async fn refunds_add_up_and_are_told_twice() {
    let world = world().await;
    world.charge(other("R", "gopay", json!({}))).await;
    let refund = |key: &'static str, amount: i64| {
        world.call("POST", "/v2/R/refund", &[], json!({"refund_key": key, "amount": amount, "reason": "r"}))
    };
    assert_eq!(refund("early", 1).await.0, 412);
    world.midtrans.act("R", Action::Settle).unwrap();
    world.told().await;
    let (_, first) = refund("r-1", 45_000).await;
    assert_eq!((&first["transaction_status"], &first["refund_amount"]), (&json!("partial_refund"), &json!("45000.00")));
    let told = world.told().await;
    let confirmed = told.iter().filter(|body| !body["refunds"][0]["bank_confirmed_at"].is_null()).count();
    assert_eq!((told.len(), confirmed), (2, 1));
    assert_eq!(refund("r-1", 1).await.0, 406);
    assert_eq!(refund("r-2", 100_001).await.0, 414);
    let (_, second) = refund("r-2", 100_000).await;
    assert_eq!((&second["transaction_status"], &second["refund_amount"]), (&json!("refund"), &json!("145000.00")));
    assert_eq!(refund("r-3", 1).await.0, 412);
}

#[tokio::test]
async fn a_challenged_card_is_decided_by_the_merchant() {
    let world = world().await;
    world.charge(other("C1", "credit_card", json!({"token_id": "451111-1117-x"}))).await;
    let found = world.status("C1").await;
    assert_eq!(
        (&found["transaction_status"], &found["fraud_status"], &found["status_code"]),
        (&json!("capture"), &json!("challenge"), &json!("201"))
    );
    let (_, approved) = world.call("POST", "/v2/C1/approve", &[], Value::Null).await;
    assert_eq!((&approved["fraud_status"], &approved["status_code"]), (&json!("accept"), &json!("200")));
    assert_eq!(world.call("POST", "/v2/C1/deny", &[], Value::Null).await.0, 412);
    world.charge(other("C2", "credit_card", json!({"token_id": "481111-1114-x", "type": "authorize"}))).await;
    let id = world.status("C2").await["transaction_id"].clone();
    let capture =
        |amount: i64| world.call("POST", "/v2/capture", &[], json!({"transaction_id": id, "gross_amount": amount}));
    assert_eq!(capture(145_001).await.0, 414);
    assert_eq!(capture(100_000).await.1["gross_amount"], "100000.00");
}

/// A request for a page.
fn page_of(order: &str) -> Value {
    json!({"transaction_details": {"order_id": order, "gross_amount": 145_000},
        "callbacks": {"finish": "https://toko.example/paid?a=b"}})
}

#[tokio::test]
async fn a_page_offers_ways_and_charges_what_is_chosen() {
    let world = world().await;
    let open = |body: Value| world.call("POST", "/snap/v1/transactions", &[], body);
    let (status, first) = open(page_of("S1")).await;
    assert_eq!(status, 201);
    let token = first["token"].as_str().unwrap().to_owned();
    assert_eq!(first["redirect_url"], format!("http://fake/snap/v4/redirection/{token}"));
    assert_eq!(world.status("S1").await["status_code"], "404", "nothing is chosen");
    // Another page takes the first one back.
    let (_, second) = open(page_of("S1")).await;
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let at = |token: &str, what: &str| format!("{}/snap/v4/redirection/{token}{what}", world.url);
    assert_eq!(browser.get(at(&token, "")).send().await.unwrap().status(), 404);
    let token = second["token"].as_str().unwrap().to_owned();
    let text = browser.get(at(&token, "")).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("/credit_card\"") && text.contains("/dana\""), "{text}");
    // A card that is declined, and one that pays.
    browser.post(at(&token, "/credit_card")).send().await.unwrap();
    let declined = world.status("S1").await;
    browser.post(at(&token, "/decline")).send().await.unwrap();
    assert_eq!(world.status("S1").await["transaction_status"], "deny");
    browser.post(at(&token, "/bca_va")).send().await.unwrap();
    let chosen = world.status("S1").await;
    assert_eq!((&chosen["va_numbers"][0]["bank"], &chosen["transaction_status"]), (&json!("bca"), &json!("pending")));
    assert_ne!(chosen["transaction_id"], declined["transaction_id"]);
    let taken = open(page_of("S1")).await;
    assert_eq!(taken, (400, json!({"error_messages": ["transaction_details.order_id has already been taken"]})));
    let (_, refused) = world_call(&world, &format!("/snap/v1/transactions/{token}/cancel")).await;
    assert_eq!(refused["error_messages"][0], "Transaction is in progress");
    browser.post(at(&token, "/pay")).send().await.unwrap();
    let back = browser.get(at(&token, "")).send().await.unwrap();
    let to = back.headers()["location"].to_str().unwrap();
    assert_eq!(to, "https://toko.example/paid?a=b&order_id=S1&status_code=200&transaction_status=settlement");
}

#[tokio::test]
async fn a_page_is_closed_once_and_expires() {
    let world = world().await;
    let open = |body: Value| world.call("POST", "/snap/v1/transactions", &[], body);
    let (_, opened) = open(page_of("S2")).await;
    let path = format!("/snap/v1/transactions/{}/cancel", opened["token"].as_str().unwrap());
    assert!(world_call(&world, &path).await.1["canceled_at"].is_string());
    let (status, again) = world_call(&world, &path).await;
    assert_eq!((status, &again["error_messages"][0]), (400, &json!("token already canceled")));
    assert!(world.midtrans.choose("S2", "bca_va").is_err());
    let mut short = page_of("S3");
    short["page_expiry"] = json!({"duration": 5, "unit": "minutes"});
    open(short.clone()).await;
    world.clock.hold_at(world.clock.now() + SignedDuration::from_mins(5));
    assert!(world.midtrans.choose("S3", "bca_va").is_err());
    short["page_expiry"] = json!({"duration": 4, "unit": "minutes"});
    assert_eq!(open(short).await.0, 400);
    assert_eq!(open(json!({})).await.0, 400);
}

async fn world_call(world: &World, path: &str) -> (u16, Value) {
    world.call("POST", path, &[], Value::Null).await
}

#[tokio::test]
async fn dana_is_asked_about_by_transaction_and_answers_in_upper_case() {
    let world = world().await;
    let mut page = page_of("D1");
    page["enabled_payments"] = json!(["dana"]);
    world.call("POST", "/snap/v1/transactions", &[], page).await;
    assert!(world.midtrans.choose("D1", "bca_va").is_err(), "it is not offered");
    world.midtrans.choose("D1", "dana").unwrap();
    let told = world.told().await;
    let id = told[0]["transaction_id"].as_str().unwrap().to_owned();
    assert_eq!((&told[0]["order_id"], &told[0]["transaction_status"]), (&json!("D1"), &json!("pending")));
    assert_eq!(world.status("D1").await["status_code"], "404");
    let found = world.status(&id).await;
    assert_eq!((&found["transaction_status"], &found["status_code"]), (&json!("PENDING"), &json!("200")));
    assert_eq!(found["order_id"], found["transaction_id"]);
    assert_eq!(world.charge(other("D2", "dana", json!({}))).await.0, 400, "core charges no dana");
}

#[tokio::test]
async fn money_that_is_held_is_captured_or_let_go() {
    let world = world().await;
    let card = |order: &str| {
        other(order, "credit_card", json!({"token_id": "481111-1114-x", "authentication": true, "type": "authorize"}))
    };
    for order in ["H1", "H2", "H3"] {
        world.charge(card(order)).await;
        world.midtrans.act(order, Action::Settle).unwrap();
        assert_eq!(world.status(order).await["transaction_status"], "authorize");
    }
    let id = world.status("H1").await["transaction_id"].clone();
    let capture = json!({"transaction_id": id, "gross_amount": 100_000});
    assert_eq!(world.call("POST", "/v2/capture", &[], capture.clone()).await.1["transaction_status"], "capture");
    assert_eq!(world.call("POST", "/v2/capture", &[], capture).await.0, 412);
    assert_eq!(world.call("POST", "/v2/H2/cancel", &[], Value::Null).await.1["transaction_status"], "cancel");
    let due = world.clock.now() + SignedDuration::from_hours(8 * 24);
    world.clock.hold_at(due);
    world.midtrans.expire_due(due);
    assert_eq!(world.status("H3").await["transaction_status"], "expire");
}

#[tokio::test]
async fn misbehaviour_is_as_the_documents_tell() {
    let world = world().await;
    let odd = Settings { imposed_fee: 71, slow_bank: true, odd_notifications: true, ..Settings::default() };
    world.midtrans.set_settings(odd);
    world.charge(other("F1", "gopay", json!({}))).await;
    let info = world.status("F1").await["metadata"]["extra_info"]["gross_amount_info"].clone();
    assert_eq!(info, json!({"original_amount": "145000.00", "customer_imposed_payment_fee": "71.00"}));
    let told = world.told().await;
    assert_eq!((&told[0]["gross_amount"], told[0].get("fraud_status")), (&json!("145071.00"), None));
    assert!(told[0]["pop_id"].is_object());
    world.midtrans.act("F1", Action::Settle).unwrap();
    world.call("POST", "/v2/F1/refund", &[], json!({"refund_key": "r-1", "amount": 1_000})).await;
    let confirmed =
        |told: &[Value]| told.iter().filter(|one| one["refunds"][0]["bank_confirmed_at"].is_string()).count();
    assert_eq!(confirmed(&world.told().await), 0);
    world.midtrans.act("F1", Action::ConfirmRefund).unwrap();
    let told = world.told().await;
    assert_eq!((told.len(), confirmed(&told)), (1, 1));
}

#[tokio::test]
async fn notifications_are_tried_again_as_the_table_says() {
    let world = world().await;
    for (answer, expected) in [(500, 2), (404, 3), (302, 1), (429, 6), (200, 1)] {
        *world.answers.lock().unwrap() = vec![answer; 10];
        world.charge(va(&format!("N-{answer}"))).await;
        assert_eq!(world.told().await.len(), expected, "{answer}");
    }
    world.answers.lock().unwrap().clear();
    world.midtrans.notify_again("N-200", Tamper::Status, 2).unwrap();
    let told = world.told().await;
    assert_eq!(
        (told.len(), &told[0]["transaction_status"], &told[0]["status_code"]),
        (2, &json!("settlement"), &json!("201"))
    );
    assert_eq!(world.midtrans.replay_notifications(), 5);
    assert!(matches!(world.midtrans.notify_again("none", Tamper::Nothing, 1), Err(ActionError::Unknown(_))));
}

/// The adapter passes the contract of payment providers against the fake.
mod contract {
    use async_trait::async_trait;
    use payments::{Method, PaymentProvider, midtrans};
    use testkit::providers::{Outside, contract};

    use super::*;

    #[async_trait]
    impl Outside for World {
        async fn pay(&self, order: &str) {
            self.midtrans.act(order, Action::Settle).unwrap();
        }

        async fn told(&self, order: &str) -> Option<(http::HeaderMap, Vec<u8>)> {
            let settled = |body: &Value| body["order_id"] == order && body["transaction_status"] == "settlement";
            let told = Self::told(self).await.into_iter().find(settled)?;
            Some((http::HeaderMap::new(), told.to_string().into_bytes()))
        }

        fn refundable(&self) -> Method {
            Method::Gopay
        }
    }

    #[tokio::test]
    async fn midtrans_keeps_the_contract() {
        let world = world().await;
        let account = json!({"merchantId": "G141532850", "serverKey": KEY, "clientKey": "SB-Mid-client-TEST",
            "environment": "sandbox"});
        let clock: Arc<dyn kernel::Clock> = world.clock.clone();
        let account = serde_json::from_value(account).unwrap();
        let adapter = midtrans::Midtrans::new(reqwest::Client::new(), account, Some(&world.url), clock);
        contract(&adapter as &dyn PaymentProvider, &world).await;
    }
}
