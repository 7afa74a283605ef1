//! `GET /health`: whether the service is well.
//!
//! Round trips: one read of a row that need not exist: it shows that the table answers; one rate-limit write.

use axum::extract::State;
use http::StatusCode;
use kernel::Timestamp;
use serde::Serialize;
use table::OperatorScope;
use utoipa::ToSchema;
use web::{Api, Problem, Reply};

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `down` with status 503.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The service.
    #[schema(example = "ruko")]
    pub service: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The present.
    pub timestamp: Timestamp,
    /// What was looked at.
    pub checks: Checks,
}

/// What was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checks {
    /// `ok` or `down`.
    #[schema(example = "ok")]
    pub table: &'static str,
}

/// Check the service's health
#[utoipa::path(get, path = "/health", responses((status = 200, body = Health), (status = 503, body = Health)))]
pub async fn get_health(State(api): State<Api>) -> Result<Reply, Problem> {
    let probe = OperatorScope::assume("health looks at no tenant").platform().key("HEALTH", "HEALTH");
    let (status, word) = match api.table().get(&probe).await {
        Ok(_) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::warn!(%error, "the table is down");
            (StatusCode::SERVICE_UNAVAILABLE, "down")
        }
    };
    let health = Health {
        status: word,
        service: "ruko",
        version: env!("CARGO_PKG_VERSION"),
        timestamp: api.now(),
        checks: Checks { table: word },
    };
    Reply::json(status, &health)
}

#[cfg(test)]
mod tests {
    use testkit::{Client, Fault, Stack};

    #[tokio::test]
    async fn health_is_that_of_the_table() {
        let stack = Stack::start().await;
        let well = stack.serve(crate::function).get("/health").send().await;
        insta::assert_snapshot!(well.snapshot(), @r#"
        200 OK
        {
          "checks": {
            "table": "ok"
          },
          "service": "ruko",
          "status": "ok",
          "timestamp": "2026-11-21T01:00:00.000Z",
          "version": "0.1.0"
        }
        "#);
        let (ctx, _) = stack.breaking(Some(Fault::Before(0)));
        let ill = Client::new(crate::function(ctx)).get("/health").send().await;
        assert_eq!((ill.status.as_u16(), ill.text("/checks/table").as_str()), (503, "down"));
    }
}
