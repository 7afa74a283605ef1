//! How long an order says who got the goods, and where.

use jiff::SignedDuration;
use kernel::Timestamp;

use crate::{Order, OrderStatus};

/// How long after it is over an order says where its goods went: 90 days, as shipments do.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How often somebody looks whether an order that is under way is over.
const LOOKED_AT_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The same for an order whose buyer was erased.
const LOOKED_AT_SOON: SignedDuration = SignedDuration::from_hours(24);

impl Order {
    /// Whether nothing more is to be sent.
    pub const fn is_over(&self) -> bool {
        match self.status {
            OrderStatus::PendingPayment | OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled => false,
            OrderStatus::Fulfilled | OrderStatus::Completed | OrderStatus::Cancelled | OrderStatus::Expired => true,
        }
    }

    /// When somebody is to look at it next, once it waits for no payment: at once where goods are to be released, then to forget
    /// where its goods went; never once it has. What is over by then, and has been for long enough, is [`Self::forgotten`].
    pub fn look_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.progress.to_release.is_empty() { self.forget_at(now) } else { Some(now) }
    }

    /// When it can forget where its goods went, or that is asked again; never once it has.
    pub fn forget_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.delivery.as_ref()?;
        Some(match (self.is_over(), self.erased_at) {
            (true, None) => self.updated_at.plus(KNOWN_FOR),
            (true, Some(erased_at)) => erased_at.max(self.updated_at),
            (false, None) => now.plus(LOOKED_AT_AFTER),
            (false, Some(_)) => now.plus(LOOKED_AT_SOON),
        })
    }

    /// The order without who got the goods, and where.
    #[must_use]
    pub fn forgotten(&self, now: Timestamp) -> Self {
        Self { delivery: None, updated_at: self.updated_at, ..self.changed(now) }
    }

    /// The order of a buyer who was erased: nobody is written to any more, and where its goods went is forgotten as soon as it
    /// is over. `None` when that was said before.
    #[must_use]
    pub fn of_erased(&self, now: Timestamp) -> Option<Self> {
        if self.erased_at.is_some() {
            return None;
        }
        let delivery = self.delivery.clone().filter(|_| !self.is_over());
        let bare = Self { email: None, delivery, erased_at: Some(now), ..self.changed(now) };
        Some(Self { updated_at: self.updated_at, ..bare })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(status: OrderStatus) -> Order {
        let order: Order = serde_json::from_str(include_str!("../golden/order.json")).unwrap();
        assert!(order.delivery.is_some() && order.email.is_some());
        Order { status, ..order }
    }

    fn at(hours: i64) -> Timestamp {
        order(OrderStatus::Confirmed).updated_at.plus(SignedDuration::from_hours(hours))
    }

    #[test]
    fn where_goods_went_is_known_for_ninety_days_after_the_end() {
        let open = order(OrderStatus::Confirmed);
        assert_eq!(open.forget_at(at(5)), Some(at(5 + 30 * 24)), "looked at again and again");
        for status in OrderStatus::ALL.into_iter().filter(|status| order(*status).is_over()) {
            let over = order(status);
            assert_eq!(over.forget_at(at(5)), Some(at(90 * 24)));
            let bare = over.forgotten(at(90 * 24));
            assert_eq!((bare.delivery.as_ref(), bare.email.as_ref()), (None, over.email.as_ref()));
            assert_eq!(
                (bare.forget_at(at(5)), bare.version, bare.updated_at),
                (None, over.version + 1, over.updated_at)
            );
        }
    }

    #[test]
    fn of_an_erased_buyer_it_is_known_until_the_goods_are_sent() {
        let open = order(OrderStatus::PartiallyFulfilled).of_erased(at(5)).unwrap();
        assert_eq!((open.email.as_ref(), open.delivery.is_some()), (None, true));
        assert_eq!((open.forget_at(at(6)), open.of_erased(at(6))), (Some(at(6 + 24)), None));
        let sent = Order { status: OrderStatus::Fulfilled, ..open };
        assert_eq!(sent.forget_at(at(40)), Some(at(5)), "at once");
        let over = order(OrderStatus::Completed).of_erased(at(5)).unwrap();
        assert_eq!((over.email.as_ref(), over.delivery.as_ref(), over.forget_at(at(6))), (None, None, None));
    }
}
