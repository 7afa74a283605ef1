use http::Method;
use identity::Role;
use kernel::ProductId;
use recommend::{BehaviourKind::Purchase, BehaviourKind::View, Serves, Shopper};
use serde_json::json;

use crate::world::{BEHAVIOUR, VISITOR, World, listed, visitor};

fn user(who: &impl ToString) -> String {
    format!("/api/v1/recommendations/user/{}", who.to_string())
}

fn beside(product: ProductId) -> String {
    format!("/api/v1/recommendations/product/{product}")
}

fn because(product: ProductId, reason: &str) -> (String, String) {
    (product.to_string(), reason.to_owned())
}

/// Worked case T23 through the API: U1 bought {A, B}, U2 {A, B, C}, U3 {B, C}, U4 {A, D}.
async fn t23(world: &World) -> [ProductId; 4] {
    let [a, b, c, d] = world.products(4).await.try_into().unwrap();
    for (who, what) in [(1, vec![a, b]), (2, vec![a, b, c]), (3, vec![b, c]), (4, vec![a, d])] {
        world.did(visitor(who), Purchase, &what).await;
    }
    [a, b, c, d]
}

#[tokio::test]
async fn commerce_t23_somebody_known_gets_what_is_like_theirs_and_never_what_they_bought() {
    let world = World::open().await;
    let [a, b, c, d] = t23(&world).await;
    let id = world.trained(Serves::Everything).await;
    let answer = world.visit(&user(&visitor(1))).await;
    assert_eq!(
        listed(&answer, "/data/recommendations"),
        [because(c, "because_you_bought"), because(d, "because_you_bought")]
    );
    assert_eq!(answer.text("/data/recommendations/0/reason/productId"), b.to_string());
    assert_eq!(answer.text("/data/recommendations/1/reason/productId"), a.to_string());
    assert_eq!(answer.text("/data/modelId"), id.to_string());
}

#[tokio::test]
async fn commerce_t23_somebody_unknown_gets_what_is_popular_without_what_they_viewed() {
    let world = World::open().await;
    let [a, b, c, d] = t23(&world).await;
    world.trained(Serves::Popularity).await;
    let all = world.visit(&user(&VISITOR)).await;
    assert_eq!(listed(&all, "/data/recommendations"), [a, b, c, d].map(|one| because(one, "popular")));
    let some = world.visit(&format!("{}?viewed={a},{c}", user(&VISITOR))).await;
    assert_eq!(listed(&some, "/data/recommendations"), [b, d].map(|one| because(one, "popular")));
    let one = world.visit(&format!("{}?count=1", user(&VISITOR))).await;
    assert_eq!(listed(&one, "/data/recommendations"), [because(a, "popular")]);
}

#[tokio::test]
async fn before_the_first_training_the_newest_are_recommended() {
    let world = World::open().await;
    let [old, new] = world.products(2).await.try_into().unwrap();
    world.did(visitor(1), View, &[new]).await;
    let answer = world.visit(&user(&visitor(1))).await;
    assert_eq!(listed(&answer, "/data/recommendations"), [because(old, "new"), because(new, "viewed_before")]);
    assert_eq!(answer.at("/data/modelId"), json!(null));
}

#[tokio::test]
async fn what_cannot_be_bought_is_on_no_list() {
    let world = World::open().await;
    let scope = world.owner.scope;
    let [a, b, c, d] = t23(&world).await;
    let gone = world.product_in(scope, 5).await;
    let empty = world.product_in(scope, 0).await;
    let archived = gone.archived(world.stack.ctx().now()).unwrap();
    world.save(scope, Some(&gone), &archived).await;
    for who in 10..14 {
        world.did(visitor(who), Purchase, &[a, gone.id(), empty.id()]).await;
    }
    world.trained(Serves::Everything).await;
    let paths = [user(&visitor(1)), user(&visitor(4)), user(&VISITOR), format!("{}?viewed={a}", user(&VISITOR))];
    for path in paths {
        let found = listed(&world.visit(&path).await, "/data/recommendations");
        let hidden = |id: ProductId| found.iter().any(|(product, _)| *product == id.to_string());
        assert!(!hidden(gone.id()) && !hidden(empty.id()), "{path}: {found:?}");
        assert!(!found.is_empty(), "it is filled up: {path}");
    }
    let answer = world.visit(&beside(a)).await;
    assert_eq!(listed(&answer, "/data/similar"), [b, d, c].map(|one| because(one, "similar")));
    let together = listed(&answer, "/data/boughtTogether");
    assert_eq!(together, [b, d, c].map(|one| because(one, "bought_together")));
    // What came back is there at once.
    world.stock(scope, &empty, 3).await;
    let found = listed(&world.visit(&beside(a)).await, "/data/similar");
    assert!(found.contains(&because(empty.id(), "similar")), "{found:?}");
}

#[tokio::test]
async fn beside_a_product_stands_neither_itself_nor_what_the_customer_bought() {
    let world = World::open().await;
    let [a, b, c, d] = t23(&world).await;
    world.trained(Serves::Everything).await;
    let customer = world.stack.customer_of(&world.customer).await;
    world.did(Shopper::Customer(customer), Purchase, &[b]).await;
    let answer = world.by(&world.customer, Method::GET, &beside(a), None).await;
    for list in ["/data/similar", "/data/boughtTogether"] {
        let found: Vec<String> = listed(&answer, list).into_iter().map(|(product, _)| product).collect();
        assert!(!found.contains(&a.to_string()) && !found.contains(&b.to_string()), "{list}: {found:?}");
        assert!(found.contains(&c.to_string()) && found.contains(&d.to_string()), "{list}: {found:?}");
    }
    let named = world.visit(&format!("{}?userId={}&viewed={d}", beside(a), visitor(3))).await;
    assert_eq!(listed(&named, "/data/similar"), [], "the visitor bought B and C, and D was viewed");
    let unknown = world.visit("/api/v1/recommendations/product/prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X").await;
    assert_eq!(unknown.text("/code"), "NOT_FOUND");
}

#[tokio::test]
async fn nobody_sees_what_is_recommended_to_another() {
    let world = World::open().await;
    t23(&world).await;
    world.trained(Serves::Everything).await;
    let other = world.stack.user(world.owner.scope, "siti@example.com", Role::User).await;
    let customer = world.stack.customer_of(&other).await;
    let random = world.by(&world.customer, Method::GET, &user(&"usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X"), None).await;
    assert_eq!(random.status, 404);
    for path in [user(&other.user), user(&customer)] {
        let answer = world.by(&world.customer, Method::GET, &path, None).await;
        assert_eq!((answer.status, answer.text("/code")), (random.status, random.text("/code")), "{path}");
        assert_eq!(world.visit(&path).await.status, 404, "{path}");
        assert_eq!(world.by(&other, Method::GET, &path, None).await.status, 200, "{path}");
        assert_eq!(world.staff(Method::GET, &path, None).await.status, 200, "{path}");
    }
    let theirs = world.stack.tenant("toko-b").await.1;
    for path in [user(&other.user), user(&customer)] {
        assert_eq!(world.by(&theirs, Method::GET, &path, None).await.status, 404, "{path}");
    }
    let empty = world.client.get(user(&visitor(1))).tenant("toko-b").send().await;
    assert_eq!(
        listed(&empty, "/data/recommendations"),
        [],
        "another tenant knows neither the visitor nor the products"
    );
    assert_eq!(world.visit(&user(&"prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X")).await.status, 404);
}

#[tokio::test]
async fn a_user_is_all_customers_that_they_act_for() {
    let world = World::open().await;
    let [a, b, c, d] = t23(&world).await;
    world.trained(Serves::Everything).await;
    let customer = world.stack.customer_of(&world.customer).await;
    world.did(Shopper::User(world.customer.user), View, &[a]).await;
    world.did(Shopper::Customer(customer), Purchase, &[b]).await;
    let answer = world.by(&world.customer, Method::GET, &user(&world.customer.user), None).await;
    let found = listed(&answer, "/data/recommendations");
    assert_eq!(found[0], because(c, "because_you_bought"));
    assert!(found.contains(&because(d, "because_you_viewed")), "{found:?}");
    assert_eq!(found.last().unwrap(), &because(a, "viewed_before"));
    assert!(found.iter().all(|(product, _)| *product != b.to_string()));
}

#[tokio::test]
async fn another_model_is_served_at_once_and_a_broken_one_is_said_to_be() {
    let world = World::open().await;
    let [a, ..] = t23(&world).await;
    let first = world.trained(Serves::Everything).await;
    assert_eq!(world.visit(&beside(a)).await.text("/data/modelId"), first.to_string());
    let second = world.trained(Serves::Everything).await;
    assert_eq!(world.visit(&beside(a)).await.text("/data/modelId"), second.to_string());
    let third = world.trained(Serves::Everything).await;
    let path = recommend::paths::model(world.owner.scope.tenant(), third);
    world.stack.ctx().put_object(&path, "application/octet-stream", b"RKRM".to_vec()).await.unwrap();
    let broken = world.visit(&beside(a)).await;
    assert_eq!((broken.status.as_u16(), broken.text("/code").as_str()), (503, "RECOMMENDATIONS_BROKEN"));
}

#[tokio::test]
async fn queries_are_bounded() {
    let world = World::open().await;
    let one = world.product().await;
    for query in ["?count=0", "?count=51", "?viewed=abc", &format!("?viewed={}", vec![one.to_string(); 51].join(","))] {
        assert_eq!(world.visit(&format!("{}{query}", user(&VISITOR))).await.status, 422, "{query}");
    }
    assert_eq!(world.visit(&format!("{}?colour=red", user(&VISITOR))).await.status, 400);
}

/// The templates grant the function all that its routes touch.
#[tokio::test]
async fn its_role_is_enough() {
    let world = World::open().await;
    let [a, ..] = t23(&world).await;
    world.trained(Serves::Everything).await;
    let customer = world.stack.customer_of(&world.customer).await;
    let client = testkit::Client::new(crate::function(world.stack.granted("recommendations-api")));
    let event = json!({ "eventId": "a", "type": "view", "productId": a });
    let (customers, owners) = (&world.customer.token, &world.owner.token);
    let reported = client.post(BEHAVIOUR, json!({ "events": [event] })).bearer(customers).send().await;
    assert_eq!(reported.at("/data/accepted"), json!(1), "{}", reported.snapshot());
    let trained = client.call(Method::POST, "/api/v1/recommendations/train").bearer(owners).send().await;
    assert_eq!(trained.status, 202, "{}", trained.snapshot());
    let settings = client.call(Method::PUT, "/api/v1/recommendations/settings").bearer(owners).json(json!({}));
    assert_eq!(settings.send().await.status, 200);
    let models = format!("/api/v1/recommendations/models/{}", trained.text("/data/id"));
    for path in [user(&customer), user(&world.customer.user), beside(a), models] {
        let answer = client.get(path.as_str()).bearer(owners).send().await;
        assert_eq!(answer.status, 200, "{path} {}", answer.snapshot());
    }
    assert_eq!(client.get(user(&world.customer.user)).bearer(customers).send().await.status, 200);
    assert_eq!(client.get(beside(a)).tenant("toko-a").send().await.status, 200);
}
