//! `GET /api/v1/push/web-key`: the key that browsers subscribe with.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known).

use axum::extract::State;
use messaging::push::VapidKey;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::PushWrite;

/// A public key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushKey {
    /// `applicationServerKey` of `PushManager.subscribe`: a point of P-256 in base64url.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{87}$",
        example = "BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U"
    )]
    pub public_key: String,
}

/// Get the Web Push key
///
/// The same for all organisations; it does not change.
#[utoipa::path(get, path = "/api/v1/push/web-key", responses((status = 200, body = Envelope<PushKey>)))]
pub async fn get_push_key(State(api): State<Api>, _caller: Caller<PushWrite>) -> Result<Reply, Problem> {
    let key = VapidKey::derived(|purpose| api.ports().keys.derive(purpose))?;
    Reply::ok(&PushKey { public_key: key.public().to_owned() })
}

#[cfg(test)]
mod tests {
    use testkit::Stack;

    #[tokio::test]
    async fn everybody_gets_the_same_key() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, other) = stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        let get =
            async |token: &str| client.get("/api/v1/push/web-key").bearer(token).send().await.text("/data/publicKey");
        let key = get(&owner.token).await;
        assert_eq!((key.len(), key.starts_with('B')), (87, true));
        assert_eq!(get(&other.token).await, key);
        assert_eq!(client.get("/api/v1/push/web-key").send().await.text("/code"), "UNAUTHENTICATED");
    }
}
