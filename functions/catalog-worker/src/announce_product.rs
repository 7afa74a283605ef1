//! `product.published`, once, when the instant has come that a product is on sale from.
//!
//! Nothing else is decided here: the product is on sale from that instant on, whether or not this has run. A change at the same
//! moment and this see each other, and decide again. Round trips: one query of the product, one transaction of 3 writes; again
//! for each lost race.

use catalogue::Products;
use cloud::Ctx;
use events::product::ProductPublished;
use kernel::{ProductId, RequestId};
use table::{
    Race, TransactError, Transaction,
    agenda::{self, Due},
    until_settled,
};

use crate::CatalogWorkError;

/// Tells that a product is on sale.
pub(crate) async fn announce_product(ctx: Ctx, due: Due) -> Result<(), CatalogWorkError> {
    let (scope, id) = (due.scope(), due.thing::<ProductId>()?);
    until_settled(
        || CatalogWorkError::Outrun,
        || async {
            let products = Products::new(ctx.table(), scope);
            let (before, now) = (products.get(id).await?, ctx.now());
            if before.as_ref().is_some_and(|one| one.product.published_at() == Some(due.at)) && now < due.at {
                // Sent too early: it stays on the agenda.
                return Ok(Race::Settled(agenda::postpone(ctx.table(), &due, due.at).await?));
            }
            let after = before.as_ref().and_then(|one| one.announced(due.at, now));
            let (Some(before), Some(after)) = (before, after) else {
                // It was archived, deleted or published at another instant.
                return Ok(Race::Settled(agenda::finish(ctx.table(), &due).await?));
            };
            let mut transaction = Transaction::new();
            let turn = agenda::done(&mut transaction, &due);
            products.save(&mut transaction, &before, &after, now)?;
            let told = ProductPublished { product_id: id, slug: after.product.slug.to_string(), published_at: due.at };
            let cause = RequestId::new(ctx.new_ulid());
            ctx.insert_event(&mut transaction, due.tenant_id, cause, after.product.version, &told)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                // Somebody told of it, or it is published at another instant.
                Err(TransactError::Cancelled(cancelled)) if cancelled.failed(turn).is_some() => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use catalogue::{NewProduct, NewVariant, ProductStatus, ProductText, WholeProduct};
    use cloud::Function;
    use kernel::{Currency, Money, Timestamp, VariantId};
    use serde_json::json;
    use table::TenantScope;
    use testkit::{Fault, Stack};

    use super::*;

    const AT: &str = "2026-11-21T09:00:00.000Z";

    struct World {
        stack: Stack,
        scope: TenantScope,
        scheduled: WholeProduct,
    }

    impl World {
        /// A product that is to be published.
        async fn open() -> Self {
            let stack = Stack::start().await;
            let (_, owner) = stack.tenant("toko-a").await;
            let (ctx, text) = (stack.ctx(), |text: &str| text.to_owned());
            let told = ProductText {
                title: text("Batik shirt").try_into().unwrap(),
                description: None,
                options: Vec::new(),
                category_ids: Vec::new(),
                attributes: Vec::new(),
                images: Vec::new(),
            };
            let new = NewProduct {
                id: ProductId::new(ctx.new_ulid()),
                text: told,
                slug: text("batik-shirt").try_into().unwrap(),
            };
            let variant = NewVariant {
                id: VariantId::new(ctx.new_ulid()),
                sku: text("A").try_into().unwrap(),
                option_values: Vec::new(),
                barcode: None,
                weight_grams: None,
                dimensions: None,
                prices: vec![Money::new(1, Currency::IDR)],
                price_lists: Vec::new(),
            };
            let draft = WholeProduct::new(new, vec![variant], ctx.now()).unwrap();
            let products = Products::new(ctx.table(), owner.scope);
            let mut transaction = Transaction::new();
            products.insert(&mut transaction, &draft).unwrap();
            ctx.table().transact(transaction).await.unwrap();
            let scheduled = draft.published(Some(AT.parse().unwrap()), ctx.now()).unwrap().unwrap();
            let world = Self { scope: owner.scope, scheduled: scheduled.clone(), stack };
            world.save(&draft, &scheduled).await;
            world
        }

        async fn save(&self, before: &WholeProduct, after: &WholeProduct) {
            let (ctx, mut transaction) = (self.stack.ctx(), Transaction::new());
            Products::new(ctx.table(), self.scope).save(&mut transaction, before, after, ctx.now()).unwrap();
            ctx.table().transact(transaction).await.unwrap();
        }

        /// Delivers a message of the agenda as SQS does; whether it was taken.
        async fn deliver_to(&self, ctx: &Ctx, at: &str) -> bool {
            let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
            let (tenant, id) = (self.scope.tenant(), self.scheduled.id());
            let message = json!({ "tenantId": tenant, "kind": "product_publication", "id": id, "at": at });
            let record =
                json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
            handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
        }

        async fn deliver(&self, at: &str) -> bool {
            self.deliver_to(self.stack.ctx(), at).await
        }

        /// How often it was told, and when it is due.
        async fn told(&self) -> (usize, Option<String>) {
            let rows = self.stack.rows().await;
            let told = rows.iter().filter(|row| row["type"] == "product.published").count();
            let is_due = |key: &str| key.contains("DUE#product_publication");
            let due = rows.iter().find(|row| row["PK"].as_str().is_some_and(is_due));
            (told, due.map(|row| row["at"].as_str().unwrap().to_owned()))
        }

        async fn article(&self) -> WholeProduct {
            let products = Products::new(self.stack.ctx().table(), self.scope);
            products.get(self.scheduled.id()).await.unwrap().unwrap()
        }
    }

    #[tokio::test]
    async fn a_product_is_told_of_once_when_its_instant_has_come() {
        let world = World::open().await;
        assert_eq!(world.told().await, (0, Some(AT.to_owned())));
        world.stack.set_clock(AT);
        for _ in 0..3 {
            assert!(world.deliver(AT).await);
        }
        assert_eq!(world.told().await, (1, None));
        let article = world.article().await;
        assert_eq!((article.product.version, article.product.stands(AT.parse().unwrap())), (3, ProductStatus::Active));
    }

    #[tokio::test]
    async fn a_message_that_comes_too_early_tells_nothing() {
        let world = World::open().await;
        world.stack.set_clock("2026-11-21T08:59:59.999Z");
        assert!(world.deliver(AT).await);
        assert_eq!(world.told().await, (0, Some(AT.to_owned())));
    }

    #[tokio::test]
    async fn what_was_decided_anew_holds() {
        let world = World::open().await;
        let later = "2026-11-21T12:00:00.000Z";
        let now: Timestamp = world.stack.ctx().now();
        let moved = world.scheduled.published(Some(later.parse().unwrap()), now).unwrap().unwrap();
        world.save(&world.scheduled, &moved).await;
        world.stack.set_clock(AT);
        assert!(world.deliver(AT).await, "the message of the instant before");
        assert_eq!(world.told().await, (0, Some(later.to_owned())));
        let archived = moved.archived(world.stack.ctx().now()).unwrap();
        world.save(&moved, &archived).await;
        world.stack.set_clock(later);
        assert!(world.deliver(later).await);
        assert_eq!(world.told().await, (0, None));
    }

    #[tokio::test]
    async fn a_death_anywhere_neither_loses_the_event_nor_tells_it_twice() {
        let calls = {
            let world = World::open().await;
            world.stack.set_clock(AT);
            let (ctx, table) = world.stack.breaking(None);
            assert!(world.deliver_to(&ctx, AT).await);
            table.calls()
        };
        assert!(calls >= 2, "{calls}");
        for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
            let world = World::open().await;
            world.stack.set_clock(AT);
            let (ctx, _) = world.stack.breaking(Some(fault));
            world.deliver_to(&ctx, AT).await;
            assert!(world.deliver(AT).await, "{fault:?}");
            assert_eq!(world.told().await, (1, None), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn other_work_comes_again() {
        let world = World::open().await;
        let Function::Event(handle) = crate::function(world.stack.ctx().clone()) else { panic!("not woken by events") };
        let message = json!({ "tenantId": world.scope.tenant(), "kind": "trial_end", "id": "x", "at": AT });
        let record =
            json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
        let answer = handle(json!({ "Records": [record] })).await.unwrap();
        assert_eq!(answer["batchItemFailures"].as_array().map(Vec::len), Some(1));
    }
}
