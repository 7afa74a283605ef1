//! `PATCH /api/v1/tenants/{id}`: the tenant's name and zone.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the tenant and
//! one of its set-up, one transaction of tenant, one or two audit entries, event and idempotency row;
//! the last two again for each lost race. Where nothing changes, no more than the reads.

use axum::extract::State;
use kernel::Zone;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use tenancy::{TenantName, Tenants};
use utoipa::ToSchema;
use web::{Api, Edit, Envelope, Json, Problem, Reply};

use crate::{
    TenantsWrite,
    tenants::{reached_tenant::ReachedTenant, tenant_view::TenantView},
};

/// What changes; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTenant {
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = TenantName, required = false)]
    pub name: Option<TenantName>,
    /// In which the months of invoice numbers and the last days to pay are from now on; what is issued stays as it is.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Zone, required = false)]
    pub timezone: Option<Zone>,
}

/// Update a tenant
///
/// The name stands in messages and on invoices within a minute. How invoices are headed, with an address, a tax number and how
/// the company is reached, is in the billing settings (`PUT /billing/settings`).
#[utoipa::path(
    patch, path = "/api/v1/tenants/{id}",
    responses((status = 200, body = Envelope<TenantView>), (status = 409, description = "TENANT_STATUS, CONFLICT"))
)]
pub async fn update_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsWrite>,
    edit: Edit,
    Json(body): Json<UpdateTenant>,
) -> Result<Reply, Problem> {
    let outcome = update(&api, &reached, &edit, body).await;
    edit.key.settle(&api, outcome).await
}

async fn update(
    api: &Api,
    reached: &ReachedTenant<TenantsWrite>,
    edit: &Edit,
    body: UpdateTenant,
) -> Result<Reply, Problem> {
    let (id, info) = (reached.id, &edit.info);
    until_settled(Problem::conflict, || async {
        let before = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
        edit.if_match.check(before.version)?;
        before.must_not_be_over()?;
        let mut transaction = Transaction::new();
        let shown = match before.clone().updated(body.name.clone(), body.timezone.clone()) {
            Some((after, changed)) => {
                Tenants::save(&mut transaction, &after)?;
                let entry = reached.caller.entry(api, info, crate::TENANT_UPDATED).about(id);
                reached.record(&entry.with("changed", changed.join(" ")), &mut transaction)?;
                api.insert_event(&mut transaction, id, info, after.version, &after.told_updated(changed))?;
                after
            }
            None => before,
        };
        let reply = Reply::ok(&TenantView::now(api, &shown).await?)?.version(shown.version);
        Ok(edit.key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
    .inspect(|_| api.forget_standings(id))
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};
    use testkit::{Answer, Client};

    use crate::tenants::world::World;

    async fn patch(client: &Client, world: &World, token: &str, body: Value) -> Answer {
        client.call(Method::PATCH, format!("/api/v1/tenants/{}", world.tenant.id)).bearer(token).json(body).send().await
    }

    #[tokio::test]
    async fn a_name_and_a_zone_change_and_what_is_left_out_stays() {
        let world = World::open().await;
        let client = world.stack.serve(crate::function);
        let token = &world.owner.token;
        let answer = patch(&client, &world, token, json!({ "name": " Toko Maju " })).await;
        assert_eq!((answer.status.as_u16(), answer.text("/data/name")), (200, "Toko Maju".to_owned()));
        assert_eq!((answer.text("/data/timezone").as_str(), answer.header("etag")), ("Asia/Jakarta", "\"2\""));
        let answer = patch(&client, &world, token, json!({ "timezone": "Asia/Makassar", "name": "Toko Maju" })).await;
        assert_eq!(answer.text("/data/timezone"), "Asia/Makassar");
        // Nothing changes: no event, no version.
        assert_eq!(patch(&client, &world, token, json!({})).await.header("etag"), "\"3\"");
        let told = world.rows("OUT#2026112101").await;
        let changed: Vec<(&Value, &Value)> = told.iter().map(|row| (&row["type"], &row["data"]["changed"])).collect();
        let name = json!("tenant.updated");
        assert_eq!(changed, [(&name, &json!(["name"])), (&name, &json!(["timezone"]))]);
        assert_eq!(world.trail("tenant.updated").await.len(), 2);
        assert_eq!(world.stored_tenant().await.version, 3);
    }

    #[tokio::test]
    async fn an_old_version_bad_values_and_strangers_change_nothing() {
        let world = World::open().await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let client = world.stack.serve(crate::function);
        let path = format!("/api/v1/tenants/{}", world.tenant.id);
        let call = client.call(Method::PATCH, path).bearer(&world.owner.token).json(json!({ "name": "Toko Maju" }));
        assert_eq!(call.header("if-match", "\"7\"").send().await.status, 412);
        for (body, status) in [
            (json!({ "name": "x" }), 422),
            (json!({ "name": null }), 400),
            (json!({ "timezone": null, "name": "Toko Maju" }), 400),
            (json!({ "slug": "maju" }), 400),
        ] {
            assert_eq!(patch(&client, &world, &world.owner.token, body).await.status, status);
        }
        assert_eq!(patch(&client, &world, &stranger.token, json!({ "name": "Toko Maju" })).await.status, 404);
        assert_eq!(world.stored_tenant().await, world.tenant);
    }
}
