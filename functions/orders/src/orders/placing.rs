//! From a cart to an order, in one transaction: the order under its number, the end of the cart, the goods, the customer if it is
//! new, the issued invoice with its entries of the journal, and what is told of all of it.

use billing::{Finalised, Invoice, Invoices, Month, Terms};
use events::{
    UNVERSIONED,
    order::{OrderConfirmed, OrderPlaced},
};
use jiff::Unit;
use kernel::{CartId, CustomerId, InvoiceId, JournalId, Money, MovementId, ReservationId, Timestamp};
use ledger::Journal;
use orders::{
    Cart, CartState, Carts, Order, OrderError, OrderNumber, OrderSettings, OrderStatus, Orders, Placing, place,
};
use promotions::{Promotion, Promotions};
use settlement::{Settlement, from_balance};
use stock::{MovementKind, Reservation, StockError, StockMovement, StockNews, Stocks, StocksError};
use table::{
    MAX_WRITES, Race, Transaction,
    agenda::{self, DueKind},
};
use web::{Api, IdempotencyKey, Problem, Reply, RequestInfo};

use crate::{
    OrdersWrite,
    orders::{order_limits::OrderCount, order_view::OrderView},
    shopping::{
        buying::Buying,
        discounts::promoted,
        pricing::Priced,
        quoted_way::{still_quoted, worth},
        shop_now::ShopNow,
        shopper::Shopper,
        stock_hold,
    },
};

/// One try at an order.
pub(crate) struct Checkout<'a> {
    pub(crate) api: &'a Api,
    pub(crate) shopper: &'a Shopper<OrdersWrite>,
    pub(crate) info: &'a RequestInfo,
    pub(crate) key: &'a IdempotencyKey,
    /// Counts it once, however often it is tried.
    pub(crate) count: &'a OrderCount,
    /// Which cart.
    pub(crate) cart_id: CartId,
    /// What the buyer agrees to.
    pub(crate) expected_total: Money,
    /// Who buys, where that was said.
    pub(crate) customer_id: Option<CustomerId>,
}

/// An order that is ready to be written.
struct Ready {
    order: Order,
    invoice: Invoice,
    number: billing::InvoiceNumber,
    buying: Buying,
    /// The promotions that take something off it, as they were read.
    used: Vec<Promotion>,
}

impl Checkout<'_> {
    /// Reads, decides and writes once. A cart that is an order already answers with that order.
    ///
    /// # Errors
    /// Not found for somebody else's cart; those of the rules; those of the table.
    pub(crate) async fn attempt(&self) -> Result<Race<Reply>, Problem> {
        let Self { api, shopper, info, key, count, cart_id, expected_total: _, customer_id } = *self;
        let now = api.now();
        let found = Carts::new(api.table(), shopper.scope).get(cart_id, now).await?;
        let cart = found.filter(|cart| shopper.owns(cart)).ok_or_else(|| Problem::not_found().named_at("/cartId"))?;
        if let CartState::Ordered { order } = cart.state {
            return self.placed_before(order).await;
        }
        cart.must_be_open()?;
        let buying = Buying::of(api, shopper, &cart, customer_id).await;
        let buying = buying.map_err(|refusal| refusal.named_at("/customerId"))?;
        let (shop, terms, (settings, quoted)) = tokio::try_join!(
            ShopNow::read(api, shopper.scope, (&cart, buying.group())),
            buying.terms(api, shopper, &cart),
            async {
                let quoted = still_quoted(api, shopper.scope, &cart).await?;
                Ok((OrderSettings::read(api.table(), shopper.scope).await?, quoted))
            },
        )?;
        settings.must_suffice(&cart)?;
        // A way that is free from so much on is so by what is paid.
        if let Some(quoted) = quoted {
            quoted.must_be_of_goods_worth(worth(cart.currency, &shop.lines))?;
        }
        let kept = shop.kept(now).cloned();
        if kept.is_none() && cart.reservation.is_some() {
            // It ran out: what it kept is given back, so that it can be had once more.
            stock_hold::let_go(api, (shopper, info), &cart).await?;
            return Ok(Race::Lost);
        }
        let reservation = kept.as_ref().map_or_else(|| ReservationId::new(api.new_ulid()), |kept| kept.id);
        let ready = self.decide((&cart, &shop), buying, (&terms, &settings), reservation).await?;
        let mut transaction = Transaction::new();
        let Some(told) = self.take_goods(&mut transaction, &shop, (kept, &ready.order)).await? else {
            return Ok(Race::Lost);
        };
        stock::tell(&mut transaction, &told, || api.event_meta(shopper.scope.tenant(), info, UNVERSIONED))?;
        self.write(&mut transaction, &cart, &ready)?;
        // One write more is the idempotency row.
        if transaction.len() >= MAX_WRITES {
            return Err(OrderError::TooLarge.into());
        }
        count.count(api, shopper, (&ready.buying, ready.order.email.as_ref())).await?;
        let reply = Reply::created(&OrderView::of(api, &shopper.tenant, &ready.order))?;
        let reply = reply.version(ready.order.version);
        Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    }

    /// The order that the cart became: of one cart there is one order, whatever the key.
    async fn placed_before(&self, id: kernel::OrderId) -> Result<Race<Reply>, Problem> {
        let Self { api, shopper, .. } = *self;
        let found = Orders::new(api.table(), shopper.scope).get(id).await?.ok_or_else(Problem::not_found)?;
        let order = found.trusted("the shopper owns the cart that it was");
        let reply = Reply::ok(&OrderView::of(api, &shopper.tenant, &order))?.version(order.version);
        Ok(Race::Settled(reply))
    }

    /// What is to be written, by the prices, taxes and numbers of now. Three reads at once.
    async fn decide(
        &self,
        (cart, shop): (&Cart, &ShopNow),
        buying: Buying,
        (terms, settings): (&Terms, &OrderSettings),
        reservation_id: ReservationId,
    ) -> Result<Ready, Problem> {
        let Self { api, shopper, expected_total, .. } = *self;
        let (table, scope, now) = (api.table(), shopper.scope, api.now());
        let promotions = Promotions::new(table, scope);
        let promoted = promoted(api, promotions, (cart, &shop.lines), buying.known()).await?;
        let id = InvoiceId::new(api.new_ulid());
        let priced = Priced::of(id, (cart, &shop.lines), promoted.discounts, terms)?;
        let today = now.date_in(&terms.seller.zone);
        let (orders, invoices, journal) =
            (Orders::new(table, scope), Invoices::new(table, scope), Journal::new(table, scope));
        let (order_number, number, balance) = tokio::try_join!(
            orders.next_number(settings.number_prefix.clone(), today.year()),
            invoices.next_number(terms.number_prefix, Month::of(today)),
            journal.balance_of(buying.party(), cart.currency),
        )?;
        let pay_by = now.plus(settings.pay_within_minutes.duration());
        let days = days_between(today, pay_by.date_in(&terms.seller.zone));
        let draft = Invoice { pay_by: Some(pay_by), ..priced.draft };
        let issued = match draft.finalise(number, now, days)? {
            Finalised::Now(invoice) | Finalised::Before(invoice) => invoice,
        };
        let invoice = from_balance(issued, &balance, terms.balance, now)?;
        let placing = placing(expected_total, (order_number, buying.customer.id), (&invoice, pay_by), reservation_id);
        let order = place(cart, &shop.lines, (priced.order, placing), now).map_err(said)?;
        Ok(Ready { order, invoice, number, buying, used: promoted.used })
    }

    /// Adds to a transaction that the goods are the order's: those that were kept for the cart, or as many as it wants. None where
    /// others' reservations had to be given back first.
    async fn take_goods(
        &self,
        transaction: &mut Transaction,
        shop: &ShopNow,
        (kept, order): (Option<Reservation>, &Order),
    ) -> Result<Option<StockNews>, Problem> {
        let Self { api, shopper, info, .. } = *self;
        let (stocks, now) = (Stocks::new(api.table(), shopper.scope), api.now());
        let (wanted, levels) = stock_hold::wanted(shop)?;
        let (committed, told) = if let Some(kept) = kept {
            let committed = kept.committed(now)?;
            stocks.allocate(transaction, &committed, &levels, now)?;
            (committed, StockNews::new())
        } else {
            let id = order.reservation_id;
            match stocks.allocate_anew(transaction, (id, &wanted), (&levels, &shop.locations), now) {
                Ok(taken) => taken,
                Err(StocksError::Refused(StockError::Insufficient { sku, available: _, wanted })) => {
                    // What has run out and was not given back yet is there for who wants it.
                    if stock_hold::give_back_what_ran_out(api, (shopper, info), &sku).await? {
                        return Ok(None);
                    }
                    return Err(OrderError::Insufficient { sku, wanted }.into());
                }
                Err(error) => return Err(error.into()),
            }
        };
        let of = order.id.to_string();
        let new_id = || MovementId::new(api.new_ulid());
        for entry in StockMovement::of_takings(MovementKind::Allocation, &committed.takings, (&of, now), new_id) {
            stocks.insert_movement(transaction, &entry)?;
        }
        Ok(Some(told))
    }

    /// Adds all else to the transaction. What becomes of the order after it was placed begins here: its end by the agenda, at
    /// `order.pay_by`, and the uses of its promotions belong into this transaction.
    fn write(&self, transaction: &mut Transaction, cart: &Cart, ready: &Ready) -> Result<(), Problem> {
        let Self { api, shopper, info, .. } = *self;
        let (table, scope, now) = (api.table(), shopper.scope, api.now());
        let Ready { order, invoice, number, buying, used } = ready;
        buying.add_to(api, (shopper, info), transaction)?;
        Orders::new(table, scope).insert(transaction, order)?;
        for promotion in used {
            Promotions::new(table, scope).use_once(transaction, promotion, Some(order.customer_id));
        }
        // What waits for no payment is looked at later, to forget where it went.
        if let Some(due) = order.pay_by.or_else(|| order.look_at(now)) {
            agenda::set(transaction, scope, DueKind::OrderExpiry, order.id, due)?;
        }
        Carts::new(table, scope).save(transaction, &cart.ordered(now)?)?;
        Invoices::guard(transaction, scope, invoice)?;
        Invoices::insert_issued(transaction, scope, invoice, *number)?;
        let journal_id = || JournalId::new(api.new_ulid());
        Settlement::new(table, scope, now, &journal_id).issue(transaction, invoice, Vec::new())?;
        if let Some(told) = invoice.told_issued() {
            api.insert_event(transaction, scope.tenant(), info, invoice.version, &told)?;
        }
        let (order_id, customer_id, total) = (order.id, order.customer_id, order.total);
        let number = order.number.to_string();
        let placed = OrderPlaced { order_id, number: number.clone(), customer_id, invoice_id: order.invoice_id, total };
        api.insert_event(transaction, scope.tenant(), info, order.version, &placed)?;
        if order.status == OrderStatus::Confirmed {
            let confirmed = OrderConfirmed { order_id, number, customer_id, total };
            api.insert_event(transaction, scope.tenant(), info, order.version, &confirmed)?;
        }
        Ok(())
    }
}

fn placing(
    expected_total: Money,
    (number, customer_id): (OrderNumber, CustomerId),
    (invoice, pay_by): (&Invoice, Timestamp),
    reservation_id: ReservationId,
) -> Placing {
    Placing {
        number,
        customer_id,
        language: invoice.language,
        invoice_id: invoice.id,
        due: invoice.amount_due(),
        reservation_id,
        pay_by,
        expected_total,
    }
}

/// A refusal, with both totals where it is about them.
fn said(refusal: OrderError) -> Problem {
    let as_json = |money: Money| serde_json::json!({ "amount": money.minor(), "currency": money.currency() });
    match refusal {
        OrderError::PriceChanged { expected, actual } => {
            Problem::from(refusal).with_member("expected", as_json(expected)).with_member("actual", as_json(actual))
        }
        OrderError::Incomplete { .. }
        | OrderError::Unavailable { .. }
        | OrderError::NoPrice { .. }
        | OrderError::QuoteChanged
        | OrderError::Insufficient { .. }
        | OrderError::TooLarge
        | OrderError::WrongMove { .. } => refusal.into(),
    }
}

/// How many days there are to pay on the invoice.
fn days_between(today: kernel::Date, last: kernel::Date) -> u16 {
    let span = today.until((Unit::Day, last));
    span.map_or(0, |span| u16::try_from(span.get_days()).unwrap_or(0))
}
