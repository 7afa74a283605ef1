//! How much of a payment can go back, and which refund of it is on its way.

use kernel::{Money, RefundId, Timestamp};

use crate::{Payment, PaymentError, Refund, RefundOrigin, Status};

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

    /// How much went back by its provider so far.
    pub fn refunded_at_provider(&self) -> Money {
        let by_hand = self.refunded_by_hand.unwrap_or(Money::zero(self.refunded.currency()));
        self.refunded.checked_sub(by_hand).unwrap_or(self.refunded)
    }

    /// The payment with a refund of `amount` on its way.
    ///
    /// # Errors
    /// `RefundOnItsWay` while another one is; `RefundTooLarge` for nothing, for another currency, and for more than is left.
    pub fn begin_refund(&self, refund: RefundId, amount: Money, now: Timestamp) -> Result<Self, PaymentError> {
        if self.open_refund.is_some() {
            return Err(PaymentError::RefundOnItsWay);
        }
        self.with_refunded(amount)?;
        Ok(Self { open_refund: Some(refund), ..self.next(now) })
    }

    /// The payment after its provider gave this refund back, which was on its way or which the provider itself began.
    ///
    /// # Errors
    /// `RefundTooLarge` for more than is left.
    pub fn refunded_by(&self, refund: &Refund, now: Timestamp) -> Result<Self, PaymentError> {
        let refunded = self.with_refunded(refund.amount)?;
        let by_hand = match refund.origin {
            RefundOrigin::ByHand => {
                let before = self.refunded.checked_sub(self.refunded_at_provider());
                before.and_then(|before| before.checked_add(refund.amount)).ok()
            }
            RefundOrigin::Asked | RefundOrigin::Provider => self.refunded_by_hand,
        };
        let status = if refunded == self.amount { Status::Refunded } else { Status::PartiallyRefunded };
        Ok(Self { status, refunded, refunded_by_hand: by_hand, open_refund: None, ..self.next(now) })
    }

    /// The payment after a refund that was on its way came to nothing.
    pub fn refund_failed(&self, now: Timestamp) -> Self {
        Self { open_refund: None, ..self.next(now) }
    }

    /// The payment after the money of a refund that had succeeded came back to its provider. Another refund that is on its
    /// way stays so.
    ///
    /// # Errors
    /// `RefundTooLarge`: less than that went back by its provider.
    pub fn refund_came_back(&self, refund: &Refund, now: Timestamp) -> Result<Self, PaymentError> {
        let there = self.refunded_at_provider();
        let went = [Status::PartiallyRefunded, Status::Refunded].contains(&self.status);
        let too_large = PaymentError::RefundTooLarge { left: there.minor(), currency: there.currency() };
        if !went || refund.amount.currency() != there.currency() || refund.amount.minor() > there.minor() {
            return Err(too_large);
        }
        let refunded = self.refunded.checked_sub(refund.amount).map_err(|_| too_large)?;
        let status = if refunded.is_zero() { Status::Success } else { Status::PartiallyRefunded };
        Ok(Self { status, refunded, ..self.next(now) })
    }

    /// The payment after staff has paid a part of it back by hand.
    ///
    /// # Errors
    /// `RefundOnItsWay`, `RefundTooLarge`.
    pub fn paid_back(&self, refund: &Refund, now: Timestamp) -> Result<Self, PaymentError> {
        if self.open_refund.is_some() {
            return Err(PaymentError::RefundOnItsWay);
        }
        self.refunded_by(refund, now)
    }

    /// How much went back in all, with `amount`.
    fn with_refunded(&self, amount: Money) -> Result<Money, PaymentError> {
        let left = self.refundable();
        let too_large = PaymentError::RefundTooLarge { left: left.minor(), currency: left.currency() };
        if amount.currency() != left.currency() || !(1..=left.minor()).contains(&amount.minor()) {
            return Err(too_large);
        }
        self.refunded.checked_add(amount).map_err(|_| too_large)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::{
        payment::tests::{at, pending},
        refunds::refund::tests::refund_of,
    };

    #[test]
    fn no_more_goes_back_than_came_in() {
        let now = at("2026-12-03T00:00:00Z");
        let idr = |minor| Money::new(minor, Currency::IDR);
        let id = refund_of(1).id;
        assert!(pending().begin_refund(id, idr(1), now).is_err(), "nothing came in");
        let paid = Payment { status: Status::Success, ..pending() };
        for bad in [idr(0), idr(-1), idr(100_001), Money::new(1, Currency::USD)] {
            let left = PaymentError::RefundTooLarge { left: 100_000, currency: Currency::IDR };
            assert_eq!(paid.begin_refund(id, bad, now), Err(left), "{bad:?}");
        }
        let on_its_way = paid.begin_refund(id, idr(40_000), now).unwrap();
        assert_eq!((on_its_way.open_refund, on_its_way.status), (Some(id), Status::Success));
        assert_eq!(on_its_way.begin_refund(id, idr(1), now), Err(PaymentError::RefundOnItsWay));
        let part = on_its_way.refunded_by(&refund_of(40_000), now).unwrap();
        assert_eq!((part.status, part.refundable(), part.open_refund), (Status::PartiallyRefunded, idr(60_000), None));
        assert!(part.begin_refund(id, idr(60_001), now).is_err());
        let all = part.refunded_by(&refund_of(60_000), now).unwrap();
        assert_eq!((all.status, all.refunded), (Status::Refunded, idr(100_000)));
        assert!(all.begin_refund(id, idr(1), now).is_err());
    }

    #[test]
    fn money_that_came_back_can_go_back_again() {
        let now = at("2026-12-03T00:00:00Z");
        let paid = Payment { status: Status::Success, ..pending() };
        let all = paid.refunded_by(&refund_of(40_000), now).unwrap().refunded_by(&refund_of(60_000), now).unwrap();
        let part = all.refund_came_back(&refund_of(60_000), now).unwrap();
        assert_eq!(
            (part.status, part.refunded.minor(), part.refundable().minor()),
            (Status::PartiallyRefunded, 40_000, 60_000)
        );
        assert!(part.refund_came_back(&refund_of(40_001), now).is_err(), "no more than went back");
        let none = part.refund_came_back(&refund_of(40_000), now).unwrap();
        assert_eq!((none.status, none.refundable()), (Status::Success, paid.amount));
        assert!(none.refund_came_back(&refund_of(1), now).is_err());
    }

    #[test]
    fn what_was_paid_back_by_hand_does_not_come_back_from_the_provider() {
        let now = at("2026-12-03T00:00:00Z");
        let paid = Payment { status: Status::Success, ..pending() };
        let by_hand = Refund { origin: RefundOrigin::ByHand, ..refund_of(60_000) };
        let both = paid.paid_back(&by_hand, now).unwrap().refunded_by(&refund_of(10_000), now).unwrap();
        assert!(both.refund_came_back(&refund_of(10_001), now).is_err());
        let back = both.refund_came_back(&refund_of(10_000), now).unwrap();
        assert_eq!(
            (back.status, back.refunded.minor(), back.refunded_at_provider().minor()),
            (Status::PartiallyRefunded, 60_000, 0)
        );
    }

    #[test]
    fn a_refund_that_fails_leaves_the_payment_as_it_was() {
        let now = at("2026-12-03T00:00:00Z");
        let paid = Payment { status: Status::Success, ..pending() };
        let on_its_way = paid.begin_refund(refund_of(1).id, Money::new(1, Currency::IDR), now).unwrap();
        let after = on_its_way.refund_failed(now);
        assert_eq!((after.status, after.refunded, after.open_refund), (paid.status, paid.refunded, None));
    }
}
