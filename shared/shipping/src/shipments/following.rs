//! How a shipment follows what is seen of it, and when somebody looks at it next.

use jiff::SignedDuration;
use kernel::Timestamp;

use crate::{
    Shipment, ShipmentState, ShippedParcel, TrackingNews, TrackingStanding, TrackingStatus, port::status::of_all,
};

/// How news of a shipment's parcels comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldBy {
    /// Its carrier calls.
    Calls,
    /// Its carrier is asked.
    Asking,
    /// Nobody tells.
    Nobody,
}

/// What is to be done with a shipment when its time on the agenda comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShipmentTask {
    /// Labels of which nobody knows whether they were bought.
    FinishBuying,
    /// Asking where it is.
    Ask,
    /// Forgetting who sent to whom.
    Forget,
}

/// When a purchase that nobody has finished is taken up: longer than any request lives.
const BUYING_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How long somebody asks where a shipment is: 30 days.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long after its end it is known who sent to whom: 90 days.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

impl Shipment {
    /// The shipment after news of one of its parcels; nothing when they change nothing. News in any order, and twice, end in the
    /// same.
    pub fn followed(&self, place: usize, news: &[TrackingNews], now: Timestamp) -> Option<Self> {
        let parcel = self.parcels.get(place)?;
        let seen = news.iter().filter(|seen| seen.status != TrackingStatus::Unknown);
        let seen = seen.map(|seen| TrackingStanding { status: seen.status, at: seen.at });
        let standing = seen.chain(parcel.standing).reduce(TrackingStanding::later);
        if standing == parcel.standing {
            return None;
        }
        let mut changed = self.clone().changed(now);
        if let Some(parcel) = changed.parcels.get_mut(place) {
            parcel.standing = standing;
        }
        changed.status = of_all(changed.parcels.iter().map(ShippedParcel::status).collect::<Vec<_>>());
        Some(changed)
    }

    /// The shipment after its carrier was asked.
    pub fn asked_again(self, now: Timestamp) -> Self {
        Self { asked: self.asked.saturating_add(1), updated_at: self.updated_at, ..self.changed(now) }
    }

    /// What is to be done with it now that its time has come.
    pub fn task(&self, by: ToldBy, now: Timestamp) -> ShipmentTask {
        match self.state {
            ShipmentState::Buying => ShipmentTask::FinishBuying,
            ShipmentState::Ready if self.is_asked_about(by, now) => ShipmentTask::Ask,
            ShipmentState::Ready | ShipmentState::Failed => ShipmentTask::Forget,
        }
    }

    /// When its time comes next; never once who sent to whom is forgotten.
    pub fn due_at(&self, by: ToldBy, now: Timestamp) -> Option<Timestamp> {
        self.people.as_ref()?;
        Some(match self.state {
            ShipmentState::Buying => now.plus(BUYING_FOR),
            ShipmentState::Ready if self.is_asked_about(by, now) => now.plus(self.pause()),
            // Nobody says when it arrives: it is over when it can no longer be on its way.
            ShipmentState::Ready if !self.status.is_over() => self.created_at.plus(ASKED_FOR).plus(self.known_for()),
            ShipmentState::Ready | ShipmentState::Failed => self.updated_at.plus(self.known_for()),
        })
    }

    /// How long after its end it says who sent to whom.
    fn known_for(&self) -> SignedDuration {
        if self.erased_at.is_some() { SignedDuration::ZERO } else { KNOWN_FOR }
    }

    fn is_asked_about(&self, by: ToldBy, now: Timestamp) -> bool {
        by == ToldBy::Asking && !self.status.is_over() && now < self.created_at.plus(ASKED_FOR)
    }

    /// One hour before the carrier is asked first, and up to six later.
    fn pause(&self) -> SignedDuration {
        SignedDuration::from_hours(match self.asked {
            0 => 1,
            1 => 2,
            2 => 4,
            _ => 6,
        })
    }
}

impl ShippedParcel {
    /// Where it is.
    pub fn status(&self) -> TrackingStatus {
        self.standing.map_or(TrackingStatus::Unknown, |standing| standing.status)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        ShippingCarrier,
        shipments::shipment::tests::{at, new},
    };

    fn ready() -> Shipment {
        Shipment::plan(new(ShippingCarrier::RajaOngkir, &[Some("A"), Some("B")]), at(0)).unwrap()
    }

    fn seen(status: TrackingStatus, second: i64) -> TrackingNews {
        TrackingNews { status, at: at(second), message: String::new(), place: None }
    }

    #[test]
    fn commerce_t17_what_is_delivered_stays_so_whatever_comes_late() {
        let one = ready().followed(0, &[seen(TrackingStatus::Delivered, 500)], at(600)).unwrap();
        assert_eq!(one.status, TrackingStatus::Unknown, "the other parcel is still on its way");
        let both = one.followed(1, &[seen(TrackingStatus::Delivered, 500)], at(601)).unwrap();
        assert_eq!((both.status, both.version), (TrackingStatus::Delivered, 3));
        assert_eq!(both.followed(0, &[seen(TrackingStatus::InTransit, 100)], at(700)), None);
        assert_eq!(both.followed(0, &[seen(TrackingStatus::InTransit, 900)], at(900)), None);
        let back = both.followed(0, &[seen(TrackingStatus::ReturnToSender, 900)], at(900)).unwrap();
        assert_eq!(back.status, TrackingStatus::ReturnToSender);
        assert_eq!(both.followed(7, &[seen(TrackingStatus::Failure, 900)], at(900)), None, "there is no such parcel");
    }

    #[test]
    fn who_must_be_asked_is_asked_less_and_less_often_for_thirty_days() {
        let hours = |shipment: &Shipment, now| shipment.due_at(ToldBy::Asking, now).unwrap().since(now).as_hours();
        let mut shipment = ready();
        let mut pauses = Vec::new();
        for _ in 0..5 {
            pauses.push(hours(&shipment, at(0)));
            shipment = shipment.asked_again(at(0));
        }
        assert_eq!(pauses, [1, 2, 4, 6, 6]);
        let month = 30 * 24 * 3600;
        assert_eq!(shipment.task(ToldBy::Asking, at(month - 1)), ShipmentTask::Ask);
        assert_eq!(shipment.task(ToldBy::Asking, at(month)), ShipmentTask::Forget);
        assert_eq!(hours(&shipment, at(month)), 90 * 24);
        assert_eq!(shipment.task(ToldBy::Calls, at(1)), ShipmentTask::Forget, "nobody is asked who calls");
        assert_eq!(shipment.due_at(ToldBy::Nobody, at(1)), Some(at(120 * 24 * 3600)));
    }

    #[test]
    fn an_unfinished_purchase_is_taken_up_and_the_end_is_forgotten() {
        let buying = Shipment::plan(new(ShippingCarrier::EasyPost, &[None]), at(0)).unwrap();
        assert_eq!(buying.due_at(ToldBy::Calls, at(0)), Some(at(600)));
        assert_eq!(buying.task(ToldBy::Calls, at(600)), ShipmentTask::FinishBuying);
        let failed = buying.refused("no such address".to_owned(), at(5));
        assert_eq!(failed.task(ToldBy::Calls, at(600)), ShipmentTask::Forget);
        assert_eq!(failed.due_at(ToldBy::Calls, at(600)), Some(at(5 + 90 * 24 * 3600)));
        assert_eq!(failed.forgotten(at(9)).due_at(ToldBy::Calls, at(9)), None);
    }

    #[test]
    fn of_an_erased_recipient_it_is_forgotten_as_soon_as_it_is_over() {
        let open = ready().of_erased(at(50)).unwrap();
        assert_eq!((open.version, open.clone().of_erased(at(51))), (2, None));
        assert_eq!(open.due_at(ToldBy::Calls, at(60)), Some(at(30 * 24 * 3600)), "it can be on its way for so long");
        let seen = [seen(TrackingStatus::Delivered, 500)];
        let over = open.followed(0, &seen, at(600)).unwrap().followed(1, &seen, at(600)).unwrap();
        assert_eq!(over.due_at(ToldBy::Calls, at(600)), Some(at(600)));
        assert_eq!(over.forgotten(at(601)).of_erased(at(602)), None, "nothing is left to forget");
    }

    fn news() -> impl Strategy<Value = (usize, TrackingNews)> {
        let one = (0_usize..10, 0_i64..5).prop_map(|(status, second)| seen(TrackingStatus::ALL[status], second));
        (0_usize..2, one)
    }

    proptest! {
        #[test]
        fn whatever_order_news_come_in_a_shipment_ends_the_same(
            (all, shuffled) in proptest::collection::vec(news(), 0..8)
                .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ) {
            let end = |news: &[(usize, TrackingNews)]| {
                let mut shipment = ready();
                for (place, one) in news {
                    shipment = shipment.followed(*place, std::slice::from_ref(one), at(9)).unwrap_or(shipment);
                }
                (shipment.status, shipment.parcels)
            };
            prop_assert_eq!(end(&all), end(&shuffled));
        }
    }
}
