//! The goods of an order that is over are there for others again: in the transaction that ends it, or, where they are too many for
//! that, right after it by the agenda.

use orders::{LinePieces, Order};
use table::{MAX_WRITES, TableError, TransactError, Transaction, agenda::Due};

use crate::{AfterSales, AfterSalesError};

/// What the end of an order still adds to its transaction behind the goods: the order, its place on the agenda and its event, an
/// audit entry and the row of an idempotency key.
const BESIDE_GOODS: usize = 5;

/// Adds the release of goods to the transaction that ends their order, where it has room for them; else the order, which is yet to be
/// stored, says which are still to be released.
pub(crate) fn with_goods(
    transaction: &mut Transaction,
    next: Order,
    (pieces, goods): (&[LinePieces], &Transaction),
) -> Order {
    let fits = transaction.len() + goods.len() + BESIDE_GOODS <= MAX_WRITES;
    if fits && transaction.join(goods).is_some() { next } else { next.releasing_later(pieces) }
}

impl AfterSales<'_> {
    /// Releases the goods that an order still keeps after its end, as many of its lines as fit into one transaction; the rest is due
    /// again. Two reads for each line, one transaction.
    ///
    /// # Errors
    /// Those of the table; `Unavailable` when the order or its goods changed meanwhile.
    pub async fn release_rest(&self, due: &Due, order: &Order) -> Result<(), AfterSalesError> {
        let (mut transaction, mut released) = (Transaction::new(), 0);
        for piece in order.to_release() {
            let mut goods = Transaction::new();
            self.release(&mut goods, order, std::slice::from_ref(&piece)).await?;
            let fits = transaction.len() + goods.len() + BESIDE_GOODS <= MAX_WRITES;
            if !fits || transaction.join(&goods).is_none() {
                break;
            }
            released += 1;
        }
        if released == 0 {
            // One line is taken from fewer levels than an order has writes.
            return Err(TableError::Corrupt(format!("the goods of {} cannot be released", due.id)).into());
        }
        let next = order.released(released, self.ctx.now());
        self.orders().save(&mut transaction, &next)?;
        self.plan(&mut transaction, &next)?;
        match self.ctx.table().transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => {
                Err(TableError::Unavailable("the order or its goods changed meanwhile".to_owned()).into())
            }
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }
}
