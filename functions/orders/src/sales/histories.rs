//! Random histories: sales are what the journal moved, day by day and to the unit.

use billing::{CreditAsked, TaxMode};
use kernel::{Currency, Money};
use orders::OrderPayment;
use payments::Method;
use serde_json::json;

use crate::{
    course::scene::Scene,
    sales::books::{check, hear, sales, taxed, told},
};

/// Numbers that are as good as random: a linear congruential generator.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// One history: orders with and without discount, paid, not paid, called off, sent, sent back, credited by staff, with
/// refunds that succeed and fail, over some weeks. What the worker hears comes in any order, often twice or not yet.
async fn history(seed: u64, tax: Option<TaxMode>) {
    let (scene, mut dice) = (Scene::open().await, Dice(seed));
    scene.world.count("A", 1_000).await;
    scene.world.reprice("A", 9_999).await;
    if let Some(mode) = tax {
        taxed(&scene, mode).await;
    }
    if dice.roll(2) == 0 {
        let off = json!({ "name": "Off", "benefit": { "kind": "percent", "basisPoints": 733 } });
        scene.promotion(off).await;
    }
    let mut orders: Vec<String> = Vec::new();
    for _ in 0..20 {
        scene.later(i64::try_from(dice.roll(12)).unwrap());
        let some = usize::try_from(dice.roll(64)).unwrap();
        let key = format!("k{}", scene.world.stack.ctx().new_ulid());
        let pieces = json!([{ "sku": "A", "quantity": 1 }]);
        match (dice.roll(10), orders.get(some.checked_rem(orders.len()).unwrap_or_default()).cloned()) {
            (0..=2, _) | (_, None) => {
                let id = scene.sold("A", 1 + u32::try_from(dice.roll(3)).unwrap()).await;
                if dice.roll(3) > 0 {
                    scene.pay(&id, Method::Gopay).await;
                }
                orders.push(id);
            }
            (3, Some(id)) => drop(scene.pay(&id, Method::Gopay).await),
            (4, Some(id)) => drop(scene.cancel(&id).await),
            (5, Some(id)) => {
                let body = json!({ "items": pieces });
                let what = if dice.roll(2) == 0 { body } else { json!({}) };
                drop(scene.staff(&id, ("fulfilments", what), &key).await);
            }
            (6, Some(id)) => {
                drop(scene.staff(&id, ("returns", json!({ "items": pieces, "restock": true })), &key).await);
            }
            (7, Some(id)) => {
                let order = scene.stored(&id).await;
                let left = order.total.minor() - order.progress.taken_back.map_or(0, Money::minor);
                let is_paid = order.history.len() > 1 && order.payment != OrderPayment::None;
                if left > 700 && is_paid {
                    scene.credited(&id, CreditAsked::Amount(Money::new(700, Currency::IDR))).await;
                }
            }
            (8, _) => scene.refunded().await,
            (_, Some(id)) => {
                scene.refunds_refused().await;
                let order = scene.stored(&id).await;
                if order.pay_by.is_some_and(|at| at <= scene.world.stack.ctx().now()) {
                    scene.due(scene.world.stack.ctx(), &id).await;
                }
            }
        }
        if dice.roll(2) == 0 {
            scene.work().await;
        }
        if dice.roll(3) == 0 {
            let mut some = told(&scene).await;
            some.retain(|_| dice.roll(3) == 0);
            some.sort_by_cached_key(|_| dice.roll(1_000));
            assert!(hear(scene.world.stack.ctx(), &some).await);
        }
    }
    for _ in 0..3 {
        scene.work().await;
    }
    scene.refunded().await;
    let mut all = told(&scene).await;
    all.sort_by_cached_key(|_| dice.roll(1_000));
    assert!(hear(scene.world.stack.ctx(), &all).await);
    check(&scene).await;
    let before = sales(scene.world.stack.ctx(), scene.world.owner.scope).await;
    assert!(before.values().map(|of| of.orders).sum::<i64>() == i64::try_from(orders.len()).unwrap());
    assert!(hear(scene.world.stack.ctx(), &all).await);
    assert_eq!(sales(scene.world.stack.ctx(), scene.world.owner.scope).await, before, "heard twice");
}

#[tokio::test]
async fn sales_without_tax_are_what_the_journal_moved() {
    for seed in 1..=2 {
        history(seed, None).await;
    }
}

#[tokio::test]
async fn sales_with_tax_on_top_are_what_the_journal_moved() {
    for seed in 11..=12 {
        history(seed, Some(TaxMode::Exclusive)).await;
    }
}

#[tokio::test]
async fn sales_whose_prices_hold_the_tax_are_what_the_journal_moved() {
    for seed in 21..=22 {
        history(seed, Some(TaxMode::Inclusive)).await;
    }
}
