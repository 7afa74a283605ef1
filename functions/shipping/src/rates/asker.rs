//! Who asks what sending costs: staff for anything, a user for their own cart, and whoever shows the token of a guest's.

use axum::extract::FromRequestParts;
use http::request::Parts;
use identity::{Reach, audit::Actor};
use kernel::{CartId, UserId};
use orders::{Cart, CartToken};
use table::TenantScope;
use utoipa::openapi::{Required, path::Operation};
use web::{Api, Argument, ClientIp, Limit, Needs, PerhapsCaller, Place, Principal, Problem, TextHeader};

use crate::{ShippingQuotesWrite, ShippingRead};

/// The header of a guest's token. A token is a secret: it never stands in an address or in a log.
const HEADER: &str = "x-cart-token";

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    /// The tenant.
    pub(crate) scope: TenantScope,
    /// Whether they may ask for anything, and not only for a cart.
    pub(crate) reach: Option<Reach>,
    user: Option<UserId>,
    token: Option<CartToken>,
    ip: ClientIp,
}

impl Asker {
    /// Whether a cart is theirs. A server has none of its own: it asks for those whose tokens it shows.
    pub(crate) fn owns(&self, cart: &Cart) -> bool {
        let is_own = cart.user().is_some() && cart.user() == self.user;
        is_own || self.token.as_ref().is_some_and(|token| token.opens(cart))
    }

    /// Whether they ask for the shop, and not to buy.
    pub(crate) fn is_staff(&self) -> bool {
        self.reach == Some(Reach::Tenant)
    }

    /// Counts that they ask what sending a cart costs. Staff is not counted. Three writes.
    ///
    /// # Errors
    /// 429.
    pub(crate) async fn count(&self, api: &Api, cart: CartId) -> Result<(), Problem> {
        if self.is_staff() {
            return Ok(());
        }
        Limit::CART_QUOTES.count_thing(api, self.scope, &cart.to_string()).await?;
        match self.user {
            Some(user) => Limit::BUYER_QUOTES.count_thing(api, self.scope, &user.to_string()).await?,
            None => Limit::BUYER_QUOTES.count_address_in(api, self.scope, &self.ip).await?,
        }
        Limit::BUYERS_QUOTES.count_thing(api, self.scope, "all").await
    }
}

impl FromRequestParts<Api> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let who = PerhapsCaller::<ShippingQuotesWrite>::from_request_parts(parts, api).await?;
        let text = parts.headers.get(HEADER).and_then(|text| text.to_str().ok());
        // A text that is no token opens nothing.
        let token = text.and_then(|text| text.parse::<CartToken>().ok());
        let ip = ClientIp::from_request_parts(parts, api).await?;
        // Visitors have no name, and a server or a user may show several tokens: an idempotency key of one cart must not answer
        // another's.
        if let Some(token) = &token {
            if let Some(principal) = parts.extensions.get_mut::<Principal>() {
                principal.name = format!("{} cart {}", principal.name, token.hash());
            }
        } else if who.caller.is_none() {
            let name = format!("visitor {}", ip.0);
            parts.extensions.insert(Principal { scope: who.scope, name });
        }
        let user = who.caller.as_ref().and_then(|caller| match caller.actor {
            Actor::User(user) => Some(user),
            Actor::ApiKey(_) | Actor::Anonymous => None,
        });
        Ok(Self { scope: who.scope, reach: who.grants.reach(ShippingRead::PERMISSION), user, token, ip })
    }
}

impl Argument for Asker {
    const LEAVES: Place = Place::PRINCIPAL;

    fn describe(operation: &mut Operation, path: &str) {
        PerhapsCaller::<ShippingQuotesWrite>::describe(operation, path);
        TextHeader {
            name: "X-Cart-Token",
            description: "The token of a guest's cart; without it the cart is the signed-in user's own",
            required: Required::False,
            pattern: "^crt_[0-7][0-9A-HJKMNP-TV-Z]{25}_[A-Za-z0-9_-]{43}$",
            max_length: 74,
        }
        .add_to(operation);
    }
}
