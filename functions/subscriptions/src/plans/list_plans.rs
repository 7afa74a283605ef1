//! `GET /api/v1/plans`: what can be subscribed to.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use billing::Plans;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{PlansRead, plans::plan_view::PlanView};

/// List plans
///
/// The newest version of each, by key.
#[utoipa::path(get, path = "/api/v1/plans", responses((status = 200, body = PageOf<PlanView>)))]
pub async fn list_plans(State(api): State<Api>, caller: Caller<PlansRead>, pager: Pager) -> Result<Reply, Problem> {
    let plans = Plans::new(api.table(), caller.scope).list().await?;
    pager.cut(&api, plans.iter().map(PlanView::from).collect(), |view| view.key.clone())
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
            "amount": 449000,
            "currency": "IDR"
          },
          "basePricing": {
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
              "amount": {
                "amount": 300,
                "currency": "IDR"
              },
              "feature": "predictions",
              "included": 1000,
              "name": "Predictions",
              "per": 1,
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
        assert_eq!(world.client.get("/api/v1/plans").send().await.text("/code"), "UNAUTHENTICATED");
    }
}
