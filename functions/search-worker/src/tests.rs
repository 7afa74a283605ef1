//! The worker over real rows and objects, and readers beside it.

use std::collections::BTreeSet;

use catalogue::{NewProduct, NewVariant, ProductText, Products, WholeProduct};
use cloud::{Ctx, Function, Queue};
use kernel::{Currency, Money, ProductId, VariantId};
use search::{Question, SearchIndex, SearchRows, SearchWords, Synonyms, find};
use search_index::{ProductStanding, SearchCache, shown, sweep};
use serde_json::{Value, json};
use table::{TenantScope, Transaction, Write};
use testkit::{Fault, Stack};

struct World {
    stack: Stack,
    scope: TenantScope,
    other: TenantScope,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, other) = stack.tenant("toko-b").await;
        Self { scope: owner.scope, other: other.scope, stack }
    }

    fn ctx(&self) -> &Ctx {
        self.stack.ctx()
    }

    async fn save(&self, scope: TenantScope, before: Option<&WholeProduct>, after: &WholeProduct) {
        let (products, mut transaction) = (Products::new(self.ctx().table(), scope), Transaction::new());
        match before {
            None => products.insert(&mut transaction, after).unwrap(),
            Some(before) => products.save(&mut transaction, before, after, self.ctx().now()).unwrap(),
        };
        self.ctx().table().transact(transaction).await.unwrap();
    }

    /// A product on sale, of which nobody was told yet.
    async fn product(&self, scope: TenantScope, title: &str) -> WholeProduct {
        let ctx = self.ctx();
        let id = ProductId::new(ctx.new_ulid());
        let text = ProductText {
            title: title.to_owned().try_into().unwrap(),
            description: None,
            options: Vec::new(),
            category_ids: Vec::new(),
            attributes: Vec::new(),
            images: Vec::new(),
        };
        let slug = format!("p-{}", id.ulid().to_string().to_lowercase()).try_into().unwrap();
        let variant = NewVariant {
            id: VariantId::new(ctx.new_ulid()),
            sku: id.ulid().to_string().try_into().unwrap(),
            option_values: Vec::new(),
            barcode: None,
            weight_grams: None,
            dimensions: None,
            prices: vec![Money::new(100, Currency::IDR)],
            price_lists: Vec::new(),
        };
        let draft = WholeProduct::new(NewProduct { id, text, slug }, vec![variant], ctx.now()).unwrap();
        self.save(scope, None, &draft).await;
        let sold = draft.published(None, ctx.now()).unwrap().unwrap();
        self.save(scope, Some(&draft), &sold).await;
        sold
    }

    async fn archive(&self, product: &WholeProduct) -> WholeProduct {
        let archived = product.archived(self.ctx().now()).unwrap();
        self.save(self.scope, Some(product), &archived).await;
        archived
    }

    /// Delivers a message as SQS does; whether it was taken.
    async fn deliver(&self, ctx: &Ctx, message: &Value) -> bool {
        let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
        let record =
            json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
        handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
    }

    /// Tells of a product, as the bus does.
    async fn tell(&self, scope: TenantScope, product: &WholeProduct) {
        crate::follow_product::follow_product(self.ctx(), scope.tenant(), product.id()).await.unwrap();
    }

    fn turn_of(&self, scope: TenantScope) -> Value {
        json!({ "tenantId": scope.tenant(), "kind": "search_indexing", "id": "index", "at": self.ctx().now() })
    }

    /// Takes turns until nothing is being built.
    async fn turns(&self, scope: TenantScope) {
        for _ in 0..100 {
            assert!(self.deliver(self.ctx(), &self.turn_of(scope)).await);
            if self.index(scope).await.building.is_none() {
                return;
            }
        }
        panic!("the building never ends");
    }

    async fn index(&self, scope: TenantScope) -> SearchIndex {
        SearchRows::new(self.ctx().table(), scope).index().await.unwrap().unwrap()
    }

    async fn titles_by(&self, ctx: &Ctx, scope: TenantScope, text: &str) -> BTreeSet<String> {
        let (snapshot, ..) = SearchCache::snapshot(ctx, scope).await.unwrap();
        let words = SearchWords::parse(text, &Synonyms::default());
        let found = find(&snapshot.parts, &Question { words, limit: 5_000, ..Question::default() });
        let documents = shown(ctx, &snapshot, &found.hits).await.unwrap();
        assert_eq!(documents.len(), found.total, "every hit can be shown");
        documents.into_iter().map(|one| one.title).collect()
    }

    /// What a process finds that has just started, which must be what one finds that ran all the time.
    async fn titles(&self, text: &str) -> Vec<String> {
        let warm = self.titles_by(self.ctx(), self.scope, text).await;
        let (cold, _) = self.stack.cold();
        assert_eq!(self.titles_by(&cold, self.scope, text).await, warm);
        warm.into_iter().collect()
    }

    /// What lies over the index.
    async fn waiting(&self) -> usize {
        SearchRows::new(self.ctx().table(), self.scope).changes().await.unwrap().len()
    }
}

#[tokio::test]
async fn a_first_product_builds_the_index_and_later_ones_are_found_at_once() {
    let world = World::open().await;
    // One that was there before anybody searched, and of which no event comes.
    world.product(world.scope, "Old lamp").await;
    let product = world.product(world.scope, "Desk lamp").await;
    world.tell(world.scope, &product).await;
    assert_eq!(world.titles("lamp").await, ["Desk lamp"]);
    assert_eq!(world.stack.work.to(Queue::SearchWork).len(), 1);
    world.turns(world.scope).await;
    assert_eq!(world.titles("lamp").await, ["Desk lamp", "Old lamp"]);
    let more = world.product(world.scope, "Floor lamp").await;
    world.tell(world.scope, &more).await;
    assert_eq!(world.titles("lamp").await, ["Desk lamp", "Floor lamp", "Old lamp"]);
    world.turns(world.scope).await;
    assert_eq!((world.waiting().await, world.index(world.scope).await.products), (0, 3));
    assert_eq!(world.titles("lamp").await, ["Desk lamp", "Floor lamp", "Old lamp"]);
}

/// Worked case T22: what is archived is gone with its event, before and after the merge; nobody else notices.
#[tokio::test]
async fn commerce_t22_what_is_archived_is_gone_at_once_and_tenants_are_apart() {
    let world = World::open().await;
    let theirs = world.product(world.other, "Their lamp").await;
    world.tell(world.other, &theirs).await;
    let one = world.product(world.scope, "Desk lamp").await;
    let other = world.product(world.scope, "Floor lamp").await;
    for product in [&one, &other] {
        world.tell(world.scope, product).await;
    }
    world.turns(world.scope).await;
    world.turns(world.other).await;
    let archived = world.archive(&one).await;
    world.tell(world.scope, &archived).await;
    assert_eq!(world.titles("lamp").await, ["Floor lamp"]);
    world.turns(world.scope).await;
    assert_eq!((world.titles("lamp").await, world.waiting().await), (vec!["Floor lamp".to_owned()], 0));
    let of_other = world.titles_by(world.ctx(), world.other, "lamp").await;
    assert_eq!(of_other.into_iter().collect::<Vec<_>>(), ["Their lamp"]);
}

/// Worked case T22: the index is built anew while somebody searches; each answer is of one state, and none fails.
#[tokio::test]
async fn commerce_t22_an_index_is_built_while_it_is_searched() {
    let world = World::open().await;
    let mut products = Vec::new();
    for number in 0..200 {
        products.push(world.product(world.scope, &format!("Lamp number{number}")).await);
    }
    world.tell(world.scope, &products[0]).await;
    world.turns(world.scope).await;
    assert_eq!(world.index(world.scope).await.products, 200);
    search_index::begin(world.ctx(), world.scope).await.unwrap();
    let building = async {
        for product in products.iter().take(20) {
            let archived = world.archive(product).await;
            world.tell(world.scope, &archived).await;
            assert!(world.deliver(world.ctx(), &world.turn_of(world.scope)).await);
        }
        world.turns(world.scope).await;
        world.turns(world.scope).await;
    };
    let (done, mut building) = (std::cell::Cell::new(false), std::pin::pin!(building));
    let searching = async {
        let mut before = 200;
        while !done.get() {
            let found = world.titles_by(world.ctx(), world.scope, "lamp").await.len();
            assert!(found <= before && found >= 180, "{found} after {before}");
            before = found;
            tokio::task::yield_now().await;
        }
    };
    let built = async {
        building.as_mut().await;
        done.set(true);
    };
    tokio::join!(built, searching);
    assert_eq!((world.titles("lamp").await.len(), world.waiting().await), (180, 0));
}

/// It was hidden, was there when the builder came by, and is hidden again before anybody is told that it was there.
#[tokio::test]
async fn what_comes_and_goes_while_the_index_is_built_is_gone() {
    let world = World::open().await;
    let product = world.product(world.scope, "Desk lamp").await;
    let archived = world.archive(&product).await;
    world.tell(world.scope, &archived).await;
    assert_eq!(world.waiting().await, 1, "that it is hidden");
    let back = archived.published(None, world.ctx().now()).unwrap().unwrap();
    world.save(world.scope, Some(&archived), &back).await;
    assert!(world.deliver(world.ctx(), &world.turn_of(world.scope)).await);
    let building = world.index(world.scope).await.building.unwrap();
    assert_eq!(building.segments.iter().map(|of| of.products).sum::<u32>(), 1, "the builder saw it");
    let archived = world.archive(&back).await;
    for _ in 0..2 {
        world.tell(world.scope, &archived).await;
    }
    for _ in 0..2 {
        world.turns(world.scope).await;
        assert_eq!(world.titles("lamp").await, [""; 0]);
    }
    assert_eq!(world.waiting().await, 0);
}

#[tokio::test]
async fn a_death_anywhere_loses_no_change_and_no_product() {
    let prepared = async || {
        let world = World::open().await;
        let (kept, gone) =
            (world.product(world.scope, "Desk lamp").await, world.product(world.scope, "Floor lamp").await);
        world.tell(world.scope, &kept).await;
        world.turns(world.scope).await;
        let archived = world.archive(&gone).await;
        world.tell(world.scope, &archived).await;
        world.tell(world.scope, &world.product(world.scope, "New lamp").await).await;
        world
    };
    let calls = {
        let world = prepared().await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(world.deliver(&ctx, &world.turn_of(world.scope)).await);
        table.calls()
    };
    assert!(calls >= 5, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = prepared().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        world.deliver(&ctx, &world.turn_of(world.scope)).await;
        let found = ["Desk lamp", "New lamp"];
        assert_eq!(world.titles("lamp").await, found, "{fault:?}");
        // The lease of the one that died is over, and the message comes again.
        world.stack.set_clock("2026-11-21T01:04:00Z");
        world.turns(world.scope).await;
        assert_eq!(
            (world.titles("lamp").await, world.waiting().await),
            (found.map(str::to_owned).to_vec(), 0),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn one_writer_at_a_time_and_one_that_comes_meanwhile_waits() {
    let world = World::open().await;
    let product = world.product(world.scope, "Lamp").await;
    world.tell(world.scope, &product).await;
    let rows = SearchRows::new(world.ctx().table(), world.scope);
    let taken = world.index(world.scope).await.taken("somebody", world.ctx().now()).unwrap();
    let mut transaction = Transaction::new();
    rows.save_index(&mut transaction, &taken).unwrap();
    world.ctx().table().transact(transaction).await.unwrap();
    assert!(world.deliver(world.ctx(), &world.turn_of(world.scope)).await);
    assert_eq!(world.index(world.scope).await, taken, "nothing was done");
    world.stack.set_clock("2026-11-21T01:03:01Z");
    world.turns(world.scope).await;
    assert_eq!(world.titles("lamp").await, ["Lamp"]);
}

/// One that was held up after its generation, while another merged the same changes and the product changed again.
#[tokio::test]
async fn a_writer_that_is_late_takes_no_fresh_change_away() {
    let world = World::open().await;
    let product = world.product(world.scope, "Desk lamp").await;
    world.tell(world.scope, &product).await;
    let rows = SearchRows::new(world.ctx().table(), world.scope);
    let [late] = rows.changes().await.unwrap().try_into().unwrap();
    for _ in 0..2 {
        world.turns(world.scope).await;
    }
    assert_eq!(world.waiting().await, 0);
    let archived = world.archive(&product).await;
    world.tell(world.scope, &archived).await;
    let [fresh] = rows.changes().await.unwrap().try_into().unwrap();
    assert_eq!(fresh.version, late.version);
    rows.forget(&late).await.unwrap();
    assert_eq!((world.waiting().await, world.titles("lamp").await), (1, Vec::new()));
    rows.forget(&fresh).await.unwrap();
    assert_eq!(world.waiting().await, 0);
}

#[tokio::test]
async fn changes_are_bounded_by_what_lies_there_whatever_turns_are_taken() {
    let world = World::open().await;
    for number in 0..60 {
        world.product(world.scope, &format!("Lamp {number}")).await;
    }
    search_index::begin(world.ctx(), world.scope).await.unwrap();
    // As if so many lay there.
    let counted = async |pending: u64, bytes: u64| {
        let write = Write::update::<SearchIndex>(world.scope.key("SEARCH", "INDEX"));
        world.ctx().table().write(write.set("pending", pending).set("pendingBytes", bytes)).await.unwrap();
    };
    let record = async |id: ProductId, standing: ProductStanding| {
        search_index::record(world.ctx(), world.scope, id, &standing).await.is_ok()
    };
    let id = || ProductId::new(world.ctx().new_ulid());
    counted(1_998, 0).await;
    let first = id();
    assert!(record(first, ProductStanding::Hidden).await);
    assert!(world.deliver(world.ctx(), &world.turn_of(world.scope)).await);
    assert!(world.index(world.scope).await.building.is_some(), "what lies there is not merged");
    assert!(record(first, ProductStanding::Hidden).await, "it takes the place of itself");
    assert!(record(id(), ProductStanding::Hidden).await);
    assert!(!record(id(), ProductStanding::Hidden).await);
    assert_eq!((world.index(world.scope).await.pending, world.waiting().await), (2_000, 2));
    for _ in 0..2 {
        world.turns(world.scope).await;
    }
    let index = world.index(world.scope).await;
    assert_eq!((index.pending, index.pending_bytes, index.lease), (0, 0, None), "a turn counts them anew");
    // Few that are large are as many as many that are small.
    let product = world.product(world.scope, "Floor lamp").await;
    counted(1, 15_999_000).await;
    world.tell(world.scope, &product).await;
    let (snapshot, ..) = SearchCache::snapshot(world.ctx(), world.scope).await.unwrap();
    let segments: usize = snapshot.parts.iter().map(|part| part.segment.size_bytes()).sum();
    assert!(snapshot.size_bytes > segments + 200, "what changed is held beside its segment");
    let known = world.index(world.scope).await.pending_bytes;
    assert!(known > 15_999_000 + 200, "{known}");
    counted(1, 15_999_900).await;
    assert!(!record(id(), ProductStanding::Hidden).await);
    let archived = world.archive(&product).await;
    world.tell(world.scope, &archived).await;
    assert_eq!(world.titles("floor").await, [""; 0], "what becomes less has room");
}

#[tokio::test]
async fn old_generations_are_kept_for_readers_and_swept_later() {
    let world = World::open().await;
    for number in 0..3 {
        let product = world.product(world.scope, &format!("Lamp {number}")).await;
        world.tell(world.scope, &product).await;
        world.turns(world.scope).await;
    }
    let folder = format!("tenants/{}/search", world.scope.tenant());
    let before = world.ctx().list_objects(&folder).await.unwrap().len();
    world.stack.set_clock("2026-11-21T04:00:00Z");
    let swept = sweep(world.ctx(), world.scope, &world.index(world.scope).await).await.unwrap();
    assert_eq!(swept, 0, "the row names them still");
    let product = world.product(world.scope, "Lamp 4").await;
    world.tell(world.scope, &product).await;
    world.turns(world.scope).await;
    let after = world.ctx().list_objects(&folder).await.unwrap().len();
    assert!(after < before, "{after} of {before}");
    assert_eq!(world.titles("lamp").await.len(), 4);
}

#[tokio::test]
async fn stock_that_runs_out_or_comes_back_changes_what_is_there() {
    let world = World::open().await;
    let product = world.product(world.scope, "Lamp").await;
    world.tell(world.scope, &product).await;
    let sku = product.variants[0].sku.clone();
    let is_there = async || {
        let (snapshot, ..) = SearchCache::snapshot(world.ctx(), world.scope).await.unwrap();
        find(&snapshot.parts, &Question::default()).facets.in_stock
    };
    assert_eq!(is_there().await, 0);
    let stocks = stock::Stocks::new(world.ctx().table(), world.scope);
    let item = stock::StockItem::new(sku.clone(), world.ctx().now()).ruled(None, 2, 1).unwrap();
    let mut transaction = Transaction::new();
    stocks.save_item(&mut transaction, &item).unwrap();
    world.ctx().table().transact(transaction).await.unwrap();
    world.tell(world.scope, &product).await;
    assert_eq!(is_there().await, 1, "it can be ordered");
    // What is told of each order, and nothing else, is delivered.
    let told = async |news: &stock::StockNews| {
        for (sku, crossing) in news {
            let name = if *crossing == stock::StockCrossing::Out { "stock.ran_out" } else { "stock.returned" };
            let event = json!({ "id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": name, "version": 1,
                "tenantId": world.scope.tenant(), "occurredAt": world.ctx().now(), "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
                "subject": sku, "subjectVersion": 0, "audience": "public", "data": { "sku": sku } });
            assert!(world.deliver(world.ctx(), &json!({ "detail": event })).await);
        }
    };
    let mut kept = Vec::new();
    for left in [1, 0] {
        let (id, now) = (kernel::ReservationId::new(world.ctx().new_ulid()), world.ctx().now());
        let (stock, locations) = (stocks.get(&sku).await.unwrap().unwrap(), stocks.locations().await.unwrap());
        let wanted = [stock::StockWanted { sku: sku.clone(), quantity: 1 }];
        let mut transaction = Transaction::new();
        let (reservation, news) = stocks.reserve(&mut transaction, (id, &wanted), (&[stock], &locations), now).unwrap();
        world.ctx().table().transact(transaction).await.unwrap();
        told(&news).await;
        kept.push(reservation);
        assert_eq!(is_there().await, left);
    }
    let now = world.ctx().now();
    let ended = kept[0].ended(now).unwrap();
    let stocked = stocks.of_reservation(&ended).await.unwrap();
    let mut transaction = Transaction::new();
    let news = stocks.give_back(&mut transaction, &ended, &stocked, now).unwrap();
    world.ctx().table().transact(transaction).await.unwrap();
    told(&news).await;
    assert_eq!(is_there().await, 1, "it can be ordered again");
    let unknown = "NOBODYS".to_owned().try_into().unwrap();
    crate::follow_product::follow_sku(world.ctx(), world.scope.tenant(), &unknown).await.unwrap();
}

#[tokio::test]
async fn other_work_comes_again() {
    let world = World::open().await;
    let message = json!({ "tenantId": world.scope.tenant(), "kind": "trial_end", "id": "x", "at": world.ctx().now() });
    assert!(!world.deliver(world.ctx(), &message).await);
    assert!(world.deliver(world.ctx(), &world.turn_of(world.scope)).await, "there is no index, and nothing to do");
}
