//! Until when a payment can be paid.

use kernel::Timestamp;

use crate::Payment;

impl Payment {
    /// The same for what nobody pays after this instant.
    #[must_use]
    pub fn to_be_paid_by(self, pay_by: Option<Timestamp>) -> Self {
        Self { pay_by, ..self }
    }

    /// Until when the payer can pay, as far as it is known.
    pub fn payable_until(&self) -> Option<Timestamp> {
        self.expires_at.into_iter().chain(self.pay_by).min()
    }
}
