//! `GET /.well-known/jwks.json`: the public keys of access tokens, for services that verify them themselves.
//!
//! Round trips: none.

use axum::extract::State;
use http::StatusCode;
use web::{Api, Problem, Reply};

/// Read the public keys of access tokens
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "identity", security(()),
    responses((status = 200, description = "A JSON Web Key Set (RFC 7517)"))
)]
pub async fn get_jwks(State(api): State<Api>) -> Result<Reply, Problem> {
    Reply::json(StatusCode::OK, &api.tokens().jwks(api.now())?)
}

#[cfg(test)]
mod tests {
    use testkit::Stack;

    #[tokio::test]
    async fn the_key_set_is_public() {
        let stack = Stack::start().await;
        let answer = stack.serve(crate::function).get("/.well-known/jwks.json").send().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.at("/keys/0/crv"), "Ed25519");
        assert!(answer.at("/keys/0/d").is_null());
    }
}
