//! Money of another transaction of a payment's order: it is kept as a payment of its own, once.

use crate::{KeptBeside, Method, NewPayment, Observed, Payment, PaymentError, ProviderStatus, Purpose, Status};
use kernel::{PaymentId, Timestamp};

impl Payment {
    /// This payment after money of another transaction of its order was kept as a payment of its own. One that still waited
    /// for that very transaction, over another amount, is over.
    ///
    /// # Errors
    /// `KeptBefore`.
    pub fn with_beside(&self, kept: &Self, now: Timestamp) -> Result<Self, PaymentError> {
        let Some(transaction) = &kept.transaction_id else { return Err(PaymentError::KeptBefore) };
        let own = self.transaction_id.as_ref() == Some(transaction);
        let waits = self.status.is_open();
        if self.kept_beside(transaction).is_some() || (own && self.settled_at.is_some()) {
            return Err(PaymentError::KeptBefore);
        }
        let mut next = self.next(now);
        if own && waits {
            next.status = Status::Cancelled;
            next.next_action = None;
        }
        next.beside.push(KeptBeside { transaction: transaction.clone(), payment: kept.id });
        Ok(next)
    }

    /// The payment that another transaction of its order is kept as.
    pub fn kept_beside(&self, transaction: &str) -> Option<PaymentId> {
        self.beside.iter().find(|kept| kept.transaction == transaction).map(|kept| kept.payment)
    }

    /// Whether word of this order and transaction is about this payment or one that is kept beside it.
    pub fn is_of(&self, order_id: &str, transaction: &str) -> bool {
        let known = self.transaction_id.as_deref() == Some(transaction);
        order_id == self.order_id()
            || (order_id == transaction && known)
            || (known && self.beside_of.is_some_and(|first| first.to_string() == order_id))
    }

    /// Money of its payer that a transaction beside this payment's own brought: a payment of its own, for the balance.
    pub fn beside(&self, id: PaymentId, said: &ProviderStatus, now: Timestamp) -> Self {
        let settled_at = (said.observed == Observed::Settled).then(|| said.settled_at.unwrap_or(said.at));
        let (tenant_id, payer, method) = (self.tenant_id, self.payer, self.method);
        let new = NewPayment { id, tenant_id, payer, purpose: Purpose::Deposit, amount: said.asked(), method, now };
        Self {
            status: Status::Success,
            transaction_id: Some(said.transaction_id.clone()),
            chosen_way: said.way.clone().filter(|_| self.method == Method::MidtransPage),
            settled_at,
            beside_of: Some(self.id),
            ..Self::new(new, self.provider)
        }
    }
}
