//! Finding the cart that a call is about, and changing it.

use billing::Terms;
use kernel::{CartId, Currency, CustomerId, InvoiceId};
use orders::{Cart, CartOwner, CartPointer, CartState, CartToken, Carts, NewCart};
use promotions::Promotions;
use table::{Race, Transaction, until_settled};
use web::{Api, Needs, Optional, Problem, Reply, RequestInfo};

use crate::{
    cart::cart_view::CartView,
    shopping::{
        buying::Buying,
        discounts::promoted,
        pricing::Priced,
        shop_now::ShopNow,
        shopper::{Shopper, no_cart},
        stock_hold,
    },
};

/// A call that changes a cart.
pub(crate) struct CartCall<'a, P> {
    pub(crate) api: &'a Api,
    pub(crate) shopper: &'a Shopper<P>,
    pub(crate) info: &'a RequestInfo,
    pub(crate) key: &'a Optional,
    /// Which of a user's carts.
    pub(crate) currency: Currency,
}

/// A cart, as it was found or begun.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) cart: Cart,
    /// How it is written; none for one that is stored.
    begun: Option<Begun>,
}

/// What goes with a cart that is not stored yet.
#[derive(Clone, Debug)]
struct Begun {
    /// A guest's token.
    token: Option<CartToken>,
    /// What was the user's before.
    former: Option<CartPointer>,
}

/// Whether a call that finds no cart begins one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// It does.
    Begins,
    /// There must be one.
    Finds,
}

/// The cart of a shopper: the one that the token opens, else the user's own in a currency. Two reads at most.
///
/// # Errors
/// Not found for a token that opens nothing.
pub(crate) async fn find<P: Needs>(
    api: &Api,
    shopper: &Shopper<P>,
    currency: Currency,
) -> Result<Option<Cart>, Problem> {
    let (carts, now) = (Carts::new(api.table(), shopper.scope), api.now());
    if let Some(token) = &shopper.token {
        let cart = carts.get(token.cart(), now).await?.filter(|cart| token.opens(cart));
        return cart.map(Some).ok_or_else(no_cart);
    }
    let Some(user) = shopper.user() else { return Ok(None) };
    match carts.pointer(user, currency).await? {
        Some(pointer) => Ok(carts.get(pointer.cart, now).await?.filter(|cart| cart.user() == Some(user))),
        None => Ok(None),
    }
}

impl Opened {
    /// The cart of a shopper, or a new one. Three reads at most.
    ///
    /// # Errors
    /// Not found for a token that opens nothing, and where none is to be begun.
    pub(crate) async fn of<P: Needs>(
        api: &Api,
        shopper: &Shopper<P>,
        (currency, start): (Currency, Start),
    ) -> Result<Self, Problem> {
        let found = find(api, shopper, currency).await?;
        // What is a user's no more has no pointer; one that is left over is not taken up.
        let found = found.filter(|cart| shopper.token.is_some() || cart.state == CartState::Open);
        if let Some(cart) = found {
            return Ok(Self { cart, begun: None });
        }
        if start == Start::Finds {
            return Err(no_cart());
        }
        let id = CartId::new(api.new_ulid());
        let (owner, token, former) = if let Some(user) = shopper.user() {
            let former = Carts::new(api.table(), shopper.scope).pointer(user, currency).await?;
            (CartOwner::User { id: user }, None, former)
        } else {
            let token = CartToken::new(id, api.random());
            (CartOwner::Guest { token_hash: token.hash() }, Some(token), None)
        };
        let cart = Cart::new(NewCart { id, owner, currency }, api.now());
        Ok(Self { cart, begun: Some(Begun { token, former }) })
    }

    /// Adds what the cart became to a transaction.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub(crate) fn write(&self, carts: &Carts<'_>, transaction: &mut Transaction, next: &Cart) -> Result<(), Problem> {
        match &self.begun {
            Some(begun) => carts.insert(transaction, next, begun.former)?,
            None => carts.save(transaction, next)?,
        };
        Ok(())
    }

    /// A new guest's token, to be shown once.
    pub(crate) fn token(&self) -> Option<&CartToken> {
        self.begun.as_ref().and_then(|begun| begun.token.as_ref())
    }
}

impl<P: Needs> CartCall<'_, P> {
    /// Changes the cart and shows it. Where the change is of lines, what was kept for them is given back first, in a transaction
    /// of its own; where the buyer is at the checkout it is kept anew afterwards, and otherwise kept longer. A crash in between
    /// leaves a cart that nothing is kept for, which an order makes up for.
    ///
    /// # Errors
    /// Not found where there is no cart and none is begun; those of `change`.
    pub(crate) async fn change<F>(&self, start: Start, change: impl Fn(Cart) -> F) -> Result<Reply, Problem>
    where
        F: Future<Output = Result<Cart, Problem>>,
    {
        let Self { api, shopper, info, key, currency } = *self;
        let carts = Carts::new(api.table(), shopper.scope);
        let outcome = until_settled(Problem::conflict, || async {
            let opened = Opened::of(api, shopper, (currency, start)).await?;
            opened.cart.must_be_open()?;
            let next = change(opened.cart.clone()).await?;
            if opened.cart.reservation.is_some() && opened.cart.lines != next.lines {
                stock_hold::let_go(api, (shopper, info), &opened.cart).await?;
                return Ok(Race::Lost);
            }
            let view = show(api, shopper, &next).await?.with_token(opened.token());
            let mut transaction = Transaction::new();
            opened.write(&carts, &mut transaction, &next)?;
            let reply = if opened.begun.is_some() { Reply::created(&view)? } else { Reply::ok(&view)? };
            Ok(match key.try_commit(api, transaction, reply).await? {
                Ok(reply) => Race::Settled((reply, next)),
                Err(_) => Race::Lost,
            })
        });
        let (reply, changed) = match outcome.await {
            Ok((reply, changed)) => (reply, Some(changed)),
            Err(refusal) => (key.settle(api, Err(refusal)).await?, None),
        };
        if let Some(cart) = changed.filter(|cart| cart.shipping.is_some() && !reply.is_replay()) {
            stock_hold::keep_on(api, (shopper, info), &cart).await;
        }
        Ok(reply)
    }
}

/// What is there of a cart now, by the terms of the present.
///
/// # Errors
/// Those of the table.
pub(crate) async fn read<P: Needs>(
    api: &Api,
    shopper: &Shopper<P>,
    cart: &Cart,
) -> Result<(ShopNow, (Terms, Option<CustomerId>)), Problem> {
    let buying = Buying::likely(api, shopper, cart).await?;
    let shop = ShopNow::read(api, shopper.scope, (cart, buying.group()));
    let (shop, terms) = tokio::try_join!(shop, buying.terms(api, shopper, cart))?;
    Ok((shop, (terms, buying.known())))
}

/// A cart as it is shown now.
///
/// # Errors
/// Those of the table.
pub(crate) async fn show<P: Needs>(api: &Api, shopper: &Shopper<P>, cart: &Cart) -> Result<CartView, Problem> {
    let (shop, (terms, customer)) = read(api, shopper, cart).await?;
    let promotions = Promotions::new(api.table(), shopper.scope);
    let promoted = promoted(api, promotions, (cart, &shop.lines), customer).await?;
    // Only its sums are looked at: a draft that is not stored needs no id of its own.
    let id = InvoiceId::new(cart.id.ulid());
    let priced = Priced::of(id, (cart, &shop.lines), promoted.discounts, &terms).ok();
    Ok(CartView::of(cart, (&shop, &promoted.refused), priced.as_ref(), api.now()))
}
