//! `GET /api/v1/plans`: what can be subscribed to.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), two
//! queries side by side.

use axum::extract::State;
use billing::Plans;
use web::{Api, PageOf, Pager, PerhapsCaller, Problem, Reply};

use crate::{PlansRead, plans::plan_view::PlanView};

/// List plans
///
/// The newest version of each that is sold, by key. Without a token, those of the tenant that `X-Tenant-ID` names; Ruko's own plans are
/// those of `platform`.
#[utoipa::path(get, path = "/api/v1/plans", responses((status = 200, body = PageOf<PlanView>)))]
pub async fn list_plans(
    State(api): State<Api>,
    caller: PerhapsCaller<PlansRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let mut plans = Plans::new(api.table(), caller.scope).list().await?;
    plans.retain(|state| state.archived_at.is_none());
    pager.cut(&api, plans.into_iter().map(PlanView::from).collect(), |view| view.key.clone())
}

#[cfg(test)]
mod tests {
    use crate::world::World;

    #[tokio::test]
    async fn a_customer_sees_the_plans_of_their_tenant() {
        let world = World::open().await;
        let answer = world.client.get("/api/v1/plans").bearer(&world.customer.token).send().await;
        let keys: Vec<_> = answer.at("/data").as_array().unwrap().iter().map(|plan| plan["key"].clone()).collect();
        assert_eq!(keys, ["BASIC", "ENTERPRISE", "FREE", "PREMIUM"]);
        let premium = answer.at("/data/3");
        assert_eq!(premium["quotas"]["predictionsPerMonth"], 1_000);
        assert_eq!(premium["prices"].as_array().map(Vec::len), Some(4), "two currencies, monthly and yearly");
        insta::assert_snapshot!(format!("{:#}", premium["prices"][2]), @r#"
        {
          "base": {
            "amount": {
              "amount": 449000,
              "currency": "IDR"
            },
            "model": "flat"
          },
          "currency": "IDR",
          "interval": "month",
          "metered": [
            {
              "feature": "predictions",
              "included": 1000,
              "minimum": null,
              "name": "Predictions",
              "pricing": {
                "model": "per_unit",
                "price": {
                  "amount": {
                    "amount": 300,
                    "currency": "IDR"
                  },
                  "per": 1
                }
              }
            }
          ]
        }
        "#);
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let none = world.client.get("/api/v1/plans").bearer(&stranger.token).send().await;
        assert_eq!(none.at("/data").as_array().map(Vec::len), Some(0), "a tenant without plans");
    }

    #[tokio::test]
    async fn plans_are_read_before_anybody_signs_up() {
        let world = World::open().await;
        let mut signed_in = world.client.get("/api/v1/plans").bearer(&world.customer.token).send().await.json();
        let visitor = async |tenant: &str| world.client.get("/api/v1/plans").header("X-Tenant-ID", tenant).send().await;
        let mut open = visitor("toko-a").await.json();
        for answer in [&mut signed_in, &mut open] {
            assert!(answer["page"]["next"].take().is_null());
        }
        assert_eq!(open, signed_in);
        assert_eq!(visitor("nobody").await.text("/code"), "NOT_FOUND");
        assert_eq!(world.client.get("/api/v1/plans").send().await.text("/code"), "MISSING_TENANT_ID");
        // A token that is sent counts.
        let wrong =
            world.client.get("/api/v1/plans").bearer("e30.e30.e30").header("X-Tenant-ID", "toko-a").send().await;
        assert_eq!(wrong.text("/code"), "INVALID_TOKEN");
        let key = world.stack.api_key(&world.owner, &["usage:write"]).await;
        assert_eq!(world.client.get("/api/v1/plans").bearer(&key).send().await.text("/code"), "FORBIDDEN");
    }

    #[tokio::test]
    async fn a_tenant_that_is_over_shows_its_plans_to_nobody() {
        let world = World::open().await;
        let table = world.stack.ctx().table();
        let tenant = tenancy::Tenants::new(table).get(world.owner.scope.tenant()).await.unwrap().unwrap();
        let visit = async |status: tenancy::TenantStatus, version: u64| {
            let stands = tenancy::Tenant { status, version, ..tenant.clone() };
            table::write_alone(table, |tx| tenancy::Tenants::save(tx, &stands)).await.unwrap();
            let answer = world.client.get("/api/v1/plans").header("X-Tenant-ID", "toko-a").send().await;
            (answer.status.as_u16(), answer.text("/code"))
        };
        let next = tenant.version + 1;
        assert_eq!(visit(tenancy::TenantStatus::Suspended, next).await.0, 200, "it is to be seen and paid");
        let refused = (403, "TENANT_SUSPENDED".to_owned());
        assert_eq!(visit(tenancy::TenantStatus::Cancelled, next + 1).await, refused);
    }
}
