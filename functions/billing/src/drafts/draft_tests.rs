//! Invoices that are written by hand, from the draft to its issue.

use customers::Customers;
use http::Method;
use kernel::{Currency, Money};
use serde_json::{Value, json};
use table::Transaction;
use testkit::Answer;

use crate::world::{World, code, idr, refused};

async fn register(world: &World) {
    let body = json!({ "tax": { "registered": true, "taxId": "012345678901000" }, "numberPrefix": "TMJ" });
    let answer = world.call(&world.owner, Method::PUT, "/api/v1/billing/settings", body).await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
}

async fn patch(world: &World, id: &str, body: Value) -> Answer {
    world.call(&world.owner, Method::PATCH, &format!("/api/v1/invoices/{id}"), body).await
}

async fn listed(world: &World, query: &str, member: &testkit::Member) -> Vec<String> {
    let answer = world.call(member, Method::GET, &format!("/api/v1/invoices{query}"), json!({})).await;
    answer.at("/data").as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "the whole answer is what is shown")]
async fn a_draft_has_taxes_and_no_number() {
    let world = World::open().await;
    register(&world).await;
    let lines = json!([
        { "name": "Workshop", "quantity": 2, "unitAmount": idr(500_000), "discount": idr(100_000),
          "period": { "start": "2026-12-01", "end": "2026-12-03" } },
        { "name": "Travel", "quantity": 1, "unitAmount": idr(150_000), "taxed": false },
        { "name": "Goodwill", "quantity": 1, "unitAmount": idr(-50_000) }
    ]);
    let more = json!({ "lines": lines, "termsDays": 30, "memo": "Thank you!\nSee you.", "language": "en" });
    let answer = world.write("k1", 0, more).await;
    let mut shown = answer.json();
    for removed in ["seller", "billTo", "coupons", "surplus", "customerId", "id"] {
        shown["data"].as_object_mut().unwrap().remove(removed);
    }
    for line in shown["data"]["lines"].as_array_mut().unwrap() {
        line.as_object_mut().unwrap().remove("taxes");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown["data"]).unwrap(), @r#"
    {
      "amountDue": {
        "amount": 0,
        "currency": "IDR"
      },
      "creditNotes": [],
      "credited": {
        "amount": 0,
        "currency": "IDR"
      },
      "creditsApplied": {
        "amount": 0,
        "currency": "IDR"
      },
      "currency": "IDR",
      "discount": {
        "amount": 100000,
        "currency": "IDR"
      },
      "dueDate": null,
      "issueDate": null,
      "issuedAt": null,
      "kind": "one_off",
      "language": "en",
      "lines": [
        {
          "amount": {
            "amount": 1000000,
            "currency": "IDR"
          },
          "discount": {
            "amount": 100000,
            "currency": "IDR"
          },
          "kind": "one_off",
          "name": "Workshop",
          "period": {
            "end": "2026-12-03",
            "start": "2026-12-01"
          },
          "quantity": 2,
          "taxation": "taxed",
          "taxed": true,
          "unitAmount": {
            "amount": 500000,
            "currency": "IDR"
          }
        },
        {
          "amount": {
            "amount": 150000,
            "currency": "IDR"
          },
          "discount": {
            "amount": 0,
            "currency": "IDR"
          },
          "kind": "one_off",
          "name": "Travel",
          "period": null,
          "quantity": 1,
          "taxation": "untaxed",
          "taxed": false,
          "unitAmount": {
            "amount": 150000,
            "currency": "IDR"
          }
        },
        {
          "amount": {
            "amount": -50000,
            "currency": "IDR"
          },
          "discount": {
            "amount": 0,
            "currency": "IDR"
          },
          "kind": "one_off",
          "name": "Goodwill",
          "period": null,
          "quantity": 1,
          "taxation": "taxed",
          "taxed": true,
          "unitAmount": {
            "amount": -50000,
            "currency": "IDR"
          }
        }
      ],
      "memo": "Thank you!\nSee you.",
      "number": null,
      "overdue": false,
      "paidAt": null,
      "paymentId": null,
      "paymentsApplied": {
        "amount": 0,
        "currency": "IDR"
      },
      "period": {
        "end": "2026-12-03",
        "start": "2026-12-01"
      },
      "planKey": null,
      "sentAt": null,
      "status": "draft",
      "subscriptionId": null,
      "subtotal": {
        "amount": 1100000,
        "currency": "IDR"
      },
      "taxes": [
        {
          "category": "standard",
          "code": "PPN",
          "inclusive": false,
          "rateBasisPoints": 1100,
          "statutory": {
            "base": {
              "amount": 779167,
              "currency": "IDR"
            },
            "rateBasisPoints": 1200
          },
          "tax": {
            "amount": 93500,
            "currency": "IDR"
          },
          "taxable": {
            "amount": 850000,
            "currency": "IDR"
          }
        }
      ],
      "termsDays": 30,
      "total": {
        "amount": 1093500,
        "currency": "IDR"
      },
      "voidedAt": null
    }
    "#);
    let again = world.write("k1", 0, json!({})).await;
    assert_eq!(code(&again), refused(422, "IDEMPOTENCY_KEY_REUSED"));
    assert_eq!(world.told("invoice.issued").await, [] as [Value; 0]);
    world.reconciles().await;
}

#[tokio::test]
async fn a_draft_is_shown_to_staff_alone() {
    let world = World::open().await;
    let draft = world.write("k1", 1_000, json!({})).await.text("/data/id");
    let issued = world.invoiced(&world.customer, "BASIC", "USD", 0).await.id.to_string();
    let (owner, customer) = (&world.owner, &world.customer);
    // The tenant's list begins with its drafts; that of a customer has them where they were written.
    let of_customer = format!("?customerId={}", world.party);
    for (query, all) in [("", [&*draft, &*issued]), (&*of_customer, [&*issued, &*draft])] {
        assert_eq!(listed(&world, query, owner).await, all, "{query}");
        assert_eq!(listed(&world, query, customer).await, [&*issued], "{query}");
    }
    assert_eq!(listed(&world, "?status=draft", owner).await, [&*draft]);
    assert_eq!(listed(&world, "?status=draft", customer).await, [] as [&str; 0]);
    for status in ["open", "void", "uncollectible", "paid", "overdue"] {
        let found = listed(&world, &format!("?status={status}"), owner).await;
        assert!(!found.contains(&draft), "{status}");
    }
    for path in ["", "/pdf", "/receipt"] {
        let path = format!("/api/v1/invoices/{draft}{path}");
        assert_eq!(code(&world.call(customer, Method::GET, &path, json!({})).await), refused(404, "NOT_FOUND"));
    }
    let shown = world.call(owner, Method::GET, &format!("/api/v1/invoices/{draft}"), json!({})).await;
    assert_eq!((shown.status.as_u16(), shown.text("/data/status").as_str()), (200, "draft"));
}

#[tokio::test]
async fn taxes_and_sides_are_those_of_the_day_of_issue() {
    let world = World::open().await;
    let draft = world.write("k1", 1_000_000, json!({ "termsDays": 7 })).await;
    assert_eq!(draft.at("/data/total"), idr(1_000_000), "not registered for tax");
    let id = draft.text("/data/id");
    register(&world).await;
    let issued = world.change(&id, "finalize").await;
    assert_eq!(issued.at("/data/total"), idr(1_110_000), "{}", issued.snapshot());
    assert_eq!(
        (issued.text("/data/number"), issued.text("/data/status")),
        ("TMJ-2026-11-0001".to_owned(), "open".to_owned())
    );
    assert_eq!(
        (issued.text("/data/issueDate"), issued.text("/data/dueDate")),
        ("2026-11-21".to_owned(), "2026-11-28".to_owned())
    );
    assert_eq!(issued.header("etag"), "\"2\"");
    let told = world.told("invoice.issued").await;
    assert_eq!((told.len(), &told[0]["invoiceId"], &told[0]["amountDue"]), (1, &json!(id), &idr(1_110_000)));
    assert!(told[0].get("subscriptionId").is_none());
    // Again: the same invoice, no number, no event.
    let again = world.change(&id, "finalize").await;
    assert_eq!(again.body, issued.body);
    assert_eq!((world.told("invoice.issued").await.len(), listed(&world, "", &world.customer).await), (1, vec![id]));
    world.reconciles().await;
}

#[tokio::test]
async fn what_is_on_the_balance_pays_first() {
    let world = World::open().await;
    world.deposit(Money::new(1_500, Currency::IDR)).await;
    let first = world.write("k1", 1_000, json!({ "finalize": true })).await;
    assert_eq!(
        (first.status.as_u16(), first.text("/data/status"), first.header("etag")),
        (201, "paid".to_owned(), "\"1\"")
    );
    let second = world.write("k2", 1_000, json!({})).await.text("/data/id");
    let second = world.change(second, "finalize").await;
    assert_eq!((second.at("/data/creditsApplied"), second.at("/data/amountDue")), (idr(500), idr(500)));
    assert_eq!(world.balance(Currency::IDR).await, 0);
    let numbers = [first.text("/data/number"), second.text("/data/number")];
    assert_eq!(numbers, ["INV-2026-11-0001", "INV-2026-11-0002"]);
    // `invoice.issued` told of both; nothing more is published of the paid one.
    assert_eq!((world.told("invoice.issued").await.len(), world.told("invoice.paid").await.len()), (2, 0));
    let nothing = world.write("k3", 0, json!({ "finalize": true })).await;
    assert_eq!((nothing.status.as_u16(), nothing.text("/data/status")), (201, "paid".to_owned()));
    world.reconciles().await;
}

#[tokio::test]
async fn the_balance_of_a_customer_who_wants_to_pay_by_hand_is_left_alone() {
    let world = World::open().await;
    world.deposit(Money::new(1_500, Currency::IDR)).await;
    let (table, id) = (world.stack.ctx().table(), world.stack.customer_of(&world.customer).await);
    let customers = customers::Customers::new(table, world.customer.scope);
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let after = customers::Customer {
        balance_pays: Some(customers::BalancePays::Nothing),
        version: before.version + 1,
        ..before.clone()
    };
    let mut transaction = table::Transaction::new();
    customers.save(&mut transaction, &before, &after).unwrap();
    table.transact(transaction).await.unwrap();
    let issued = world.write("k1", 1_000, json!({ "finalize": true })).await;
    assert_eq!((issued.text("/data/status"), issued.at("/data/creditsApplied")), ("open".to_owned(), idr(0)));
    assert_eq!(world.balance(Currency::IDR).await, 1_500);
    world.reconciles().await;
}

#[tokio::test]
async fn many_that_are_issued_at_once_have_all_numbers_and_one_each() {
    let world = World::open().await;
    let mut drafts = Vec::new();
    for number in 0..12 {
        drafts.push(world.write(&format!("k{number}"), 1_000, json!({})).await.text("/data/id"));
    }
    let issued = futures::future::join_all(drafts.iter().map(|id| world.change(id, "finalize"))).await;
    let mut numbers: Vec<String> = issued.iter().map(|answer| answer.text("/data/number")).collect();
    numbers.sort();
    let expected: Vec<String> = (1..=12).map(|place| format!("INV-2026-11-{place:04}")).collect();
    assert_eq!(numbers, expected);
    world.reconciles().await;
}

#[tokio::test]
async fn one_that_is_issued_at_many_places_at_once_has_one_number() {
    let world = World::open().await;
    let id = world.write("k1", 1_000, json!({})).await.text("/data/id");
    let all = futures::future::join_all((0..4).map(|_| world.change(&id, "finalize"))).await;
    for answer in &all {
        assert_eq!((answer.status.as_u16(), answer.text("/data/number").as_str()), (200, "INV-2026-11-0001"));
    }
    let next = world.write("k2", 1_000, json!({ "finalize": true })).await;
    assert_eq!((next.text("/data/number").as_str(), world.told("invoice.issued").await.len()), ("INV-2026-11-0002", 2));
    world.reconciles().await;
}

#[tokio::test]
async fn a_draft_is_rewritten_and_an_issued_invoice_is_not() {
    let world = World::open().await;
    let id = world.write("k1", 1_000, json!({ "memo": "Old", "termsDays": 3 })).await.text("/data/id");
    let line = json!({ "name": "Other", "quantity": 3, "unitAmount": idr(700) });
    let changed = patch(&world, &id, json!({ "lines": [line], "memo": null, "language": "en" })).await;
    assert_eq!(
        (changed.header("etag"), changed.at("/data/total"), changed.at("/data/memo")),
        ("\"2\"", idr(2_100), Value::Null)
    );
    assert_eq!((changed.at("/data/termsDays"), changed.text("/data/language")), (json!(3), "en".to_owned()));
    let stale = world.client.call(Method::PATCH, format!("/api/v1/invoices/{id}")).json(json!({ "memo": "x" }));
    let stale = stale.bearer(&world.owner.token).header("if-match", "\"1\"").send().await;
    assert_eq!(code(&stale), refused(412, "PRECONDITION_FAILED"));
    world.change(&id, "finalize").await;
    let late = patch(&world, &id, json!({ "memo": "New" })).await;
    assert_eq!(code(&late), refused(409, "INVOICE_WRONG_STATE"));
    assert!(late.text("/detail").contains("can be paid, sent, voided"), "{}", late.snapshot());
}

#[tokio::test]
async fn a_draft_is_deleted_and_an_issued_invoice_is_not() {
    let world = World::open().await;
    let id = world.write("k1", 1_000, json!({})).await.text("/data/id");
    let path = format!("/api/v1/invoices/{id}");
    let delete = || world.call(&world.owner, Method::DELETE, &path, json!({}));
    assert_eq!(delete().await.status, 204);
    assert_eq!(code(&delete().await), refused(404, "NOT_FOUND"));
    assert_eq!(listed(&world, &format!("?customerId={}", world.party), &world.owner).await, [] as [&str; 0]);
    assert_eq!(code(&world.change(&id, "finalize").await), refused(404, "NOT_FOUND"));
    let issued = world.write("k2", 1_000, json!({ "finalize": true })).await;
    assert_eq!(issued.text("/data/number"), "INV-2026-11-0001", "a deleted draft used no number");
    let path = format!("/api/v1/invoices/{}", issued.text("/data/id"));
    let kept = world.call(&world.owner, Method::DELETE, &path, json!({})).await;
    assert_eq!(code(&kept), refused(409, "INVOICE_WRONG_STATE"));
}

#[tokio::test]
async fn what_is_deleted_and_issued_at_once_is_one_of_them() {
    let world = World::open().await;
    let id = world.write("k1", 1_000, json!({})).await.text("/data/id");
    let path = format!("/api/v1/invoices/{id}");
    let (deleted, issued) =
        tokio::join!(world.call(&world.owner, Method::DELETE, &path, json!({})), world.change(&id, "finalize"));
    match (deleted.status.as_u16(), issued.status.as_u16()) {
        (204, 404) => assert_eq!(world.told("invoice.issued").await.len(), 0),
        (409, 200) => assert_eq!(world.told("invoice.issued").await.len(), 1),
        both => panic!("{both:?}"),
    }
    world.reconciles().await;
}

#[tokio::test]
async fn what_cannot_stand_on_an_invoice_says_where() {
    let world = World::open().await;
    let line = |more: Value| {
        let mut line = json!({ "name": "Work", "quantity": 1, "unitAmount": idr(1_000) });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "lines": [line] })
    };
    let usd = json!({ "amount": 1, "currency": "USD" });
    let cases = [
        (json!({ "lines": [] }), "/lines"),
        (json!({ "lines": vec![line(json!({}))["lines"][0].clone(); 101] }), "/lines"),
        (line(json!({ "name": " " })), "/lines/0/name"),
        (line(json!({ "quantity": 0 })), "/lines/0/quantity"),
        (line(json!({ "quantity": 1_000_001 })), "/lines/0/quantity"),
        (line(json!({ "unitAmount": usd })), "/lines/0/unitAmount"),
        (line(json!({ "unitAmount": idr(1_000_000_000_001) })), "/lines/0/unitAmount"),
        (line(json!({ "quantity": 1_000_000, "unitAmount": idr(i64::MAX) })), "/lines/0/unitAmount"),
        (line(json!({ "unitAmount": idr(i64::MIN) })), "/lines/0/unitAmount"),
        (line(json!({ "discount": idr(1_001) })), "/lines/0/discount"),
        (line(json!({ "discount": idr(-1) })), "/lines/0/discount"),
        (line(json!({ "discount": usd })), "/lines/0/discount"),
        (line(json!({ "unitAmount": idr(-5), "discount": idr(1) })), "/lines/0/discount"),
        (line(json!({ "period": { "start": "2026-12-02", "end": "2026-12-02" } })), "/lines/0/period"),
        (line(json!({ "period": { "start": "2026-12-02", "end": "9999-12-02" } })), "/lines/0/period"),
        (
            line(json!({ "unitAmount": idr(-5), "period": { "start": "2026-12-01", "end": "2026-12-02" } })),
            "/lines/0/period",
        ),
        (json!({ "termsDays": 366 }), "/termsDays"),
        (json!({ "memo": "" }), "/memo"),
        (json!({ "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X" }), "/customerId"),
    ];
    for (at, (body, pointer)) in cases.into_iter().enumerate() {
        let answer = world.write(&format!("k{at}"), 1_000, body.clone()).await;
        assert!([404, 422].contains(&answer.status.as_u16()), "{body} {}", answer.snapshot());
        assert_eq!(answer.text("/errors/0/pointer"), pointer, "{body}");
    }
    let below = world.write("below", -1, json!({})).await;
    assert_eq!(code(&below), refused(422, "INVOICE_BELOW_ZERO"));
    let most = world.write("most", 1_000_000_000_000, json!({ "finalize": true })).await;
    assert_eq!(most.status, 201);
    world.reconciles().await;
}

#[tokio::test]
async fn only_staff_writes_and_only_for_customers_who_are_there() {
    let world = World::open().await;
    let id = world.write("k1", 1_000, json!({})).await.text("/data/id");
    let path = format!("/api/v1/invoices/{id}/finalize");
    assert_eq!(code(&world.call(&world.customer, Method::POST, &path, json!({})).await), refused(403, "FORBIDDEN"));
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(code(&world.call(&stranger, Method::POST, &path, json!({})).await), refused(404, "NOT_FOUND"));
    let nobody = world.client.post(&path, json!({})).send().await;
    assert_eq!(code(&nobody), refused(401, "UNAUTHENTICATED"));

    let own = world.stack.customer_of(&world.customer).await;
    let customers = Customers::new(world.stack.ctx().table(), world.customer.scope);
    let before = customers.get(own).await.unwrap().unwrap().trusted("a test looks");
    let tombstone = "Erased".parse().unwrap();
    let erased = before.clone().without_erased(world.customer.user, tombstone, world.stack.ctx().now()).unwrap();
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &erased).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    assert_eq!(code(&world.write("k2", 1_000, json!({})).await), refused(409, "CUSTOMER_ERASED"));
    assert_eq!(code(&world.change(&id, "finalize").await), refused(409, "CUSTOMER_ERASED"));
    let deleted = world.call(&world.owner, Method::DELETE, &format!("/api/v1/invoices/{id}"), json!({})).await;
    assert_eq!(deleted.status, 204, "a draft for nobody can be taken away");
}

#[tokio::test]
async fn what_is_written_for_days_to_come_is_earned_in_them() {
    let world = World::open().await;
    let line = json!({ "name": "Support", "quantity": 1, "unitAmount": idr(3_100),
        "period": { "start": "2026-12-01", "end": "2027-01-01" } });
    let issued = world.write("k1", 0, json!({ "lines": [line], "finalize": true })).await;
    let id = issued.text("/data/id");
    let due = format!("DUE#revenue_recognition#{id}");
    let rows = world.stack.rows().await;
    assert!(rows.iter().any(|row| row["PK"].as_str().unwrap().ends_with(&due)), "it is on the agenda");
    world.change(&id, "void").await;
    let rows = world.stack.rows().await;
    assert!(!rows.iter().any(|row| row["PK"].as_str().unwrap().ends_with(&due)), "what is void is earned no more");
    world.reconciles().await;
}
