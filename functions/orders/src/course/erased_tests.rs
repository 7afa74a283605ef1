//! What orders and carts forget: where goods went, some time after the end, and more once somebody was erased.

use events::{customer::CustomerErased, user::UserErased};
use http::Method;
use kernel::RequestId;
use serde_json::{Value, json};
use table::{Transaction, agenda::DueKind};

use crate::{
    course::scene::{Scene, deliver},
    world::{CART, address},
};

/// It is told that the buyer of an order was erased.
async fn erase_buyer(scene: &Scene, id: &str) {
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let told = CustomerErased { customer_id: scene.stored(id).await.customer_id };
    let mut transaction = Transaction::new();
    ctx.insert_event(&mut transaction, scope.tenant(), RequestId::new(ctx.new_ulid()), 2, &told).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    for _ in 0..2 {
        scene.work().await;
    }
}

/// When an order is on the agenda.
async fn due_at(scene: &Scene, id: &str) -> Option<String> {
    let key = format!("DUE#{}#{id}", DueKind::OrderExpiry.as_str());
    let rows = scene.world.stack.rows().await;
    let row = rows.iter().find(|row| row["PK"].as_str().is_some_and(|pk| pk.ends_with(&key)))?;
    row["at"].as_str().map(str::to_owned)
}

/// Its time on the agenda comes.
async fn next_time(scene: &Scene, id: &str) -> String {
    let at = due_at(scene, id).await.unwrap();
    scene.world.stack.set_clock(&at);
    let tenant = scene.world.owner.scope.tenant();
    let due = json!({ "tenantId": tenant, "kind": DueKind::OrderExpiry, "id": id, "at": at });
    assert!(deliver(scene.world.stack.ctx(), &due).await);
    at
}

/// Whether an order knows where its buyer is written to, and where its goods went.
async fn knows(scene: &Scene, id: &str) -> (bool, bool) {
    let order = scene.stored(id).await;
    (order.email.is_some(), order.delivery.is_some())
}

#[tokio::test]
async fn an_order_of_an_erased_guest_is_called_off_unless_it_is_paid_and_forgets_who_it_was() {
    let scene = Scene::open().await;
    let (_, waiting) = scene.ordered("A", 2, 20_000).await;
    erase_buyer(&scene, &waiting).await;
    assert_eq!(scene.stands(&waiting).await, ["cancelled", "none", "none"]);
    assert_eq!((knows(&scene, &waiting).await, due_at(&scene, &waiting).await), ((false, false), None));
    assert_eq!((scene.world.numbers("A").await, scene.told("order.cancelled").await), ([10, 0, 0, 10], 1));

    let (_, paid) = scene.bought("A", 1, 10_000).await;
    erase_buyer(&scene, &paid).await;
    assert_eq!((scene.stands(&paid).await[0].as_str(), knows(&scene, &paid).await), ("confirmed", (false, true)));
    next_time(&scene, &paid).await;
    assert_eq!(knows(&scene, &paid).await, (false, true), "it is still to be sent");
    assert_eq!(scene.staff(&paid, ("fulfilments", json!({})), "f1").await.status, 201);
    next_time(&scene, &paid).await;
    assert_eq!((knows(&scene, &paid).await, due_at(&scene, &paid).await), ((false, false), None));
    let shown = scene.world.read(&format!("{}/{paid}", crate::world::ORDERS)).await;
    let text = shown.snapshot();
    assert!(!text.contains("Siti") && !text.contains("Merdeka"), "{text}");
}

#[tokio::test]
async fn where_the_goods_of_an_order_went_is_forgotten_ninety_days_after_it_was_sent() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 1, 10_000).await;
    assert_eq!(scene.staff(&id, ("fulfilments", json!({})), "f1").await.status, 201);
    assert!(next_time(&scene, &id).await.starts_with("2026-12-21"), "a month after it was confirmed");
    assert_eq!(knows(&scene, &id).await, (true, true));
    assert!(next_time(&scene, &id).await.starts_with("2027-02-19"), "ninety days after it was sent");
    assert_eq!((knows(&scene, &id).await, due_at(&scene, &id).await), ((true, false), None));
}

#[tokio::test]
async fn the_carts_of_an_erased_user_go() {
    let scene = Scene::open().await;
    let (buyer, guest) = (scene.world.user().await, scene.world.guest("A", 1).await);
    scene.world.add(&buyer, "A", 1).await;
    let to = scene.world.by(&buyer, Method::PUT, &format!("{CART}/address"), Some(address())).await;
    assert_eq!(to.status, 200, "{}", to.snapshot());
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let told = UserErased { user_id: scene.world.customer.user };
    let mut transaction = Transaction::new();
    ctx.insert_event(&mut transaction, scope.tenant(), RequestId::new(ctx.new_ulid()), 2, &told).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    for _ in 0..2 {
        scene.work().await;
    }
    let rows = scene.world.stack.rows().await;
    let of = |part: &str| {
        let is_of = |row: &&Value| row["PK"].as_str().is_some_and(|pk| pk.contains(part));
        rows.iter().filter(is_of).count()
    };
    assert_eq!((of("#CARTOF#"), of("#CART#")), (0, 1));
    assert_eq!(scene.world.cart(&guest).await.status, 200, "somebody else's");
}
