//! Withdrawing: who may, what is held, and that money leaves once however it is tried.

use http::Method as Verb;
use identity::Role;
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Answer, Client, Fault};

use crate::{wallet::create_deposit::tests::erase, world::World};

/// A shop whose customer has this many cents on the balance.
async fn with_balance(minor: i64) -> World {
    let world = World::open().await;
    let body = json!({"amount": {"amount": minor, "currency": "USD"}, "method": "bank_transfer",
        "customerId": world.party.to_string()});
    let call = world.client.call(Verb::POST, "/api/v1/wallet/deposit").bearer(&world.owner.token);
    assert_eq!(call.idempotency_key("top-up").json(body).send().await.status, 201);
    world
}

fn asked(minor: i64) -> Value {
    json!({"amount": {"amount": minor, "currency": "USD"},
        "bankAccount": {"bank": "BCA", "number": "0123456789", "holder": "Budi Santoso"}})
}

async fn withdraw_at(client: &Client, token: &str, key: &str, body: Value) -> Answer {
    client.call(Verb::POST, "/api/v1/wallet/withdraw").bearer(token).idempotency_key(key).json(body).send().await
}

async fn withdraw(world: &World, key: &str, minor: i64) -> Answer {
    withdraw_at(&world.client, &world.customer.token, key, asked(minor)).await
}

/// One step of a withdrawal; the reason is that of a failure.
async fn step(world: &World, token: &str, id: &str, verb: &str) -> Answer {
    let call = world.client.call(Verb::POST, format!("/api/v1/wallet/withdrawals/{id}/{verb}")).bearer(token);
    match verb {
        "cancel" => call.send().await,
        "fail" => call.json(json!({"reason": "The bank knows no such account"})).send().await,
        _ => call.json(json!({"reference": format!("TRF {verb}")})).send().await,
    }
}

/// What is available and held, and the row beside the journal is what it adds up to.
async fn wallet(world: &World) -> (i64, i64) {
    world.balances().await;
    let answer = world.client.get("/api/v1/wallet").bearer(&world.customer.token).send().await;
    let amount = |name: &str| answer.at(&format!("/data/balances/0/{name}/amount")).as_i64().unwrap_or_default();
    (amount("available"), amount("held"))
}

fn said(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

#[tokio::test]
async fn where_withdrawals_are_off_staff_still_makes_them() {
    let world = with_balance(1_000).await;
    let ctx = world.stack.ctx();
    let tenant = tenancy::Tenants::new(ctx.table()).get(world.tenant).await.unwrap().unwrap();
    let mut features = tenant.features.clone();
    features.parts.wallet_withdrawals = false;
    let off = tenant.featuring(features);
    table::write_alone(ctx.table(), |tx| tenancy::Tenants::save(tx, &off)).await.unwrap();
    let client = Client::new(crate::function(world.stack.loose()));
    let refused = withdraw_at(&client, &world.customer.token, "k1", asked(600)).await;
    assert_eq!(said(&refused), (403, "FEATURE_OFF".to_owned()));
    let mut by_staff = asked(600);
    by_staff["customerId"] = json!(world.party.to_string());
    let made = withdraw_at(&client, &world.owner.token, "k2", by_staff).await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
}

#[tokio::test]
async fn money_is_held_sent_and_gone() {
    let world = with_balance(1_000).await;
    let held = withdraw(&world, "k1", 600).await;
    insta::assert_snapshot!(held.snapshot(), @r#"
    201 Created
    etag: "1"
    {
      "data": {
        "amount": {
          "amount": 600,
          "currency": "USD"
        },
        "bankAccount": {
          "bank": "BCA",
          "holder": "Budi Santoso",
          "number": "******6789"
        },
        "createdAt": "2026-11-21T01:00:00.000Z",
        "customerId": "cus_01M7XSW1M0000000000000000C",
        "endedAt": null,
        "id": "wdr_01M7XSW1M0000000000000000J",
        "reason": null,
        "reference": null,
        "sentAt": null,
        "status": "held",
        "updatedAt": "2026-11-21T01:00:00.000Z"
      },
      "success": true
    }
    "#);
    assert_eq!(wallet(&world).await, (400, 600));
    let again = withdraw(&world, "k1", 600).await;
    assert_eq!((&again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (&held.body, "true"));
    let id = held.text("/data/id");
    let sent = step(&world, &world.owner.token, &id, "send").await;
    assert_eq!((sent.status.as_u16(), sent.text("/data/status").as_str()), (200, "sent"), "{}", sent.snapshot());
    assert_eq!(wallet(&world).await, (400, 600));
    let settled = step(&world, &world.owner.token, &id, "settle").await;
    assert_eq!(
        (settled.text("/data/status"), settled.text("/data/reference")),
        ("settled".into(), "TRF settle".into())
    );
    assert_eq!(wallet(&world).await, (400, 0));
    let booked = world.balances().await;
    assert!(booked.contains(&"clearing:manual=400".to_owned()), "{booked:?}");
    for name in ["withdrawal.requested", "withdrawal.sent", "withdrawal.settled"] {
        assert_eq!(world.events(name).await, 1, "{name}");
    }
    for verb in ["send", "settle", "fail", "cancel"] {
        let over = step(&world, &world.owner.token, &id, verb).await;
        assert_eq!(said(&over), (409, "WITHDRAWAL_WRONG_STATE".to_owned()), "{verb}");
    }
    assert_eq!(wallet(&world).await, (400, 0));
}

#[tokio::test]
async fn what_fails_or_is_cancelled_is_on_the_balance_again_once() {
    let world = with_balance(1_000).await;
    let failed = withdraw(&world, "k1", 300).await.text("/data/id");
    let cancelled = withdraw(&world, "k2", 700).await.text("/data/id");
    assert_eq!(wallet(&world).await, (0, 1_000));
    assert_eq!(
        said(&step(&world, &world.owner.token, &failed, "settle").await).1,
        "WITHDRAWAL_WRONG_STATE",
        "not sent"
    );
    step(&world, &world.owner.token, &failed, "send").await;
    let late = step(&world, &world.customer.token, &failed, "cancel").await;
    assert_eq!(said(&late), (409, "WITHDRAWAL_WRONG_STATE".to_owned()), "it is with the bank");
    for expected in [200, 409] {
        let answer = step(&world, &world.owner.token, &failed, "fail").await;
        assert_eq!(answer.status.as_u16(), expected);
        let answer = step(&world, &world.customer.token, &cancelled, "cancel").await;
        assert_eq!(answer.status.as_u16(), expected);
    }
    assert_eq!(wallet(&world).await, (1_000, 0));
    let seen = world.client.get(format!("/api/v1/wallet/withdrawals/{failed}")).bearer(&world.customer.token);
    let seen = seen.send().await;
    assert_eq!(seen.text("/data/reason"), "The bank knows no such account");
    assert_eq!(seen.at("/data/sentAt"), seen.at("/data/createdAt"), "on a clock that stands");
    let path = format!("/api/v1/wallet/withdrawals/{cancelled}");
    let seen = world.client.get(path).bearer(&world.customer.token).send().await;
    assert!(seen.at("/data/sentAt").is_null() && !seen.at("/data/endedAt").is_null(), "{}", seen.snapshot());
    assert_eq!((world.events("withdrawal.failed").await, world.events("withdrawal.cancelled").await), (1, 1));
}

/// What a wallet keeps is held, captured by being paid out, and released by being taken back.
#[tokio::test]
async fn commerce_t14_what_is_held_is_captured_or_released_and_no_balance_is_held_twice() {
    let world = with_balance(10_000).await;
    let captured = withdraw(&world, "k1", 2_000).await.text("/data/id");
    let released = withdraw(&world, "k2", 1_000).await.text("/data/id");
    assert_eq!(wallet(&world).await, (7_000, 3_000), "30.00 of 100.00 are held");
    for verb in ["send", "settle"] {
        assert_eq!(step(&world, &world.owner.token, &captured, verb).await.status, 200, "{verb}");
    }
    assert_eq!(step(&world, &world.customer.token, &released, "cancel").await.status, 200);
    assert_eq!(wallet(&world).await, (8_000, 0));
    let rows = world.stack.rows().await;
    let entries: Vec<&Value> = rows.iter().filter(|row| row["postings"].is_array()).collect();
    assert_eq!(entries.len(), 5, "put in, held twice, captured, released");
    for entry in entries {
        let postings = entry["postings"].as_array().unwrap();
        assert!(postings.len() >= 2, "{entry}");
        let sum: i64 = postings.iter().map(|posting| posting["amount"]["amount"].as_i64().unwrap()).sum();
        assert_eq!(sum, 0, "{entry}");
    }
    assert_eq!(said(&withdraw(&world, "k3", 8_001).await), (409, "BALANCE_TOO_LOW".to_owned()));

    let world = with_balance(10_000).await;
    let (one, other) = tokio::join!(withdraw(&world, "k1", 8_000), withdraw(&world, "k2", 8_000));
    let mut both = [said(&one), said(&other)];
    both.sort();
    assert_eq!(both, [(201, String::new()), (409, "BALANCE_TOO_LOW".to_owned())]);
    assert_eq!(wallet(&world).await, (2_000, 8_000));
}

#[tokio::test]
async fn fifty_who_try_at_once_take_no_more_than_there_is() {
    let world = with_balance(1_000).await;
    let client = Client::new(crate::function(world.stack.loose()));
    let keys: Vec<String> = (0..50).map(|at| format!("k{at}")).collect();
    let tries = keys.iter().map(|key| withdraw_at(&client, &world.customer.token, key, asked(150)));
    let answers = futures::future::join_all(tries).await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((with(201), with(409)), (6, 44));
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.text("/code") == "BALANCE_TOO_LOW"));
    assert_eq!(wallet(&world).await, (100, 900));
}

#[tokio::test]
async fn a_request_that_came_twice_at_once_holds_once() {
    let world = with_balance(1_000).await;
    let both = futures::future::join_all([600, 600, 600].map(|minor| withdraw(&world, "k1", minor))).await;
    assert!(both.iter().any(|answer| answer.status == 201));
    assert_eq!(wallet(&world).await, (400, 600));
}

#[tokio::test]
async fn sent_and_cancelled_at_once_is_one_of_them() {
    let world = with_balance(1_000).await;
    let id = withdraw(&world, "k1", 600).await.text("/data/id");
    let (sent, cancelled) =
        tokio::join!(step(&world, &world.owner.token, &id, "send"), step(&world, &world.customer.token, &id, "cancel"));
    assert_eq!(u8::from(sent.status == 200) + u8::from(cancelled.status == 200), 1);
    let expected = if cancelled.status == 200 { (1_000, 0) } else { (400, 600) };
    assert_eq!(wallet(&world).await, expected);
}

/// Dies at every call of the store, before and after it happened; the same request then has its effect once.
#[tokio::test]
async fn a_death_anywhere_holds_and_gives_back_once() {
    let calls = {
        let world = with_balance(1_000).await;
        let (ctx, table) = world.stack.breaking(None);
        let client = Client::new(crate::function(ctx));
        assert_eq!(withdraw_at(&client, &world.customer.token, "k1", asked(600)).await.status, 201);
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = with_balance(1_000).await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        withdraw_at(&client, &world.customer.token, "k1", asked(600)).await;
        let second = withdraw(&world, "k1", 600).await;
        assert_eq!(second.status, 201, "{fault:?}: {}", second.snapshot());
        assert_eq!(wallet(&world).await, (400, 600), "{fault:?}");

        let id = second.text("/data/id");
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        for client in [&client, &world.client] {
            let call = client.call(Verb::POST, format!("/api/v1/wallet/withdrawals/{id}/cancel"));
            call.bearer(&world.customer.token).idempotency_key("c1").send().await;
        }
        assert_eq!(wallet(&world).await, (1_000, 0), "{fault:?}");
        assert_eq!(world.events("withdrawal.cancelled").await, 1, "{fault:?}");
    }
}

/// Who transfers what is only held may find it taken back afterwards: `send` comes first, and gives the account away.
#[tokio::test]
async fn an_account_is_sealed_and_shown_whole_to_who_has_taken_the_transfer_on_alone() {
    let world = with_balance(1_000).await;
    let id = withdraw(&world, "k1", 600).await.text("/data/id");
    let path = format!("/api/v1/wallet/withdrawals/{id}");
    let reads = world.stack.api_key(&world.owner, &["payments:read"]).await;
    let (owner, customer) = (&world.owner.token, &world.customer.token);
    let list = "/api/v1/wallet/withdrawals";
    let seen = async |staff: &str, when: &str| {
        for (token, path, at, expected) in [
            (owner, path.as_str(), "/data/bankAccount/number", staff),
            (customer, path.as_str(), "/data/bankAccount/number", "******6789"),
            (&reads, path.as_str(), "/data/bankAccount/number", "******6789"),
            (owner, list, "/data/0/bankAccount/number", "******6789"),
            (customer, list, "/data/0/bankAccount/number", "******6789"),
        ] {
            let answer = world.client.get(path.to_owned()).bearer(token).send().await;
            assert_eq!(answer.text(at), expected, "{when}: {path}");
        }
    };
    seen("******6789", "held").await;
    let sent = step(&world, owner, &id, "send").await;
    assert_eq!(sent.text("/data/bankAccount/number"), "0123456789");
    seen("0123456789", "sent").await;
    let again = step(&world, owner, &id, "send").await;
    assert_eq!(said(&again), (409, "WITHDRAWAL_WRONG_STATE".to_owned()), "one of two members transfers it");
    let stored = world.stack.everything().await;
    assert!(!stored.contains("0123456789") && !stored.contains("Santoso"), "personal data is sealed");
    let settled = step(&world, owner, &id, "settle").await;
    assert_eq!(settled.text("/data/bankAccount/number"), "******6789");
    seen("******6789", "settled").await;
}

#[tokio::test]
async fn the_same_send_again_gives_the_account_again_and_stores_it_nowhere() {
    let world = with_balance(1_000).await;
    let id = withdraw(&world, "k1", 600).await.text("/data/id");
    let send = async || {
        let call = world.client.call(Verb::POST, format!("/api/v1/wallet/withdrawals/{id}/send"));
        call.bearer(&world.owner.token).idempotency_key("s1").json(json!({})).send().await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.text("/data/bankAccount/number"), &again.body), ("0123456789".to_owned(), &first.body));
    assert!(!world.stack.everything().await.contains("0123456789"), "answers are sealed too");
}

#[tokio::test]
async fn a_withdrawal_is_its_customers_and_staff_pays_it_out() {
    let world = with_balance(1_000).await;
    let id = withdraw(&world, "k1", 600).await.text("/data/id");
    let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for verb in ["send", "settle", "fail"] {
        for token in [&world.customer.token, &other.token] {
            let refused = step(&world, token, &id, verb).await;
            assert_eq!(said(&refused), (403, "FORBIDDEN".to_owned()), "{verb}");
        }
        assert_eq!(step(&world, &stranger.token, &id, verb).await.status, 404, "{verb}");
    }
    for token in [&other.token, &stranger.token] {
        assert_eq!(step(&world, token, &id, "cancel").await.status, 404);
        let seen = world.client.get(format!("/api/v1/wallet/withdrawals/{id}")).bearer(token).send().await;
        assert_eq!(seen.status, 404);
        let list = world.client.get("/api/v1/wallet/withdrawals").bearer(token).send().await;
        assert_eq!(list.at("/data"), json!([]));
    }
    let only = async |status: &str| {
        let path = format!("/api/v1/wallet/withdrawals?status={status}&customerId={}", world.party);
        world.client.get(path).bearer(&world.owner.token).send().await.at("/data").as_array().map(Vec::len)
    };
    assert_eq!((only("held").await, only("sent").await), (Some(1), Some(0)));
    let nobody = world.client.post("/api/v1/wallet/withdraw", asked(1)).idempotency_key("k2").send().await;
    assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    let stale = world.client.call(Verb::POST, format!("/api/v1/wallet/withdrawals/{id}/cancel"));
    let stale = stale.bearer(&world.customer.token).header("if-match", "\"7\"").send().await;
    assert_eq!(stale.text("/code"), "PRECONDITION_FAILED");
}

#[tokio::test]
async fn what_cannot_be_withdrawn_is_refused() {
    let world = with_balance(1_000).await;
    let with = |field: &str, value: Value| {
        let mut body = asked(100);
        *body.pointer_mut(field).unwrap() = value;
        body
    };
    let refusals = [
        (asked(0), 422, "WITHDRAWAL_AMOUNT"),
        (asked(-100), 422, "WITHDRAWAL_AMOUNT"),
        (asked(i64::MIN), 422, "WITHDRAWAL_AMOUNT"),
        (asked(1_001), 409, "BALANCE_TOO_LOW"),
        (asked(i64::MAX), 409, "BALANCE_TOO_LOW"),
        (with("/amount/currency", json!("IDR")), 409, "BALANCE_TOO_LOW"),
        (with("/bankAccount/number", json!("12 34")), 422, "VALIDATION_FAILED"),
        (with("/bankAccount/bank", json!("")), 422, "VALIDATION_FAILED"),
        (with("/bankAccount/holder", json!("a\nb")), 422, "VALIDATION_FAILED"),
    ];
    for (at, (body, status, code)) in refusals.into_iter().enumerate() {
        let answer = withdraw_at(&world.client, &world.customer.token, &format!("k{at}"), body.clone()).await;
        assert_eq!(said(&answer), (status, code.to_owned()), "{body}");
    }
    let unnamed = withdraw_at(&world.client, &world.owner.token, "k20", asked(100)).await;
    assert_eq!(unnamed.text("/errors/0/pointer"), "/customerId");
    assert_eq!(wallet(&world).await, (1_000, 0));
    erase(&world).await;
    let mut of = asked(100);
    of["customerId"] = json!(world.party.to_string());
    let erased = withdraw_at(&world.client, &world.owner.token, "k21", of).await;
    assert_eq!(said(&erased), (409, "CUSTOMER_ERASED".to_owned()));
}

/// Whoever records payments does not pay out thereby.
#[tokio::test]
async fn money_goes_out_by_those_who_may_pay_out_alone() {
    let world = with_balance(1_000).await;
    let id = withdraw(&world, "k1", 600).await.text("/data/id");
    let (takes, pays_out) = (
        world.stack.api_key(&world.owner, &["payments:*"]).await,
        world.stack.api_key(&world.owner, &["withdrawals:write"]).await,
    );
    let mut of = asked(100);
    of["customerId"] = json!(world.party.to_string());
    let refused = withdraw_at(&world.client, &takes, "k2", of).await;
    assert_eq!(said(&refused), (403, "FORBIDDEN".to_owned()), "{}", refused.snapshot());
    assert!(refused.text("/detail").contains("withdrawals:write"), "{}", refused.snapshot());
    for verb in ["send", "settle", "fail"] {
        assert_eq!(said(&step(&world, &takes, &id, verb).await), (403, "FORBIDDEN".to_owned()), "{verb}");
    }
    assert_eq!(step(&world, &pays_out, &id, "send").await.text("/data/bankAccount/number"), "0123456789");
    let seen = world.client.get(format!("/api/v1/wallet/withdrawals/{id}")).bearer(&takes).send().await;
    assert_eq!(seen.text("/data/bankAccount/number"), "******6789");
    assert_eq!(step(&world, &pays_out, &id, "settle").await.text("/data/status"), "settled");
    assert_eq!(wallet(&world).await, (400, 0));
}

#[tokio::test]
async fn who_signed_in_long_ago_carries_no_money_away() {
    let world = with_balance(1_000).await;
    world.stack.set_clock("2026-11-21T01:10:01Z");
    let refused = withdraw(&world, "k1", 100).await;
    assert_eq!(said(&refused), (403, "STEP_UP_REQUIRED".to_owned()));
    let mut by_staff = asked(100);
    by_staff["customerId"] = json!(world.party.to_string());
    let refused = withdraw_at(&world.client, &world.owner.token, "k2", by_staff.clone()).await;
    assert_eq!(said(&refused), (403, "STEP_UP_REQUIRED".to_owned()), "staff no less");
    let fresh_owner = world.fresh(&world.owner).await;
    assert_eq!(withdraw_at(&world.client, &fresh_owner, "k2", by_staff.clone()).await.status, 201);
    let key = world.stack.api_key(&world.owner, &["*"]).await;
    let refused = withdraw_at(&world.client, &key, "k3", by_staff).await;
    assert_eq!(said(&refused), (403, "STEP_UP_REQUIRED".to_owned()), "a key never signs in");
    let fresh = world.fresh(&world.customer).await;
    assert_eq!(withdraw_at(&world.client, &fresh, "k1", asked(100)).await.status, 201, "after another login");
}

#[tokio::test]
async fn a_withdrawal_of_a_person_who_was_erased_meanwhile_loses_its_account_at_its_end() {
    let world = with_balance(1_000).await;
    let id = withdraw(&world, "k1", 600).await.text("/data/id");
    erase(&world).await;
    let sent = step(&world, &world.owner.token, &id, "send").await;
    assert_eq!(sent.text("/data/bankAccount/number"), "0123456789", "it is being transferred");
    let settled = step(&world, &world.owner.token, &id, "settle").await;
    assert_eq!((settled.text("/data/status"), settled.at("/data/bankAccount")), ("settled".into(), Value::Null));
    let seen = world.client.get(format!("/api/v1/wallet/withdrawals/{id}")).bearer(&world.owner.token).send().await;
    assert_eq!(seen.at("/data/bankAccount"), Value::Null);
}
