//! What can be done with a payment by how far it is: whether somebody was asked for it, and what is held of it.

use kernel::{Money, Timestamp};

use crate::{Payment, PaymentError, Status};

impl Payment {
    /// Whether its payer was asked for money: by a transaction, or by a page where the payer makes one.
    pub const fn was_asked(&self) -> bool {
        self.transaction_id.is_some() || self.next_action.is_some()
    }

    /// The payment whose payer let the time of a page pass, of which a provider tells nobody.
    pub fn lapsed(&self, now: Timestamp) -> Self {
        Self { status: Status::Expired, next_action: None, ..self.next(now) }
    }

    /// What is held of it now and can be captured.
    pub const fn held(&self) -> Option<Money> {
        match (self.status, &self.hold) {
            (Status::Pending, Some(hold)) => Some(hold.amount),
            (_, _) => None,
        }
    }

    /// The provider's name of the transaction to capture, and how much: all that is held when `amount` is none.
    ///
    /// # Errors
    /// `NothingHeld`, `CaptureTooLarge`.
    pub fn capture(&self, amount: Option<Money>) -> Result<(&str, Money), PaymentError> {
        let (Some(held), Some(transaction)) = (self.held(), &self.transaction_id) else {
            return Err(PaymentError::NothingHeld);
        };
        let amount = amount.unwrap_or(held);
        if amount.currency() == held.currency() && (1..=held.minor()).contains(&amount.minor()) {
            Ok((transaction, amount))
        } else {
            Err(PaymentError::CaptureTooLarge { held: held.minor(), currency: held.currency() })
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::{
        Hold,
        payment::tests::{at, pending},
    };

    fn idr(minor: i64) -> Money {
        Money::new(minor, Currency::IDR)
    }

    fn held() -> Payment {
        let hold = Hold { since: at("2026-12-01T03:01:00Z"), amount: idr(100_000) };
        Payment { transaction_id: Some("9aed5972".to_owned()), hold: Some(hold), ..pending() }
    }

    #[test]
    fn between_one_and_what_is_held_is_captured() {
        assert_eq!(held().capture(None), Ok(("9aed5972", idr(100_000))));
        for amount in [1, 60_000, 100_000] {
            assert_eq!(held().capture(Some(idr(amount))), Ok(("9aed5972", idr(amount))));
        }
        let refused = Err(PaymentError::CaptureTooLarge { held: 100_000, currency: Currency::IDR });
        for amount in [idr(0), idr(-1), idr(100_001), Money::new(1, Currency::USD)] {
            assert_eq!(held().capture(Some(amount)), refused);
        }
    }

    #[test]
    fn what_is_not_held_is_not_captured() {
        assert_eq!(pending().capture(None), Err(PaymentError::NothingHeld));
        for status in [Status::Challenge, Status::Success, Status::Cancelled, Status::Expired, Status::Refunded] {
            assert_eq!(Payment { status, ..held() }.capture(None), Err(PaymentError::NothingHeld), "{status:?}");
        }
    }
}
