//! What the reports say of some orders, of none, and of days that cannot be.

use serde_json::{Value, json};

use crate::world::{Sold, World};

/// The present is the 21st of November, 08:00 in Jakarta.
const SOME: [Sold; 4] = [
    // In Jakarta that is the 1st of November.
    Sold { at: "2026-10-31T17:30:00Z", product: 'A', quantity: 2, gross: 20_000, buyer: 1 },
    Sold { at: "2026-11-20T01:00:00Z", product: 'B', quantity: 1, gross: 25_000, buyer: 2 },
    Sold { at: "2026-11-21T00:30:00Z", product: 'A', quantity: 1, gross: 9_000, buyer: 1 },
    Sold { at: "2026-11-21T00:40:00Z", product: 'B', quantity: 3, gross: 75_000, buyer: 3 },
];

async fn selling() -> World {
    let world = World::open().await;
    world.sold(&SOME).await;
    world
}

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap()
}

#[tokio::test]
async fn sales_are_shown_by_day_week_and_month() {
    let world = selling().await;
    let nets = async |query: &str| {
        let answer = world.get(&format!("sales{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        let parts = answer.at("/data/parts").as_array().unwrap().clone();
        let shown = parts.iter().map(|part| amount(&part["amounts"]["net"])).collect::<Vec<_>>();
        assert_eq!(shown.iter().sum::<i64>(), amount(&answer.at("/data/totals/0/amounts/net")));
        shown
    };
    assert_eq!(nets("?from=2026-11-19").await, [0, 25_000, 84_000]);
    assert_eq!(nets("?interval=week").await, [20_000, 0, 0, 109_000], "the 1st is a Sunday");
    assert_eq!(nets("?from=2026-10-01&interval=month").await, [0, 129_000]);
}

#[tokio::test]
async fn a_report_says_all_there_is_to_say_of_a_day() {
    let world = selling().await;
    let one = world.get("sales?from=2026-11-21").await;
    let amount = |minor: i64| json!({ "amount": minor, "currency": "IDR" });
    let amounts = json!({
        "orders": 2, "paidOrders": 2, "voidedOrders": 0, "units": 4, "unitsBack": 0,
        "gross": amount(84_000), "discounts": amount(0), "shipping": amount(0), "includedTax": amount(0),
        "voided": amount(0), "creditNotes": amount(0), "net": amount(84_000), "tax": amount(0),
        "paid": amount(84_000), "refunded": amount(0), "averageOrder": amount(42_000)
    });
    let day = "2026-11-21";
    let expected = json!({
        "from": day, "to": day, "interval": "day", "timezone": "Asia/Jakarta",
        "totals": [{ "currency": "IDR", "amounts": amounts }],
        "parts": [{ "from": day, "to": day, "currency": "IDR", "amounts": amounts }]
    });
    assert_eq!(one.at("/data"), expected);
}

#[tokio::test]
async fn products_are_ordered_by_what_they_bring_or_by_pieces() {
    let world = selling().await;
    let shown = async |query: &str| {
        let answer = world.get(&format!("products{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        let products = answer.at("/data/products").as_array().unwrap().clone();
        products.iter().map(|one| (one["units"].as_i64().unwrap(), amount(&one["net"]))).collect::<Vec<_>>()
    };
    // Days up to today, then a whole month, which has rows of its own.
    assert_eq!(shown("").await, [(4, 100_000), (3, 29_000)]);
    assert_eq!(shown("?from=2026-11-01&by=units&top=1").await, [(4, 100_000)]);
    assert_eq!(shown("?from=2026-10-01&to=2026-11-01").await, [(2, 20_000)]);
    world.stack.set_clock("2026-12-01T00:00:00Z");
    assert_eq!(shown("?from=2026-11-01&to=2026-11-30").await, [(4, 100_000), (3, 29_000)]);
    assert_eq!(shown("?from=2026-11-01&to=2026-12-01").await, [(4, 100_000), (3, 29_000)]);
    for (bad, status) in [("?top=0", 422), ("?top=101", 422), ("?interval=day", 400)] {
        assert_eq!(world.get(&format!("products{bad}")).await.status, status, "{bad}");
    }
}

#[tokio::test]
async fn buyers_are_new_once_and_come_back() {
    let world = selling().await;
    let answer = world.get("users?interval=month").await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let total = json!({
        "from": "2026-11-01", "to": "2026-11-21", "active": 3, "new": 3, "returning": 0, "estimated": false
    });
    assert_eq!(answer.at("/data/total"), total);
    assert_eq!(answer.at("/data/parts/0"), total);
    let first = json!({ "after": 0, "buyers": 3, "basisPoints": 10_000 });
    assert_eq!(answer.at("/data/cohorts"), json!([{ "month": "2026-11", "buyers": 3, "months": [first] }]));
    let today = world.get("users?from=2026-11-21").await;
    let shown = ["active", "new", "returning"].map(|name| today.at(&format!("/data/total/{name}")));
    assert_eq!(json!(shown), json!([2, 1, 1]));
}

#[tokio::test]
async fn the_dashboard_compares_with_as_many_days_before() {
    let world = selling().await;
    let answer = world.get("dashboard").await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let net = |period: usize, side: &str| {
        let sales = answer.at(&format!("/data/periods/{period}/{side}/sales"));
        sales.as_array().unwrap().first().map(|total| amount(&total["amounts"]["net"]))
    };
    assert_eq!((net(0, "current"), net(0, "previous")), (Some(84_000), Some(25_000)));
    assert_eq!((net(1, "current"), net(1, "previous")), (Some(109_000), None));
    assert_eq!((net(2, "current"), net(2, "previous")), (Some(129_000), None));
    assert_eq!(answer.at("/data/periods/1/current/buyers/returning"), 1);
    assert_eq!(answer.at("/data/periods/2/current/buyers/from"), "2026-10-23");
}

#[tokio::test]
async fn reports_are_tables_too_and_open_no_formula() {
    let world = selling().await;
    let csv = async |path: &str| {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()),
            (200, "text/csv; charset=utf-8")
        );
        String::from_utf8(answer.body).unwrap()
    };
    insta::assert_snapshot!(csv("sales?from=2026-11-20&format=csv").await.replace('\r', ""), @r#"
    row,from,to,currency,orders,paidOrders,voidedOrders,units,unitsBack,gross,discounts,shipping,includedTax,voided,creditNotes,net,tax,paid,refunded,averageOrder
    part,2026-11-20,2026-11-20,IDR,1,1,0,1,0,25000,0,0,0,0,0,25000,0,25000,0,25000
    part,2026-11-21,2026-11-21,IDR,2,2,0,4,0,84000,0,0,0,0,0,84000,0,84000,0,42000
    total,2026-11-20,2026-11-21,IDR,3,3,0,5,0,109000,0,0,0,0,0,109000,0,109000,0,36333
    "#);
    insta::assert_snapshot!(csv("products?format=csv").await.replace('\r', ""), @r#"
    productId,title,currency,orders,units,unitsBack,gross,discounts,net
    prd_01JD2Z3M4N5P6Q7R8S9T0V1W2B,"'=Kopi B",IDR,2,4,0,100000,0,100000
    prd_01JD2Z3M4N5P6Q7R8S9T0V1W2A,"'=Kopi A",IDR,2,3,0,29000,0,29000
    "#);
    insta::assert_snapshot!(csv("users?from=2026-11-20&format=csv").await.replace('\r', ""), @r#"
    row,from,to,month,after,active,new,returning,estimated
    part,2026-11-20,2026-11-20,,,1,1,0,0
    part,2026-11-21,2026-11-21,,,2,1,1,0
    total,2026-11-20,2026-11-21,,,3,2,1,0
    cohort,,,2026-11,0,3,,,
    "#);
    let dashboard = csv("dashboard?format=csv").await;
    assert_eq!(dashboard.lines().count(), 1 + 6 + 4, "{dashboard}");
}

#[tokio::test]
async fn a_shop_without_orders_has_empty_reports() {
    let world = World::open().await;
    assert_eq!(world.get("sales").await.at("/data/totals"), json!([]));
    assert_eq!(world.get("products").await.at("/data/products"), json!([]));
    assert_eq!(world.get("users").await.at("/data/total/active"), 0);
    assert_eq!(world.get("users").await.at("/data/cohorts"), json!([]));
    assert_eq!(world.get("dashboard").await.at("/data/periods/0/current/sales"), json!([]));
    assert_eq!(world.get("check").await.at("/data/agrees"), true);
}

#[tokio::test]
async fn days_that_cannot_be_are_refused() {
    let world = World::open().await;
    for path in ["sales", "products", "users", "check"] {
        for bad in
            ["?from=2026-11-22", "?to=2026-11-22", "?from=2026-11-02&to=2026-11-01", "?from=2025-10-17", "?from=x"]
        {
            let answer = world.get(&format!("{path}{bad}")).await;
            assert_eq!(
                (answer.status.as_u16(), answer.text("/code").as_str()),
                (422, "VALIDATION_FAILED"),
                "{path}{bad}"
            );
        }
    }
    for good in ["sales?from=2025-10-18", "users?from=2025-10-18&interval=week", "products?from=2025-10-18"] {
        assert_eq!(world.get(good).await.status, 200, "{good}");
    }
    assert_eq!(world.get("check?from=2026-10-21").await.status, 422, "32 days");
}

#[tokio::test]
async fn reports_are_for_staff_and_of_its_own_shop() {
    let world = selling().await;
    let (_, other) = world.stack.tenant("toko-b").await;
    for path in ["dashboard", "sales", "products", "users", "check", "rebuild"] {
        let path = format!("/api/v1/analytics/{path}");
        let customer = world.client.get(&path).bearer(&world.customer.token).send().await;
        assert_eq!((customer.status.as_u16(), customer.text("/code").as_str()), (403, "FORBIDDEN"), "{path}");
        assert_eq!(world.client.get(&path).send().await.status, 401, "{path}");
        let foreign = world.client.get(&path).bearer(&other.token).send().await;
        assert!(!foreign.snapshot().contains("84000"), "{path}");
    }
}

#[tokio::test]
async fn a_day_that_the_journal_does_not_know_is_a_difference() {
    let world = selling().await;
    let check = world.get("check?from=2026-11-20").await;
    assert_eq!(check.at("/data/agrees"), false);
    let days = check.at("/data/differences").as_array().unwrap().clone();
    let shown: Vec<_> = days.iter().map(|day| (amount(&day["net"]), amount(&day["journalNet"]))).collect();
    assert_eq!(shown, [(25_000, 0), (84_000, 0)]);
}

#[tokio::test]
async fn a_recount_is_started_once_and_told_of() {
    let world = World::open().await;
    assert_eq!(world.get("rebuild").await.status, 404);
    let first = world.recount("a").await;
    assert_eq!((first.status.as_u16(), first.text("/data/status").as_str()), (202, "running"), "{}", first.snapshot());
    assert_eq!(world.recount("a").await.at("/data"), first.at("/data"), "a replay");
    assert_eq!(world.recount("b").await.at("/data"), first.at("/data"), "it runs already");
    let told = async || {
        let rows = world.stack.rows().await;
        rows.iter().filter(|row| row["type"] == "sales_recount.continued").count()
    };
    assert_eq!(told().await, 1);
    assert_eq!(world.get("rebuild").await.at("/data"), first.at("/data"));
    world.stack.set_clock("2026-11-21T02:00:00Z");
    assert_eq!(world.recount("c").await.status, 202);
    assert_eq!(told().await, 2, "what was lost for an hour is taken up");
}
