//! How long it takes to put something into a cart and to order it, and what becomes of more buyers than units.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use bench::{Failure, Floor, Micros, millis, ratio, say, tenths};
use cloud::{Ctx, telemetry::Stopwatch};
use futures::{StreamExt, stream};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use table::CapacityMeter;
use testkit::{Answer, Client, Member};

use crate::{AT_ONCE, BUYERS, FEW, TIMES, WARM_UP};

/// How many orders are placed one after the other, and how many by many at once. Each has a customer, an invoice and a journal.
const ORDERS: usize = 200;
/// How many orders the shop has before.
const STANDING: [usize; 3] = [100, 1_000, 10_000];
const PRICE: i64 = 25_000;

/// A shop that sells, and its guests.
pub(crate) struct Checkout<'w> {
    catalog: Client,
    inventory: &'w Client,
    orders: Client,
    owner: &'w Member,
    floor: &'w Floor,
    meter: &'w CapacityMeter,
    keys: AtomicU64,
}

/// A guest with a cart.
struct Guest {
    token: String,
    cart: String,
}

/// What one kind of call took, beside the floor.
#[derive(Default)]
struct Curve {
    took: Micros,
    least: Micros,
    sum: u64,
    trips: u64,
    writes: u64,
}

impl<'w> Checkout<'w> {
    /// Of a tenant whose goods can be collected.
    pub(crate) async fn open(
        ctx: &Ctx,
        (owner, inventory): (&'w Member, &'w Client),
        (floor, meter): (&'w Floor, &'w CapacityMeter),
    ) -> Result<Self, Failure> {
        let (catalog, orders) =
            (Client::new(catalog_api::function(ctx.clone())), Client::new(orders_api::function(ctx.clone())));
        let checkout = Self { catalog, inventory, orders, owner, floor, meter, keys: AtomicU64::default() };
        let call = checkout.orders.call(Method::PUT, "/api/v1/orders/settings").json(json!({ "pickup": true }));
        must(call.bearer(&owner.token).send().await, StatusCode::OK)?;
        Ok(checkout)
    }

    fn key(&self) -> String {
        format!("c{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// A product of one variant is on sale, and so many are there.
    async fn sell(&self, sku: &str, on_hand: usize) -> Result<(), Failure> {
        let price = json!({ "amount": PRICE, "currency": "IDR" });
        let body = json!({ "title": format!("Kopi {sku}"), "variants": [{ "sku": sku, "prices": [price] }] });
        let call = self.catalog.post("/api/v1/products", body).bearer(&self.owner.token);
        let made = must(call.idempotency_key(&self.key()).send().await, StatusCode::CREATED)?;
        let path = format!("/api/v1/products/{}/publish", made.text("/data/id"));
        must(self.catalog.post(path, json!({})).bearer(&self.owner.token).send().await, StatusCode::OK)?;
        let path = format!("/api/v1/inventory/{sku}");
        let call = self.inventory.call(Method::PUT, path).json(json!({ "onHand": on_hand }));
        must(call.bearer(&self.owner.token).send().await, StatusCode::OK).map(drop)
    }

    /// On hand, kept for orders, and available.
    async fn numbers(&self, sku: &str) -> Result<[i64; 3], Failure> {
        let call = self.inventory.get(format!("/api/v1/inventory/{sku}")).bearer(&self.owner.token);
        let shown = must(call.send().await, StatusCode::OK)?;
        let number = |name: &str| shown.at(&format!("/data/{name}")).as_i64().unwrap_or(i64::MIN);
        Ok(["onHand", "allocated", "available"].map(number))
    }

    async fn by(&self, token: Option<&str>, (method, path, body): (Method, &str, Value)) -> Answer {
        let call = self.orders.call(method, path).tenant("toko").json(body).idempotency_key(&self.key());
        match token {
            Some(token) => call.header("x-cart-token", token.to_owned()).send().await,
            None => call.send().await,
        }
    }

    async fn add(&self, token: Option<&str>, sku: &str) -> Answer {
        self.by(token, (Method::POST, "/api/v1/cart/items", json!({ "sku": sku, "quantity": 1 }))).await
    }

    /// A guest with one of a SKU in a new cart, and an address.
    async fn guest(&self, sku: &str) -> Result<Guest, Failure> {
        let made = must(self.add(None, sku).await, StatusCode::CREATED)?;
        let guest = Guest { token: made.text("/data/token"), cart: made.text("/data/id") };
        let to = json!({ "name": "Siti", "line1": "Jl. Merdeka 10", "city": "Jakarta", "country": "ID" });
        let body = json!({ "email": "siti@example.com", "address": to });
        must(self.by(Some(&guest.token), (Method::PUT, "/api/v1/cart/address", body)).await, StatusCode::OK)?;
        Ok(guest)
    }

    /// The checkout begins: its units are kept.
    async fn keep(&self, guest: &Guest) -> Answer {
        let body = json!({ "method": "pickup" });
        self.by(Some(&guest.token), (Method::PUT, "/api/v1/cart/shipping", body)).await
    }

    async fn order(&self, guest: &Guest) -> Answer {
        let total = json!({ "amount": PRICE, "currency": "IDR" });
        let body = json!({ "cartId": guest.cart, "expectedTotal": total });
        self.by(Some(&guest.token), (Method::POST, "/api/v1/orders", body)).await
    }

    /// A guest at the checkout.
    async fn ready(&self, sku: &str) -> Result<Guest, Failure> {
        let guest = self.guest(sku).await?;
        must(self.keep(&guest).await, StatusCode::OK)?;
        Ok(guest)
    }

    /// One call, measured beside the floor.
    async fn timed(&self, curve: Option<&mut Curve>, call: impl Future<Output = Answer>) -> Result<Answer, Failure> {
        let (before, watch) = (self.meter.total(), Stopwatch::start());
        let answer = call.await;
        let (elapsed, used) = (watch.elapsed(), self.meter.total().since(before));
        let watch = Stopwatch::start();
        self.floor.run().await?;
        if let Some(curve) = curve {
            curve.least.add(watch.elapsed());
            curve.took.add(elapsed);
            curve.sum += u64::try_from(elapsed.as_micros())?;
            curve.trips += used.round_trips;
            curve.writes += used.write_units;
        }
        Ok(answer)
    }

    /// Says what each call takes one after the other and many at once, and that nothing is sold twice.
    pub(crate) async fn measure(&self) -> Result<(), Failure> {
        self.sell("KOPI", 1_000_000).await?;
        say(
            "\n| a guest | p50 ms | p99 ms | × floor | a second, one after the other | a second, 16 at once | round trips | write units |",
        )?;
        say("|---|---|---|---|---|---|---|---|")?;
        let mut added = Curve::default();
        let guest = self.guest("KOPI").await?;
        for round in 0..WARM_UP + TIMES {
            let call = self.add(Some(&guest.token), "KOPI");
            must(self.timed((round >= WARM_UP).then_some(&mut added), call).await?, StatusCode::OK)?;
        }
        let guests = self.guests("KOPI", AT_ONCE).await?;
        let watch = Stopwatch::start();
        let mut adds = stream::iter(&guests)
            .map(|guest| async move {
                for _ in 0..TIMES / AT_ONCE {
                    must(self.add(Some(&guest.token), "KOPI").await, StatusCode::OK)?;
                }
                Ok::<(), Failure>(())
            })
            .buffer_unordered(AT_ONCE);
        while let Some(added) = adds.next().await {
            added?;
        }
        drop(adds);
        added.say("one more into a cart", (TIMES, TIMES / AT_ONCE * AT_ONCE, watch.elapsed()))?;

        let mut standing = 0;
        for orders in STANDING {
            self.fill(orders - standing).await?;
            standing = orders + self.placed(orders).await?;
        }
        self.oversold().await
    }

    /// So many orders more.
    async fn fill(&self, orders: usize) -> Result<(), Failure> {
        let one = async || {
            let guest = self.ready("KOPI").await?;
            must(self.order(&guest).await, StatusCode::CREATED)
        };
        let mut all = stream::iter(0..orders).map(|_| one()).buffer_unordered(AT_ONCE);
        while let Some(placed) = all.next().await {
            placed?;
        }
        Ok(())
    }

    /// What an order takes while so many are there. Gives how many were placed.
    async fn placed(&self, standing: usize) -> Result<usize, Failure> {
        let mut placed = Curve::default();
        for round in 0..WARM_UP + ORDERS {
            let guest = self.ready("KOPI").await?;
            let call = self.order(&guest);
            must(self.timed((round >= WARM_UP).then_some(&mut placed), call).await?, StatusCode::CREATED)?;
        }
        let guests = self.guests("KOPI", ORDERS).await?;
        for guest in &guests {
            must(self.keep(guest).await, StatusCode::OK)?;
        }
        let watch = Stopwatch::start();
        let mut orders = stream::iter(&guests).map(|guest| self.order(guest)).buffer_unordered(AT_ONCE);
        while let Some(answer) = orders.next().await {
            must(answer, StatusCode::CREATED)?;
        }
        drop(orders);
        placed.say(&format!("an order, the shop has {standing}"), (ORDERS, ORDERS, watch.elapsed()))?;
        Ok(WARM_UP + ORDERS + ORDERS)
    }

    async fn guests(&self, sku: &str, count: usize) -> Result<Vec<Guest>, Failure> {
        let mut guests = Vec::new();
        for _ in 0..count {
            guests.push(self.guest(sku).await?);
        }
        Ok(guests)
    }

    /// More buyers than units check out and order at once: how many orders are over units that are not there.
    async fn oversold(&self) -> Result<(), Failure> {
        self.sell("RUSH", FEW).await?;
        let guests = self.guests("RUSH", BUYERS).await?;
        let mut answers: BTreeMap<String, usize> = BTreeMap::new();
        let watch = Stopwatch::start();
        let mut tries = stream::iter(&guests)
            .map(|guest| async {
                let kept = self.keep(guest).await;
                if kept.status == StatusCode::OK { self.order(guest).await } else { kept }
            })
            .buffer_unordered(AT_ONCE);
        while let Some(answer) = tries.next().await {
            *answers.entry(format!("{} {}", answer.status.as_u16(), answer.text("/code"))).or_default() += 1;
        }
        drop(tries);
        let seconds = watch.elapsed().as_secs();
        let placed = answers.get("201 ").copied().unwrap_or_default();
        let [on_hand, allocated, available] = self.numbers("RUSH").await?;
        let oversold = placed.saturating_sub(FEW);
        let as_said = (on_hand, allocated, available) == (i64::try_from(FEW)?, i64::try_from(placed)?, 0);
        if oversold > 0 || placed != FEW || !as_said {
            return Err(format!("{oversold} oversold: {answers:?}, {on_hand}, {allocated}, {available}").into());
        }
        Ok(say(format_args!(
            "\n{BUYERS} guests check out and order {FEW} units, {AT_ONCE} at once: {placed} orders, {oversold} oversold, in {seconds} s."
        ))?)
    }
}

impl Curve {
    fn say(&self, what: &str, (single, many, took): (usize, usize, std::time::Duration)) -> Result<(), Failure> {
        let rate = |count: usize, micros: u64| u64::try_from(count).map(|count| count * 1_000_000 / micros.max(1));
        let count = u64::try_from(single)?;
        Ok(say(format_args!(
            "| {what} | {} | {} | {} | {} | {} | {} | {} |",
            millis(self.took.median()),
            millis(self.took.percentile(99)),
            ratio(self.took.median(), self.least.median()),
            rate(single, self.sum)?,
            rate(many, u64::try_from(took.as_micros())?)?,
            tenths(self.trips, count),
            tenths(self.writes, count)
        ))?)
    }
}

/// An answer with this status.
fn must(answer: Answer, status: StatusCode) -> Result<Answer, Failure> {
    if answer.status == status { Ok(answer) } else { Err(answer.snapshot().into()) }
}
