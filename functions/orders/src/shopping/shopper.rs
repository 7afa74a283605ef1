//! Who shops: a signed-in user with their own cart, or whoever shows the token of a guest's.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::{HeaderMap, request::Parts};
use identity::audit::Actor;
use kernel::UserId;
use orders::{Cart, CartToken};
use table::TenantScope;
use tenancy::Tenant;
use utoipa::openapi::{Required, path::Operation};
use web::{
    Api, Argument, Caller, ClientIp, Needs, NeverReplayed, PerhapsCaller, Place, Principal, Problem, TextHeader,
};

/// The header of a guest's token. A token is a secret: it never stands in an address or in a log.
const HEADER: &str = "x-cart-token";

/// A caller with a permission, or a visitor; and the token of a cart, if one is shown. With a token the cart is the one that it
/// opens, whoever calls; without one it is the user's own.
#[derive(Clone, Debug)]
pub(crate) struct Shopper<P> {
    /// The tenant.
    pub(crate) scope: TenantScope,
    /// The tenant as it was at most 30 seconds ago.
    pub(crate) tenant: Arc<Tenant>,
    /// Who calls, if they are signed in or a server.
    pub(crate) caller: Option<Caller<P>>,
    /// The token that is shown.
    pub(crate) token: Option<CartToken>,
    /// From where they call.
    pub(crate) ip: ClientIp,
}

impl<P> Shopper<P> {
    /// The user who has a cart of their own. A server has none: it shops for those whose tokens it shows.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.caller.as_ref().and_then(|caller| match caller.actor {
            Actor::User(user) => Some(user),
            Actor::ApiKey(_) | Actor::Anonymous => None,
        })
    }

    /// Whether a cart is theirs.
    pub(crate) fn owns(&self, cart: &Cart) -> bool {
        let is_own = cart.user().is_some() && cart.user() == self.user();
        is_own || self.token.as_ref().is_some_and(|token| token.opens(cart))
    }
}

impl<P: Needs> FromRequestParts<Api> for Shopper<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let PerhapsCaller { scope, tenant, caller, .. } = PerhapsCaller::<P>::from_request_parts(parts, api).await?;
        let token = shown(&parts.headers)?;
        let ip = ClientIp::from_request_parts(parts, api).await?;
        let shopper = Self { scope, tenant, caller, token, ip };
        match &shopper.token {
            Some(token) => name_cart(parts, token),
            None if shopper.user().is_none() => {
                if shopper.caller.is_none() {
                    let name = format!("visitor {}", shopper.ip.0);
                    parts.extensions.insert(Principal { scope, name });
                }
                // What such a call begins has a new token in its answer. Many stand behind one address or one server, and two of
                // them may choose the same key.
                parts.extensions.insert(NeverReplayed);
            }
            None => {}
        }
        Ok(shopper)
    }
}

/// Keeps the answers of one cart from who shows the token of another under the same idempotency key: visitors have no name, and a
/// server or a user may show several tokens.
fn name_cart(parts: &mut Parts, token: &CartToken) {
    if let Some(principal) = parts.extensions.get_mut::<Principal>() {
        principal.name = format!("{} cart {}", principal.name, token.hash());
    }
}

/// The token that is shown.
///
/// # Errors
/// Not found for a text that is no token: it opens nothing, as the token of a cart that is gone.
fn shown(headers: &HeaderMap) -> Result<Option<CartToken>, Problem> {
    let text = headers.get(HEADER).map(|text| text.to_str().unwrap_or_default());
    text.map(|text| text.parse().map_err(|_| no_cart())).transpose()
}

/// There is no cart, or it is somebody else's.
pub(crate) fn no_cart() -> Problem {
    Problem::not_found().named_at("X-Cart-Token")
}

fn describe(operation: &mut Operation, required: Required, description: &'static str) {
    let pattern = "^crt_[0-7][0-9A-HJKMNP-TV-Z]{25}_[A-Za-z0-9_-]{43}$";
    TextHeader { name: "X-Cart-Token", description, required, pattern, max_length: 74 }.add_to(operation);
}

impl<P: Needs> Argument for Shopper<P> {
    const LEAVES: Place = Place::PRINCIPAL;

    fn describe(operation: &mut Operation, path: &str) {
        PerhapsCaller::<P>::describe(operation, path);
        let description = "The token of a guest's cart; without it the cart is the signed-in user's own";
        describe(operation, Required::False, description);
    }
}

/// The token of a guest's cart, which must be shown. Comes after the caller.
#[derive(Clone, Debug)]
pub(crate) struct GuestToken(pub(crate) CartToken);

impl<S: Sync> FromRequestParts<S> for GuestToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let token = shown(&parts.headers)?.ok_or_else(no_cart)?;
        name_cart(parts, &token);
        Ok(Self(token))
    }
}

impl Argument for GuestToken {
    fn describe(operation: &mut Operation, _: &str) {
        describe(operation, Required::True, "The token of the guest's cart");
    }
}
