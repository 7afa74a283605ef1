use billing::{GRACE, Newest, Quantity, Run, RunOutcome, RunSubscription, Subscription, Subscriptions, UsageEvent};
use kernel::Currency;
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Fault, Member, Stack};

use super::*;
use crate::bill_subscription::tests::{created, deliver, ingest};

async fn begin(stack: &Stack, of: &Member, subscription: &Subscription, dry: bool) -> (RunId, Value) {
    let now = stack.ctx().now();
    let run = Run::new(RunId::new(stack.ctx().new_ulid()), now, now);
    let run = if dry { run.dry() } else { run };
    let runs = Runs::new(stack.ctx().table(), of.scope);
    let mut transaction = Transaction::new();
    let newest: Newest = runs.newest().await.unwrap();
    Runs::insert(&mut transaction, of.scope, &run, &newest).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    runs.note_due(run.id, &[subscription.id]).await.unwrap();
    let work = BillingWork {
        tenant_id: of.scope.tenant(),
        subscription_id: subscription.id,
        as_of: now,
        run_id: Some(run.id),
        dry_run: dry,
    };
    (run.id, json!(work))
}

async fn outcomes(stack: &Stack, of: &Member, run: RunId) -> Vec<RunSubscription> {
    Runs::new(stack.ctx().table(), of.scope).all_subscriptions(run).await.unwrap()
}

/// Everything that is stored but runs.
async fn business(stack: &Stack) -> Vec<Value> {
    let is_of_run = |row: &Value| ["RUN#", "RUNS", "DUE#"].iter().any(|mark| row["PK"].to_string().contains(mark));
    stack.rows().await.into_iter().filter(|row| !is_of_run(row)).collect()
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_says_to_the_unit_what_the_run_will_do() {
    for (plan, begun, at, invoices) in [
        ("PREMIUM", false, "2026-11-21T01:00:00Z", 1),
        ("PREMIUM", true, "2026-12-21T01:00:00Z", 1),
        ("PREMIUM", true, "2027-02-21T01:00:00Z", 3),
        ("PREMIUM", false, "2027-01-21T01:00:00Z", 3),
        ("FREE", true, "2027-01-21T01:00:00Z", 0),
        ("BASIC", true, "2026-11-22T01:00:00Z", 0),
    ] {
        let stack = Stack::start().await;
        let (customer, mut subscription) = created(&stack, "toko", plan, Currency::IDR).await;
        if begun {
            subscription = subscription.begun(GRACE).unwrap();
            let mut transaction = Transaction::new();
            Subscriptions::save(&mut transaction, customer.scope, &subscription).unwrap();
            stack.ctx().table().transact(transaction).await.unwrap();
        }
        let event = UsageEvent {
            id: "e-1".parse().unwrap(),
            subscription: subscription.id,
            feature: "predictions".parse().unwrap(),
            quantity: Quantity::try_from(1_234).unwrap(),
            value: None,
            at: Some(stack.ctx().now()),
        };
        ingest(stack.ctx().table(), customer.scope, event, stack.ctx().now()).await;
        stack.set_clock(at);

        let before = business(&stack).await;
        let (dry, work) = begin(&stack, &customer, &subscription, true).await;
        assert_eq!(deliver(&stack.granted("billing-worker"), &[work.clone(), work]).await, Vec::<String>::new());
        assert_eq!(business(&stack).await, before, "{plan} {at}");
        let foreseen = outcomes(&stack, &customer, dry).await;
        assert_eq!(foreseen[0].invoices, invoices, "{plan} {at}");

        let (run, work) = begin(&stack, &customer, &subscription, false).await;
        assert_eq!(deliver(&stack.granted("billing-worker"), &[work]).await, Vec::<String>::new());
        assert_eq!(outcomes(&stack, &customer, run).await, foreseen, "{plan} {at}");
        assert_eq!(billing::run_totals(&foreseen).unwrap().len(), usize::from(invoices > 0));
    }
}

#[tokio::test]
async fn a_failure_says_why_until_a_retry_succeeds() {
    let stack = Stack::start().await;
    let (customer, subscription) = created(&stack, "toko", "PREMIUM", Currency::IDR).await;
    let (run, work) = begin(&stack, &customer, &subscription, true).await;
    // The read of the subscription fails.
    let (ctx, _) = stack.breaking(Some(Fault::Before(0)));
    assert_eq!(deliver(&ctx, std::slice::from_ref(&work)).await.len(), 1);
    let failed = outcomes(&stack, &customer, run).await;
    let expected = (RunOutcome::Failed, Some("STORE_FAILED"));
    assert_eq!((failed[0].outcome, failed[0].reason.as_deref()), expected);
    assert_eq!(deliver(&stack.granted("billing-worker"), &[work]).await, Vec::<String>::new());
    let done = outcomes(&stack, &customer, run).await;
    assert_eq!((done[0].outcome, done[0].reason.as_deref(), done[0].invoices), (RunOutcome::Invoiced, None, 1));
}
