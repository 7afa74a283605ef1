use table::TransactError;
use testkit::Stack;
use ulid::Ulid;

use super::*;
use crate::{
    Benefit, PromotionTerms,
    promotion::tests::{promotion, terms},
};

struct Shop {
    stack: Stack,
    scope: TenantScope,
}

impl Shop {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        Self { stack, scope: owner.scope }
    }

    fn promotions(&self) -> Promotions<'_> {
        Promotions::new(self.stack.ctx().table(), self.scope)
    }

    async fn insert(&self, promotion: &Promotion) -> bool {
        let mut transaction = Transaction::new();
        self.promotions().insert(&mut transaction, promotion).unwrap();
        self.stack.ctx().table().transact(transaction).await.is_ok()
    }

    /// Whether an order of a customer could use it; where not, which of the two limits failed.
    async fn used(&self, promotion: &Promotion, customer: Option<CustomerId>) -> Result<(), &'static str> {
        let mut transaction = Transaction::new();
        let slots = self.promotions().use_once(&mut transaction, promotion, customer);
        match self.stack.ctx().table().transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancelled)) if cancelled.failed(slots.total).is_some() => Err("total"),
            Err(TransactError::Cancelled(_)) => Err("customer"),
            Err(TransactError::Table(error)) => panic!("{error}"),
        }
    }

    async fn give_back(&self, promotion: &Promotion, customer: Option<CustomerId>) {
        let mut transaction = Transaction::new();
        self.promotions().give_back(&mut transaction, [promotion.id], customer);
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }
}

fn customer(number: u128) -> CustomerId {
    CustomerId::new(Ulid::from(number))
}

fn limited(total: Option<u32>, each: Option<u32>) -> Promotion {
    let terms = PromotionTerms { max_uses: total, max_uses_per_customer: each, ..terms(Benefit::FreeShipping) };
    promotion(1, Some("CODE"), terms)
}

#[tokio::test]
async fn limits_hold_whoever_uses_it_and_what_is_given_back_is_there_again() {
    let shop = Shop::open().await;
    let promotion = limited(Some(3), Some(1));
    assert!(shop.insert(&promotion).await);
    assert_eq!(shop.used(&promotion, Some(customer(1))).await, Ok(()));
    assert_eq!(shop.used(&promotion, Some(customer(1))).await, Err("customer"));
    assert_eq!(shop.used(&promotion, Some(customer(2))).await, Ok(()));
    assert_eq!(shop.used(&promotion, None).await, Ok(()));
    assert_eq!(shop.used(&promotion, Some(customer(3))).await, Err("total"));
    shop.give_back(&promotion, Some(customer(1))).await;
    let known = shop.promotions().known(&["CODE".parse().unwrap()], Some(customer(1))).await.unwrap();
    assert_eq!((known[0].uses, known[0].by_customer), (2, 0));
    assert_eq!(shop.used(&promotion, Some(customer(1))).await, Ok(()));
}

#[tokio::test]
async fn many_at_once_use_it_as_often_as_it_may_be() {
    let shop = Shop::open().await;
    let promotion = limited(Some(5), None);
    assert!(shop.insert(&promotion).await);
    let all = futures::future::join_all((0..20).map(|number| shop.used(&promotion, Some(customer(number))))).await;
    assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 5);
    assert_eq!(shop.promotions().get(promotion.id).await.unwrap().unwrap().uses, 5);
}

#[tokio::test]
async fn a_code_is_of_one_promotion_and_free_again_when_that_is_deleted_unused() {
    let shop = Shop::open().await;
    let first = limited(None, None);
    let second = promotion(2, Some("CODE"), terms(Benefit::FreeShipping));
    assert!(shop.insert(&first).await && !shop.insert(&second).await);
    let delete = async || {
        let mut transaction = Transaction::new();
        shop.promotions().delete(&mut transaction, &first);
        shop.stack.ctx().table().transact(transaction).await.is_ok()
    };
    assert_eq!(shop.used(&first, Some(customer(1))).await, Ok(()));
    assert!(!delete().await, "an order uses it");
    shop.give_back(&first, Some(customer(1))).await;
    assert!(delete().await);
    assert_eq!(shop.used(&first, Some(customer(1))).await, Err("total"), "it is gone");
    assert!(shop.insert(&second).await);
}

#[tokio::test]
async fn a_basket_knows_those_without_a_code_and_those_of_its_codes() {
    let shop = Shop::open().await;
    for one in [
        promotion(1, None, terms(Benefit::FreeShipping)),
        promotion(2, Some("TWO"), terms(Benefit::FreeShipping)),
        promotion(3, Some("THREE"), terms(Benefit::FreeShipping)),
    ] {
        assert!(shop.insert(&one).await);
    }
    let known = shop.promotions().known(&["THREE".parse().unwrap(), "NONE".parse().unwrap()], None).await.unwrap();
    assert_eq!(known.iter().map(|one| one.promotion.id.ulid().0).collect::<Vec<_>>(), [1, 3]);
    let listed = shop.promotions().list(&PageRequest::default()).await.unwrap();
    assert_eq!(listed.items.iter().map(|one| one.promotion.id.ulid().0).collect::<Vec<_>>(), [1, 3, 2]);
    assert_eq!(shop.promotions().count_open().await.unwrap(), 1);
    let (_, stranger) = shop.stack.tenant("toko-b").await;
    let elsewhere = Shop { scope: stranger.scope, ..shop };
    assert_eq!(elsewhere.promotions().known(&["TWO".parse().unwrap()], None).await.unwrap(), []);
    assert_eq!(elsewhere.promotions().get(PromotionId::new(Ulid::from(1_u128))).await.unwrap(), None);
}
