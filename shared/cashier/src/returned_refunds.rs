//! Refunds whose money came back to the provider after it had gone: which one it was, and what is written of it.

use payments::{FailedRefund, Failure, Payment, PaymentError, ProviderStatus, Refund, RefundOrigin, RefundStatus};
use settlement::Refunded;
use table::{Transaction, pages::PageRequest};

use crate::{Cashier, CashierError};

/// What is to be done about a refund that the provider says has failed.
pub enum CameBack {
    /// Its money is put on the balance again by this.
    Written(Box<(Transaction, Refunded)>),
    /// It was known.
    Known,
    /// Nothing can be done: which refund it is cannot be told, or the provider counts it still.
    Unclear,
}

impl Cashier<'_> {
    /// What puts the money of a refund that had succeeded on the balance again, since the bank refused it. `now` is how the
    /// payment stands at the provider. One read, more for a refund that was begun at the provider.
    ///
    /// # Errors
    /// `Payment(RefundOnItsWay)`: the word of a refund that is being asked for comes again, and is known then. Those of the
    /// settlement and the table.
    pub async fn refund_came_back(
        &self,
        payment: &Payment,
        told: &FailedRefund,
        now: &ProviderStatus,
    ) -> Result<CameBack, CashierError> {
        let Some(refund) = self.which_failed(payment, told).await? else { return Ok(CameBack::Unclear) };
        if told.amount.is_some_and(|amount| amount != refund.amount) || refund.origin == RefundOrigin::ByHand {
            return Ok(CameBack::Unclear);
        }
        match refund.status {
            RefundStatus::Pending => return Err(PaymentError::RefundOnItsWay.into()),
            RefundStatus::Failed => return Ok(CameBack::Known),
            RefundStatus::Succeeded => {}
        }
        // While the provider counts it among what went back, its next word would have it booked once more.
        let without = payment.refunded_at_provider().checked_sub(refund.amount).ok();
        let fits = without.zip(now.observed.went_back(payment.amount));
        if !fits.is_some_and(|(without, counted)| (0..=without.minor()).contains(&counted.minor())) {
            return Ok(CameBack::Unclear);
        }
        let code = told.reason.clone().unwrap_or_else(|| "failed".to_owned());
        let failure = Failure { message: format!("the payer's bank refused it: {code}"), code };
        let mut transaction = Transaction::new();
        let booked =
            self.settling(|settlement| Ok(settlement.return_refund(&mut transaction, payment, &refund, failure)?))?;
        self.tell_of_refund(&mut transaction, &booked)?;
        Ok(CameBack::Written(Box::new((transaction, booked))))
    }

    /// The refund that the provider means: that of our name, or else the only one of this amount that was begun there.
    async fn which_failed(&self, payment: &Payment, told: &FailedRefund) -> Result<Option<Refund>, CashierError> {
        if let Some(id) = told.refund {
            return Ok(self.refunds().get(payment.id, id).await?);
        }
        let Some(amount) = told.amount else { return Ok(None) };
        let mut request = PageRequest::default();
        let mut found: Option<Refund> = None;
        loop {
            let page = self.refunds().list(payment.id, &request).await?;
            for refund in page.items {
                if refund.origin != RefundOrigin::Provider || refund.amount != amount {
                    continue;
                }
                if found.is_some() {
                    return Ok(None);
                }
                found = Some(refund);
            }
            if page.last.is_none() {
                return Ok(found);
            }
            request.after = page.last;
        }
    }
}
