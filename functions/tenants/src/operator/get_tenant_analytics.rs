//! `GET /api/v1/tenants/analytics`: how many tenants there are, how trials convert, who leaves, who is near a limit, and what they
//! bring.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), thirty-four queries side by
//! side: four for each of the eight parts of the census, two of the sums of the platform's subscriptions.

use axum::extract::State;
use billing::{AnalyticsReport, SubscriptionSums};
use table::OperatorScope;
use tenancy::{Census, LimitFigures};
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{AllTenantsRead, operator::tenant_analytics::TenantAnalytics};

/// Get tenant analytics
///
/// Of all tenants but the platform itself. A change is counted within seconds, once, however often and late it is heard of.
#[utoipa::path(
    get, path = "/api/v1/tenants/analytics",
    responses((status = 200, body = Envelope<TenantAnalytics>))
)]
pub async fn get_tenant_analytics(State(api): State<Api>, caller: Caller<AllTenantsRead>) -> Result<Reply, Problem> {
    let operator = OperatorScope::assume("the operator counts all tenants");
    let today = api.now().date_in(&caller.tenant.timezone);
    let books = SubscriptionSums::new(api.table(), operator.platform());
    let (census, limits, rollups) = tokio::try_join!(
        Census::read(api.table(), operator),
        LimitFigures::read(api.table(), operator, api.now()),
        books.figures(today, today)
    )?;
    let report = AnalyticsReport::of(rollups, today, today)?
        .map_err(|error| Problem::invalid("today", "INVALID_VALUE", error.to_string()))?;
    Reply::ok(&TenantAnalytics::new(&census, limits, report))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kernel::Resource;
    use serde_json::{Value, json};
    use tenancy::{CensusCell, CohortFigures, TenantStatus};
    use testkit::Stack;

    use super::*;

    #[tokio::test]
    async fn a_platform_without_tenants_counts_none() {
        let stack = Stack::start().await;
        let operator = stack.operator().await;
        let client = stack.serve(crate::function);
        let answer = client.get("/api/v1/tenants/analytics").bearer(&operator.token).send().await;
        assert_eq!(answer.status.as_u16(), 200);
        let none = json!({ "total": 0, "statuses": [], "plans": [], "months": [], "limits": [], "revenue": [] });
        assert_eq!(answer.json()["data"], none);
    }

    #[test]
    fn rates_are_of_the_cohort_and_of_those_who_paid() {
        let month = |day: &str, figures| (day.parse().unwrap(), figures);
        let census = Census {
            cells: [
                (TenantStatus::Active, "STARTER", 4),
                (TenantStatus::Active, "-", 1),
                (TenantStatus::Trial, "-", 2),
            ]
            .map(|(status, plan, tenants)| CensusCell { status, plan: plan.to_owned(), tenants })
            .to_vec(),
            months: BTreeMap::from([
                month("2026-11-01", CohortFigures { signed_up: 3, converted: 1, lapsed: 2, began: 8, ended: 0 }),
                month("2026-12-01", CohortFigures { ended: 1, began: 2, ..CohortFigures::default() }),
                month("2027-01-01", CohortFigures { ended: 9, ..CohortFigures::default() }),
            ]),
        };
        let limits = BTreeMap::from([(Resource::ApiCalls, LimitFigures { near: 2, reached: 1 })]);
        let shown = serde_json::to_value(TenantAnalytics::new(&census, limits, AnalyticsReport::default())).unwrap();
        assert_eq!(shown["limits"], json!([{ "resource": "api_calls", "near": 2, "reached": 1 }]));
        assert_eq!(
            shown["statuses"],
            json!([
                { "status": "ACTIVE", "tenants": 5 }, { "status": "TRIAL", "tenants": 2 }
            ])
        );
        assert_eq!(shown["plans"][1], json!({ "planKey": null, "status": "ACTIVE", "tenants": 1 }));
        let rates: Vec<(&Value, &Value, &Value)> = shown["months"]
            .as_array()
            .unwrap()
            .iter()
            .map(|month| (&month["conversionBasisPoints"], &month["payingBefore"], &month["churnBasisPoints"]))
            .collect();
        assert_eq!(
            rates,
            [
                (&json!(3333), &json!(0), &Value::Null),
                (&Value::Null, &json!(8), &json!(1250)),
                (&Value::Null, &json!(9), &json!(10_000)),
            ]
        );
    }
}
