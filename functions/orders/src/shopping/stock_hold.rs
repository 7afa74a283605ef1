//! What is kept for a cart: reserved at the checkout, kept longer by each activity, given back where the lines change.

use std::sync::OnceLock;

use events::UNVERSIONED;
use kernel::{ReservationId, Sku, Timestamp};
use orders::{Cart, Carts, LineStatus, OrderError, OrderSettings};
use stock::{StockError, StockNews, StockNow, StockWanted, Stocks, StocksError};
use table::{MAX_WRITES, Race, TableError, TransactError, Transaction, until_settled};
use web::{Api, Limit, Needs, Problem, RequestInfo};

use crate::shopping::{shop_now::ShopNow, shopper::Shopper};

/// Gives back what is kept for a cart, in a transaction of its own. Whoever was faster did so, or changed the cart: it is to be read
/// again in any case.
///
/// # Errors
/// Those of the table.
pub(crate) async fn let_go<P: Needs>(
    api: &Api,
    (shopper, info): (&Shopper<P>, &RequestInfo),
    cart: &Cart,
) -> Result<(), Problem> {
    let Some(id) = cart.reservation else { return Ok(()) };
    let (stocks, now) = (Stocks::new(api.table(), shopper.scope), api.now());
    let mut transaction = Transaction::new();
    let kept = stocks.reservation(id).await?;
    let until = kept.as_ref().map(|kept| kept.expires_at.min(now));
    // One that ran out and was given back by its worker keeps nothing.
    if let Some(ended) = kept.and_then(|kept| kept.ended(now).ok()) {
        let levels = stocks.of_reservation(&ended).await?;
        let told = stocks.give_back(&mut transaction, &ended, &levels, now)?;
        stock::tell(&mut transaction, &told, || api.event_meta(shopper.scope.tenant(), info, UNVERSIONED))?;
    }
    Carts::new(api.table(), shopper.scope).save(&mut transaction, &cart.let_go(until))?;
    match api.table().transact(transaction).await {
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// Whether one call may keep goods anew. It is counted once, however often the call tries again.
#[derive(Debug, Default)]
pub(crate) struct HoldPermit(OnceLock<bool>);

impl HoldPermit {
    /// Whether goods may be kept anew for a cart: not after two hours without a break, and not for who keeps too much already: a
    /// user in all their carts, visitors of one address, and all visitors of the tenant. Who may not can order all the same. One
    /// write or two, the first time.
    pub(crate) async fn granted<P: Needs>(&self, api: &Api, (shopper, cart): (&Shopper<P>, &Cart)) -> bool {
        if !cart.may_be_kept(api.now()) {
            return false;
        }
        if let Some(known) = self.0.get() {
            return *known;
        }
        let counted = match &shopper.caller {
            Some(caller) => caller.limit(api, Limit::RESERVATIONS).await,
            None => match Limit::GUEST_HOLDS.count_address(api, &shopper.ip).await {
                Ok(()) => Limit::RESERVATIONS.count_thing(api, shopper.scope, "visitors").await,
                Err(refusal) => Err(refusal),
            },
        };
        if let Err(refusal) = &counted {
            tracing::warn!(cart.id = %cart.id, code = refusal.code(), "nothing more is kept for who keeps so much");
        }
        *self.0.get_or_init(|| counted.is_ok())
    }
}

/// Adds to a transaction that all of a cart is kept for it. The cart of the answer says so, and is yet to be saved.
///
/// # Errors
/// `Insufficient`, `Lines`; `Insufficient` too for a SKU that nothing is known of.
pub(crate) fn reserve(
    (stocks, transaction): (&Stocks<'_>, &mut Transaction),
    (cart, shop): (&Cart, &ShopNow),
    (id, now): (ReservationId, Timestamp),
) -> Result<(Cart, StockNews), StocksError> {
    let (wanted, levels) = wanted(shop)?;
    let (kept, told) = stocks.reserve(transaction, (id, &wanted), (&levels, &shop.locations), now)?;
    Ok((cart.holding(kept.id, kept.expires_at, now), told))
}

/// `Ok` where all of a cart is there, which is not kept for it.
///
/// # Errors
/// `Insufficient` for the first of which there is too little.
pub(crate) fn must_be_there(shop: &ShopNow) -> Result<(), OrderError> {
    let missing = shop.lines.iter().find(|line| line.status == LineStatus::Insufficient);
    missing.map_or(Ok(()), |judged| {
        let (sku, wanted) = (judged.line.sku.clone(), judged.line.quantity);
        Err(OrderError::Insufficient { sku, wanted })
    })
}

/// What is wanted, and the stock of each.
///
/// # Errors
/// `Insufficient` for a SKU that nothing is known of, `Lines` where something is not on sale.
pub(crate) fn wanted(shop: &ShopNow) -> Result<(Vec<StockWanted>, Vec<StockNow>), StockError> {
    let wanted = shop.wanted().ok_or(StockError::Lines)?;
    let levels: Result<Vec<StockNow>, StockError> = wanted
        .iter()
        .zip(&shop.stocks)
        .map(|(one, level)| {
            let none = || StockError::Insufficient { sku: one.sku.clone(), available: 0, wanted: one.quantity };
            level.clone().ok_or_else(none)
        })
        .collect();
    Ok((wanted, levels?))
}

/// Gives back what reservations of a SKU kept that have run out; whether there were any.
///
/// # Errors
/// Those of the table.
pub(crate) async fn give_back_what_ran_out<P: Needs>(
    api: &Api,
    (shopper, info): (&Shopper<P>, &RequestInfo),
    sku: &Sku,
) -> Result<bool, Problem> {
    let (stocks, now) = (Stocks::new(api.table(), shopper.scope), api.now());
    let mut any = false;
    for id in stocks.run_out(sku, now).await? {
        let mut transaction = Transaction::new();
        let Some(told) = stocks.lapse(&mut transaction, id, now).await? else { continue };
        stock::tell(&mut transaction, &told, || api.event_meta(shopper.scope.tenant(), info, UNVERSIONED))?;
        match api.table().transact(transaction).await {
            // Another was faster: it is given back all the same.
            Ok(()) | Err(TransactError::Cancelled(_)) => any = true,
            // One that cannot be given back is nothing that whoever wants its goods could mend.
            Err(TransactError::Table(error @ TableError::Refused(_))) => {
                tracing::error!(reservation.id = %id, %error, "a reservation that ran out is not given back");
            }
            Err(TransactError::Table(error)) => return Err(error.into()),
        }
    }
    Ok(any)
}

/// Keeps what is in a cart for its owner, who is at the checkout and did something: longer, or anew. Where it cannot be kept, the next
/// read of the cart says so, and an order tries again: nothing is refused for it.
pub(crate) async fn keep_on<P: Needs>(api: &Api, (shopper, info): (&Shopper<P>, &RequestInfo), cart: &Cart) {
    let permit = HoldPermit::default();
    let outcome =
        until_settled(Problem::conflict, || async { keep(api, (shopper, info), (cart, &permit)).await }).await;
    if let Err(refusal) = outcome
        && refusal.code() != "INSUFFICIENT_STOCK"
    {
        tracing::warn!(cart.id = %cart.id, code = refusal.code(), "the goods of a cart are not kept");
    }
}

async fn keep<P: Needs>(
    api: &Api,
    (shopper, info): (&Shopper<P>, &RequestInfo),
    (cart, permit): (&Cart, &HoldPermit),
) -> Result<Race<()>, Problem> {
    let (stocks, now) = (Stocks::new(api.table(), shopper.scope), api.now());
    let carts = Carts::new(api.table(), shopper.scope);
    let Some(cart) = carts.get(cart.id, now).await? else { return Ok(Race::Settled(())) };
    if cart.must_be_open().is_err() || cart.shipping.is_none() || cart.lines.is_empty() {
        return Ok(Race::Settled(()));
    }
    let (shop, settings) = tokio::try_join!(ShopNow::read(api, shopper.scope, (&cart, None)), async {
        Ok(OrderSettings::read(api.table(), shopper.scope).await?)
    })?;
    let mut transaction = Transaction::new();
    if let Some(kept) = shop.kept(now) {
        if !cart.may_be_kept(now) {
            return Ok(Race::Settled(()));
        }
        stocks.extend(&mut transaction, &kept.extended(now)?)?;
    } else if cart.reservation.is_some() {
        let_go(api, (shopper, info), &cart).await?;
        return Ok(Race::Lost);
    } else if settings.must_suffice(&cart).is_err() || !permit.granted(api, (shopper, &cart)).await {
        return Ok(Race::Settled(()));
    } else {
        let id = ReservationId::new(api.new_ulid());
        let held = cart.touched(now);
        let reserved = reserve((&stocks, &mut transaction), (&held, &shop), (id, now));
        let (held, told) = match reserved {
            Ok(reserved) => reserved,
            Err(StocksError::Refused(StockError::Insufficient { sku, available: _, wanted })) => {
                if give_back_what_ran_out(api, (shopper, info), &sku).await? {
                    return Ok(Race::Lost);
                }
                return Err(OrderError::Insufficient { sku, wanted }.into());
            }
            Err(error) => return Err(error.into()),
        };
        stock::tell(&mut transaction, &told, || api.event_meta(shopper.scope.tenant(), info, UNVERSIONED))?;
        carts.save(&mut transaction, &held)?;
    }
    if transaction.len() > MAX_WRITES {
        return Err(OrderError::TooLarge.into());
    }
    match api.table().transact(transaction).await {
        Ok(()) => Ok(Race::Settled(())),
        Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
