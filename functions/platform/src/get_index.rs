//! `GET /`: what this is and where to go on.
//!
//! Round trips: none.

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

/// Name the service
#[utoipa::path(get, path = "/", tag = "platform", security(()), responses((status = 200, body = Index)))]
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
}
