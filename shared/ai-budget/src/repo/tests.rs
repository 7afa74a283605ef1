//! Budgets on the in-memory table: what is held, settled, given back and counted anew.

use futures::future::join_all;
use kernel::{Fault, RequestId, Timestamp};
use table::{TenantScope, Transaction};
use testkit::Stack;
use ulid::Ulid;

use crate::{
    AiBudgetError, AiEnding, AiRows, AiSettings, AiUsage, AiWork, BudgetPlace, CostHold, KeptAnswer, MonthLimit,
    MonthSpend, TokenCounts,
};

const CENT: i64 = 10_000_000;
const DOLLAR: i64 = 100 * CENT;
const ALL: BudgetPlace = BudgetPlace::Tenant;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-12-10T03:00:00Z")
}

fn request(number: u128) -> RequestId {
    RequestId::new(Ulid(number))
}

fn hold_at(nano: i64, at: Timestamp) -> CostHold {
    CostHold { nano, at, by: "key_a".to_owned(), work: AiWork::Chat, model: "smart".to_owned() }
}

fn hold(nano: i64) -> CostHold {
    hold_at(nano, now())
}

fn usage(number: u128, cost: i64, at: Timestamp) -> AiUsage {
    AiUsage {
        request_id: request(number),
        at,
        by: "key_a".to_owned(),
        work: AiWork::Chat,
        model: "smart".to_owned(),
        provider: Some("openai".to_owned()),
        served_by: Some("gpt-4o-mini".to_owned()),
        tokens: TokenCounts::default(),
        cost_nano_usd: cost,
        millis: 5,
        attempts: 1,
        outcome: AiEnding::Answered,
    }
}

async fn toko() -> (Stack, TenantScope) {
    let stack = Stack::start().await;
    let (tenant, _) = stack.tenant("toko-a").await;
    (stack, TenantScope::new(tenant.id))
}

/// A limit that is new in this month.
fn limit(nano: i64, epoch: u64) -> MonthLimit {
    MonthLimit { nano, epoch, since: Some(at("2026-12-05T00:00:00Z")) }
}

fn sums(spend: &MonthSpend) -> (i64, i64, usize) {
    (spend.committed, spend.spent, spend.holds().len())
}

#[tokio::test]
async fn ai_t28_of_five_parallel_calls_one_is_admitted_and_the_next_once_it_is_settled() {
    let (stack, scope) = toko().await;
    let rows = AiRows::new(stack.ctx().table(), scope);
    rows.settle(&usage(1, 90 * CENT, now()), &[]).await.unwrap();
    let (budget, one) = (limit(DOLLAR, 1), hold(6 * CENT));
    let outcomes = join_all((10..15).map(|n| rows.hold(&ALL, budget, request(n), &one))).await;
    let admitted: Vec<usize> = (0..5).filter(|place| outcomes[*place].is_ok()).collect();
    assert_eq!(admitted.len(), 1, "{outcomes:?}");
    let codes: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).map(Fault::code).collect();
    assert_eq!(codes, ["AI_BUDGET_EXCEEDED"; 4]);
    assert_eq!(sums(&rows.spend(&ALL, now()).await.unwrap()), (96 * CENT, 90 * CENT, 1));
    let first = 10 + u128::try_from(admitted[0]).unwrap();
    rows.settle(&usage(first, CENT, now()), &[(ALL, one.clone())]).await.unwrap();
    assert_eq!(sums(&rows.spend(&ALL, now()).await.unwrap()), (91 * CENT, 91 * CENT, 0));
    rows.hold(&ALL, budget, request(20), &one).await.unwrap();
    assert!(matches!(
        rows.hold(&ALL, budget, request(21), &one).await,
        Err(AiBudgetError::Exceeded { limit: DOLLAR, asked }) if asked == 6 * CENT
    ));
}

#[tokio::test]
async fn a_hundred_parallel_callers_never_pass_the_budget() {
    let (stack, scope) = toko().await;
    let rows = AiRows::new(stack.ctx().table(), scope);
    rows.recount(&ALL, now().date_in(&kernel::Zone::utc()), 1).await.unwrap();
    let one = hold(3 * CENT);
    let call = async |number: u128| {
        if rows.hold(&ALL, limit(DOLLAR, 1), request(number), &one).await.is_err() {
            return false;
        }
        tokio::task::yield_now().await;
        rows.settle(&usage(number, 3 * CENT, now()), &[(ALL, one.clone())]).await.unwrap();
        true
    };
    let admitted = join_all((100..200).map(call)).await.into_iter().filter(|done| *done).count();
    let spend = rows.spend(&ALL, now()).await.unwrap();
    assert_eq!(admitted, 33, "as many as a dollar pays");
    assert_eq!(sums(&spend), (99 * CENT, 99 * CENT, 0));
}

#[tokio::test]
async fn a_call_is_settled_once_however_often_it_is_told() {
    let (stack, scope) = toko().await;
    let rows = AiRows::new(stack.ctx().table(), scope);
    let one = hold(6 * CENT);
    rows.hold(&ALL, limit(DOLLAR, 1), request(1), &one).await.unwrap();
    rows.hold(&ALL, limit(DOLLAR, 1), request(1), &one).await.unwrap();
    assert_eq!(sums(&rows.spend(&ALL, now()).await.unwrap()), (6 * CENT, 0, 1), "a repeat holds nothing more");
    for cost in [CENT, CENT, 5 * CENT] {
        rows.settle(&usage(1, cost, now()), &[(ALL, one.clone())]).await.unwrap();
    }
    assert_eq!(sums(&rows.spend(&ALL, now()).await.unwrap()), (CENT, CENT, 0));
}

#[tokio::test]
async fn what_a_dead_call_held_is_given_back_and_counted_after_all_when_it_ends_late() {
    let (stack, scope) = toko().await;
    let rows = AiRows::new(stack.ctx().table(), scope);
    let old = hold(60 * CENT);
    rows.hold(&ALL, limit(DOLLAR, 1), request(1), &old).await.unwrap();
    let soon = hold_at(60 * CENT, at("2026-12-10T03:10:00Z"));
    assert!(rows.hold(&ALL, limit(DOLLAR, 1), request(2), &soon).await.is_err(), "it may still run");
    let later = at("2026-12-10T03:16:00Z");
    rows.hold(&ALL, limit(DOLLAR, 1), request(3), &hold_at(60 * CENT, later)).await.unwrap();
    assert_eq!(sums(&rows.spend(&ALL, later).await.unwrap()), (60 * CENT, 0, 1));
    rows.settle(&usage(1, 7 * CENT, now()), &[(ALL, old.clone())]).await.unwrap();
    rows.settle(&usage(1, 7 * CENT, now()), &[(ALL, old)]).await.unwrap();
    assert_eq!(sums(&rows.spend(&ALL, later).await.unwrap()), (67 * CENT, 7 * CENT, 1));
}

#[tokio::test]
async fn a_call_that_died_between_its_row_and_the_counter_is_counted_when_its_hold_is_old() {
    let (stack, scope) = toko().await;
    let rows = AiRows::new(stack.ctx().table(), scope);
    rows.hold(&ALL, limit(DOLLAR, 1), request(1), &hold(60 * CENT)).await.unwrap();
    rows.settle(&usage(1, 7 * CENT, now()), &[]).await.unwrap();
    let later = at("2026-12-10T03:16:00Z");
    assert_eq!(sums(&rows.spend(&ALL, later).await.unwrap()), (7 * CENT, 7 * CENT, 0));
}

#[tokio::test]
async fn a_counter_is_what_the_rows_say() {
    let (stack, scope) = toko().await;
    let rows = AiRows::new(stack.ctx().table(), scope);
    rows.settle(&usage(1, 5 * CENT, at("2026-12-01T00:00:00Z")), &[]).await.unwrap();
    rows.settle(&usage(2, 5 * CENT, at("2026-12-31T23:59:59Z")), &[]).await.unwrap();
    rows.settle(&usage(3, 50 * CENT, at("2026-11-30T23:59:59Z")), &[]).await.unwrap();
    rows.settle(&AiUsage { by: "usr_b".to_owned(), ..usage(4, CENT, now()) }, &[]).await.unwrap();
    let holder = BudgetPlace::Holder("key_a".to_owned());
    rows.hold(&ALL, limit(DOLLAR, 1), request(9), &hold(CENT)).await.unwrap();
    rows.hold(&holder, limit(DOLLAR, 1), request(9), &hold(CENT)).await.unwrap();
    assert_eq!(sums(&rows.spend(&ALL, now()).await.unwrap()), (12 * CENT, 11 * CENT, 1));
    assert_eq!(sums(&rows.spend(&holder, now()).await.unwrap()), (11 * CENT, 10 * CENT, 1));
    // While no budget was set, a call held nothing; then one is set again.
    rows.settle(&usage(5, 2 * CENT, now()), &[]).await.unwrap();
    rows.hold(&ALL, limit(DOLLAR, 2), request(10), &hold(CENT)).await.unwrap();
    assert_eq!(sums(&rows.spend(&ALL, now()).await.unwrap()), (15 * CENT, 13 * CENT, 2));
}

#[tokio::test]
async fn another_tenant_has_money_of_its_own() {
    let (stack, scope) = toko().await;
    let (other, _) = stack.tenant("toko-b").await;
    let theirs = AiRows::new(stack.ctx().table(), TenantScope::new(other.id));
    let rows = AiRows::new(stack.ctx().table(), scope);
    rows.hold(&ALL, limit(DOLLAR, 1), request(1), &hold(DOLLAR)).await.unwrap();
    assert!(rows.hold(&ALL, limit(DOLLAR, 1), request(2), &hold(1)).await.is_err());
    theirs.hold(&ALL, limit(DOLLAR, 1), request(2), &hold(DOLLAR)).await.unwrap();
    assert!(rows.hold(&ALL, limit(0, 1), request(3), &hold(1)).await.is_err(), "a budget of nothing pays nothing");
}

#[tokio::test]
async fn answers_and_settings_are_kept_by_tenant() {
    let (stack, scope) = toko().await;
    let (other, _) = stack.tenant("toko-b").await;
    let theirs = AiRows::new(stack.ctx().table(), TenantScope::new(other.id));
    let rows = AiRows::new(stack.ctx().table(), scope);
    let kept = KeptAnswer {
        answer: "{\"text\":\"rahasia\"}".to_owned(),
        provider: "openai".to_owned(),
        model: "gpt-4o-mini".to_owned(),
        tokens: TokenCounts::default(),
        until: at("2026-12-10T04:00:00Z"),
    };
    rows.keep_answer("abc", &kept).await.unwrap();
    assert_eq!(rows.kept_answer("abc", now()).await.unwrap(), Some(kept));
    assert_eq!(rows.kept_answer("abc", at("2026-12-10T04:00:00Z")).await.unwrap(), None, "its time is over");
    assert_eq!(theirs.kept_answer("abc", now()).await.unwrap(), None);
    assert!(!stack.everything().await.contains("rahasia"), "it is sealed");
    let settings = AiSettings { version: 1, ..AiSettings::default() };
    let mut transaction = Transaction::new();
    rows.save_settings(&mut transaction, &settings).unwrap();
    stack.ctx().table().transact(transaction.clone()).await.unwrap();
    assert!(stack.ctx().table().transact(transaction).await.is_err(), "others were made meanwhile");
    assert_eq!(rows.settings().await.unwrap(), settings);
    assert_eq!(theirs.settings().await.unwrap(), AiSettings::default());
}

#[tokio::test]
async fn a_counter_begins_at_zero_where_all_of_the_month_was_limited() {
    let (stack, scope) = toko().await;
    let rows = AiRows::new(stack.ctx().table(), scope);
    // Of a holder whose tier had no limit before.
    rows.settle(&usage(1, 90 * CENT, now()), &[]).await.unwrap();
    let long = MonthLimit { since: Some(at("2026-11-30T23:59:59Z")), ..limit(DOLLAR, 1) };
    let holder = BudgetPlace::Holder("key_a".to_owned());
    rows.hold(&holder, long, request(2), &hold(60 * CENT)).await.unwrap();
    assert_eq!(sums(&rows.spend(&holder, now()).await.unwrap()), (60 * CENT, 0, 1));
    assert!(!limit(DOLLAR, 1).holds_all_month("2026-12-10".parse().unwrap()));
    assert!(long.holds_all_month("2026-12-10".parse().unwrap()));
    assert!(!MonthLimit { since: None, ..long }.holds_all_month("2026-12-10".parse().unwrap()));
}
