//! The examples of the document are bodies that are taken as they stand.

use payments::{Becomes, CardExpiry, CardFace, KeptCard, SavedMethod, SavedMethods};
use serde_json::{Value, json};
use table::Transaction;

use crate::world::World;

/// The named examples of an operation's body.
fn examples(path: &str) -> Vec<(String, Value)> {
    let document = serde_json::to_value(crate::endpoints().document()).unwrap();
    let content = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
    assert!(content["example"].is_null(), "one that mixes what excludes one another");
    let all = content["examples"].as_object().unwrap();
    all.iter().map(|(name, example)| (name.clone(), example["value"].clone())).collect()
}

/// A shop whose customer has saved the card of the examples.
async fn with_saved_card() -> World {
    let world = World::with_stripe().await;
    let methods = SavedMethods::new(world.stack.ctx().table(), world.scope());
    let face = CardFace { brand: "visa".to_owned(), last4: "4242".to_owned(), expires: CardExpiry::new(2030, 8) };
    let kept = KeptCard { token: "pm_1".to_owned().into(), customer: Some("cus_1".to_owned().into()), face: None };
    let id = "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let stripe = kernel::Provider::Stripe;
    let method = SavedMethod::save(id, world.party, stripe, (kept, face), world.stack.ctx().now()).unwrap();
    let mut transaction = Transaction::new();
    methods.insert(&mut transaction, &method).unwrap();
    let book = methods.book(world.party).await.unwrap().with(id, Becomes::Default).unwrap();
    methods.save_book(&mut transaction, &book).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    world
}

async fn all_are_taken(path: &str, expected: usize) {
    let examples = examples(path);
    assert_eq!(examples.len(), expected);
    for (name, mut example) in examples {
        let world = with_saved_card().await;
        if example.get("orderId").is_some() {
            world.order().await;
        }
        let by_staff = example["method"] == "bank_transfer";
        if example.get("customerId").is_some() {
            example["customerId"] = json!(world.party);
        }
        let token = if by_staff { &world.owner.token } else { &world.customer.token };
        let answer = world.client.post(path, example).bearer(token).idempotency_key("k1").send().await;
        assert_eq!(answer.status, 201, "{path} {name}: {}", answer.snapshot());
    }
}

#[tokio::test]
async fn every_example_of_a_payment_is_taken() {
    all_are_taken("/api/v1/payments", 9).await;
}

#[tokio::test]
async fn every_example_of_a_deposit_is_taken() {
    all_are_taken("/api/v1/wallet/deposit", 6).await;
}
