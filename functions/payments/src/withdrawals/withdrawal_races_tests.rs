//! Two who do something about one balance or one withdrawal, in every order of their calls of the store.

use http::Method as Verb;
use identity::Role;
use kernel::{Currency, JournalId, Money, Party, PaymentId, Provider};
use ledger::{Journal, PartyBalance, Receipt, Stamp, deposited};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Beginning, Client, Interleaving, Member, Stack, Task, task};

/// A customer with 1,000 cents on the balance, and staff.
struct Scene {
    stack: Stack,
    owner: Member,
    customer: Member,
    party: Party,
}

impl Scene {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let party = Party::Customer(stack.customer_of(&customer).await);
        let ctx = stack.ctx();
        let (id, amount) = (PaymentId::new(ctx.new_ulid()), Money::new(1_000, Currency::USD));
        let stamp = Stamp { id: JournalId::new(ctx.new_ulid()), at: ctx.now() };
        let receipt = Receipt { id, party, provider: Provider::Manual, amount };
        let mut transaction = Transaction::new();
        Journal::new(ctx.table(), owner.scope).post(&mut transaction, &[deposited(stamp, &receipt).unwrap()]).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        Self { stack, owner, customer, party }
    }

    /// A withdrawal of 600 cents.
    async fn held(&self) -> String {
        withdraw(&self.stack.serve(crate::function), &self.customer.token, "k0").await.text("/data/id")
    }

    fn begin(self, tasks: Vec<Task<u16>>) -> Beginning<(Member, Party), u16> {
        Beginning { stack: self.stack, facts: (self.owner, self.party), tasks }
    }
}

async fn withdraw(client: &Client, token: &str, key: &str) -> Answer {
    let body = json!({"amount": {"amount": 600, "currency": "USD"},
        "bankAccount": {"bank": "BCA", "number": "0123456789", "holder": "Budi"}});
    client.call(Verb::POST, "/api/v1/wallet/withdraw").bearer(token).idempotency_key(key).json(body).send().await
}

/// A step of a withdrawal by somebody.
fn step(by: &Member, id: &str, verb: &str, body: Option<Value>) -> Task<u16> {
    let (token, path) = (by.token.clone(), format!("/api/v1/wallet/withdrawals/{id}/{verb}"));
    task(async move |ctx| {
        let client = Client::new(crate::function(ctx));
        let call = client.call(Verb::POST, path).bearer(&token);
        match body {
            Some(body) => call.json(body).send().await.status.as_u16(),
            None => call.send().await.status.as_u16(),
        }
    })
}

/// What is available and held; the journal says the same.
async fn wallet(stack: &Stack, (owner, party): &(Member, Party)) -> (i64, i64) {
    let journal = Journal::new(stack.ctx().table(), owner.scope);
    let (from, to) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2027-01-01T00:00:00Z".parse().unwrap());
    let row = journal.balance_of(*party, Currency::USD).await.unwrap();
    let replayed = PartyBalance::by_journal(&journal.balances(from, to).await.unwrap(), *party, Currency::USD);
    assert_eq!(row, replayed.unwrap());
    (row.balance.minor(), row.held.minor())
}

/// Rows that no outcome depends on.
fn orders(seed: u64) -> Interleaving {
    Interleaving::sample(seed, 40).passing("#RL#").passing("#TENANT").passing("#USR#").passing("#SES#")
}

#[tokio::test]
async fn of_two_withdrawals_of_more_than_there_is_one_is_held() {
    let played = orders(3).run(
        async || {
            let scene = Scene::open().await;
            let tasks = ["k1", "k2"].map(|key| {
                let token = scene.customer.token.clone();
                task(async move |ctx| withdraw(&Client::new(crate::function(ctx)), &token, key).await.status.as_u16())
            });
            scene.begin(Vec::from(tasks))
        },
        async |ended| {
            let mut results = ended.results;
            results.sort_unstable();
            assert_eq!(results, [201, 409]);
            assert_eq!(wallet(&ended.stack, &ended.facts).await, (400, 600));
        },
    );
    assert!(played.await > 1);
}

#[tokio::test]
async fn a_withdrawal_is_sent_or_taken_back_and_never_both() {
    let played = orders(5).run(
        async || {
            let scene = Scene::open().await;
            let id = scene.held().await;
            let tasks =
                vec![step(&scene.owner, &id, "send", Some(json!({}))), step(&scene.customer, &id, "cancel", None)];
            scene.begin(tasks)
        },
        async |ended| {
            let expected = match ended.results[..] {
                [200, 409] => (400, 600),
                [409, 200] => (1_000, 0),
                ref other => panic!("{other:?}"),
            };
            assert_eq!(wallet(&ended.stack, &ended.facts).await, expected);
        },
    );
    assert!(played.await > 1);
}

#[tokio::test]
async fn a_withdrawal_is_paid_out_or_comes_back_and_never_both() {
    let played = orders(7).run(
        async || {
            let scene = Scene::open().await;
            let id = scene.held().await;
            let client = scene.stack.serve(crate::function);
            let path = format!("/api/v1/wallet/withdrawals/{id}/send");
            assert_eq!(client.post(path, json!({})).bearer(&scene.owner.token).send().await.status, 200);
            let failed = Some(json!({"reason": "closed"}));
            let tasks =
                vec![step(&scene.owner, &id, "settle", Some(json!({}))), step(&scene.owner, &id, "fail", failed)];
            scene.begin(tasks)
        },
        async |ended| {
            let expected = match ended.results[..] {
                [200, 409] => (400, 0),
                [409, 200] => (1_000, 0),
                ref other => panic!("{other:?}"),
            };
            assert_eq!(wallet(&ended.stack, &ended.facts).await, expected);
        },
    );
    assert!(played.await > 1);
}
