//! Access and refresh tokens, and the keys that check them.

pub(crate) mod get_jwks;
pub(crate) mod pair;
pub(crate) mod refresh_tokens;
