//! `GET /metrics`: all calls of all tenants by route and class of status, for Prometheus. The platform's operators alone.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known); eight queries at once.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use metering::PlatformCalls;
use table::OperatorScope;
use web::{Api, Caller, Problem};

use crate::{
    PlatformRead,
    exposition::{CONTENT_TYPE, render},
};

/// Get platform metrics (Prometheus)
///
/// Counters of calls by group, method, route and class of status, over all tenants and since the beginning; behind by about
/// a minute. No tenant is told apart.
#[utoipa::path(
    get, path = "/metrics",
    responses((status = 200, description = "Prometheus text format 0.0.4", content_type = "text/plain"))
)]
pub async fn get_metrics(State(api): State<Api>, _: Caller<PlatformRead>) -> Result<Response, Problem> {
    let operator = OperatorScope::assume("the operator sees all calls together");
    let totals = PlatformCalls::new(api.table(), operator).totals().await?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], render(&totals)).into_response())
}

#[cfg(test)]
mod tests {
    use crate::counted::{counted, operator};
    use testkit::Stack;

    #[tokio::test]
    async fn the_operator_sees_all_calls_and_nobody_else_does() {
        let stack = Stack::start().await;
        counted(&stack).await;
        let client = stack.serve(crate::function);
        let operator = operator(&stack).await;
        let page = client.get("/metrics").bearer(&operator.token).send().await;
        assert_eq!(page.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        insta::assert_snapshot!(page.snapshot(), @r#"
        200 OK
        # HELP ruko_calls_total Calls of the API.
        # TYPE ruko_calls_total counter
        ruko_calls_total{group="billing",method="GET",route="/api/v1/invoices",status="4xx"} 1
        ruko_calls_total{group="identity",method="GET",route="/api/v1/users/{id}",status="2xx"} 19
        ruko_calls_total{group="identity",method="GET",route="/api/v1/users/{id}",status="5xx"} 1
        # HELP ruko_call_duration_seconds How long calls took inside their function.
        # TYPE ruko_call_duration_seconds summary
        ruko_call_duration_seconds_sum{group="billing",method="GET",route="/api/v1/invoices",status="4xx"} 0.001500
        ruko_call_duration_seconds_count{group="billing",method="GET",route="/api/v1/invoices",status="4xx"} 1
        ruko_call_duration_seconds_sum{group="identity",method="GET",route="/api/v1/users/{id}",status="2xx"} 0.028500
        ruko_call_duration_seconds_count{group="identity",method="GET",route="/api/v1/users/{id}",status="2xx"} 19
        ruko_call_duration_seconds_sum{group="identity",method="GET",route="/api/v1/users/{id}",status="5xx"} 0.001500
        ruko_call_duration_seconds_count{group="identity",method="GET",route="/api/v1/users/{id}",status="5xx"} 1
        # HELP ruko_response_bytes_total Bytes in the bodies of answers.
        # TYPE ruko_response_bytes_total counter
        ruko_response_bytes_total{group="billing",method="GET",route="/api/v1/invoices",status="4xx"} 10
        ruko_response_bytes_total{group="identity",method="GET",route="/api/v1/users/{id}",status="2xx"} 190
        ruko_response_bytes_total{group="identity",method="GET",route="/api/v1/users/{id}",status="5xx"} 10
        "#);
        let (_, owner) = stack.tenant("toko-a").await;
        let refused = client.get("/metrics").bearer(&owner.token).send().await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
        assert_eq!(client.get("/metrics").send().await.text("/code"), "UNAUTHENTICATED");
    }

    #[tokio::test]
    async fn it_costs_a_query_for_each_shard() {
        let stack = Stack::start().await;
        let operator = operator(&stack).await;
        let client = stack.serve(crate::function);
        client.get("/metrics").bearer(&operator.token).send().await;
        let before = stack.ctx().ports().meter.total();
        client.get("/metrics").bearer(&operator.token).send().await;
        assert_eq!(stack.ctx().ports().meter.total().since(before).round_trips, 1 + 8);
    }
}
