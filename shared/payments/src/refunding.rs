//! How much of a payment can go back.

use kernel::{Money, Timestamp};

use crate::{Payment, PaymentError, Status};

impl Payment {
    /// What is left of the money that it brought.
    pub fn refundable(&self) -> Money {
        match self.status {
            Status::Success | Status::PartiallyRefunded => self.amount.checked_sub(self.refunded),
            Status::Pending
            | Status::Challenge
            | Status::Failed
            | Status::Cancelled
            | Status::Expired
            | Status::Refunded => Ok(Money::zero(self.amount.currency())),
        }
        .unwrap_or(Money::zero(self.amount.currency()))
    }

    /// The payment after `amount` of it went back.
    ///
    /// # Errors
    /// `RefundTooLarge` for nothing, for another currency, and for more than is left.
    pub fn give_back(&self, amount: Money, now: Timestamp) -> Result<Self, PaymentError> {
        let left = self.refundable();
        let too_large = PaymentError::RefundTooLarge { left: left.minor(), currency: left.currency() };
        if amount.currency() != left.currency() || !(1..=left.minor()).contains(&amount.minor()) {
            return Err(too_large);
        }
        let refunded = self.refunded.checked_add(amount).map_err(|_| too_large)?;
        let status = if refunded == self.amount { Status::Refunded } else { Status::PartiallyRefunded };
        Ok(Self { status, refunded, ..self.next(now) })
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::payment::tests::{at, pending};

    #[test]
    fn no_more_goes_back_than_came_in() {
        let now = at("2026-12-03T00:00:00Z");
        let idr = |minor| Money::new(minor, Currency::IDR);
        assert!(pending().give_back(idr(1), now).is_err(), "nothing came in");
        let paid = Payment { status: Status::Success, ..pending() };
        for bad in [idr(0), idr(-1), idr(100_001), Money::new(1, Currency::USD)] {
            let left = PaymentError::RefundTooLarge { left: 100_000, currency: Currency::IDR };
            assert_eq!(paid.give_back(bad, now), Err(left), "{bad:?}");
        }
        let part = paid.give_back(idr(40_000), now).unwrap();
        assert_eq!((part.status, part.refundable(), part.version), (Status::PartiallyRefunded, idr(60_000), 2));
        assert!(part.give_back(idr(60_001), now).is_err());
        let all = part.give_back(idr(60_000), now).unwrap();
        assert_eq!((all.status, all.refunded), (Status::Refunded, idr(100_000)));
        assert!(all.give_back(idr(1), now).is_err());
    }
}
