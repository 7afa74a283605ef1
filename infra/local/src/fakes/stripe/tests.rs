use axum::extract::State as Extract;

use super::*;

const KEY: &str = "sk_test_TESTKEY1234567890";
const SECRET: &str = "whsec_test_secret";

pub(super) struct World {
    pub(super) clock: Arc<TestClock>,
    stripe: Arc<Stripe>,
    pub(super) url: String,
    received: Received,
    answers: Arc<Mutex<Vec<u16>>>,
}

/// What the merchant was told: the signature and the body.
type Received = Arc<Mutex<Vec<(String, String)>>>;
/// That, and what the merchant shall answer.
type Hook = (Received, Arc<Mutex<Vec<u16>>>);

/// The fake on its own port, with a merchant whose endpoint keeps what it is told and answers as scripted.
pub(super) async fn world() -> World {
    let clock = Arc::new(TestClock::new(None));
    clock.hold_at("2026-12-01T03:00:00Z".parse().unwrap());
    let (received, answers) = (Received::default(), Arc::new(Mutex::new(Vec::<u16>::new())));
    let shared = (Arc::clone(&received), Arc::clone(&answers));
    let hook = axum::Router::new()
        .fallback(|Extract((received, answers)): Extract<Hook>, headers: http::HeaderMap, body: String| async move {
            let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
            received.lock().unwrap().push((signature, body));
            http::StatusCode::from_u16(answers.lock().unwrap().pop().unwrap_or(200)).unwrap()
        })
        .with_state(shared);
    let serve = |app: axum::Router, listener: tokio::net::TcpListener| {
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    };
    let bind = || tokio::net::TcpListener::bind("127.0.0.1:0");
    let hook = serve(hook, bind().await.unwrap());
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let listener = bind().await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stripe = Arc::new(Stripe::new(&clock, &client, &Deliveries::default(), &url));
    stripe.register_account(KEY, &hook, SECRET);
    let url = serve(router(Arc::clone(&stripe)), listener);
    World { clock, stripe, url, received, answers }
}

impl World {
    async fn call(&self, method: &str, path: &str, key: Option<&str>, form: &str) -> (u16, Value) {
        let mut request = reqwest::Client::new()
            .request(method.parse().unwrap(), format!("{}/v1/{path}", self.url))
            .bearer_auth(KEY)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request.send().await.unwrap();
        let (status, replayed) = (answer.status().as_u16(), answer.headers().contains_key("idempotent-replayed"));
        let mut body: Value = answer.json().await.unwrap_or_default();
        if replayed {
            body["replayed"] = true.into();
        }
        (status, body)
    }

    pub(super) async fn post(&self, path: &str, form: &str) -> (u16, Value) {
        self.call("POST", path, None, form).await
    }

    pub(super) async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, None, "").await
    }

    /// A payment by this card, made and confirmed.
    async fn pay(&self, card: &str) -> (u16, Value) {
        let form = format!(
            "amount=1500000&currency=idr&confirm=true&payment_method={card}&return_url=https://toko.example/paid?x=1\
             &metadata[payment_id]=pay_1&metadata[tenant]=tnt_1"
        );
        self.post("payment_intents", &form).await
    }

    /// Types of the events that the merchant was told, once all have arrived; forgets them.
    pub(super) async fn told(&self) -> Vec<Value> {
        self.stripe.deliveries.settle().await;
        let received = std::mem::take(&mut *self.received.lock().unwrap());
        received.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }
}

pub(super) fn kinds(events: &[Value]) -> Vec<String> {
    let mut kinds: Vec<String> = events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn a_card_pays_at_once_and_the_merchant_is_told() {
    let world = world().await;
    let (status, paid) = world.pay("pm_card_visa").await;
    assert_eq!((status, &paid["status"], &paid["amount_received"]), (200, &json!("succeeded"), &json!(1_500_000)));
    assert!(paid["latest_charge"].as_str().unwrap().starts_with("ch_"), "{paid}");
    let id = paid["id"].as_str().unwrap();
    let (_, shown) = world.get(&format!("payment_intents/{id}?expand[0]=latest_charge")).await;
    assert_eq!(shown["latest_charge"]["metadata"]["payment_id"], "pay_1");
    let told = world.told().await;
    assert_eq!(kinds(&told), ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"]);
    assert!(told.iter().all(|event| event["api_version"] == VERSION));
}

#[tokio::test]
async fn cards_are_declined_as_their_banks_decline() {
    let world = world().await;
    for (card, code, decline_code) in [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ] {
        let (status, refused) = world.pay(card).await;
        let error = &refused["error"];
        assert_eq!((status, &error["type"]), (402, &json!("card_error")), "{card}");
        assert_eq!((&error["code"], &error["decline_code"]), (&json!(code), &json!(decline_code)), "{card}");
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method", "{card}");
        assert_eq!(error["payment_intent"]["last_payment_error"]["code"], code, "{card}");
        assert_eq!(kinds(&world.told().await), ["payment_intent.created", "payment_intent.payment_failed"]);
    }
    assert_eq!(world.pay("pm_none").await.0, 400);
    let (status, refused) = world.post("payment_methods", "type=card&card[number]=4000000000000000").await;
    assert_eq!((status, &refused["error"]["code"]), (402, &json!("incorrect_number")));
    let (_, made) = world.post("payment_methods", "type=card&card[number]=4000000000009995").await;
    let (status, _) = world.pay(made["id"].as_str().unwrap()).await;
    assert_eq!(status, 402);
}

#[tokio::test]
async fn a_bank_asks_on_its_page_and_sends_the_payer_back() {
    let world = world().await;
    for (action, status, outcome) in
        [("approve", "succeeded", "succeeded"), ("decline", "requires_payment_method", "failed")]
    {
        let (_, waiting) = world.pay("pm_card_threeDSecure2Required").await;
        assert_eq!((&waiting["status"], &waiting["latest_charge"]), (&json!("requires_action"), &Value::Null));
        let page = waiting["next_action"]["redirect_to_url"]["url"].as_str().unwrap();
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        assert!(browser.get(page).send().await.unwrap().text().await.unwrap().contains("Approve"));
        for _ in 0..2 {
            let sent = browser.post(format!("{page}/{action}")).send().await.unwrap();
            let back = sent.headers()["location"].to_str().unwrap().to_owned();
            assert!(back.starts_with("https://toko.example/paid?x=1&payment_intent=pi_"), "{back}");
            assert!(back.ends_with(&format!("&redirect_status={outcome}")), "{back}");
        }
        let id = waiting["id"].as_str().unwrap();
        assert_eq!(world.get(&format!("payment_intents/{id}")).await.1["status"], status);
        assert_eq!(browser.get(page).send().await.unwrap().status(), 303);
    }
    let kinds = kinds(&world.told().await);
    for kind in ["payment_intent.requires_action", "payment_intent.succeeded", "payment_intent.payment_failed"] {
        assert!(kinds.iter().any(|told| told == kind), "{kind} in {kinds:?}");
    }
    let form = "amount=100&currency=usd&confirm=true&payment_method=pm_card_authenticationRequired";
    let (_, nowhere) = world.post("payment_intents", form).await;
    assert_eq!(nowhere["next_action"]["type"], "use_stripe_sdk");
}

#[tokio::test]
async fn an_idempotency_key_is_one_request() {
    let world = world().await;
    let form = "amount=100&currency=usd&confirm=true&payment_method=pm_card_visa";
    let (status, first) = world.call("POST", "payment_intents", Some("one"), form).await;
    let (again, replay) = world.call("POST", "payment_intents", Some("one"), form).await;
    assert_eq!((status, again, &replay["replayed"]), (200, 200, &json!(true)));
    assert_eq!(replay["id"], first["id"]);
    let (status, refused) = world.call("POST", "payment_intents", Some("one"), &form.replace("100", "200")).await;
    assert_eq!((status, &refused["error"]["type"]), (400, &json!("idempotency_error")));
    // A decline is remembered, and what was not valid is not.
    let declined = form.replace("visa", "chargeDeclined");
    for _ in 0..2 {
        assert_eq!(world.call("POST", "payment_intents", Some("two"), &declined).await.0, 402);
    }
    assert_eq!(world.call("POST", "payment_intents", Some("three"), "amount=0&currency=usd").await.0, 400);
    assert_eq!(world.call("POST", "payment_intents", Some("three"), form).await.0, 200);
    world.clock.hold_at(world.clock.now() + SignedDuration::from_hours(24));
    let (_, anew) = world.call("POST", "payment_intents", Some("one"), form).await;
    assert_ne!(anew["id"], first["id"]);
    let long = "k".repeat(256);
    assert_eq!(world.call("POST", "payment_intents", Some(&long), form).await.0, 400);
    world.stripe.set_settings(StripeSettings { delay_ms: 300, ..StripeSettings::default() });
    let both = tokio::join!(
        world.call("POST", "payment_intents", Some("slow"), form),
        world.call("POST", "payment_intents", Some("slow"), form),
    );
    let mut statuses = [both.0.0, both.1.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn what_stripe_refuses_is_refused() {
    let world = world().await;
    for (form, param) in [
        ("currency=usd", "amount"),
        ("amount=100", "currency"),
        ("amount=100&currency=USD", "currency"),
        ("amount=49&currency=usd", "amount"),
        ("amount=1.5&currency=usd", "amount"),
        ("amount=100&currency=usd&nonsense=1", "nonsense"),
        ("amount=100&currency=usd&off_session=true", "off_session"),
        ("amount=100&currency=usd&customer=cus_none", "customer"),
    ] {
        let (status, refused) = world.post("payment_intents", form).await;
        assert_eq!((status, &refused["error"]["param"]), (400, &json!(param)), "{form}");
    }
    for path in ["payment_intents/pi_none", "customers/cus_none", "payment_methods/pm_none", "refunds/re_none"] {
        let (status, refused) = world.get(path).await;
        assert_eq!((status, &refused["error"]["code"]), (404, &json!("resource_missing")), "{path}");
    }
    assert_eq!(world.get("unheard_of").await.0, 404);
    for key in ["", "sk_live_x", "pk_test_x"] {
        let request = reqwest::Client::new().get(format!("{}/v1/customers/cus_1", world.url)).bearer_auth(key);
        assert_eq!(request.send().await.unwrap().status(), 401, "{key}");
    }
    let (_, paid) = world.pay("pm_card_visa").await;
    let path = format!("payment_intents/{}", paid["id"].as_str().unwrap());
    let request = reqwest::Client::new().get(format!("{}/v1/{path}", world.url)).bearer_auth("sk_test_other");
    assert_eq!(request.send().await.unwrap().status(), 404, "of another account");
    for what in ["cancel", "confirm", "capture"] {
        let (status, refused) = world.post(&format!("{path}/{what}"), "").await;
        let code = &refused["error"]["code"];
        assert_eq!((status, code), (400, &json!("payment_intent_unexpected_state")), "{what}");
    }
}

#[tokio::test]
async fn refunds_add_up_and_end_as_told() {
    let world = world().await;
    let (_, paid) = world.pay("pm_card_visa").await;
    let id = paid["id"].as_str().unwrap().to_owned();
    let refund = async |amount: i64| {
        world.post("refunds", &format!("payment_intent={id}&amount={amount}&metadata[refund_key]=r")).await
    };
    world.told().await;
    assert_eq!(refund(500_000).await.1["status"], "succeeded");
    let told = world.told().await;
    assert_eq!(kinds(&told), ["charge.refunded", "refund.created"]);
    let (status, refused) = refund(1_000_001).await;
    assert!(status == 400 && refused["error"]["message"].as_str().unwrap().contains("greater than unrefunded amount"));
    world.stripe.set_settings(StripeSettings { refunds_pending: true, ..StripeSettings::default() });
    assert_eq!(refund(1_000_000).await.1["status"], "pending");
    assert_eq!(refund(1).await.1["error"]["code"], "charge_already_refunded");
    world.stripe.act("pay_1", StripeAction::FailRefund).unwrap();
    assert!(kinds(&world.told().await).contains(&"refund.failed".to_owned()));
    let (_, shown) = world.get(&format!("payment_intents/{id}?expand[]=latest_charge")).await;
    assert_eq!(shown["latest_charge"]["amount_refunded"], 500_000);
    let (_, listed) = world.get(&format!("refunds?payment_intent={id}&limit=1")).await;
    assert_eq!((listed["data"].as_array().unwrap().len(), &listed["has_more"]), (1, &json!(true)));
    let last = listed["data"][0]["id"].as_str().unwrap();
    let (_, rest) = world.get(&format!("refunds?payment_intent={id}&starting_after={last}")).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["has_more"]), (1, &json!(false)));
    let (_, waiting) = world.pay("pm_card_authenticationRequired").await;
    let form = format!("payment_intent={}", waiting["id"].as_str().unwrap());
    assert_eq!(world.post("refunds", &form).await.0, 400);
}

#[tokio::test]
async fn a_saved_card_is_charged_while_its_customer_is_away() {
    let world = world().await;
    let (_, customer) = world.post("customers", "name=Budi&email=budi@example.com&metadata[party]=cus_1").await;
    let customer = customer["id"].as_str().unwrap();
    let (_, setup) = world.post("setup_intents", &format!("customer={customer}&usage=off_session")).await;
    assert_eq!(setup["status"], "requires_payment_method");
    let id = setup["id"].as_str().unwrap();
    let form = "payment_method=pm_card_authenticationRequiredOnSetup";
    let (_, done) = world.post(&format!("setup_intents/{id}/confirm"), form).await;
    assert_eq!(done["status"], "succeeded");
    let card = done["payment_method"].as_str().unwrap();
    let charge = |card: &str, customer: &str| {
        let form = format!("amount=100&currency=usd&confirm=true&off_session=true&payment_method={card}{customer}");
        let world = &world;
        async move { world.post("payment_intents", &form).await }
    };
    let whose = format!("&customer={customer}");
    assert_eq!(charge(card, &whose).await.1["status"], "succeeded");
    assert_eq!(charge(card, "").await.0, 400, "it belongs to a customer");
    let (status, away) = charge("pm_card_authenticationRequired", "").await;
    assert_eq!((status, &away["error"]["code"]), (402, &json!("authentication_required")));
    assert_eq!(world.get(&format!("payment_methods/{card}")).await.1["customer"], customer);
    assert_eq!(world.post(&format!("payment_methods/{card}/detach"), "").await.1["customer"], Value::Null);
    assert_eq!(charge(card, &whose).await.0, 400, "it was removed");
    assert_eq!(world.post(&format!("payment_methods/{card}/detach"), "").await.0, 400);
}

#[tokio::test]
async fn events_are_tried_again_doubled_held_back_and_reordered() {
    let world = world().await;
    for (answer, expected) in [(500, 4), (302, 4), (404, 4), (204, 1)] {
        *world.answers.lock().unwrap() = vec![answer; 4];
        world.post("payment_intents", "amount=100&currency=usd").await;
        assert_eq!(world.told().await.len(), expected, "{answer}");
        world.answers.lock().unwrap().clear();
    }
    let settings = |change: fn(&mut StripeSettings)| {
        let mut settings = StripeSettings::default();
        change(&mut settings);
        world.stripe.set_settings(settings);
    };
    settings(|settings| settings.duplicate_events = 2);
    world.post("payment_intents", "amount=100&currency=usd").await;
    let told = world.told().await;
    assert!(told.len() == 3 && told.iter().all(|event| event["id"] == told[0]["id"]));
    settings(|settings| settings.events = StripeEvents::Held);
    world.pay("pm_card_visa").await;
    assert_eq!(world.told().await.len(), 0);
    settings(|_| ());
    let told: Vec<Value> = world.told().await;
    let order: Vec<&str> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(order, ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]);
    settings(|settings| {
        settings.unknown_fields = true;
        settings.api_version = Some("2031-01-01.zinnia".to_owned());
    });
    world.post("payment_intents", "amount=100&currency=usd").await;
    let told = world.told().await;
    assert_eq!((&told[0]["api_version"], &told[0]["brand_new"]["nested"][0]), (&json!("2031-01-01.zinnia"), &json!(1)));
    settings(|settings| settings.events = StripeEvents::Muted);
    world.post("payment_intents", "amount=100&currency=usd").await;
    assert_eq!(world.told().await.len(), 0);
}

#[tokio::test]
async fn limits_failures_and_lost_replies() {
    let world = world().await;
    let set = |settings| world.stripe.set_settings(settings);
    set(StripeSettings { too_many_requests: 1, ..StripeSettings::default() });
    let request = reqwest::Client::new().get(format!("{}/v1/customers/cus_1", world.url)).bearer_auth(KEY);
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["stripe-should-retry"].to_str().unwrap()), (429, "true"));
    set(StripeSettings { fail_requests: 1, ..StripeSettings::default() });
    assert_eq!(world.pay("pm_card_visa").await.0, 500);
    assert_eq!(world.stripe.payments().len(), 0);
    set(StripeSettings { lose_replies: 1, ..StripeSettings::default() });
    assert_eq!(world.pay("pm_card_visa").await.0, 502);
    assert_eq!(world.stripe.payments()[0].status, "succeeded");
    let search = "payment_intents/search?query=metadata%5B%27payment_id%27%5D%3A%27pay_1%27+AND+metadata%5B%27tenant%27%5D%3A%27tnt_1%27";
    assert_eq!(world.get(search).await.1["data"].as_array().unwrap().len(), 1);
    set(StripeSettings { search_lags: true, ..StripeSettings::default() });
    assert_eq!(world.get(search).await.1["data"].as_array().unwrap().len(), 0);
    assert_eq!(world.get("payment_intents/search?query=amount%3E5").await.0, 400);
}

/// The adapter passes the contract of payment providers against the fake.
mod contract {
    use async_trait::async_trait;
    use payments::{
        Attempt, ChargeOrder, Means, Method, Observed, Payer, PaymentProvider, RefundOrder, RefundOutcome, RetryPolicy,
        drive, give_back, stripe,
    };
    use testkit::providers::{Outside, contract};

    use super::*;

    #[async_trait]
    impl Outside for World {
        async fn pay(&self, order: &str) {
            self.stripe.act(order, StripeAction::Approve).unwrap();
        }

        async fn told(&self, order: &str) -> Option<(http::HeaderMap, Vec<u8>)> {
            self.stripe.deliveries.settle().await;
            let received = std::mem::take(&mut *self.received.lock().unwrap());
            let settled = |body: &String| body.contains(order) && body.contains("\"payment_intent.succeeded\"");
            let (signature, body) = received.into_iter().find(|(_, body)| settled(body))?;
            let mut headers = http::HeaderMap::new();
            headers.insert("stripe-signature", signature.parse().unwrap());
            Some((headers, body.into_bytes()))
        }

        fn refundable(&self) -> Method {
            Method::Card
        }

        fn card(&self) -> String {
            "pm_card_threeDSecure2Required".to_owned()
        }
    }

    fn adapter(world: &World) -> stripe::Stripe {
        let account = json!({"secretKey": KEY, "publishableKey": "pk_test_1", "webhookSecrets": [SECRET]});
        let clock: Arc<dyn kernel::Clock> = world.clock.clone();
        let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let account = serde_json::from_value(account).unwrap();
        stripe::Stripe::new(reqwest::Client::new(), account, tenant, clock).at(&world.url)
    }

    #[tokio::test]
    async fn stripe_keeps_the_contract() {
        let world = world().await;
        contract(&adapter(&world) as &dyn PaymentProvider, &world).await;
    }

    #[tokio::test]
    async fn stripe_keeps_the_contract_when_it_speaks_a_newer_version() {
        let world = world().await;
        let api_version = Some("2031-01-01.zinnia".to_owned());
        world.stripe.set_settings(StripeSettings { unknown_fields: true, api_version, ..StripeSettings::default() });
        contract(&adapter(&world) as &dyn PaymentProvider, &world).await;
    }

    /// Whatever stands in the way of the first calls: the payer is charged once, and the money goes back once.
    #[tokio::test]
    async fn what_goes_wrong_on_the_way_happens_once() {
        let quick = RetryPolicy {
            total: std::time::Duration::from_secs(5),
            retries: 3,
            first_pause: std::time::Duration::from_millis(1),
        };
        for trouble in [
            StripeSettings { lose_replies: 1, ..StripeSettings::default() },
            StripeSettings { lose_replies: 1, search_lags: true, ..StripeSettings::default() },
            StripeSettings { too_many_requests: 2, ..StripeSettings::default() },
            StripeSettings { fail_requests: 2, search_lags: true, ..StripeSettings::default() },
        ] {
            let (world, usd) = (world().await, |minor| kernel::Money::new(minor, kernel::Currency::USD));
            let adapter = adapter(&world);
            world.stripe.set_settings(trouble.clone());
            let charge = ChargeOrder {
                payment: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
                tenant: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
                amount: usd(2_999),
                method: Method::Card,
                items: Vec::new(),
                payer: Payer { name: "Budi".to_owned(), email: None },
                return_url: None,
                means: Means::Card { token: kernel::Secret::new("pm_card_visa".to_owned()) },
                payable: None,
            };
            let charged = drive(&adapter, &charge, Attempt::First, quick).await.unwrap();
            assert_eq!((charged.status.observed, world.stripe.payments().len()), (Observed::Settled, 1), "{trouble:?}");
            let refund = RefundOrder {
                id: charged.status.transaction_id,
                key: "r-1".to_owned(),
                captured: usd(2_999),
                before: usd(0),
                amount: usd(1_000),
                reason: "out of stock".to_owned(),
            };
            // The idempotency key is forgotten after a day, and the refund is not made again.
            for hours in [0, 25] {
                world.clock.hold_at(world.clock.now() + SignedDuration::from_hours(hours));
                world.stripe.set_settings(trouble.clone());
                let outcome = give_back(&adapter, &refund, quick).await.unwrap();
                let RefundOutcome::Accepted(status) = outcome else { panic!("{trouble:?}") };
                assert_eq!(status.observed, Observed::PartiallyRefunded { total: Some(usd(1_000)) }, "{trouble:?}");
                assert_eq!(world.stripe.payments()[0].refunded, 1_000, "{trouble:?}");
            }
        }
    }
}
