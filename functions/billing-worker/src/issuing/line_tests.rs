//! Many invoices of a tenant at once, by one process and by several.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use billing::{GRACE, Interval, NewSubscription, Plans, RunStatus, Runs, Subscription, Subscriptions};
use cloud::{Ctx, Ports};
use kernel::{Currency, Party, SubscriptionId};
use serde_json::Value;
use table::{
    Item, Key, Query, QueryPage, Table, TableError, TenantScope, TransactError, Transaction, Write, WriteError,
};
use testkit::{Member, Stack};

use crate::bill_subscription::tests::{DUE, counts, created, deliver, invoices, run_of, work};

/// Counts transactions, and takes none that writes a row whose partition has this text in its name.
struct Watched {
    inner: Arc<dyn Table>,
    transactions: AtomicU32,
    refused: Option<String>,
}

#[async_trait]
impl Table for Watched {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        self.inner.get(key).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
        self.inner.batch_get(keys).await
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        self.inner.query(query).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError> {
        self.inner.write(write).await
    }

    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        self.transactions.fetch_add(1, Ordering::SeqCst);
        let refused =
            |write: &Write| self.refused.as_ref().is_some_and(|refused| write.key().pk().contains(refused.as_str()));
        if transaction.writes().iter().any(refused) {
            return Err(TableError::Refused("an item of more than 400 KB".to_owned()).into());
        }
        self.inner.transact(transaction).await
    }
}

fn watched(stack: &Stack, refused: Option<String>) -> (Ctx, Arc<Watched>) {
    let ports = stack.ctx().ports();
    let table = Watched { inner: Arc::clone(&ports.table), transactions: AtomicU32::new(0), refused };
    let table = Arc::new(table);
    (Ctx::new(Ports { table: Arc::<Watched>::clone(&table), ..ports.clone() }), table)
}

/// A tenant's customer with so many subscriptions whose first fee was invoiced, each of another customer.
async fn subscribed(stack: &Stack, slug: &str, count: usize) -> (Member, Vec<Subscription>) {
    let (member, first) = created(stack, slug, "BASIC", Currency::IDR).await;
    let plan = Plans::new(stack.ctx().table(), member.scope).newest(&"BASIC".parse().unwrap()).await.unwrap().unwrap();
    let mut all = vec![first];
    for n in 1..count {
        let user = stack.user(member.scope, &format!("sari{n}@{slug}.example"), identity::Role::User).await;
        let new = NewSubscription {
            id: SubscriptionId::new(stack.ctx().new_ulid()),
            party: Party::Customer(stack.customer_of(&user).await),
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: "Asia/Jakarta".parse().unwrap(),
        };
        let subscription = Subscription::start(new, &plan, stack.ctx().now()).unwrap();
        let mut transaction = Transaction::new();
        Subscriptions::insert(&mut transaction, member.scope, &subscription).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        all.push(subscription);
    }
    let mut begun = Vec::new();
    for one in all {
        let one = one.begun(GRACE).unwrap();
        let mut transaction = Transaction::new();
        Subscriptions::save(&mut transaction, member.scope, &one).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        begun.push(one);
    }
    (member, begun)
}

async fn numbers(stack: &Stack, scope: TenantScope) -> Vec<u32> {
    let mut places: Vec<u32> =
        invoices(stack, scope).await.iter().map(|invoice| invoice.issued.as_ref().unwrap().number.place()).collect();
    places.sort_unstable();
    places
}

#[tokio::test]
async fn what_is_ready_at_once_shares_a_transaction() {
    let stack = Stack::start().await;
    let (member, subscriptions) = subscribed(&stack, "toko-a", 10).await;
    stack.set_clock(DUE);
    let (ctx, table) = watched(&stack, None);
    let messages: Vec<Value> = subscriptions.iter().map(|one| work(&member, one, DUE)).collect();
    assert!(deliver(&ctx, &messages).await.is_empty());
    assert_eq!(numbers(&stack, member.scope).await, (1..=10).collect::<Vec<_>>());
    let transactions = table.transactions.load(Ordering::SeqCst);
    assert!((2..=4).contains(&transactions), "{transactions} transactions for ten invoices");
}

#[tokio::test]
async fn several_workers_and_copies_of_messages_leave_one_invoice_each_and_no_gap() {
    let stack = Stack::start().await;
    let (member, subscriptions) = subscribed(&stack, "toko-a", 10).await;
    stack.set_clock(DUE);
    let messages: Vec<Value> = subscriptions.iter().map(|one| work(&member, one, DUE)).collect();
    // Three processes, each with all of it, and one with ten copies of one message.
    let copies = vec![messages[0].clone(); 10];
    let ctx = stack.granted("billing-worker");
    let (a, b, c, d) = tokio::join!(
        deliver(&ctx, &messages),
        deliver(&ctx, &messages),
        deliver(&ctx, &messages),
        deliver(&ctx, &copies),
    );
    assert_eq!([a, b, c, d].concat(), Vec::<String>::new());
    assert_eq!(numbers(&stack, member.scope).await, (1..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn one_that_the_store_does_not_take_fails_alone() {
    let stack = Stack::start().await;
    let (member, subscriptions) = subscribed(&stack, "toko-a", 6).await;
    stack.set_clock(DUE);
    let (ctx, _) = watched(&stack, Some(format!("INVKEY#{}", subscriptions[2].id)));
    let messages: Vec<Value> = subscriptions.iter().map(|one| work(&member, one, DUE)).collect();
    assert_eq!(deliver(&ctx, &messages).await, ["2"]);
    assert_eq!(numbers(&stack, member.scope).await, [1, 2, 3, 4, 5]);
    assert!(deliver(&stack.granted("billing-worker"), &messages).await.is_empty());
    assert_eq!(numbers(&stack, member.scope).await, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_run_counts_each_that_shares_a_transaction() {
    let stack = Stack::start().await;
    let (member, subscriptions) = subscribed(&stack, "toko-a", 6).await;
    stack.set_clock(DUE);
    let (run, first) = run_of(&stack, &member, &subscriptions[0], DUE).await;
    let others: Vec<SubscriptionId> = subscriptions.iter().skip(1).map(|one| one.id).collect();
    Runs::new(stack.ctx().table(), member.scope).note_due(run, &others).await.unwrap();
    let in_run = |one: &Subscription| {
        let mut message = work(&member, one, DUE);
        message["runId"] = first["runId"].clone();
        message
    };
    let messages: Vec<Value> = subscriptions.iter().map(in_run).collect();
    assert!(deliver(&stack.granted("billing-worker"), &messages).await.is_empty());
    assert!(deliver(&stack.granted("billing-worker"), &messages).await.is_empty());
    assert_eq!(counts(&stack, member.scope, run).await, (6, 6, 0, 0, RunStatus::Done));
}
