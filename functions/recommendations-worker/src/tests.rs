//! The worker over real rows and objects.

use std::collections::BTreeSet;

use cloud::{Ctx, Function, Queue};
use customers::Customers;
use identity::Role;
use kernel::{CustomerId, EventId, OrderId, ProductId, RecommendationModelId, RequestId};
use orders::{Order, Orders};
use recommend::{
    BehaviourEvent, BehaviourKind, Behaviours, Model, NotPromoted, Noting, RecommendationModel, RecommenderRows,
    RecommenderState, RetentionDays, Serves, Shopper, TrainingStatus, paths,
};
use serde_json::{Value, json};
use table::{TenantScope, Transaction, pages::PageRequest};
use testkit::{Beginning, Fault, Interleaving, Member, Stack, task};
use ulid::Ulid;

struct World {
    stack: Stack,
    scope: TenantScope,
    customer: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        Self { scope: owner.scope, customer, stack }
    }

    fn ctx(&self) -> &Ctx {
        self.stack.ctx()
    }

    /// The context as the worker has it: the table refuses what the templates do not grant it.
    fn granted(&self) -> Ctx {
        self.stack.granted("recommendations-worker")
    }

    fn rows(&self) -> RecommenderRows<'_> {
        RecommenderRows::new(self.ctx().table(), self.scope)
    }

    async fn state(&self) -> RecommenderState {
        self.rows().state().await.unwrap()
    }

    async fn model(&self, id: RecommendationModelId) -> RecommendationModel {
        self.rows().model(id).await.unwrap().unwrap()
    }

    /// Delivers a message as SQS does; whether it was taken.
    async fn deliver(&self, ctx: &Ctx, message: &Value) -> bool {
        deliver(ctx, message).await
    }

    async fn tell<P: events::Payload>(&self, payload: &P) -> bool {
        self.deliver(&self.granted(), &self.told(payload)).await
    }

    /// An event, as the bus brings it.
    fn told<P: events::Payload>(&self, payload: &P) -> Value {
        let meta = events::Meta {
            id: EventId::new(self.ctx().new_ulid()),
            tenant_id: self.scope.tenant(),
            occurred_at: self.ctx().now(),
            request_id: RequestId::new(self.ctx().new_ulid()),
            given_request_id: None,
            subject_version: 2,
        };
        json!({ "detail": events::record(&meta, payload).unwrap() })
    }

    /// An order of a customer's with these products.
    async fn order(&self, customer_id: CustomerId, products: &[ProductId]) -> Order {
        let stored = include_str!("../../../shared/orders/src/golden/order.json");
        let order: Order = serde_json::from_str(stored).unwrap();
        let orders = Orders::new(self.ctx().table(), self.scope);
        let number = orders.next_number("ORD".to_owned().try_into().unwrap(), 2026).await.unwrap();
        let line = order.lines[0].clone();
        let lines = products.iter().map(|product| orders::OrderLine { product_id: *product, ..line.clone() }).collect();
        let order = Order { id: OrderId::new(self.ctx().new_ulid()), number, customer_id, lines, version: 1, ..order };
        let mut transaction = Transaction::new();
        orders.insert(&mut transaction, &order).unwrap();
        self.ctx().table().transact(transaction).await.unwrap();
        order
    }

    async fn confirm(&self, order: &Order) -> bool {
        self.deliver(&self.granted(), &self.confirmed(order)).await
    }

    fn confirmed(&self, order: &Order) -> Value {
        let (order_id, customer_id) = (order.id, order.customer_id);
        let told = events::order::OrderConfirmed {
            order_id,
            customer_id,
            number: order.number.to_string(),
            total: kernel::Money::new(1, kernel::Currency::IDR),
        };
        self.told(&told)
    }

    async fn kept(&self, shopper: Shopper) -> Vec<BehaviourEvent> {
        let rows = Behaviours::new(self.ctx().table(), self.scope).of(shopper).await.unwrap();
        rows.into_iter().flat_map(|row| row.events).collect()
    }

    async fn did(&self, shopper: Shopper, events: &[BehaviourEvent]) {
        let noting = Noting { shopper, events, retention: RetentionDays::default(), now: self.ctx().now() };
        Behaviours::new(self.ctx().table(), self.scope).note(noting, |_| {}).await.unwrap();
    }

    /// Two crowds, each of which buys its own products in turn: what a crowd wants foretells, what is popular does not.
    async fn crowds(&self, people: u32) {
        let now = self.ctx().now().as_millis();
        for who in 0..people {
            let bought = (0..10).map(|step| BehaviourEvent {
                id: format!("{who}-{step}"),
                kind: BehaviourKind::Purchase,
                product_id: product(1 + (who % 2) * 100 + (who + step) % 20),
                at: kernel::Timestamp::from_millis(now - 100_000 + i64::from(step * 1_000 + who)).unwrap(),
            });
            self.did(visitor(who), &bought.collect::<Vec<_>>()).await;
        }
    }

    /// A training is asked for, as the API does.
    async fn asked(&self) -> RecommendationModelId {
        let (rows, id) = (self.rows(), RecommendationModelId::new(self.ctx().new_ulid()));
        let model = RecommendationModel::queued(id, self.ctx().now());
        let mut transaction = Transaction::new();
        rows.begin(&mut transaction, &self.state().await.begun(id).unwrap(), &model).unwrap();
        self.ctx().table().transact(transaction).await.unwrap();
        id
    }

    async fn due(&self, id: RecommendationModelId) -> Value {
        json!(self.rows().due(id, self.model(id).await.requested_at))
    }

    async fn object(&self, id: RecommendationModelId) -> Option<Vec<u8>> {
        self.ctx().get_object(&paths::model(self.scope.tenant(), id)).await.unwrap()
    }

    async fn agenda(&self) -> usize {
        let rows = self.stack.rows().await;
        rows.iter().filter(|row| row["PK"].as_str().unwrap().contains("DUE#recommendation_training#rcm_")).count()
    }
}

/// Delivers a message as SQS does; whether it was taken.
async fn deliver(ctx: &Ctx, message: &Value) -> bool {
    let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
    let record = json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
    handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
}

fn product(number: u32) -> ProductId {
    ProductId::new(Ulid::from(u128::from(number)))
}

fn visitor(number: u32) -> Shopper {
    format!("vis_{}", Ulid::from(u128::from(number) + 1)).parse().unwrap()
}

#[tokio::test]
async fn what_was_ordered_is_bought_once_however_often_it_is_told() {
    let world = World::open().await;
    let customer = world.stack.customer_of(&world.customer).await;
    let order = world.order(customer, &[product(1), product(2), product(1)]).await;
    for _ in 0..2 {
        assert!(world.confirm(&order).await);
    }
    let kept = world.kept(Shopper::Customer(customer)).await;
    let products: BTreeSet<ProductId> = kept.iter().map(|event| event.product_id).collect();
    assert_eq!((kept.len(), products), (2, BTreeSet::from([product(1), product(2)])));
    assert!(kept.iter().all(|event| event.kind == BehaviourKind::Purchase));
    let rows = world.stack.rows().await;
    let row = rows.iter().find(|row| row["SK"].as_str().unwrap().ends_with("#BOUGHT")).unwrap();
    assert_eq!(row.get("ttl"), None, "what a customer bought is known for as long as they are");
}

#[tokio::test]
async fn who_was_erased_is_forgotten_and_stays_so() {
    let world = World::open().await;
    let customer = world.stack.customer_of(&world.customer).await;
    let order = world.order(customer, &[product(1)]).await;
    assert!(world.confirm(&order).await);
    let view = |id: &str| BehaviourEvent {
        id: id.to_owned(),
        kind: BehaviourKind::View,
        product_id: product(3),
        at: world.ctx().now(),
    };
    let user = Shopper::User(world.customer.user);
    world.did(Shopper::Customer(customer), &[view("a")]).await;
    world.did(user, &[view("b")]).await;
    let customers = Customers::new(world.ctx().table(), world.scope);
    let before = customers.get(customer).await.unwrap().unwrap().trusted("a test");
    let after =
        before.clone().without_erased(world.customer.user, "Erased".parse().unwrap(), world.ctx().now()).unwrap();
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &after).unwrap();
    world.ctx().table().transact(transaction).await.unwrap();
    for _ in 0..2 {
        assert!(world.tell(&events::customer::CustomerErased { customer_id: customer }).await);
        assert!(world.tell(&events::user::UserErased { user_id: world.customer.user }).await);
    }
    // An order that is told of late brings nothing back.
    assert!(world.confirm(&order).await);
    assert_eq!((world.kept(Shopper::Customer(customer)).await, world.kept(user).await), (Vec::new(), Vec::new()));
    assert!(!world.stack.everything().await.contains(&format!("{customer}#BOUGHT")));
}

#[tokio::test]
async fn a_model_that_foretells_is_served() {
    let world = World::open().await;
    world.crowds(60).await;
    let id = world.asked().await;
    let due = world.due(id).await;
    assert!(world.deliver(&world.granted(), &due).await);
    let (state, model) = (world.state().await, world.model(id).await);
    assert_eq!((model.status, model.progress), (TrainingStatus::Promoted, 100), "{model:?}");
    let metrics = model.metrics.unwrap();
    assert!(metrics.ndcg_at10 > metrics.popularity_ndcg_at10, "{metrics:?}");
    assert_eq!(model.counts.unwrap().events, 600);
    assert_eq!(state.present.map(|present| (present.id, present.serves)), Some((id, Serves::Everything)));
    let stored = Model::from_bytes(&world.object(id).await.unwrap()).unwrap();
    assert_eq!((stored.products.len(), world.agenda().await, state.training), (40, 0, None));
    // The message comes again.
    assert!(world.deliver(&world.granted(), &due).await);
    assert_eq!((world.state().await.present, world.model(id).await), (state.present, model));
}

#[tokio::test]
async fn a_model_of_too_little_leaves_what_is_served() {
    let world = World::open().await;
    world.crowds(5).await;
    let first = world.asked().await;
    assert!(world.deliver(&world.granted(), &world.due(first).await).await);
    let model = world.model(first).await;
    assert_eq!((model.status, model.refusal), (TrainingStatus::NotPromoted, Some(NotPromoted::TooLittleBehaviour)));
    let present = world.state().await.present.unwrap();
    assert_eq!((present.id, present.serves), (first, Serves::Popularity), "what is popular is better than nothing");
    world.crowds(60).await;
    let good = world.asked().await;
    assert!(world.deliver(&world.granted(), &world.due(good).await).await);
    // All of that is too old a moment later.
    world.stack.set_clock("2027-12-01T00:00:00Z");
    let late = world.asked().await;
    assert!(world.deliver(&world.granted(), &world.due(late).await).await);
    let present = world.state().await.present.unwrap();
    assert_eq!((present.id, present.serves), (good, Serves::Everything));
    assert_eq!(world.model(late).await.status, TrainingStatus::NotPromoted);
    assert!(world.object(good).await.is_some(), "what is served is not swept");
    assert_eq!((world.object(first).await, world.object(late).await), (None, None), "what nobody reads is");
}

/// Whatever call of the table fails, or dies after it was done: when the message comes again, it ends as if nothing had been.
#[tokio::test]
async fn a_training_that_dies_anywhere_ends_the_same() {
    let world = World::open().await;
    world.crowds(5).await;
    let mut made = BTreeSet::new();
    for (call, after) in (0_u64..).flat_map(|call| [(call, false), (call, true)]) {
        let id = world.asked().await;
        let due = world.due(id).await;
        let fault = if after { Fault::After(call) } else { Fault::Before(call) };
        let (ctx, table) = world.stack.breaking(Some(fault));
        if !world.deliver(&ctx, &due).await {
            // Whoever died is waited for no longer.
            world.stack.set_clock(&world.ctx().now().plus(jiff::SignedDuration::from_mins(7)).to_string());
            assert!(world.deliver(&world.granted(), &due).await, "call {call}");
        }
        let (model, state) = (world.model(id).await, world.state().await);
        assert_eq!((model.progress, state.training), (100, None), "call {call}: {model:?}");
        assert_eq!(state.present.map(|present| present.id), Some(id), "call {call}");
        made.insert(model.counts.map(|counts| (counts.events, counts.products)));
        if table.calls() <= call {
            break;
        }
    }
    assert_eq!(made.len(), 1, "each is of the same behaviour");
}

#[tokio::test]
async fn what_fails_again_and_again_is_given_up() {
    let world = World::open().await;
    let id = world.asked().await;
    let due = world.due(id).await;
    let mut state = world.state().await;
    for _ in 0..5 {
        let recommend::Taken::Free(taken) = state.taken(id, "gone", world.ctx().now()) else { panic!("not free") };
        state = *taken;
        let rows = world.rows();
        table::write_alone(world.ctx().table(), |transaction| rows.save_state(transaction, &state)).await.unwrap();
        assert!(world.deliver(&world.granted(), &due).await, "another worker has it, so that it waits");
        assert_eq!(world.state().await, state);
        world.stack.set_clock(&world.ctx().now().plus(jiff::SignedDuration::from_mins(7)).to_string());
    }
    assert!(world.deliver(&world.granted(), &due).await);
    assert_eq!((world.model(id).await.status, world.state().await.training), (TrainingStatus::Failed, None));
    assert_eq!(world.agenda().await, 0);
}

#[tokio::test]
async fn a_night_begins_one_training() {
    let world = World::open().await;
    world.crowds(3).await;
    let rows = world.stack.rows().await;
    let night = rows.iter().find(|row| row["PK"].as_str().unwrap().contains("#nightly")).unwrap();
    let due = json!({
        "tenantId": world.scope.tenant(), "kind": "recommendation_training", "id": "nightly", "at": night["at"]
    });
    for _ in 0..2 {
        assert!(world.deliver(&world.granted(), &due).await);
    }
    let sent = world.stack.work.to(Queue::RecommendationWork);
    let models = world.rows().models(&PageRequest::default()).await.unwrap().items;
    assert_eq!((sent.len(), models.len()), (1, 1));
    assert!(world.deliver(&world.granted(), &sent[0]).await);
    assert_eq!(world.model(models[0].id).await.progress, 100);
    let rows = world.stack.rows().await;
    assert!(!rows.iter().any(|row| row["PK"].as_str().unwrap().contains("#nightly")), "until somebody does something");
}

#[tokio::test]
async fn what_is_due_elsewhere_is_refused() {
    let world = World::open().await;
    let due = json!({
        "tenantId": world.scope.tenant(), "kind": "search_indexing", "id": "index", "at": world.ctx().now()
    });
    assert!(!world.deliver(&world.granted(), &due).await);
}

#[tokio::test]
async fn two_orders_at_once_are_both_noted() {
    let setup = async || {
        let world = World::open().await;
        let customer = world.stack.customer_of(&world.customer).await;
        let mut tasks = Vec::new();
        for number in [1, 2] {
            let order = world.order(customer, &[product(number), product(9)]).await;
            let message = world.confirmed(&order);
            tasks.push(task(async move |ctx| deliver(&ctx, &message).await));
        }
        Beginning { stack: world.stack, facts: (world.scope, customer), tasks }
    };
    let played = Interleaving::sample(7, 16)
        .passing("#SETTINGS")
        .passing("#ORD#")
        .run(setup, async |ended| {
            assert_eq!(ended.results, [true, true]);
            let (scope, customer) = ended.facts;
            let rows = Behaviours::new(ended.stack.ctx().table(), scope).of(Shopper::Customer(customer)).await.unwrap();
            let kept: BTreeSet<ProductId> =
                rows.iter().flat_map(|row| &row.events).map(|event| event.product_id).collect();
            assert_eq!(kept, BTreeSet::from([product(1), product(2), product(9)]));
            assert_eq!(rows.iter().map(|row| row.events.len()).sum::<usize>(), 3, "of what was bought twice the last");
        })
        .await;
    assert!(played >= 6, "{played}");
}
