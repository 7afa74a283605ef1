//! `PUT /api/v1/cart/shipping`: how the goods get to their buyer. The checkout begins: they are kept for ten minutes.
//!
//! Round trips: as `GET /cart`, with one read of the settings and one of the quote, up to two writes that count what is kept, and one transaction of the cart, its pointer, the reservation, the
//! levels, alerts, events, agenda and the idempotency row; again for every race that is lost. Where something is missing, one
//! query and one transaction more for each reservation of it that has run out.

use axum::extract::State;
use events::UNVERSIONED;
use kernel::{QuoteId, ReservationId};
use orders::{Cart, CartShipping, Carts, OrderError, OrderSettings};
use serde::Deserialize;
use shipping::OptionId;
use stock::{StockError, Stocks, StocksError};
use table::{MAX_WRITES, Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, QueryString, Reply, RequestInfo};

use crate::{
    OrdersWrite,
    cart::{cart_query::CartQuery, cart_view::CartView},
    shopping::{
        carts::{Opened, Start, show},
        quoted_way::quoted_way,
        shop_now::ShopNow,
        shopper::Shopper,
        stock_hold::{HoldPermit, give_back_what_ran_out, let_go, must_be_there, reserve},
    },
};

/// How the goods get to their buyer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReplaceCartShipping {
    /// How.
    pub method: ShippingMethod,
    /// By a carrier: which quote of `POST /shipping/rates`.
    pub quote_id: Option<QuoteId>,
    /// By a carrier: which of its options.
    pub option_id: Option<OptionId>,
}

/// A way of shipping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShippingMethod {
    /// The buyer collects them, where the shop's settings for orders allow it.
    Pickup,
    /// A carrier brings them, by an option of a quote for this cart.
    Carrier,
}

/// Replace the shipping of the cart
///
/// All that is in the cart is kept for it for ten minutes, and for ten more after each change: 409 `INSUFFICIENT_STOCK` names the
/// first of which there is too little, and changes nothing. Nothing is kept for longer than two hours without a break of one, nor for
/// who keeps so much already: `reservedUntil` is null then, and an order is still taken while the goods are there.
#[utoipa::path(
    put, path = "/api/v1/cart/shipping",
    responses(
        (status = 200, body = Envelope<CartView>),
        (status = 409, description = "INSUFFICIENT_STOCK, CART_CLOSED, CONFLICT; CART_FULL: the shop sells fewer of an article at once; CART_INCOMPLETE: nothing is in it; ITEM_UNAVAILABLE: something in it is not on sale any more; QUOTE_CHANGED: the cart was changed since the quote; QUOTE_EXPIRED"),
        (status = 404, description = "NOT_FOUND: there is no such quote"),
        (status = 422, description = "VALIDATION_FAILED; NO_SUCH_OPTION: the quote does not have it; ORDER_TOO_LARGE, STOCK_SCATTERED: take some of it out, and order it by itself")
    )
)]
pub async fn replace_cart_shipping(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    info: RequestInfo,
    key: Optional,
    QueryString(query): QueryString<CartQuery>,
    Json(body): Json<ReplaceCartShipping>,
) -> Result<Reply, Problem> {
    let currency = query.of(&shopper.tenant);
    let permit = HoldPermit::default();
    let outcome = until_settled(Problem::conflict, || async {
        let opened = Opened::of(&api, &shopper, (currency, Start::Finds)).await?;
        let way = chosen(&api, &shopper, (&opened.cart, &body)).await?;
        let next = opened.cart.shipped_by(way, api.now())?;
        keep_and_commit(&api, (&shopper, &info, &key), (&opened, next), &permit).await
    })
    .await;
    key.settle(&api, outcome).await
}

/// The way of shipping that was chosen, where it is offered.
async fn chosen(
    api: &Api,
    shopper: &Shopper<OrdersWrite>,
    (cart, body): (&Cart, &ReplaceCartShipping),
) -> Result<CartShipping, Problem> {
    match body.method {
        ShippingMethod::Pickup => {
            let settings = OrderSettings::read(api.table(), shopper.scope).await?;
            let advice = "the shop lets nobody collect their goods: PUT /api/v1/orders/settings decides so";
            let refused = || Problem::invalid("/method", "INVALID_VALUE", advice);
            if settings.pickup { Ok(CartShipping::Pickup) } else { Err(refused()) }
        }
        ShippingMethod::Carrier => {
            let (Some(quote), Some(option)) = (body.quote_id, &body.option_id) else {
                let advice = "name a quote of POST /api/v1/shipping/rates and one of its options";
                let name = if body.quote_id.is_some() { "/optionId" } else { "/quoteId" };
                return Err(Problem::invalid(name, "REQUIRED", advice));
            };
            quoted_way(api, shopper.scope, cart, (quote, option)).await
        }
    }
}

async fn keep_and_commit(
    api: &Api,
    (shopper, info, key): (&Shopper<OrdersWrite>, &RequestInfo, &Optional),
    (opened, next): (&Opened, Cart),
    permit: &HoldPermit,
) -> Result<Race<Reply>, Problem> {
    let (stocks, now) = (Stocks::new(api.table(), shopper.scope), api.now());
    let (shop, settings) = tokio::try_join!(ShopNow::read(api, shopper.scope, (&next, None)), async {
        Ok(OrderSettings::read(api.table(), shopper.scope).await?)
    })?;
    if shop.lines.is_empty() {
        return Err(OrderError::Incomplete { missing: "something in it".to_owned() }.into());
    }
    if let Some(gone) = shop.lines.iter().find(|line| line.offer.is_none()) {
        return Err(OrderError::Unavailable { sku: gone.line.sku.clone() }.into());
    }
    settings.must_suffice(&next)?;
    let mut transaction = Transaction::new();
    let mut reserved_until = Some(now.plus(stock::HELD_FOR));
    let next = if let Some(kept) = shop.kept(now) {
        if next.may_be_kept(now) {
            stocks.extend(&mut transaction, &kept.extended(now)?)?;
        } else {
            reserved_until = Some(kept.expires_at);
        }
        next
    } else if next.reservation.is_some() {
        let_go(api, (shopper, info), &opened.cart).await?;
        return Ok(Race::Lost);
    } else if !permit.granted(api, (shopper, &next)).await {
        must_be_there(&shop)?;
        reserved_until = None;
        next
    } else {
        let id = ReservationId::new(api.new_ulid());
        match reserve((&stocks, &mut transaction), (&next, &shop), (id, now)) {
            Ok((held, told)) => {
                stock::tell(&mut transaction, &told, || api.event_meta(shopper.scope.tenant(), info, UNVERSIONED))?;
                held
            }
            Err(StocksError::Refused(StockError::Insufficient { sku, available: _, wanted })) => {
                if give_back_what_ran_out(api, (shopper, info), &sku).await? {
                    return Ok(Race::Lost);
                }
                return Err(OrderError::Insufficient { sku, wanted }.into());
            }
            Err(error) => return Err(error.into()),
        }
    };
    opened.write(&Carts::new(api.table(), shopper.scope), &mut transaction, &next)?;
    // One write more is the idempotency row.
    if transaction.len() >= MAX_WRITES {
        return Err(OrderError::TooLarge.into());
    }
    let reply = Reply::ok(&CartView { reserved_until, ..show(api, shopper, &next).await? })?;
    Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
}
