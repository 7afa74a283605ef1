//! `POST /api/v1/cart/merge`: after a sign-in, what a guest put into a cart goes into the user's own.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the guest's cart, two of the user's, those of `GET /cart`, one transaction of both carts and
//! the idempotency row; one more before it for each of the two that something is kept for.

use axum::extract::State;
use orders::{Cart, CartState, CartToken, Carts};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, ClientIp, Envelope, Optional, Problem, Reply, RequestInfo};

use crate::{
    OrdersWrite,
    cart::cart_view::CartView,
    shopping::{
        carts::{Opened, Start, show},
        shopper::{GuestToken, Shopper, no_cart},
        stock_hold::let_go,
    },
};

/// Merge a guest's cart
///
/// What is in the cart of the token goes into the signed-in user's cart of the same currency: quantities are added, up to 10,000
/// of an article, and up to 20 articles. The guest's cart is closed. Merging it again changes nothing. What was kept for
/// either is given back; choose the way of shipping again.
#[utoipa::path(
    post, path = "/api/v1/cart/merge",
    responses((status = 200, body = Envelope<CartView>), (status = 404, description = "NOT_FOUND: the token opens no cart"), (status = 409, description = "CART_CLOSED: it was ordered, or is in somebody else's; CONFLICT"))
)]
pub async fn merge_cart(
    State(api): State<Api>,
    caller: Caller<OrdersWrite>,
    GuestToken(token): GuestToken,
    ip: ClientIp,
    info: RequestInfo,
    key: Optional,
) -> Result<Reply, Problem> {
    let (scope, tenant) = (caller.scope, caller.tenant.clone());
    let shopper = Shopper { scope, tenant, caller: Some(caller), token: None, ip };
    if shopper.user().is_none() {
        return Err(Problem::forbidden("an API key has no cart of its own; sign the user in"));
    }
    let outcome = until_settled(Problem::conflict, || async { merge(&api, (&shopper, &token), (&info, &key)).await });
    let outcome = outcome.await;
    key.settle(&api, outcome).await
}

async fn merge(
    api: &Api,
    (shopper, token): (&Shopper<OrdersWrite>, &CartToken),
    (info, key): (&RequestInfo, &Optional),
) -> Result<Race<Reply>, Problem> {
    let (carts, now) = (Carts::new(api.table(), shopper.scope), api.now());
    let guest = carts.get(token.cart(), now).await?.filter(|cart| token.opens(cart)).ok_or_else(no_cart)?;
    if let CartState::Merged { into } = guest.state {
        let own = carts.get(into, now).await?.filter(|own| shopper.owns(own));
        return match own {
            Some(own) => Ok(Race::Settled(Reply::ok(&show(api, shopper, &own).await?)?)),
            None => Err(guest.must_be_open().err().map_or_else(Problem::conflict, Problem::from)),
        };
    }
    let own = Opened::of(api, shopper, (guest.currency, Start::Begins)).await?;
    let (whole, closed) = own.cart.merged(&guest, now)?;
    // Both may keep the same SKU, whose levels one transaction changes once.
    for held in [&guest, &own.cart] {
        if held.reservation.is_some() {
            let_go(api, (shopper, info), held).await?;
            return Ok(Race::Lost);
        }
    }
    // Who chose how the goods are sent chose it for other goods.
    let whole = Cart { shipping: None, ..whole };
    let mut transaction = Transaction::new();
    own.write(&carts, &mut transaction, &whole)?;
    carts.save(&mut transaction, &closed)?;
    let reply = Reply::ok(&show(api, shopper, &whole).await?)?;
    Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
}
