//! What an order forgets: where its goods went, some time after it is over, and more once its buyer is erased.

use kernel::{CustomerId, OrderId, Party};
use orders::{Order, OrdersOf};
use table::{
    Race, TableError, TransactError, Transaction,
    agenda::{self, Due},
    pages::{Listed, PageRequest},
    until_settled,
};

use crate::{AfterSales, AfterSalesError};

impl AfterSales<'_> {
    /// All orders of a customer. A query and a batch read per twenty.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn orders_of(&self, customer: CustomerId) -> Result<Vec<Order>, TableError> {
        let (of, mut request, mut all) =
            (OrdersOf::Customer(Party::Customer(customer)), PageRequest::default(), Vec::new());
        loop {
            let Listed { items, last } = self.orders().list(of, None, &request).await?;
            all.extend(items);
            if last.is_none() {
                return Ok(all);
            }
            request.after = last;
        }
    }

    /// The buyer of an order was erased: nobody is written to about it any more, and where its goods went is forgotten as soon as
    /// they are sent. Safe to repeat. One read of the order, one transaction; again for each lost race.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget_buyer(&self, id: OrderId) -> Result<(), AfterSalesError> {
        until_settled(
            || TableError::Unavailable("the order kept changing".to_owned()).into(),
            || async {
                let order = self.order(id).await?;
                let Some(next) = order.and_then(|order| order.of_erased(self.ctx.now())) else {
                    return Ok(Race::Settled(()));
                };
                let mut transaction = Transaction::new();
                self.orders().save(&mut transaction, &next)?;
                self.plan(&mut transaction, &next)?;
                match self.ctx.table().transact(transaction).await {
                    Ok(()) => Ok(Race::Settled(())),
                    Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                    Err(TransactError::Table(error)) => Err(error.into()),
                }
            },
        )
        .await
    }

    /// The time of an order that waits for no payment has come: where its goods went is forgotten, or looked at again later. One
    /// write.
    ///
    /// # Errors
    /// Those of the table; `Unavailable` when the order changed meanwhile.
    pub async fn forget_delivery(&self, due: &Due, order: &Order) -> Result<(), AfterSalesError> {
        let (table, now) = (self.ctx.table(), self.ctx.now());
        match order.forget_at(now) {
            None => Ok(agenda::finish(table, due).await?),
            Some(at) if now < at => Ok(agenda::postpone(table, due, at).await?),
            Some(_) => {
                let mut transaction = Transaction::new();
                self.orders().save(&mut transaction, &order.forgotten(now))?;
                agenda::done(&mut transaction, due);
                match table.transact(transaction).await {
                    Ok(()) => Ok(()),
                    Err(TransactError::Cancelled(_)) => {
                        Err(TableError::Unavailable("the order changed meanwhile".to_owned()).into())
                    }
                    Err(TransactError::Table(error)) => Err(error.into()),
                }
            }
        }
    }
}
