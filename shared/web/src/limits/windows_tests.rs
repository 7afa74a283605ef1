//! The counter on a real table: what it costs, and that it is exact.

use allowances::{Allowance, PlanAccess, SetBy};
use futures::future::join_all;
use kernel::Timestamp;
use table::TenantScope;
use testkit::{Fault, Member, Stack};

use super::*;
use crate::{Api, Subject, limits::take_by_plan};

fn limits(minute: u32, hour: u32, day: u32) -> RateLimits {
    RateLimits { minute: Some(minute), hour: Some(hour), day: Some(day) }
}

fn sold(rates: RateLimits) -> Allowance {
    Allowance { rates, access: PlanAccess::Full, set_by: SetBy::Tenant }
}

struct World {
    stack: Stack,
    owner: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        Self { stack, owner }
    }

    fn subject(&self) -> Subject {
        Subject::User(self.owner.scope, self.owner.user.to_string())
    }

    fn environment(&self) -> Api {
        Api::new(self.stack.ctx().clone())
    }

    /// Writes of one row, this one's 1 unit each.
    fn written(&self) -> u64 {
        self.stack.ctx().ports().meter.total().write_units
    }

    async fn ask(&self, limits: RateLimits, permits: u32) -> WindowsCounted {
        let now = self.stack.ctx().now();
        count(self.stack.ctx().table(), &key(self.owner.scope), limits, permits, now).await.unwrap()
    }

    /// How many of so many callers at once are let through, each of whom calls so often. Each environment has callers of
    /// its own.
    async fn passed(&self, environments: &[Api], limits: RateLimits, callers: usize, calls: usize) -> usize {
        let subject = self.subject();
        let each = (0..callers).map(|caller| {
            let (api, subject) = (environments[caller % environments.len()].clone(), subject.clone());
            tokio::spawn(async move {
                let mut passed = 0;
                for _ in 0..calls {
                    passed += usize::from(take_by_plan(&api, sold(limits), &subject).await.is_ok());
                }
                passed
            })
        });
        join_all(each).await.into_iter().map(Result::unwrap).sum()
    }
}

fn key(scope: TenantScope) -> Key {
    scope.key("RL#usr_1", "WINDOWS")
}

#[tokio::test]
async fn a_call_is_one_write_and_two_when_a_window_begins() {
    let world = World::open().await;
    let mut cost = Vec::new();
    for at in ["01:00:00", "01:00:59", "01:01:00", "01:01:01", "02:00:00", "02:00:00"] {
        world.stack.set_clock(&format!("2026-11-21T{at}Z"));
        let before = world.stack.ctx().ports().meter.total();
        world.ask(limits(10, 100, 1_000), 1).await;
        cost.push(world.stack.ctx().ports().meter.total().since(before).round_trips);
    }
    assert_eq!(cost, [2, 1, 2, 1, 2, 1]);
    assert_eq!(world.ask(limits(10, 100, 1_000), 1).await, WindowsCounted::Taken([3, 3, 7]));
}

#[tokio::test]
async fn each_window_refuses_by_itself_and_what_is_refused_is_not_counted() {
    let world = World::open().await;
    for _ in 0..2 {
        world.ask(limits(2, 3, 5), 1).await;
    }
    for _ in 0..3 {
        assert_eq!(world.ask(limits(2, 3, 5), 1).await, WindowsCounted::Refused([2, 2, 2]));
    }
    world.stack.set_clock("2026-11-21T01:01:00Z");
    assert_eq!(world.ask(limits(2, 3, 5), 2).await, WindowsCounted::Refused([0, 2, 2]), "all permits or none");
    assert_eq!(world.ask(limits(2, 3, 5), 1).await, WindowsCounted::Taken([1, 3, 3]));
    world.stack.set_clock("2026-11-21T01:02:00Z");
    assert_eq!(
        world.ask(limits(2, 3, 5), 1).await,
        WindowsCounted::Refused([0, 3, 3]),
        "the hour, in a minute that is new"
    );
    world.stack.set_clock("2026-11-21T02:00:00Z");
    assert_eq!(world.ask(limits(2, 3, 5), 2).await, WindowsCounted::Taken([2, 2, 5]));
    world.stack.set_clock("2026-11-21T03:00:00Z");
    assert_eq!(world.ask(limits(2, 3, 5), 1).await, WindowsCounted::Refused([0, 0, 5]));
    let unlimited = RateLimits { day: None, ..limits(2, 3, 5) };
    assert_eq!(world.ask(unlimited, 1).await, WindowsCounted::Taken([1, 1, 6]), "no day is limited, and it is counted");
    world.stack.set_clock("2026-11-22T00:00:00Z");
    assert_eq!(world.ask(limits(2, 3, 5), 1).await, WindowsCounted::Taken([1, 1, 1]));
    assert_eq!(world.ask(limits(1, 3, 5), 1).await, WindowsCounted::Refused([1, 1, 1]), "a smaller plan holds at once");
}

#[tokio::test]
async fn a_clock_that_is_behind_begins_no_window_again() {
    let world = World::open().await;
    let at = async |time: &str| {
        let now: Timestamp = time.parse().unwrap();
        count(world.stack.ctx().table(), &key(world.owner.scope), limits(2, 9, 9), 1, now).await.unwrap()
    };
    assert_eq!(at("2026-11-21T01:00:00.000Z").await, WindowsCounted::Taken([1, 1, 1]));
    assert_eq!(at("2026-11-21T00:59:59.900Z").await, WindowsCounted::Taken([2, 2, 2]));
    assert_eq!(at("2026-11-21T00:59:59.900Z").await, WindowsCounted::Refused([2, 2, 2]));
    assert_eq!(at("2026-11-21T01:00:00.000Z").await, WindowsCounted::Refused([2, 2, 2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_callers_at_once_have_exactly_what_the_plan_allows() {
    let world = World::open().await;
    let environments: Vec<Api> = (0..4).map(|_| world.environment()).collect();
    assert_eq!(world.passed(&environments, limits(100, 150, 1_000), 64, 4).await, 100);
    // A new minute, which all of them begin at once; and what is left of the hour.
    world.stack.set_clock("2026-11-21T01:01:00Z");
    assert_eq!(world.passed(&environments, limits(100, 150, 1_000), 64, 4).await, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leases_pass_no_more_than_the_plan_allows_for_a_tenth_of_the_writes() {
    let world = World::open().await;
    let plan = RateLimits { minute: Some(1_000), hour: None, day: None };
    let alone = [world.environment()];
    let before = world.written();
    assert_eq!(world.passed(&alone, plan, 1, 900).await, 900);
    assert!(world.written() - before <= 90, "{} writes for 900 calls", world.written() - before);
    // Several environments, whose leases end with the minute: nobody has more, and hardly anybody less.
    world.stack.set_clock("2026-11-21T01:01:00Z");
    let several: Vec<Api> = (0..4).map(|_| world.environment()).collect();
    let mut passed = world.passed(&several, plan, 64, 18).await;
    // Where the callers of an environment were done first, permits that it had taken are at hand still.
    for api in &several {
        while take_by_plan(api, sold(plan), &world.subject()).await.is_ok() {
            passed += 1;
        }
    }
    assert_eq!(passed, 1_000, "all of them call until nothing is left");
    let refused = take_by_plan(&several[0], sold(plan), &world.subject()).await.unwrap_err();
    assert_eq!((refused.status().as_u16(), refused.code()), (429, "RATE_LIMITED"));
}

#[tokio::test]
async fn a_lease_ends_with_its_minute() {
    let world = World::open().await;
    let (plan, api) = (RateLimits { minute: Some(1_000), hour: Some(1_010), day: None }, world.environment());
    for _ in 0..10 {
        take_by_plan(&api, sold(plan), &world.subject()).await.unwrap();
    }
    // 1, 1, 2, 4 and 8 were taken, of which 6 are lost.
    world.stack.set_clock("2026-11-21T01:01:00Z");
    let state = take_by_plan(&api, sold(plan), &world.subject()).await.unwrap();
    let left: Vec<u32> = state.0.iter().map(|window| window.remaining).collect();
    assert_eq!(left, [999, 1_010 - 17]);
}

#[tokio::test]
async fn what_cannot_be_counted_goes_through() {
    let world = World::open().await;
    let (ctx, _) = world.stack.breaking(Some(Fault::Before(0)));
    let api = Api::new(ctx);
    let state = take_by_plan(&api, sold(limits(10, 100, 1_000)), &world.subject()).await.unwrap();
    let left: Vec<u32> = state.0.iter().map(|window| window.remaining).collect();
    assert_eq!(left, [10, 100, 1_000]);
}

#[tokio::test]
async fn where_limits_are_loose_those_that_a_tenant_sold_hold_all_the_same() {
    let world = World::open().await;
    let api = Api::new(world.stack.loose());
    let most = async |set_by| {
        let allowance = Allowance { set_by, ..sold(limits(10, 100, 1_000)) };
        let state = take_by_plan(&api, allowance, &world.subject()).await.unwrap();
        state.0.iter().map(|window| window.calls).collect::<Vec<_>>()
    };
    assert_eq!(most(SetBy::Platform).await, [10_000, 100_000, 1_000_000]);
    assert_eq!(most(SetBy::Tenant).await, [10, 100, 1_000]);
}
