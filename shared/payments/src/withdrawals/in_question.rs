//! Money that came in and may go back by itself: captured by the provider and not settled, or disputed by the payer's bank.
//! Whoever could carry it away meanwhile would be paid twice.

use jiff::SignedDuration;
use kernel::{Currency, Money};

use crate::Payment;

impl Payment {
    /// How old payments are looked at: a payer may dispute a payment for 120 days, and banks decide within 80 more.
    pub const IN_QUESTION_FOR: SignedDuration = SignedDuration::from_hours(200 * 24);

    /// What of its money may go back by itself.
    pub fn in_question(&self) -> Money {
        let is_safe = self.settled_at.is_some() && self.disputed_at.is_none();
        if is_safe { Money::zero(self.amount.currency()) } else { self.refundable() }
    }

    /// What of the money of payments may go back by itself, in a currency.
    pub fn all_in_question(payments: &[Self], currency: Currency) -> Money {
        let of_currency = payments.iter().filter(|payment| payment.amount.currency() == currency);
        // A sum that does not fit is more than any balance.
        Money::sum(currency, of_currency.map(Self::in_question)).unwrap_or(Money::new(i64::MAX, currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Status,
        payment::tests::{at, pending},
    };

    #[test]
    fn money_is_in_question_from_its_capture_to_its_settlement_and_while_it_is_disputed() {
        let now = Some(at("2026-12-01T03:00:00.000Z"));
        let captured = Payment { status: Status::Success, ..pending() };
        let settled = Payment { settled_at: now, ..captured.clone() };
        let disputed = Payment { disputed_at: now, ..settled.clone() };
        let partly = Payment {
            status: Status::PartiallyRefunded,
            refunded: Money::new(30_000, Currency::IDR),
            ..disputed.clone()
        };
        let back = Payment { status: Status::Refunded, ..disputed.clone() };
        let called_off = Payment { status: Status::Cancelled, ..captured.clone() };
        let expected = [
            (pending(), 0),
            (captured, 100_000),
            (settled, 0),
            (disputed, 100_000),
            (partly, 70_000),
            (back, 0),
            (called_off, 0),
        ];
        for (payment, minor) in &expected {
            assert_eq!(payment.in_question().minor(), *minor, "{payment:?}");
        }
        let all: Vec<Payment> = expected.into_iter().map(|(payment, _)| payment).collect();
        assert_eq!(Payment::all_in_question(&all, Currency::IDR).minor(), 270_000);
        assert_eq!(Payment::all_in_question(&all, Currency::USD).minor(), 0);
    }
}
