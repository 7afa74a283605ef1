//! `POST /api/v1/tenants/{id}/provision`: what is left of a tenant's set-up is tried again.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the tenant beside one of its set-up, one transaction of set-up, agenda, audit entries and
//! idempotency row; the last two again for each lost race.

use axum::extract::State;
use table::{Race, Transaction, until_settled};
use tenancy::{Provisionings, Tenants};
use web::{Api, Envelope, Optional, Problem, Reply, RequestInfo};

use crate::{TenantsWrite, provisioning::provisioning_view::ProvisioningView, tenants::reached_tenant::ReachedTenant};

/// Provision a tenant
///
/// For an administrator of the tenant, and for the operator. Steps that are not done are tried again within a minute, and after
/// growing pauses for fifteen hours, as after the sign-up; those that are done are not done again. When all are done, nothing
/// changes.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/provision",
    responses((status = 202, body = Envelope<ProvisioningView>), (status = 409, description = "CONFLICT"))
)]
pub async fn provision_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsWrite>,
    info: RequestInfo,
    key: Optional,
) -> Result<Reply, Problem> {
    let outcome = provision(&api, &reached, &info, &key).await;
    key.settle(&api, outcome).await
}

async fn provision(
    api: &Api,
    reached: &ReachedTenant<TenantsWrite>,
    info: &RequestInfo,
    key: &Optional,
) -> Result<Reply, Problem> {
    let id = reached.id;
    let (tenants, set_ups) = (Tenants::new(api.table()), Provisionings::new(api.table(), id));
    until_settled(Problem::conflict, || async {
        let (tenant, before) = tokio::try_join!(tenants.get(id), set_ups.get())?;
        tenant.ok_or_else(Problem::not_found)?;
        let again = before.as_ref().and_then(|before| before.again(api.now()));

        let mut transaction = Transaction::new();
        if let Some(again) = &again {
            set_ups.save_due(&mut transaction, again, api.now())?;
            let entry = reached.caller.entry(api, info, crate::TENANT_PROVISIONED).about(id);
            reached.record(&entry, &mut transaction)?;
        }
        let reply = Reply::accepted(&ProvisioningView::from(again.as_ref().or(before.as_ref())))?;
        Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::json;
    use table::{TenantScope, Transaction};
    use tenancy::{Provisioning, ProvisioningStatus, Provisionings, RoundEnd, StepFault};
    use testkit::{Answer, Client, Fault, Member};

    use crate::tenants::world::World;

    /// A set-up of which everything went wrong until nothing more was tried.
    async fn has_failed(world: &World) -> Provisioning {
        let now = world.stack.ctx().now();
        let mut set_up = Provisioning::begun("none", now);
        loop {
            for name in set_up.left() {
                set_up = set_up.tried(name, Err(StepFault::Refused), now);
            }
            let (after, end) = set_up.round_over(now);
            set_up = after;
            if end == RoundEnd::Failed {
                break;
            }
        }
        save(world, Provisioning { version: 1, ..set_up }).await
    }

    async fn save(world: &World, set_up: Provisioning) -> Provisioning {
        let mut transaction = Transaction::new();
        Provisionings::new(world.table(), world.tenant.id).save(&mut transaction, &set_up).unwrap();
        world.table().transact(transaction).await.unwrap();
        set_up
    }

    async fn stored(world: &World) -> Option<Provisioning> {
        Provisionings::new(world.table(), world.tenant.id).get().await.unwrap()
    }

    async fn due(world: &World) -> usize {
        let id = world.tenant.id;
        world.rows(&format!("DUE#provisioning#{id}")).await.len()
    }

    async fn ask(client: &Client, world: &World, by: &Member, key: &str) -> Answer {
        let path = format!("/api/v1/tenants/{}/provision", world.tenant.id);
        client.post(path, json!({})).bearer(&by.token).idempotency_key(key).send().await
    }

    #[tokio::test]
    async fn owner_and_operator_have_a_failed_set_up_tried_again() {
        for is_operator in [false, true] {
            let world = World::open().await;
            let failed = has_failed(&world).await;
            let operator = world.stack.operator().await;
            let client = world.stack.serve(crate::function);
            let seen = client.get("/api/v1/tenants/current").bearer(&world.owner.token).send().await;
            assert_eq!(seen.text("/data/provisioning/status"), "failed");
            assert_eq!(seen.text("/data/provisioning/steps/0/error"), "refused");
            let by = if is_operator { &operator } else { &world.owner };
            for _ in 0..2 {
                let answer = ask(&client, &world, by, "k").await;
                assert_eq!((answer.status.as_u16(), answer.text("/data/status")), (202, "pending".to_owned()));
            }
            let again = stored(&world).await.unwrap();
            assert_eq!((again.status, again.version), (ProvisioningStatus::Pending, failed.version + 1));
            assert_eq!((due(&world).await, world.trail("tenant.provisioned").await.len()), (1, 1));
        }
    }

    #[tokio::test]
    async fn what_is_done_stays_done() {
        let world = World::open().await;
        let client = world.stack.serve(crate::function);
        let answer = ask(&client, &world, &world.owner, "k").await;
        assert_eq!(answer.json()["data"], json!({ "status": "ready", "steps": [] }), "of before there were steps");
        let now = world.stack.ctx().now();
        let mut set_up = Provisioning::begun("none", now);
        for name in set_up.left() {
            set_up = set_up.tried(name, Ok(()), now);
        }
        let ready = save(&world, Provisioning { version: 1, ..set_up.round_over(now).0 }).await;
        assert_eq!(ask(&client, &world, &world.owner, "l").await.text("/data/status"), "ready");
        assert_eq!((stored(&world).await, due(&world).await), (Some(ready), 0));
        assert_eq!(world.trail("tenant.provisioned").await.len(), 0, "nothing was done");
    }

    #[tokio::test]
    async fn nobody_else_may() {
        let world = World::open().await;
        has_failed(&world).await;
        let scope = TenantScope::new(world.tenant.id);
        let customer = world.stack.user(scope, "budi@example.com", Role::User).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let client = world.stack.serve(crate::function);
        assert_eq!(ask(&client, &world, &customer, "k").await.status, 403);
        assert_eq!(ask(&client, &world, &stranger, "k").await.status, 404);
        assert_eq!(due(&world).await, 0);
        let seen = client.get("/api/v1/tenants/current").bearer(&customer.token).send().await;
        assert_eq!(seen.json()["data"]["provisioning"], json!({ "status": "failed", "steps": [] }));
    }

    #[tokio::test]
    async fn a_crash_at_any_call_leaves_a_retry_that_ends_well() {
        let calls = {
            let world = World::open().await;
            has_failed(&world).await;
            let (ctx, table) = world.stack.breaking(None);
            assert_eq!(ask(&Client::new(crate::function(ctx)), &world, &world.owner, "k").await.status, 202);
            table.calls()
        };
        for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
            let world = World::open().await;
            let failed = has_failed(&world).await;
            let (ctx, _) = world.stack.breaking(Some(fault));
            let client = Client::new(crate::function(ctx));
            let _lost_or_not = ask(&client, &world, &world.owner, "k").await;
            assert_eq!(ask(&client, &world, &world.owner, "k").await.status, 202, "{fault:?}");
            assert_eq!(stored(&world).await.unwrap().version, failed.version + 1, "{fault:?}");
            assert_eq!((due(&world).await, world.trail("tenant.provisioned").await.len()), (1, 1), "{fault:?}");
        }
    }
}
