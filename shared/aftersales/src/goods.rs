//! The goods of an order: what is kept for it leaves, comes back, or is there for others again.

use events::{
    UNVERSIONED,
    order_course::{OrderDelivered, OrderFulfilled, OrderReturned, ToldPieces},
};
use futures::future::try_join_all;
use kernel::{Money, MovementId, Sku};
use orders::{DispatchReference, LinePieces, Order, OrderDispatch, OrderGoods, OrderPieces, OrderReturn, OrderStatus};
use stock::{LocationCode, MovementKind, StockError, StockMovement, StockNews, StockNow, StockTaking};
use table::{MAX_WRITES, TableError, Transaction};

use crate::{AfterSales, AfterSalesError, facts, money::TakenBack};

/// What a return still adds to its transaction: an audit entry and the row of its idempotency key.
const BESIDE_RETURN: usize = 2;

/// What is to be sent.
#[derive(Clone, Debug, Default)]
pub struct ToSend {
    /// Which pieces; all that are left when none are named.
    pub pieces: Option<Vec<OrderPieces>>,
    /// Who carries them.
    pub carrier: Option<DispatchReference>,
    /// The number by which the carrier knows them.
    pub tracking_number: Option<DispatchReference>,
    /// The shipment whose label was bought for them.
    pub shipment_id: Option<DispatchReference>,
}

/// What came back, and what becomes of it.
#[derive(Clone, Debug)]
pub struct ToReceive {
    /// Which pieces.
    pub pieces: Vec<OrderPieces>,
    /// Whether they can be sold again, and where.
    pub restock: Restock,
    /// What the caller expects the buyer to get; whatever it is when none.
    pub expected: Option<Money>,
}

/// Whether pieces that came back can be sold again, and where they are then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restock {
    /// They cannot.
    Nowhere,
    /// Where they were sent from.
    WhereSent,
    /// At this location.
    At(LocationCode),
}

/// What was sent.
#[derive(Clone, Debug)]
pub struct GoodsSent {
    /// The order afterwards.
    pub order: Order,
    /// What left.
    pub dispatch: OrderDispatch,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Received {
    /// The order afterwards.
    pub order: Order,
    /// What came.
    pub returned: OrderReturn,
}

impl AfterSales<'_> {
    /// Adds to a transaction that goods of an order are sent: of what is kept for it, so that it is always there. One read of the
    /// reservation, one for each SKU.
    ///
    /// # Errors
    /// `Course`; those of the table.
    pub async fn send(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        asked: ToSend,
    ) -> Result<GoodsSent, AfterSalesError> {
        let now = self.ctx.now();
        let (next, pieces) = order.sending(asked.pieces.as_deref(), now)?;
        let (takings, stocks) = self.kept(order, &pieces).await?;
        self.stocks().ship(transaction, &takings, &stocks, now)?;
        self.note(transaction, order, (MovementKind::Sale, &takings))?;
        let dispatch = OrderDispatch {
            order_id: order.id,
            number: next.progress.fulfilments,
            pieces: named(&pieces),
            carrier: asked.carrier,
            tracking_number: asked.tracking_number,
            shipment_id: asked.shipment_id,
            sent_at: now,
        };
        OrderGoods::new(self.ctx.table(), self.scope).insert_sent(transaction, &dispatch)?;
        self.orders().save(transaction, &next)?;
        let told = OrderFulfilled {
            order_id: next.id,
            number: next.number.to_string(),
            customer_id: next.customer_id,
            fulfilment: dispatch.number,
            items: told(&pieces),
            carrier: dispatch.carrier.clone().map(String::from),
            tracking_number: dispatch.tracking_number.clone().map(String::from),
            complete: next.status == OrderStatus::Fulfilled,
        };
        self.tell(transaction, &next, &told)?;
        Ok(GoodsSent { order: next, dispatch })
    }

    /// Adds to a transaction that pieces of an order came back: they are paid back as they were paid, as far as that was not given
    /// back before by whomever, and can be sold again where [`Restock`] says so. Reads as [`Self::send`], one of the locations where
    /// one is named, and those of [`Self::take_back`].
    ///
    /// # Errors
    /// `Course`, `CreditNote`, `Payment(RefundOnItsWay)`, `Stock(NoLocation, TooMany)`, `Order(TooLarge)` where fewer pieces at once
    /// are to be named; those of the table.
    pub async fn receive(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        ToReceive { pieces: asked, restock, expected }: ToReceive,
    ) -> Result<Received, AfterSalesError> {
        let now = self.ctx.now();
        let (next, pieces) = order.receiving(&asked, now)?;
        let (next, taken) = self.take_back_pieces(transaction, next, &pieces).await?;
        let refunded = taken.as_ref().map_or(Money::zero(order.currency), |taken| taken.note.total);
        if let Some(expected) = expected.filter(|expected| *expected != refunded) {
            return Err(orders::CourseError::OtherRefund { expected, refundable: refunded }.into());
        }
        let restocked = restock != Restock::Nowhere;
        self.restock(transaction, order, (&pieces, restock)).await?;
        let (note, refund) = match taken {
            Some(TakenBack { note, refund }) => (Some(note.id), refund.map(|refund| refund.id)),
            None => (None, None),
        };
        let returned = OrderReturn {
            order_id: order.id,
            number: next.progress.returns,
            pieces: named(&pieces),
            restocked,
            refunded,
            credit_note_id: note,
            refund_id: refund,
            returned_at: now,
        };
        OrderGoods::new(self.ctx.table(), self.scope).insert_returned(transaction, &returned)?;
        self.orders().save(transaction, &next)?;
        let told = OrderReturned {
            order_id: next.id,
            number: next.number.to_string(),
            customer_id: next.customer_id,
            order_return: returned.number,
            items: told(&pieces),
            restocked,
            refunded,
        };
        self.tell(transaction, &next, &told)?;
        if transaction.len() + BESIDE_RETURN > MAX_WRITES {
            return Err(orders::OrderError::TooLarge.into());
        }
        Ok(Received { order: next, returned })
    }

    /// Adds to a transaction that all of an order has arrived.
    ///
    /// # Errors
    /// `Course(WrongMove)` unless all of it was sent.
    pub fn deliver(&self, transaction: &mut Transaction, order: &Order) -> Result<Order, AfterSalesError> {
        let next = order.delivered(self.ctx.now())?;
        self.orders().save(transaction, &next)?;
        self.tell(transaction, &next, &OrderDelivered(facts(&next)))?;
        Ok(next)
    }

    /// Adds to a transaction that an order is done.
    ///
    /// # Errors
    /// `Course(WrongMove)` unless all of it was sent.
    pub fn complete(&self, transaction: &mut Transaction, order: &Order) -> Result<Order, AfterSalesError> {
        let next = order.completed(self.ctx.now())?;
        self.orders().save(transaction, &next)?;
        Ok(next)
    }

    /// Adds to a transaction that pieces which are kept for an order are there for others again.
    pub(crate) async fn release(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        pieces: &[LinePieces],
    ) -> Result<(), AfterSalesError> {
        let (takings, stocks) = self.kept(order, pieces).await?;
        let told = self.stocks().release(transaction, &takings, &stocks, self.ctx.now())?;
        self.note(transaction, order, (MovementKind::Release, &takings))?;
        self.tell_stock(transaction, &told)?;
        Ok(())
    }

    async fn restock(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        (pieces, restock): (&[LinePieces], Restock),
    ) -> Result<(), AfterSalesError> {
        match restock {
            Restock::Nowhere => Ok(()),
            Restock::WhereSent => {
                // What was sent left in the order in which it was taken, and comes back in that order.
                let (takings, stocks) = self.taken(order, pieces, |one| one.returned_before).await?;
                let told = self.stocks().take_back(transaction, &takings, &stocks, self.ctx.now())?;
                self.tell_stock(transaction, &told)?;
                Ok(self.note(transaction, order, (MovementKind::Return, &takings))?)
            }
            Restock::At(location) => self.restock_at(transaction, order, (pieces, &location)).await,
        }
    }

    async fn restock_at(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        (pieces, location): (&[LinePieces], &LocationCode),
    ) -> Result<(), AfterSalesError> {
        let stocks = self.stocks();
        let locations = async { Ok(stocks.locations().await?) };
        let (locations, known) = futures::future::try_join(locations, self.stocks_of(order, pieces)).await?;
        if locations.iter().all(|one| one.code != *location) {
            return Err(StockError::NoLocation { code: location.clone() }.into());
        }
        for (one, stock) in pieces.iter().zip(&known) {
            let told = stocks.adjust(transaction, stock, (location, i64::from(one.quantity)), self.ctx.now())?;
            self.tell_stock(transaction, &told)?;
            let (sku, location) = (one.sku.clone(), location.clone());
            let taking = StockTaking { sku, location, bucket: 0, quantity: one.quantity };
            self.note(transaction, order, (MovementKind::Return, &[taking]))?;
        }
        Ok(())
    }

    /// From where pieces that are kept for an order are taken, and their SKUs as they are, in the order of the pieces.
    async fn kept(
        &self,
        order: &Order,
        pieces: &[LinePieces],
    ) -> Result<(Vec<StockTaking>, Vec<StockNow>), AfterSalesError> {
        self.taken(order, pieces, |one| one.taken_before).await
    }

    /// From where pieces of an order were taken, behind the first ones of their line that `before` counts, and their SKUs as they
    /// are, in the order of the pieces.
    async fn taken(
        &self,
        order: &Order,
        pieces: &[LinePieces],
        before: impl Fn(&LinePieces) -> u32,
    ) -> Result<(Vec<StockTaking>, Vec<StockNow>), AfterSalesError> {
        let stocks = self.stocks();
        let reservation = async { Ok(stocks.reservation(order.reservation_id).await?) };
        let (reservation, known) = futures::future::try_join(reservation, self.stocks_of(order, pieces)).await?;
        let gone = || TableError::Corrupt(format!("what is kept for {} is gone", order.id));
        let all = reservation.ok_or_else(gone)?.takings;
        let mut takings = Vec::new();
        for one in pieces {
            let of_piece = part(&all, &one.sku, (before(one), one.quantity));
            if of_piece.iter().map(|taking| u64::from(taking.quantity)).sum::<u64>() != u64::from(one.quantity) {
                return Err(gone().into());
            }
            takings.extend(of_piece);
        }
        Ok((takings, known))
    }

    /// The SKUs of pieces as they are, in the order of the pieces.
    async fn stocks_of(&self, order: &Order, pieces: &[LinePieces]) -> Result<Vec<StockNow>, AfterSalesError> {
        let stocks = self.stocks();
        let known = try_join_all(pieces.iter().map(|one| stocks.get(&one.sku))).await?;
        let gone = || TableError::Corrupt(format!("the stock of what {} bought is gone", order.id));
        Ok(known.into_iter().map(|stock| stock.ok_or_else(gone)).collect::<Result<_, _>>()?)
    }

    fn note(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        (kind, takings): (MovementKind, &[StockTaking]),
    ) -> Result<(), TableError> {
        let (of, new_id) = (order.id.to_string(), || MovementId::new(self.ctx.new_ulid()));
        for entry in StockMovement::of_takings(kind, takings, (&of, self.ctx.now()), new_id) {
            self.stocks().insert_movement(transaction, &entry)?;
        }
        Ok(())
    }

    fn tell_stock(&self, transaction: &mut Transaction, told: &StockNews) -> Result<(), TableError> {
        stock::tell(transaction, told, || self.ctx.event_meta(self.scope.tenant(), self.cause.clone(), UNVERSIONED))
    }
}

fn named(pieces: &[LinePieces]) -> Vec<OrderPieces> {
    pieces.iter().map(|one| OrderPieces { sku: one.sku.clone(), quantity: one.quantity }).collect()
}

pub(crate) fn told(pieces: &[LinePieces]) -> Vec<ToldPieces> {
    pieces.iter().map(|one| ToldPieces { sku: one.sku.clone(), quantity: one.quantity }).collect()
}

/// `count` units of a SKU behind the first `before` of what was taken of it.
fn part(takings: &[StockTaking], sku: &Sku, (before, count): (u32, u32)) -> Vec<StockTaking> {
    let (mut skip, mut left, mut found) = (before, count, Vec::new());
    for taking in takings.iter().filter(|taking| taking.sku == *sku) {
        let passed = skip.min(taking.quantity);
        skip -= passed;
        let quantity = left.min(taking.quantity - passed);
        left -= quantity;
        if quantity > 0 {
            found.push(StockTaking { quantity, ..taking.clone() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goods_leave_in_the_order_in_which_they_were_taken() {
        let sku: Sku = "A".parse().unwrap();
        let taking = |location: &str, quantity| StockTaking {
            sku: sku.clone(),
            location: location.parse().unwrap(),
            bucket: 0,
            quantity,
        };
        let other = StockTaking { sku: "B".parse().unwrap(), ..taking("main", 9) };
        let all = [taking("main", 2), other, taking("bandung", 3)];
        assert_eq!(part(&all, &sku, (0, 2)), [taking("main", 2)]);
        assert_eq!(part(&all, &sku, (1, 3)), [taking("main", 1), taking("bandung", 2)]);
        assert_eq!(part(&all, &sku, (4, 5)), [taking("bandung", 1)]);
        assert_eq!(part(&all, &sku, (0, 0)), []);
    }
}
