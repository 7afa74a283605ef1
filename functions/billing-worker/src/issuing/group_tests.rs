//! Subscriptions that are invoiced together: one invoice, and what becomes of it concerns them all.

use billing::{
    BillingRules, BillingSettings, GRACE, Interval, Invoice, Invoices, NewSubscription, Plans, RunStatus, Subscription,
    SubscriptionStatus, Subscriptions, first_step_at,
};
use kernel::{Currency, SubscriptionId};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Member, Stack};

use crate::bill_subscription::tests::{DUE, counts, created, deliver, events, invoices, run_of, told_by, work};

/// A customer with three subscriptions whose first fee was invoiced, of a tenant that invoices them together.
async fn joined(stack: &Stack, slug: &str) -> (Member, Vec<Subscription>) {
    let (member, first) = created(stack, slug, "BASIC", Currency::IDR).await;
    let table = stack.ctx().table();
    let rules = BillingRules::read(table, member.scope).await.unwrap();
    let settings = BillingSettings { invoiced_together: true, version: 2, ..rules.settings };
    let mut transaction = Transaction::new();
    BillingRules::save(&mut transaction, member.scope, &settings).unwrap();
    table.transact(transaction).await.unwrap();
    let mut all = vec![first.clone()];
    for plan in ["PREMIUM", "BASIC"] {
        let plan = Plans::new(table, member.scope).newest(&plan.parse().unwrap()).await.unwrap().unwrap();
        let new = NewSubscription {
            id: SubscriptionId::new(stack.ctx().new_ulid()),
            party: first.party,
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: first.zone.clone(),
        };
        all.push(Subscription::start(new, &plan, stack.ctx().now()).unwrap());
    }
    let mut begun = Vec::new();
    for one in all {
        let mut transaction = Transaction::new();
        if one.id != first.id {
            Subscriptions::insert(&mut transaction, member.scope, &one).unwrap();
            table.transact(transaction).await.unwrap();
        }
        let one = one.begun(GRACE).unwrap();
        let mut transaction = Transaction::new();
        Subscriptions::save(&mut transaction, member.scope, &one).unwrap();
        table.transact(transaction).await.unwrap();
        begun.push(one);
    }
    (member, begun)
}

fn places(made: &[Invoice]) -> Vec<u32> {
    made.iter().map(|invoice| invoice.issued.as_ref().unwrap().number.place()).collect()
}

#[tokio::test]
async fn three_that_end_together_are_on_one_invoice_whoever_comes_first() {
    let stack = Stack::start().await;
    let (member, all) = joined(&stack, "toko-a").await;
    stack.set_clock(DUE);
    // The last first, each twice, and by two processes.
    let mut messages: Vec<Value> = all.iter().rev().map(|one| work(&member, one, DUE)).collect();
    messages.extend(messages.clone());
    let ctx = stack.granted("billing-worker");
    let (a, b) = tokio::join!(deliver(&ctx, &messages), deliver(&ctx, &messages));
    assert_eq!([a, b].concat(), Vec::<String>::new());
    let made = invoices(&stack, member.scope).await;
    assert_eq!(places(&made), [1]);
    let invoice = &made[0];
    assert_eq!(invoice.subscriptions().collect::<Vec<_>>(), all.iter().map(|one| one.id).collect::<Vec<_>>());
    for one in &all {
        assert!(invoice.lines.iter().any(|line| line.subscription == Some(one.id)), "{}", one.id);
    }
    let sum: i64 = invoice.lines.iter().map(|line| line.amount.minor()).sum();
    assert_eq!((sum, invoice.taxes.len()), (invoice.subtotal.minor(), 1));
    // The tax is computed once for all of it.
    assert_eq!(invoice.taxes[0].tax.minor(), (invoice.subtotal.minor() * 11 + 50) / 100);
    assert_eq!(events(&stack, member.scope, "2026122018").await, ["invoice.issued"]);
    for one in &all {
        let after = Subscriptions::new(stack.ctx().table(), member.scope).get(one.id).await.unwrap().unwrap();
        assert_eq!(after.trusted("a test looks").period.start, one.period.end);
    }
}

#[tokio::test]
async fn a_run_and_its_dry_run_count_one_invoice_for_all_in_each_period() {
    let stack = Stack::start().await;
    let (member, all) = joined(&stack, "toko-a").await;
    let late = "2027-01-20T18:00:00Z";
    stack.set_clock(late);
    let mut totals = Vec::new();
    for dry in [true, false] {
        let (run, message) = run_of(&stack, &member, &all[0], late).await;
        let others: Vec<SubscriptionId> = all.iter().skip(1).map(|one| one.id).collect();
        let runs = billing::Runs::new(stack.ctx().table(), member.scope);
        runs.note_due(run, &others).await.unwrap();
        let mut messages = Vec::new();
        for one in &all {
            let mut body = work(&member, one, late);
            body["runId"] = message["runId"].clone();
            body["dryRun"] = dry.into();
            messages.push(body);
        }
        assert!(deliver(&stack.granted("billing-worker"), &messages).await.is_empty());
        assert_eq!(counts(&stack, member.scope, run).await, (3, 1, 0, 2, RunStatus::Done), "dry run: {dry}");
        let rows = runs.all_subscriptions(run).await.unwrap();
        totals.push(rows.iter().filter_map(|row| Some((row.invoices, row.total?))).collect::<Vec<_>>());
    }
    assert_eq!(totals[0], totals[1]);
    assert_eq!(totals[0].len(), 1);
    assert_eq!(places(&invoices(&stack, member.scope).await), [1, 2]);
}

#[tokio::test]
async fn what_is_overdue_and_then_paid_or_given_up_concerns_all_of_them() {
    for fate in ["paid", "given up"] {
        let stack = Stack::start().await;
        let (member, all) = joined(&stack, "toko-a").await;
        stack.set_clock(DUE);
        assert!(deliver(&stack.granted("billing-worker"), &[work(&member, &all[0], DUE)]).await.is_empty());
        let invoice = invoices(&stack, member.scope).await.remove(0);
        let statuses = async || {
            let subscriptions = Subscriptions::new(stack.ctx().table(), member.scope);
            let ids: Vec<SubscriptionId> = all.iter().map(|one| one.id).collect();
            subscriptions.get_many(&ids).await.unwrap().into_iter().map(|one| one.status).collect::<Vec<_>>()
        };
        let overdue = first_step_at(&invoice).unwrap().unwrap();
        stack.set_clock(&overdue.to_string());
        let due =
            json!({ "tenantId": member.scope.tenant(), "kind": "invoice_dunning", "id": invoice.id, "at": overdue });
        assert!(deliver(&stack.granted("billing-worker"), &[due]).await.is_empty());
        assert_eq!(statuses().await, [SubscriptionStatus::PastDue; 3]);
        let (settled, told) = if fate == "paid" {
            let paid = invoice.clone().apply_credit(invoice.total, overdue).unwrap().invoice;
            let told = told_by(&stack, &member, &paid.told_paid().unwrap());
            (paid, told)
        } else {
            let given_up = invoice.clone().mark_uncollectible(overdue).unwrap();
            let told = told_by(&stack, &member, &given_up.told_marked_uncollectible().unwrap());
            (given_up, told)
        };
        table::write_alone(stack.ctx().table(), |tx| Invoices::save(tx, member.scope, &settled)).await.unwrap();
        assert!(deliver(&stack.granted("billing-worker"), &[json!({ "detail": told })]).await.is_empty());
        assert_eq!(statuses().await, [SubscriptionStatus::Active; 3], "{fate}");
    }
}

#[tokio::test]
async fn one_that_cannot_be_billed_keeps_none_of_the_others_from_it() {
    let stack = Stack::start().await;
    let (member, all) = joined(&stack, "toko-a").await;
    // The first of them is of a plan that is not there.
    let first = Subscriptions::new(stack.ctx().table(), member.scope).get(all[0].id).await.unwrap().unwrap();
    let mut broken = first.trusted("a test breaks it");
    broken.segment.plan.key = "NONE".parse().unwrap();
    broken.version += 1;
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, member.scope, &broken).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    stack.set_clock(DUE);
    let messages: Vec<Value> = all.iter().map(|one| work(&member, one, DUE)).collect();
    assert_eq!(deliver(&stack.granted("billing-worker"), &messages).await, ["0"]);
    let made = invoices(&stack, member.scope).await;
    let of: Vec<SubscriptionId> = made.iter().flat_map(Invoice::subscriptions).collect();
    assert_eq!((of.len(), of.contains(&all[0].id)), (2, false));
}

#[tokio::test]
async fn two_missed_periods_are_two_invoices_of_all() {
    let stack = Stack::start().await;
    let (member, all) = joined(&stack, "toko-a").await;
    let late = "2027-01-20T18:00:00Z";
    stack.set_clock(late);
    let messages: Vec<Value> = all.iter().map(|one| work(&member, one, late)).collect();
    assert!(deliver(&stack.granted("billing-worker"), &messages).await.is_empty());
    let made = invoices(&stack, member.scope).await;
    assert_eq!(made.iter().map(|invoice| invoice.subscriptions().count()).collect::<Vec<_>>(), [3, 3]);
}
