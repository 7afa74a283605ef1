//! `GET /`: what this is and where to go on.
//!
//! Round trips: one rate-limit write.

use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Problem, Reply};

/// The service and its links.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    /// The service.
    #[schema(example = "ruko")]
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Where to go on.
    pub links: Links,
}

/// Where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Links {
    /// The readable documentation.
    pub docs: &'static str,
    /// The OpenAPI document.
    pub openapi: &'static str,
    /// Whether the service is well.
    pub health: &'static str,
}

/// Get the service's name and links
#[utoipa::path(get, path = "/", responses((status = 200, body = Index)))]
pub async fn get_index() -> Result<Reply, Problem> {
    let links = Links { docs: "/docs", openapi: "/openapi.json", health: "/health" };
    Reply::json(StatusCode::OK, &Index { name: "ruko", version: env!("CARGO_PKG_VERSION"), links })
}

#[cfg(test)]
mod tests {
    use testkit::Stack;

    #[tokio::test]
    async fn the_index_links_to_the_rest() {
        let client = Stack::start().await.serve(crate::function);
        let index = client.get("/").send().await;
        for link in ["docs", "openapi", "health"] {
            let path = index.text(&format!("/links/{link}"));
            assert_eq!(client.get(path).send().await.status, 200, "{link}");
        }
    }

    #[tokio::test]
    async fn a_path_that_no_group_serves_gets_a_problem_with_all_headers() {
        let client = Stack::start().await.serve(crate::function);
        for path in ["/nope", "/api/v1/nope", "/health/", "/a//b"] {
            let answer = client.get(path).send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"), "{path}");
            assert_eq!(answer.text("/instance"), path);
            for header in ["x-request-id", "ratelimit", "ratelimit-policy", "x-content-type-options"] {
                assert!(!answer.header(header).is_empty(), "{path} lacks {header}");
            }
        }
        let known = client.post("/health", serde_json::json!({})).send().await;
        assert_eq!((known.status.as_u16(), known.text("/code").as_str()), (405, "METHOD_NOT_ALLOWED"));
    }

    #[tokio::test]
    async fn what_nobody_answers_for_counts_against_the_callers_address() {
        let stack = Stack::start().await;
        let client = stack.serve(crate::function);
        let mut left = 60;
        for path in ["/", "/health", "/openapi.json", "/nowhere"] {
            let answer = client.get(path).send().await;
            left -= 1;
            assert_eq!(answer.header("ratelimit-policy"), "\"anonymous\";q=60;w=60", "{path}");
            assert_eq!(answer.header("x-ratelimit-remaining"), left.to_string(), "{path}");
        }
        while left > 0 {
            assert_eq!(client.get("/").send().await.status, 200);
            left -= 1;
        }
        let refused = client.get("/").send().await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (429, "RATE_LIMITED"));
        assert!(!refused.header("retry-after").is_empty());
        stack.set_clock("2026-11-21T01:01:00Z");
        assert_eq!(client.get("/").send().await.status, 200);
    }
}
