//! What is seen of a wallet, by whom, and what it is told to pay by itself.

use http::Method as Verb;
use identity::Role;
use serde_json::{Value, json};
use table::TenantScope;
use testkit::Answer;

use crate::world::World;

async fn get(world: &World, token: &str, path: &str) -> Answer {
    world.client.get(format!("/api/v1/wallet{path}")).bearer(token).send().await
}

/// Staff records that this much came in for the balance.
async fn top_up(world: &World, key: &str, minor: i64, currency: &str) {
    let body = json!({"amount": {"amount": minor, "currency": currency}, "method": "bank_transfer",
        "customerId": world.party.to_string()});
    let call = world.client.call(Verb::POST, "/api/v1/wallet/deposit").bearer(&world.owner.token);
    assert_eq!(call.idempotency_key(key).json(body).send().await.status, 201);
}

#[tokio::test]
async fn a_wallet_is_seen_by_its_customer_and_staff_and_nobody_else() {
    let world = World::open().await;
    top_up(&world, "k1", 1_500, "USD").await;
    top_up(&world, "k2", 70_000, "IDR").await;
    let own = get(&world, &world.customer.token, "").await;
    insta::assert_snapshot!(own.snapshot(), @r#"
    200 OK
    {
      "data": {
        "balancePays": "new_invoices",
        "balances": [
          {
            "available": {
              "amount": 70000,
              "currency": "IDR"
            },
            "held": {
              "amount": 0,
              "currency": "IDR"
            }
          },
          {
            "available": {
              "amount": 1500,
              "currency": "USD"
            },
            "held": {
              "amount": 0,
              "currency": "USD"
            }
          }
        ],
        "customerId": "cus_01M7XSW1M0000000000000000C"
      },
      "success": true
    }
    "#);
    let named = format!("?customerId={}", world.party);
    assert_eq!(get(&world, &world.owner.token, &named).await.body, own.body);
    assert_eq!(get(&world, &world.customer.token, &named).await.body, own.body);
    let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for path in ["", "/transactions"] {
        let unnamed = get(&world, &world.owner.token, path).await;
        assert_eq!((unnamed.status.as_u16(), unnamed.text("/errors/0/pointer").as_str()), (422, "customerId"));
        assert_eq!(get(&world, &other.token, &format!("{path}{named}")).await.status, 404);
        assert_eq!(world.client.get(format!("/api/v1/wallet{path}")).send().await.text("/code"), "UNAUTHENTICATED");
    }
    let nobodys = get(&world, &other.token, "").await;
    assert_eq!(nobodys.at("/data"), json!({"customerId": null, "balances": [], "balancePays": "new_invoices"}));
    assert_eq!(get(&world, &other.token, "/transactions").await.at("/data"), json!([]));
    assert_eq!(get(&world, &stranger.token, &named).await.status, 404);
    assert_eq!(get(&world, &stranger.token, &format!("/transactions{named}")).await.at("/data"), json!([]));
}

/// A random history through the routes: what is in the wallet is the sum of its movements, and each says what was left.
#[tokio::test]
async fn a_wallet_is_what_its_movements_add_up_to() {
    let world = World::open().await;
    let mut dice = 20_261_130_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let mut withdrawals: Vec<String> = Vec::new();
    for step in 0..40 {
        let (key, minor) = (format!("k{step}"), i64::try_from(1 + roll(900)).unwrap());
        world.stack.set_clock(&format!("2026-11-21T01:0{}:{:02}Z", step / 20, step % 20));
        match roll(4) {
            0 => top_up(&world, &key, minor, "USD").await,
            1 => {
                let body = json!({"amount": {"amount": minor, "currency": "USD"},
                    "bankAccount": {"bank": "BCA", "number": "0123456789", "holder": "Budi"}});
                let call = world.client.call(Verb::POST, "/api/v1/wallet/withdraw").bearer(&world.customer.token);
                let answer = call.idempotency_key(&key).json(body).send().await;
                if answer.status == 201 {
                    withdrawals.push(answer.text("/data/id"));
                } else {
                    assert_eq!(answer.text("/code"), "BALANCE_TOO_LOW");
                }
            }
            _ if withdrawals.is_empty() => {}
            _ => {
                let one = &withdrawals[usize::try_from(roll(99)).unwrap() % withdrawals.len()];
                let verb = ["send", "settle", "fail", "cancel"][usize::try_from(roll(4)).unwrap()];
                let call = world.client.call(Verb::POST, format!("/api/v1/wallet/withdrawals/{one}/{verb}"));
                let call = call.bearer(&world.owner.token);
                let body = if verb == "fail" { json!({"reason": "closed"}) } else { json!({}) };
                let answer = if verb == "cancel" { call.send().await } else { call.json(body).send().await };
                assert!([200, 409].contains(&answer.status.as_u16()), "{}", answer.snapshot());
            }
        }
    }
    let mut rows: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = get(&world, &world.customer.token, &format!("/transactions?limit=7{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.snapshot());
        rows.extend(page.at("/data").as_array().unwrap().clone());
        if page.at("/page/next").is_null() {
            break;
        }
        cursor = format!("&cursor={}", page.text("/page/next"));
    }
    assert!(rows.len() > 10, "{}", rows.len());
    assert!(rows.windows(2).all(|pair| pair[0]["at"].as_str() >= pair[1]["at"].as_str()), "newest first");
    let mut balance = 0;
    for row in rows.iter().rev() {
        balance += row["amount"]["amount"].as_i64().unwrap();
        assert_eq!(row["balance"]["amount"].as_i64(), Some(balance), "{row}");
        assert!(balance >= 0 && row["held"]["amount"].as_i64().unwrap() >= 0, "{row}");
    }
    let wallet = get(&world, &world.customer.token, "").await.at("/data/balances/0");
    assert_eq!((&wallet["available"], &wallet["held"]), (&rows[0]["balance"], &rows[0]["held"]));
    // And the row beside the journal says the same.
    world.balances().await;
}

#[tokio::test]
async fn a_page_of_movements_goes_on_where_the_one_before_it_ended() {
    let world = World::open().await;
    for number in 0..5 {
        world.stack.set_clock(&format!("2026-11-21T01:00:0{number}Z"));
        top_up(&world, &format!("k{number}"), 100, "USD").await;
    }
    let page = get(&world, &world.customer.token, "/transactions?limit=2").await;
    let next = page.text("/page/next");
    // What comes in meanwhile is on no later page, and what was left then does not change.
    world.stack.set_clock("2026-11-21T01:00:06Z");
    top_up(&world, "more", 10_000, "USD").await;
    let left = |page: &Answer| -> Vec<i64> {
        page.at("/data").as_array().unwrap().iter().map(|row| row["balance"]["amount"].as_i64().unwrap()).collect()
    };
    assert_eq!(left(&page), [500, 400]);
    let page = get(&world, &world.customer.token, &format!("/transactions?limit=2&cursor={next}")).await;
    assert_eq!(left(&page), [300, 200]);
    let page =
        get(&world, &world.customer.token, &format!("/transactions?limit=2&cursor={}", page.text("/page/next"))).await;
    assert_eq!((left(&page), page.at("/page/next")), (vec![100], Value::Null));
    assert_eq!(left(&get(&world, &world.customer.token, "/transactions?limit=1").await), [10_500]);
}

#[tokio::test]
async fn a_customer_says_what_the_balance_pays_by_itself() {
    let world = World::open().await;
    let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
    let put = async |token: &str, body: Value| {
        let call = world.client.call(Verb::PUT, "/api/v1/wallet/settings").bearer(token);
        call.json(body).send().await
    };
    let all = put(&world.customer.token, json!({"balancePays": "all_invoices"})).await;
    assert_eq!((all.status.as_u16(), all.header("etag")), (200, "\"2\""), "{}", all.snapshot());
    let again = put(&world.customer.token, json!({"balancePays": "all_invoices"})).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, "\"2\""), "twice is once");
    assert_eq!(get(&world, &world.customer.token, "").await.text("/data/balancePays"), "all_invoices");
    let named = json!({"balancePays": "nothing", "customerId": world.party.to_string()});
    assert_eq!(put(&world.owner.token, named.clone()).await.text("/data/balancePays"), "nothing");
    assert_eq!(world.events("customer.updated").await, 2);
    for (token, body, status) in [
        (&other.token, named.clone(), 404),
        (&other.token, json!({"balancePays": "nothing"}), 422),
        (&world.owner.token, json!({"balancePays": "nothing"}), 422),
        (&world.customer.token, json!({"balancePays": "some"}), 422),
        (&world.customer.token, json!({}), 422),
    ] {
        assert_eq!(put(token, body.clone()).await.status.as_u16(), status, "{body}");
    }
    let stale = world.client.call(Verb::PUT, "/api/v1/wallet/settings").bearer(&world.customer.token);
    let stale = stale.header("if-match", "\"1\"").json(json!({"balancePays": "nothing"})).send().await;
    assert_eq!(stale.text("/code"), "PRECONDITION_FAILED");
}
