use http::Method;
use kernel::CustomerId;
use orders::{OrderFulfilment, OrderStatus};
use serde_json::{Value, json};
use testkit::{Beginning, Fault, Interleaving, Task, task};

use crate::world::{REVIEWS, World, ids};

#[tokio::test]
async fn a_clean_review_of_what_was_bought_is_shown_at_once() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 5, "Harum dan segar, <b>suka</b>.").await;
    assert_eq!(world.told().await, ["review.created", "review.approved"]);
    let seen = world.visit(&format!("{REVIEWS}/{id}")).await;
    assert_eq!(
        (seen.at("/data/status"), seen.at("/data/verified"), seen.at("/data/rating"), seen.text("/data/body")),
        (json!("approved"), json!(true), json!(5), "Harum dan segar, <b>suka</b>.".to_owned()),
        "{}",
        seen.snapshot()
    );
    // Who wrote it is nobody's business but for the name that they chose.
    assert_eq!((seen.at("/data/own"), seen.at("/data/moderation")), (json!(null), json!(null)));
    assert!(!seen.snapshot().contains("cus_") && !seen.snapshot().contains("budi@"), "{}", seen.snapshot());
    assert_eq!(ids(&world.visit(&format!("{REVIEWS}?productId={}", world.product)).await), std::slice::from_ref(&id));
    let average = world.visit(&format!("{REVIEWS}/average/{}", world.product)).await;
    let histogram = [5, 4, 3, 2, 1].map(|stars| json!({ "stars": stars, "count": u8::from(stars == 5) }));
    let expected = json!({
        "productId": world.product, "count": 1, "average": "5.00", "rank": "3.636", "histogram": histogram
    });
    assert_eq!(average.at("/data"), expected);
    assert_eq!(seen.at("/data/variantId"), json!(world.variant));
    let ranked = world.visit(&format!("{REVIEWS}/average")).await;
    assert_eq!(ranked.at("/data/0/productId"), json!(world.product));
}

#[tokio::test]
async fn what_was_bought_is_reviewed_once_and_when_it_is_far_enough() {
    let world = World::open().await;
    let (me, other) = (world.stack.customer_of(&world.customer).await, world.another("siti@example.com").await);
    let of = async |customer: CustomerId, status, sent| world.bought(customer, status, sent).await;
    let write = async |order: &str, more: Value| {
        let mut body = world.body(4, "Biasa saja");
        body["orderId"] = json!(order);
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = world.write(&world.customer, body).await;
        (answer.status.as_u16(), answer.text("/code"))
    };
    let code = |status: u16, code: &str| (status, code.to_owned());
    for (status, refusal) in [
        (OrderStatus::PendingPayment, "REVIEW_TOO_EARLY"),
        (OrderStatus::Cancelled, "REVIEW_ORDER_OVER"),
        (OrderStatus::Expired, "REVIEW_ORDER_OVER"),
    ] {
        let order = of(me, status, OrderFulfilment::None).await.to_string();
        assert_eq!(write(&order, json!({})).await, code(409, refusal), "{status:?}");
    }
    let theirs = world.paid_by(&other).await.to_string();
    assert_eq!(write(&theirs, json!({})).await, code(404, "NOT_FOUND"), "somebody else's order");
    assert_eq!(write("ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X", json!({})).await, code(404, "NOT_FOUND"));
    let paid = of(me, OrderStatus::Confirmed, OrderFulfilment::None).await.to_string();
    assert_eq!(
        write(&paid, json!({ "variantId": "var_01JD2Z3M4N5P6Q7R8S9T0V1W2X" })).await,
        code(422, "REVIEW_NOT_BOUGHT")
    );
    assert_eq!(write(&paid, json!({ "productId": world.unsold().await })).await, code(404, "NOT_FOUND"));
    world.rules(json!({ "countsFrom": "delivered" })).await;
    assert_eq!(write(&paid, json!({})).await, code(409, "REVIEW_TOO_EARLY"));
    let there = of(me, OrderStatus::Fulfilled, OrderFulfilment::Delivered).await.to_string();
    assert_eq!(write(&there, json!({ "variantId": world.variant })).await.0, 201);
    assert_eq!(write(&there, json!({})).await, code(409, "REVIEW_EXISTS"));
    world.rules(json!({})).await;
    assert_eq!(write(&paid, json!({})).await.0, 201, "another order is another review");
    let back = of(me, OrderStatus::Fulfilled, OrderFulfilment::Returned).await.to_string();
    assert_eq!(write(&back, json!({})).await.0, 201, "who sent it back knows what it was");
    assert_eq!(world.stars().await, [0, 0, 0, 3, 0]);
}

#[tokio::test]
async fn what_is_sold_no_more_is_not_among_the_best() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 5, "Harum").await;
    let best = async || {
        let answer = world.visit(&format!("{REVIEWS}/average")).await;
        let rows = answer.at("/data").as_array().cloned().unwrap();
        rows.iter().map(|row| row["productId"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(best().await, [json!(world.product)]);
    world.archive().await;
    assert_eq!(best().await, [json!(null); 0]);
    // Who bought it still finds what was said of it.
    assert_eq!(ids(&world.visit(&format!("{REVIEWS}?productId={}", world.product)).await), [id]);
    assert_eq!(world.visit(&format!("{REVIEWS}/average/{}", world.product)).await.at("/data/count"), json!(1));
}

#[tokio::test]
async fn stars_are_refused_with_their_bounds() {
    let world = World::open().await;
    for (wrong, status, detail) in [
        (json!(2.5), 400, "expected a whole number from 1 to 5"),
        (json!("2"), 400, "expected a whole number from 1 to 5"),
        (json!(0), 422, "give 1 to 5 stars"),
        (json!(300), 422, "give 1 to 5 stars"),
    ] {
        let mut body = world.body(1, "Biasa");
        body["rating"] = wrong.clone();
        let refused = world.write(&world.customer, body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.text("/errors/0/pointer"), refused.text("/errors/0/detail")),
            (status, "/rating".to_owned(), detail.to_owned()),
            "{wrong}: {}",
            refused.snapshot()
        );
    }
}

#[tokio::test]
async fn without_a_purchase_a_review_is_taken_where_the_settings_say_so() {
    let world = World::open().await;
    let refused = world.write(&world.customer, world.body(5, "Enak")).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "REVIEW_PURCHASE_NEEDED"));
    world.rules(json!({ "unverified": "allowed" })).await;
    let made = world.write(&world.customer, world.body(5, "Enak")).await;
    assert_eq!((made.status.as_u16(), made.at("/data/verified")), (201, json!(false)), "{}", made.snapshot());
    // The user became a customer with it, and has one review of each product.
    assert!(made.text("/data/own/customerId").starts_with("cus_"));
    assert_eq!(world.write(&world.customer, world.body(1, "Tidak")).await.text("/code"), "REVIEW_EXISTS");
    let mut no_order = world.body(5, "Enak");
    no_order["variantId"] = json!(world.variant);
    assert_eq!(world.write(&world.customer, no_order).await.text("/errors/0/pointer"), "/orderId");
}

#[tokio::test]
async fn what_is_not_clean_waits_and_is_seen_by_its_author_and_staff_alone() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 5, "Hubungi 0812-3456-7890 atau www.toko-sebelah.com").await;
    let (path, other) = (format!("{REVIEWS}/{id}"), world.another("siti@example.com").await);
    assert_eq!(world.told().await, ["review.created"]);
    assert_eq!(world.visit(&path).await.status, 404);
    assert_eq!(world.by(&other, Method::GET, &path, None).await.status, 404);
    let own = world.by(&world.customer, Method::GET, &path, None).await;
    assert_eq!((own.at("/data/status"), own.at("/data/moderation")), (json!("pending"), json!(null)));
    let staff = world.staff(Method::GET, &path, None).await;
    assert_eq!(staff.at("/data/moderation/holds"), json!(["link", "phone"]), "{}", staff.snapshot());
    assert_eq!(world.stars().await, [0; 5]);
    assert_eq!(ids(&world.visit(&format!("{REVIEWS}?productId={}", world.product)).await), [""; 0]);
    assert_eq!(ids(&world.staff(Method::GET, REVIEWS, None).await), std::slice::from_ref(&id), "what waits");
    for query in ["?status=pending", "?status=deleted"] {
        assert_eq!(world.visit(&format!("{REVIEWS}{query}")).await.status, 403, "{query}");
        assert_eq!(world.by(&other, Method::GET, &format!("{REVIEWS}{query}"), None).await.status, 403, "{query}");
    }
    assert_eq!(world.visit(REVIEWS).await.status, 422, "a product is to be named");
    let mine = world.stack.customer_of(&world.customer).await;
    let list = format!("{REVIEWS}?customerId={mine}");
    assert_eq!(ids(&world.by(&world.customer, Method::GET, &list, None).await), std::slice::from_ref(&id));
    assert_eq!(ids(&world.staff(Method::GET, &list, None).await), [id]);
    assert_eq!(world.by(&other, Method::GET, &list, None).await.status, 404);
    assert_eq!(world.visit(&list).await.status, 404);
}

#[tokio::test]
async fn the_words_of_another_wait_and_ones_own_are_written_again() {
    let world = World::open().await;
    let words = "Aromanya kuat dan rasanya seimbang.";
    let first = world.reviewed(&world.customer, 4, words).await;
    let other = world.another("siti@example.com").await;
    let second = world.reviewed(&other, 4, &words.to_uppercase()).await;
    let holds =
        async |id: &str| world.staff(Method::GET, &format!("{REVIEWS}/{id}"), None).await.at("/data/moderation/holds");
    assert_eq!((holds(&first).await, holds(&second).await), (json!([]), json!(["repeated_text"])));
    let body = json!({ "rating": 5, "title": "Kopi", "body": words });
    let again = world.by(&world.customer, Method::PUT, &format!("{REVIEWS}/{first}"), Some(body)).await;
    assert_eq!((again.at("/data/status"), world.stars().await), (json!("approved"), [0, 0, 0, 0, 1]));
    // The words are free when nobody has them.
    world.by(&world.customer, Method::DELETE, &format!("{REVIEWS}/{first}"), None).await;
    let third = world.reviewed(&world.another("tono@example.com").await, 4, words).await;
    assert_eq!(holds(&third).await, json!([]));
}

#[tokio::test]
async fn an_author_writes_a_review_anew_for_some_days() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 5, "Harum").await;
    let (path, other) = (format!("{REVIEWS}/{id}"), world.another("siti@example.com").await);
    let put = async |who, stars: u8, text: &str| {
        let body = json!({ "rating": stars, "title": "Kopi", "body": text });
        world.by(who, Method::PUT, &path, Some(body)).await
    };
    assert_eq!(put(&world.customer, 2, "Ternyata pahit").await.at("/data/status"), json!("approved"));
    assert_eq!(world.stars().await, [0, 1, 0, 0, 0]);
    let same = put(&world.customer, 2, "Ternyata pahit").await;
    assert_eq!((same.status.as_u16(), same.header("etag").to_owned()), (200, "\"2\"".to_owned()), "nothing changed");
    assert_eq!(put(&other, 1, "x").await.status, 404);
    assert_eq!(put(&world.customer, 5, "lihat bit.ly/x").await.at("/data/status"), json!("pending"));
    assert_eq!(world.stars().await, [0; 5]);
    assert_eq!(
        world.told().await,
        ["review.created", "review.approved", "review.updated", "review.approved", "review.updated"]
    );
    world.rules(json!({ "editDays": 1 })).await;
    world.stack.set_clock("2026-11-22T01:00:01Z");
    assert_eq!(put(&world.customer, 5, "Enak").await.text("/code"), "REVIEW_EDIT_OVER");
}

#[tokio::test]
async fn what_an_author_deletes_is_forgotten_and_what_staff_deletes_stays_for_staff() {
    let world = World::open().await;
    let other = world.another("siti@example.com").await;
    let (mine, theirs) =
        (world.reviewed(&world.customer, 5, "Rahasia saya").await, world.reviewed(&other, 3, "Biasa").await);
    let delete = async |who, id: &str| world.by(who, Method::DELETE, &format!("{REVIEWS}/{id}"), None).await;
    assert_eq!(delete(&other, &mine).await.status, 404, "somebody else's");
    assert_eq!(delete(&world.customer, &mine).await.at("/data"), json!({ "id": mine, "deleted": true }));
    assert_eq!(delete(&world.customer, &mine).await.status, 404);
    assert!(!world.stack.everything().await.contains("Rahasia saya"));
    assert_eq!(delete(&world.owner, &theirs).await.status, 200);
    assert_eq!(delete(&world.owner, &theirs).await.status, 200, "twice is as once");
    assert_eq!(world.stars().await, [0; 5]);
    let read = async |who, id: &str| world.by(who, Method::GET, &format!("{REVIEWS}/{id}"), None).await;
    assert_eq!(
        (read(&other, &theirs).await.status.as_u16(), read(&world.owner, &theirs).await.text("/data/body")),
        (404, "Biasa".to_owned())
    );
    assert_eq!(world.told().await.iter().filter(|name| *name == "review.deleted").count(), 2);
    // The first may be written again, the second not.
    let reviews = world.staff(Method::GET, &format!("{REVIEWS}?status=deleted"), None).await;
    assert_eq!(ids(&reviews).len(), 2);
    let lines = [(&world.customer, &mine, 201), (&other, &theirs, 409)];
    for (who, id, expected) in lines {
        let was = read(&world.owner, id).await.text("/data/own/orderId");
        let mut body = world.body(2, "Sekali lagi");
        body["orderId"] = json!(was);
        assert_eq!(world.write(who, body).await.status, expected);
    }
}

#[tokio::test]
async fn what_was_refused_is_not_written_anew_by_deleting_it() {
    let world = World::open().await;
    world.rules(json!({ "unverified": "allowed" })).await;
    let words = "Aromanya kuat dan rasanya seimbang.";
    let id = world.reviewed(&world.customer, 4, words).await;
    let path = format!("{REVIEWS}/{id}");
    let own = world.by(&world.customer, Method::GET, &path, None).await;
    for (what, reason) in [("report", "offensive"), ("reject", "offensive")] {
        let did = world.staff(Method::POST, &format!("{path}/{what}"), Some(json!({ "reason": reason }))).await;
        assert_eq!(did.status, 200, "{}", did.snapshot());
    }
    assert_eq!(world.by(&world.customer, Method::DELETE, &path, None).await.status, 200);
    let mut body = world.body(4, words);
    let elsewhere = world.write(&world.customer, body.clone()).await;
    assert_eq!(elsewhere.at("/data/status"), json!("pending"), "the words are known: {}", elsewhere.snapshot());
    body["orderId"] = own.at("/data/own/orderId");
    assert_eq!(world.write(&world.customer, body).await.text("/code"), "REVIEW_CLOSED", "there is none to change");
    // Nor can a review be changed in this way when it can be changed no more.
    let tono = world.another("tono@example.com").await;
    let late = world.reviewed(&tono, 4, "Harum").await;
    let order = world.by(&tono, Method::GET, &format!("{REVIEWS}/{late}"), None).await.at("/data/own/orderId");
    world.rules(json!({ "editDays": 0 })).await;
    assert_eq!(world.by(&tono, Method::DELETE, &format!("{REVIEWS}/{late}"), None).await.status, 200);
    let mut body = world.body(1, "Pahit");
    body["orderId"] = order;
    assert_eq!(world.write(&tono, body).await.text("/code"), "REVIEW_CLOSED");
}

#[tokio::test]
async fn staff_writes_for_a_customer_with_a_trace_and_never_over_their_words() {
    let world = World::open().await;
    world.rules(json!({ "unverified": "allowed" })).await;
    let anew = json!({ "rating": 5, "title": "Kopi", "body": "Enak sekali" });
    let id = world.reviewed(&world.customer, 1, "Pahit").await;
    let path = format!("{REVIEWS}/{id}");
    let server = world.stack.api_key(&world.owner, &["reviews:write"]).await;
    for token in [&world.owner.token, &server] {
        let over = world.client.call(Method::PUT, path.clone()).json(anew.clone()).bearer(token).send().await;
        assert_eq!((over.status.as_u16(), over.text("/code").as_str()), (403, "FORBIDDEN"), "{}", over.snapshot());
    }
    assert_eq!(world.stars().await, [1, 0, 0, 0, 0]);
    let mut body = world.body(2, "Kurang");
    body["customerId"] = json!(world.stack.customer_of(&world.another("siti@example.com").await).await);
    let made = world.write(&world.owner, body).await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    let path = format!("{REVIEWS}/{}", made.text("/data/id"));
    assert_eq!(world.staff(Method::PUT, &path, Some(anew)).await.status, 200);
    let seen = world.staff(Method::GET, &path, None).await;
    let by = [0, 1].map(|step| seen.text(&format!("/data/moderation/history/{step}/by")));
    assert_eq!(by, ["staff", "staff"], "{}", seen.snapshot());
    let rows = world.stack.rows().await;
    assert_eq!(rows.iter().filter(|row| row["action"] == "review.written").count(), 2);
}

#[tokio::test]
async fn reviews_are_listed_in_three_orders_and_in_pages() {
    let world = World::open().await;
    let mut made = Vec::new();
    for (at, stars) in [3, 5, 1, 5].into_iter().enumerate() {
        world.stack.set_clock(&format!("2026-11-21T0{}:00:00Z", at + 2));
        let user = world.another(&format!("u{at}@example.com")).await;
        made.push(world.reviewed(&user, stars, &format!("Ulasan {at}")).await);
    }
    let voter = world.another("siti@example.com").await;
    for place in [0, 2] {
        let path = format!("{REVIEWS}/{}/helpful", made[place]);
        assert_eq!(world.by(&voter, Method::POST, &path, Some(json!({ "helpful": true }))).await.status, 200);
    }
    let names = |of: &[usize]| of.iter().map(|place| made[*place].clone()).collect::<Vec<_>>();
    let list = async |sort: &str| {
        let path = format!("{REVIEWS}?productId={}&sort={sort}", world.product);
        ids(&world.visit(&path).await)
    };
    assert_eq!(list("newest").await, names(&[3, 2, 1, 0]));
    assert_eq!(list("helpful").await, names(&[2, 0, 3, 1]));
    assert_eq!(list("rating").await, names(&[3, 1, 0, 2]));
    let page = format!("{REVIEWS}?productId={}&limit=3", world.product);
    let first = world.visit(&page).await;
    let rest = world.visit(&format!("{page}&cursor={}", first.text("/page/next"))).await;
    assert_eq!((ids(&rest), rest.at("/page/next")), (names(&[0]), json!(null)));
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(ids(&world.by(&stranger, Method::GET, &page, None).await), [""; 0], "another tenant's");
    assert_eq!(world.by(&stranger, Method::GET, &format!("{REVIEWS}/{}", made[0]), None).await.status, 404);
    let average = format!("{REVIEWS}/average/{}", world.product);
    assert_eq!(world.by(&stranger, Method::GET, &average, None).await.status, 404);
}

/// Whatever call of the store breaks, before or after it happened: the same request again ends in one review.
#[tokio::test]
async fn a_review_is_written_whole_or_not_at_all() {
    let mut broken = 0;
    for at in 0.. {
        let mut calls = 0;
        for fault in [Fault::Before(at), Fault::After(at)] {
            let world = World::open().await;
            let mut body = world.body(5, "Harum");
            body["orderId"] = json!(world.paid_by(&world.customer).await);
            let (ctx, table) = world.stack.breaking(Some(fault));
            let breaking = testkit::Client::new(crate::function(ctx));
            let send = async |client: &testkit::Client| {
                let call = client.post(REVIEWS, body.clone()).bearer(&world.customer.token);
                call.idempotency_key("once").send().await
            };
            broken += u32::from(send(&breaking).await.status != 201);
            calls = table.calls();
            let again = send(&world.client).await;
            assert_eq!(again.status, 201, "{at} {}", again.snapshot());
            assert_eq!((world.stars().await, world.told().await.len()), ([0, 0, 0, 0, 1], 2), "{at}");
        }
        if calls <= at {
            break;
        }
    }
    assert!(broken > 5, "{broken}");
}

/// Every order, but for the calls that only tell who somebody is and how often they call.
fn orders_of_calls() -> Interleaving {
    Interleaving::sample(7, 12).passing("#RL#").passing("#TENANT").passing("#USR#").passing("#SES#").passing("#ROLES")
}

#[tokio::test]
async fn of_two_that_write_and_delete_at_once_the_sums_are_right() {
    let played = orders_of_calls().run(
        async || {
            let world = World::open().await;
            let id = world.reviewed(&world.customer, 5, "Harum").await;
            let other = world.another("siti@example.com").await;
            let mut body = world.body(3, "Biasa");
            body["orderId"] = json!(world.paid_by(&other).await);
            let call = |token: String, method: Method, path: String, body: Option<Value>| -> Task<u16> {
                task(async move |ctx| {
                    let client = testkit::Client::new(crate::function(ctx));
                    let call = client.call(method.clone(), path.clone()).bearer(&token).idempotency_key("k");
                    let answer = match body.clone() {
                        Some(body) => call.json(body).send().await,
                        None => call.send().await,
                    };
                    answer.status.as_u16()
                })
            };
            let tasks = vec![
                call(other.token.clone(), Method::POST, REVIEWS.to_owned(), Some(body)),
                call(world.owner.token.clone(), Method::DELETE, format!("{REVIEWS}/{id}"), None),
            ];
            Beginning { stack: world.stack, facts: (world.product, world.owner.scope), tasks }
        },
        async |ended| {
            assert_eq!(ended.results, [201, 200]);
            let (product, scope) = ended.facts;
            let reviews = reviews::ProductReviews::new(ended.stack.ctx().table(), scope);
            assert_eq!(reviews.rating(product).await.unwrap().by_stars, [0, 0, 1, 0, 0]);
        },
    );
    assert!(played.await > 1);
}
