//! Nothing is sold that is not there, whoever comes at once; and what is kept is given back once.

use futures::future::join_all;
use jiff::SignedDuration;
use kernel::ReservationId;
use table::TransactError;
use testkit::Stack;

use super::*;
use crate::{ReservationState, StockError, StockLevel};

struct Shop {
    stack: Stack,
    scope: TenantScope,
}

fn sku(text: &str) -> Sku {
    text.parse().unwrap()
}

fn wanted(of: &[(&str, u32)]) -> Vec<StockWanted> {
    of.iter().map(|(name, quantity)| StockWanted { sku: sku(name), quantity: *quantity }).collect()
}

impl Shop {
    /// With these SKUs, and so many of each.
    async fn with(of: &[(&str, i64)]) -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let shop = Self { stack, scope: owner.scope };
        for (name, on_hand) in of {
            shop.rule(name, None, 0, 1).await;
            shop.adjust(name, *on_hand).await.unwrap();
        }
        shop
    }

    fn stocks(&self) -> Stocks<'_> {
        Stocks::new(self.stack.ctx().table(), self.scope)
    }

    async fn rule(&self, name: &str, low_at: Option<u32>, backorder: u32, buckets: u8) {
        let now = self.stack.ctx().now();
        let known = self.stocks().get(&sku(name)).await.unwrap().map(|stock| stock.item);
        let item = known.unwrap_or_else(|| StockItem::new(sku(name), now)).ruled(low_at, backorder, buckets).unwrap();
        let mut transaction = Transaction::new();
        self.stocks().save_item(&mut transaction, &item).unwrap();
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    async fn adjust(&self, name: &str, delta: i64) -> Result<StockNews, StockError> {
        let stock = self.now(name).await;
        let (mut transaction, now) = (Transaction::new(), self.stack.ctx().now());
        let told = self.stocks().adjust(&mut transaction, &stock, (&LocationCode::main(), delta), now);
        let told = told.map_err(|error| match error {
            StocksError::Refused(refused) => refused,
            StocksError::Table(error) => panic!("{error}"),
        })?;
        self.stack.ctx().table().transact(transaction).await.unwrap();
        Ok(told)
    }

    async fn now(&self, name: &str) -> StockNow {
        self.stocks().get(&sku(name)).await.unwrap().unwrap()
    }

    async fn numbers(&self, name: &str) -> (i64, i64, i64, i64) {
        let stock = self.now(name).await;
        let sum = |of: fn(&StockLevel) -> i64| stock.levels.iter().map(of).sum();
        let numbers = (sum(|l| l.on_hand), sum(|l| l.reserved), sum(|l| l.allocated), sum(|l| l.available));
        assert_eq!(numbers.3, numbers.0 - numbers.1 - numbers.2, "{stock:?}");
        numbers
    }

    /// Reserves, again for each race that is lost.
    async fn reserve(&self, number: u128, of: &[(&str, u32)]) -> Result<(Reservation, StockNews), StockError> {
        let (id, wanted) = (ReservationId::new(ulid::Ulid::from(number)), wanted(of));
        let (stocks, table) = (self.stocks(), self.stack.ctx().table());
        loop {
            let mut now = Vec::new();
            for one in &wanted {
                now.push(stocks.get(&one.sku).await.unwrap().ok_or(StockError::Unknown { sku: one.sku.clone() })?);
            }
            let locations = stocks.locations().await.unwrap();
            let mut transaction = Transaction::new();
            let made = stocks.reserve(&mut transaction, (id, &wanted), (&now, &locations), self.stack.ctx().now());
            let made = match made {
                Ok(made) => made,
                Err(StocksError::Refused(refused)) => return Err(refused),
                Err(StocksError::Table(error)) => panic!("{error}"),
            };
            match table.transact(transaction).await {
                Ok(()) => return Ok(made),
                Err(TransactError::Cancelled(_)) => {}
                Err(TransactError::Table(error)) => panic!("{error}"),
            }
        }
    }

    async fn end(&self, reservation: &Reservation) -> Option<StockNews> {
        let now = self.stack.ctx().now();
        let ended = reservation.ended(now).ok()?;
        let mut stocks = Vec::new();
        for name in skus(reservation) {
            stocks.push(self.stocks().get(name).await.unwrap().unwrap());
        }
        let mut transaction = Transaction::new();
        let told = self.stocks().give_back(&mut transaction, &ended, &stocks, now).unwrap();
        self.stack.ctx().table().transact(transaction).await.ok().map(|()| told)
    }
}

#[tokio::test]
async fn commerce_t1_of_fifty_who_want_the_last_ten_ten_get_one_each() {
    let shop = Shop::with(&[("A", 10)]).await;
    let all = join_all((1..=50).map(|number| {
        let shop = &shop;
        async move { shop.reserve(number, &[("A", 1)]).await }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (10, 40));
    for refused in lost {
        assert_eq!(refused.unwrap_err(), StockError::Insufficient { sku: sku("A"), available: 0, wanted: 1 });
    }
    assert_eq!(shop.numbers("A").await, (10, 10, 0, 0));
}

#[tokio::test]
async fn commerce_t1_in_buckets_too() {
    let shop = Shop::with(&[]).await;
    shop.rule("A", None, 0, 4).await;
    shop.adjust("A", 10).await.unwrap();
    assert_eq!(shop.now("A").await.levels.iter().map(|level| level.available).collect::<Vec<_>>(), [3, 3, 2, 2]);
    let all = join_all((1..=20).map(|number| {
        let shop = &shop;
        async move { shop.reserve(number, &[("A", 1)]).await }
    }))
    .await;
    assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 10);
    assert_eq!(shop.numbers("A").await, (10, 10, 0, 0));
}

#[tokio::test]
async fn commerce_t2_of_several_skus_all_are_kept_or_none() {
    let shop = Shop::with(&[("A", 5), ("B", 1)]).await;
    let refused = shop.reserve(1, &[("A", 2), ("B", 2)]).await.unwrap_err();
    assert_eq!(refused, StockError::Insufficient { sku: sku("B"), available: 1, wanted: 2 });
    assert_eq!(shop.numbers("A").await, (5, 0, 0, 5));
    shop.reserve(2, &[("A", 2), ("B", 1)]).await.unwrap();
    assert_eq!((shop.numbers("A").await, shop.numbers("B").await), ((5, 2, 0, 3), (1, 1, 0, 0)));
}

#[tokio::test]
async fn what_was_kept_is_given_back_once() {
    let shop = Shop::with(&[("A", 3)]).await;
    let (reservation, told) = shop.reserve(1, &[("A", 3)]).await.unwrap();
    assert_eq!(told, [(sku("A"), StockCrossing::Out)]);
    let ends = join_all([shop.end(&reservation), shop.end(&reservation)]).await;
    let given: Vec<_> = ends.into_iter().flatten().collect();
    assert_eq!(given, [vec![(sku("A"), StockCrossing::Back)]]);
    assert_eq!(shop.numbers("A").await, (3, 0, 0, 3));
    let kept = shop.stocks().reservation(reservation.id).await.unwrap().unwrap();
    assert_eq!(kept.state, ReservationState::Released);
    assert_eq!(shop.end(&kept).await, None);
}

#[tokio::test]
async fn one_that_ran_out_is_found_by_who_wants_its_goods() {
    let shop = Shop::with(&[("A", 1)]).await;
    let (reservation, _) = shop.reserve(1, &[("A", 1)]).await.unwrap();
    let now = shop.stack.ctx().now();
    assert_eq!(shop.stocks().run_out(&sku("A"), now).await.unwrap(), []);
    let later = now.plus(SignedDuration::from_mins(10));
    assert_eq!(shop.stocks().run_out(&sku("A"), later).await.unwrap(), [reservation.id]);
    assert_eq!(reservation.committed(later), Err(StockError::Expired));
}

#[tokio::test]
async fn an_order_takes_over_ships_and_gives_back() {
    let shop = Shop::with(&[("A", 5)]).await;
    let (stocks, table, now) = (shop.stocks(), shop.stack.ctx().table(), shop.stack.ctx().now());
    let (reservation, _) = shop.reserve(1, &[("A", 3)]).await.unwrap();
    let mut transaction = Transaction::new();
    let read = [shop.now("A").await];
    stocks.allocate(&mut transaction, &reservation.committed(now).unwrap(), &read, now).unwrap();
    table.transact(transaction).await.unwrap();
    assert_eq!(shop.numbers("A").await, (5, 0, 3, 2));
    assert_eq!(stocks.run_out(&sku("A"), now.plus(SignedDuration::from_hours(1))).await.unwrap(), []);
    let part = |quantity| StockTaking { quantity, ..reservation.takings[0].clone() };
    let mut transaction = Transaction::new();
    stocks.ship(&mut transaction, &[part(2)], &[shop.now("A").await], now).unwrap();
    table.transact(transaction).await.unwrap();
    assert_eq!(shop.numbers("A").await, (3, 0, 1, 2));
    let mut transaction = Transaction::new();
    stocks.release(&mut transaction, &[part(1)], &[shop.now("A").await], now).unwrap();
    table.transact(transaction).await.unwrap();
    assert_eq!(shop.numbers("A").await, (3, 0, 0, 3));
    // Never more than is kept.
    let mut transaction = Transaction::new();
    stocks.release(&mut transaction, &[part(1)], &[shop.now("A").await], now).unwrap();
    assert!(matches!(table.transact(transaction).await, Err(TransactError::Cancelled(_))));
}

#[tokio::test]
async fn commerce_t16_a_low_mark_is_told_once_and_listed_as_long_as_it_holds() {
    let shop = Shop::with(&[]).await;
    shop.rule("A", Some(5), 0, 1).await;
    shop.adjust("A", 6).await.unwrap();
    let mut lows = 0;
    for (delta, listed) in [(-1, 1), (-1, 1), (4, 0), (-3, 1)] {
        let told = shop.adjust("A", delta).await.unwrap();
        lows += told.iter().filter(|(_, crossing)| *crossing == StockCrossing::Low).count();
        let low = shop.stocks().low(&PageRequest::default()).await.unwrap().items;
        assert_eq!(low.len(), listed, "{delta}");
    }
    assert_eq!(lows, 2);
    // Six who come at once cross it once.
    shop.adjust("A", 5).await.unwrap();
    let all = join_all((1..=6).map(|number| {
        let shop = &shop;
        async move { shop.reserve(number, &[("A", 1)]).await.unwrap().1 }
    }))
    .await;
    assert_eq!(all.into_iter().flatten().collect::<Vec<_>>(), [(sku("A"), StockCrossing::Low)]);
}

#[tokio::test]
async fn staff_cannot_take_away_what_is_kept() {
    let shop = Shop::with(&[("A", 5)]).await;
    shop.reserve(1, &[("A", 3)]).await.unwrap();
    assert_eq!(shop.adjust("A", -3).await.unwrap_err(), StockError::Kept { sku: sku("A"), kept: 3 });
    shop.adjust("A", -2).await.unwrap();
    assert_eq!(shop.numbers("A").await, (3, 3, 0, 0));
}

#[tokio::test]
async fn what_is_counted_is_refused_when_goods_left_meanwhile() {
    let shop = Shop::with(&[("A", 5)]).await;
    let (stocks, table, now) = (shop.stocks(), shop.stack.ctx().table(), shop.stack.ctx().now());
    let seen = shop.now("A").await;
    shop.adjust("A", -1).await.unwrap();
    let count = async |stock: &StockNow, on_hand| {
        let mut transaction = Transaction::new();
        stocks.count(&mut transaction, stock, (&LocationCode::main(), on_hand), now).unwrap();
        table.transact(transaction).await.is_ok()
    };
    assert!(!count(&seen, 5).await);
    assert!(!count(&seen, 7).await);
    assert!(count(&shop.now("A").await, 7).await);
    assert_eq!(shop.numbers("A").await, (7, 0, 0, 7));
}

#[tokio::test]
async fn what_is_not_there_yet_is_sold_up_to_its_limit() {
    let shop = Shop::with(&[]).await;
    shop.rule("A", None, 2, 1).await;
    shop.adjust("A", 1).await.unwrap();
    let all = join_all((1..=5).map(|number| {
        let shop = &shop;
        async move { shop.reserve(number, &[("A", 1)]).await.is_ok() }
    }))
    .await;
    assert_eq!(all.into_iter().filter(|won| *won).count(), 3);
    assert_eq!(shop.numbers("A").await, (1, 3, 0, -2));
}

#[tokio::test]
async fn what_is_kept_together_can_be_given_back_together() {
    let names: Vec<String> = (0..20).map(|at| format!("S{at}")).collect();
    let shop = Shop::with(&[]).await;
    for name in &names {
        shop.rule(name, Some(0), 0, 3).await;
        shop.adjust(name, 3).await.unwrap();
    }
    let wanted_of = |quantity: u32| {
        let each: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), quantity)).collect();
        wanted(&each)
    };
    let mut stocks = Vec::new();
    for name in &names {
        stocks.push(shop.now(name).await);
    }
    let (id, now) = (ReservationId::new(ulid::Ulid::from(7_u128)), shop.stack.ctx().now());
    let reserve = |transaction: &mut Transaction, quantity: u32| {
        shop.stocks().reserve(transaction, (id, &wanted_of(quantity)), (&stocks, &[]), now)
    };
    for too_many in [2, 3] {
        let refused = reserve(&mut Transaction::new(), too_many).unwrap_err();
        assert!(matches!(refused, StocksError::Refused(StockError::Scattered)), "{too_many} buckets of each of 20");
    }
    let mut transaction = Transaction::new();
    let (kept, told) = reserve(&mut transaction, 1).unwrap();
    assert_eq!((kept.takings.len(), told.len()), (20, 0));
    shop.stack.ctx().table().transact(transaction).await.unwrap();
}

#[tokio::test]
async fn the_last_of_twenty_is_kept_and_given_back_in_one_transaction_each() {
    let names: Vec<String> = (0..20).map(|at| format!("S{at}")).collect();
    let shop = Shop::with(&[]).await;
    let mut stocks = Vec::new();
    for name in &names {
        shop.rule(name, Some(0), 0, 1).await;
        shop.adjust(name, 1).await.unwrap();
        stocks.push(shop.now(name).await);
    }
    let ctx = shop.stack.ctx();
    let meta = || ctx.event_meta(shop.scope.tenant(), kernel::RequestId::new(ctx.new_ulid()), events::UNVERSIONED);
    let each: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let (id, now) = (ReservationId::new(ulid::Ulid::from(7_u128)), ctx.now());
    let mut transaction = Transaction::new();
    let (kept, told) = shop.stocks().reserve(&mut transaction, (id, &wanted(&each)), (&stocks, &[]), now).unwrap();
    crate::tell(&mut transaction, &told, meta).unwrap();
    assert!(transaction.len() + BESIDE_GIVEN_BACK <= MAX_WRITES, "{}", transaction.len());
    ctx.table().transact(transaction).await.unwrap();
    let later = kept.expires_at;
    let mut transaction = Transaction::new();
    let told = shop.stocks().lapse(&mut transaction, id, later).await.unwrap().unwrap();
    crate::tell(&mut transaction, &told, meta).unwrap();
    assert!(transaction.len() + BESIDE_GIVEN_BACK - 2 <= MAX_WRITES, "{}", transaction.len());
    ctx.table().transact(transaction).await.unwrap();
    assert_eq!(shop.numbers("S7").await, (1, 0, 0, 1));
    let rows = shop.stack.rows().await;
    let named = |name: &str| rows.iter().filter(|row| row["type"] == name).count();
    assert_eq!((named("stock.ran_low"), named("stock.ran_out"), named("stock.returned")), (0, 20, 20));
}
