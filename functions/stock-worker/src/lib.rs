//! Woken by the stock work queue, which the agenda fills: a reservation has run out, and what it kept is available again.

use cloud::{Ctx, Function, event};
use events::UNVERSIONED;
use kernel::{RequestId, ReservationId};
use stock::Stocks;
use table::{
    Race, TableError, TransactError, Transaction,
    agenda::{self, Due, DueKind},
    until_settled,
};

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StockWorkError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Others were faster every time.
    #[error("the stock kept changing")]
    Outrun,
    /// The message is for another worker.
    #[error("{0} is no work on stock")]
    Elsewhere(&'static str),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, due: Due| async move {
        if due.kind == DueKind::ReservationEnd {
            end_reservation(ctx, due).await
        } else {
            Err(StockWorkError::Elsewhere(due.kind.as_str()))
        }
    })
}

/// Gives back what a reservation kept; once, and not before its time. Round trips: one read, one query for each SKU, one
/// transaction; again for each lost race.
async fn end_reservation(ctx: Ctx, due: Due) -> Result<(), StockWorkError> {
    let (stocks, id) = (Stocks::new(ctx.table(), due.scope()), due.thing::<ReservationId>()?);
    until_settled(
        || StockWorkError::Outrun,
        || async {
            let mut transaction = Transaction::new();
            let Some(told) = stocks.lapse(&mut transaction, id, ctx.now()).await? else {
                // It was given back, taken over, or kept longer: whoever did so moved its place on the agenda.
                return Ok(Race::Settled(agenda::finish(ctx.table(), &due).await?));
            };
            let cause = RequestId::new(ctx.new_ulid());
            stock::tell(&mut transaction, &told, || ctx.event_meta(due.tenant_id, cause, UNVERSIONED))?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use kernel::{Sku, Timestamp};
    use serde_json::json;
    use stock::{LocationCode, ReservationState, StockItem, StockNow, StockWanted};
    use table::{TenantScope, agenda::DueKind};
    use testkit::{Fault, Stack};

    use super::*;

    const END: &str = "2026-11-21T01:10:00.000Z";

    struct World {
        stack: Stack,
        scope: TenantScope,
        id: ReservationId,
    }

    fn sku() -> Sku {
        "A".parse().unwrap()
    }

    impl World {
        /// One of one is kept.
        async fn open() -> Self {
            let stack = Stack::start().await;
            let (_, owner) = stack.tenant("toko-a").await;
            let (scope, ctx) = (owner.scope, stack.ctx());
            let (stocks, now) = (Stocks::new(ctx.table(), scope), ctx.now());
            let item = StockItem::new(sku(), now).ruled(None, 0, 1).unwrap();
            let mut transaction = Transaction::new();
            stocks.save_item(&mut transaction, &item).unwrap();
            let read = StockNow { item, levels: Vec::new() };
            stocks.adjust(&mut transaction, &read, (&LocationCode::main(), 1), now).unwrap();
            ctx.table().transact(transaction).await.unwrap();
            let id = ReservationId::new(ulid::Ulid::from(1_u128));
            let mut transaction = Transaction::new();
            let read = [stocks.get(&sku()).await.unwrap().unwrap()];
            let wanted = [StockWanted { sku: sku(), quantity: 1 }];
            stocks.reserve(&mut transaction, (id, &wanted), (&read, &[]), now).unwrap();
            ctx.table().transact(transaction).await.unwrap();
            Self { stack, scope, id }
        }

        async fn deliver(&self, ctx: &Ctx, kind: DueKind) -> bool {
            let at: Timestamp = END.parse().unwrap();
            let due = Due { tenant_id: self.scope.tenant(), kind, id: self.id.to_string(), at };
            let Function::Event(handle) = function(ctx.clone()) else { panic!("not woken by events") };
            let record = json!({
                "messageId": "1", "body": json!(due).to_string(), "attributes": {}, "messageAttributes": {}
            });
            handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
        }

        async fn stands(&self) -> (ReservationState, i64) {
            let stocks = Stocks::new(self.stack.ctx().table(), self.scope);
            let reservation = stocks.reservation(self.id).await.unwrap().unwrap();
            (reservation.state, stocks.get(&sku()).await.unwrap().unwrap().available())
        }

        async fn told(&self) -> usize {
            let rows = self.stack.rows().await;
            rows.iter().filter(|row| row["type"] == "stock.returned").count()
        }
    }

    #[tokio::test]
    async fn what_a_reservation_kept_is_given_back_once_at_its_end() {
        let world = World::open().await;
        assert!(world.deliver(world.stack.ctx(), DueKind::ReservationEnd).await);
        assert_eq!(world.stands().await, (ReservationState::Active, 0), "not before its time");
        world.stack.set_clock(END);
        for _ in 0..2 {
            assert!(world.deliver(world.stack.ctx(), DueKind::ReservationEnd).await);
        }
        assert_eq!((world.stands().await, world.told().await), ((ReservationState::Expired, 1), 1));
        assert!(!world.deliver(world.stack.ctx(), DueKind::TrialEnd).await, "work for another worker is given back");
    }

    #[tokio::test]
    async fn a_death_anywhere_neither_loses_it_nor_gives_back_twice() {
        let calls = {
            let world = World::open().await;
            world.stack.set_clock(END);
            let (ctx, table) = world.stack.breaking(None);
            world.deliver(&ctx, DueKind::ReservationEnd).await;
            table.calls()
        };
        assert!(calls >= 3, "{calls}");
        for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
            let world = World::open().await;
            world.stack.set_clock(END);
            let (ctx, _) = world.stack.breaking(Some(fault));
            assert!(!world.deliver(&ctx, DueKind::ReservationEnd).await, "{fault:?}");
            assert!(world.deliver(world.stack.ctx(), DueKind::ReservationEnd).await, "{fault:?}");
            assert_eq!((world.stands().await, world.told().await), ((ReservationState::Expired, 1), 1), "{fault:?}");
        }
    }
}
