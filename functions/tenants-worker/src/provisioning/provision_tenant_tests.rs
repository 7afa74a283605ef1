//! The set-up of a tenant, while messages repeat, steps go wrong and the worker dies.

use billing::Catalogue;
use cloud::Ctx;
use kernel::Timestamp;
use serde_json::Value;
use table::{Transaction, agenda::DueKind};
use tenancy::{Provisioning, ProvisioningStatus, Provisionings, StepFault, StepName, StepStatus, StorageMark};
use testkit::Fault;

use crate::world::World;

const START: &str = "2026-11-21T01:00:00.000Z";

/// A tenant that signed up at the stack's first instant, with a set of plans that is not there.
async fn signed_up(world: &World) {
    let ctx = world.stack.ctx();
    let begun = Provisioning::begun(Catalogue::Saas.as_str(), ctx.now());
    let set_ups = Provisionings::new(ctx.table(), world.tenant_id());
    let mut transaction = Transaction::new();
    set_ups.save_due(&mut transaction, &begun, ctx.now()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
}

async fn open() -> World {
    let world = World::open().await;
    signed_up(&world).await;
    world
}

async fn set_up(world: &World) -> Provisioning {
    Provisionings::new(world.stack.ctx().table(), world.tenant_id()).get().await.unwrap().unwrap()
}

async fn deliver(world: &World, ctx: &Ctx, at: &str) -> bool {
    world.deliver_to(ctx, DueKind::Provisioning, at).await
}

/// Plays what the agenda sends until nothing is due.
async fn play_on(world: &World) {
    for _ in 0..10 {
        let Some(at) = world.on_agenda(DueKind::Provisioning).await else { return };
        if world.stack.ctx().now() < at.parse::<Timestamp>().unwrap() {
            world.stack.set_clock(&at);
        }
        assert!(deliver(world, world.stack.ctx(), &at).await);
    }
    panic!("it never ends");
}

async fn told(world: &World) -> usize {
    let rows = world.stack.rows().await;
    rows.iter().filter(|row| row["type"] == "tenant.provisioned" && row["PK"] != Value::Null).count()
}

#[tokio::test]
async fn a_tenant_is_set_up_once_however_often_the_message_comes() {
    let world = open().await;
    for _ in 0..3 {
        assert!(deliver(&world, world.stack.ctx(), START).await);
    }
    let done = set_up(&world).await;
    assert_eq!((done.status, done.next_at), (ProvisioningStatus::Ready, None));
    assert!(done.steps.iter().all(|step| step.status == StepStatus::Done && step.attempts == 1), "{done:?}");
    assert_eq!(world.on_agenda(DueKind::Provisioning).await, None);
    assert_eq!(told(&world).await, 1);
    let ctx = world.stack.ctx();
    let scope = table::TenantScope::new(world.tenant_id());
    assert_eq!(billing::Plans::new(ctx.table(), scope).list().await.unwrap().len(), 3, "the missing plans are made");
    assert_eq!(billing::Meters::new(ctx.table(), scope).list().await.unwrap().len(), 1);
    let mark = StorageMark::of(world.tenant_id());
    assert_eq!(ctx.get_object(&mark.path).await.unwrap(), Some(mark.bytes));
    let sealed = world.stack.rows().await.into_iter().find(|row| row["SK"] == "SEALED").unwrap();
    assert!(sealed["personal"].is_string() && sealed["mark"].is_null(), "{sealed}");
    assert_eq!(world.stored_tenant().await.version, 1, "no change of the tenant itself");
}

#[tokio::test]
async fn what_goes_wrong_is_tried_again_after_growing_pauses_and_then_has_failed() {
    let world = World::unbilled().await;
    signed_up(&world).await;
    assert!(deliver(&world, world.stack.ctx(), START).await);
    let waits = set_up(&world).await;
    assert_eq!(waits.status, ProvisioningStatus::Pending);
    let wrong: Vec<_> = waits.steps.iter().filter(|step| step.error.is_some()).map(|step| step.name).collect();
    assert_eq!(wrong, [StepName::Billing], "the others do not wait for it");
    assert_eq!(waits.steps[4].error, Some(StepFault::Missing));
    assert_eq!(world.on_agenda(DueKind::Provisioning).await.as_deref(), Some("2026-11-21T01:01:00.000Z"));
    assert!(deliver(&world, world.stack.ctx(), START).await);
    assert_eq!(set_up(&world).await, waits, "the message of an old round changes nothing");

    play_on(&world).await;
    let failed = set_up(&world).await;
    assert_eq!((failed.status, failed.steps[4].attempts, failed.steps[0].attempts), (ProvisioningStatus::Failed, 6, 1));
    assert_eq!(told(&world).await, 0);
}

#[tokio::test]
async fn a_key_service_that_is_away_fails_a_step_and_is_asked_again() {
    let world = open().await;
    let (cold, _) = world.stack.cold();
    world.stack.kms.set_away(true);
    assert!(deliver(&world, &cold, START).await);
    let waits = set_up(&world).await;
    assert_eq!(waits.steps[1].error, Some(StepFault::Unavailable), "{waits:?}");
    world.stack.kms.set_away(false);
    play_on(&world).await;
    assert_eq!((set_up(&world).await.status, told(&world).await), (ProvisioningStatus::Ready, 1));
}

#[tokio::test]
async fn a_death_anywhere_neither_loses_a_step_nor_tells_it_twice() {
    let calls = {
        let world = open().await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(deliver(&world, &ctx, START).await);
        table.calls()
    };
    assert!(calls >= 12, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = open().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let _taken_or_not = deliver(&world, &ctx, START).await;
        play_on(&world).await;
        let ready = set_up(&world).await;
        assert_eq!(ready.status, ProvisioningStatus::Ready, "{fault:?} {ready:?}");
        assert_eq!(told(&world).await, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_tenant_from_before_the_steps_has_nothing_to_do() {
    let world = World::open().await;
    world.put_on_agenda(DueKind::Provisioning, START).await;
    assert!(deliver(&world, world.stack.ctx(), START).await);
    assert_eq!(world.on_agenda(DueKind::Provisioning).await, None);
    assert_eq!(told(&world).await, 0);
}
