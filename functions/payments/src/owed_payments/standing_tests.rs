//! Whom what a tenant is or has used keeps from paying what it owes: nobody.

use identity::Role;
use serde_json::json;
use tenancy::{Tenant, TenantStatus, Tenants};
use testkit::Member;

use crate::world::World;

const PATH: &str = "/api/v1/tenants/current/payments";

/// What reading the payments answers, and paying an invoice that is not there.
async fn reads_and_pays(world: &World, by: &Member) -> (u16, u16) {
    let read = world.client.get(PATH).bearer(&by.token).send().await;
    let body = json!({ "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y", "method": "qris" });
    let pays = world.client.post(PATH, body).bearer(&by.token).idempotency_key("pays").send().await;
    (read.status.as_u16(), pays.status.as_u16())
}

#[tokio::test]
async fn a_tenant_pays_what_it_owes_in_every_state() {
    for status in [TenantStatus::Trial, TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Cancelled] {
        let world = World::open().await;
        let table = world.stack.ctx().table();
        let stored = Tenants::new(table).get(world.tenant).await.unwrap().unwrap();
        let tenant = Tenant { status, version: stored.version + 1, ..stored };
        table::write_alone(table, |tx| Tenants::save(tx, &tenant)).await.unwrap();
        let manager = world.stack.user(world.owner.scope, "manager@example.com", Role::Manager).await;
        assert_eq!(reads_and_pays(&world, &world.owner).await, (200, 404), "{status:?}");
        assert_eq!(reads_and_pays(&world, &manager).await.1, 403, "{status:?}");
    }
}

#[tokio::test]
async fn a_tenant_pays_what_it_owes_when_its_calls_are_used_up() {
    let world = World::open().await;
    world.stack.calls_used_up(world.owner.scope).await;
    assert_eq!(reads_and_pays(&world, &world.owner).await, (200, 404));
    let other = world.client.get("/api/v1/payments").bearer(&world.owner.token).send().await;
    assert_eq!(other.text("/code"), "QUOTA_EXCEEDED");
}
