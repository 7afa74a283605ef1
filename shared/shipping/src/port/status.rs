//! Where a parcel is, whatever order the news of it comes in.

use events::shipment::TrackingStatus;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a parcel is, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackingStanding {
    /// Where.
    pub status: TrackingStatus,
    /// When the carrier saw it there.
    pub at: Timestamp,
}

/// As EasyPost calls it; `Unknown` for a word of tomorrow.
pub(crate) fn of_easypost(word: &str) -> TrackingStatus {
    TrackingStatus::ALL.into_iter().find(|status| status.as_str() == word).unwrap_or(TrackingStatus::Unknown)
}

/// How far along, for comparing parcels of one shipment, and news of one instant.
const fn rank(status: TrackingStatus) -> u8 {
    match status {
        TrackingStatus::Unknown => 0,
        TrackingStatus::Error => 1,
        TrackingStatus::PreTransit => 2,
        TrackingStatus::Cancelled => 3,
        TrackingStatus::InTransit => 4,
        TrackingStatus::AvailableForPickup => 5,
        TrackingStatus::OutForDelivery => 6,
        TrackingStatus::Failure => 7,
        TrackingStatus::Delivered => 8,
        TrackingStatus::ReturnToSender => 9,
    }
}

/// What counts whenever it was: that it arrived, and more than that, that it went back.
const fn finality(status: TrackingStatus) -> u8 {
    match status {
        TrackingStatus::ReturnToSender => 2,
        TrackingStatus::Delivered => 1,
        TrackingStatus::Unknown
        | TrackingStatus::PreTransit
        | TrackingStatus::InTransit
        | TrackingStatus::AvailableForPickup
        | TrackingStatus::OutForDelivery
        | TrackingStatus::Failure
        | TrackingStatus::Cancelled
        | TrackingStatus::Error => 0,
    }
}

impl TrackingStanding {
    /// The later one of two: what is final counts more than what is not, then what was seen later, then what is further
    /// along. So the end is the same in whichever order they come, and however often.
    pub fn later(self, other: Self) -> Self {
        let weight = |standing: Self| (finality(standing.status), standing.at, rank(standing.status));
        if weight(other) > weight(self) { other } else { self }
    }
}

/// Where a shipment is by its parcels: back as soon as one is, otherwise as far as the last of them.
pub(crate) fn of_all(parcels: impl IntoIterator<Item = TrackingStatus> + Clone) -> TrackingStatus {
    if parcels.clone().into_iter().any(|status| status == TrackingStatus::ReturnToSender) {
        return TrackingStatus::ReturnToSender;
    }
    parcels.into_iter().min_by_key(|status| rank(*status)).unwrap_or(TrackingStatus::Unknown)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn standing(status: TrackingStatus, second: i64) -> TrackingStanding {
        TrackingStanding { status, at: Timestamp::from_millis(second * 1000).unwrap() }
    }

    #[test]
    fn commerce_t17_a_late_word_takes_nothing_back_from_what_is_delivered() {
        let delivered = standing(TrackingStatus::Delivered, 100);
        for later in [50, 100, 500] {
            assert_eq!(delivered.later(standing(TrackingStatus::InTransit, later)), delivered);
        }
        let back = standing(TrackingStatus::ReturnToSender, 200);
        assert_eq!(delivered.later(back), back);
        assert_eq!(back.later(standing(TrackingStatus::Delivered, 900)), back);
    }

    #[test]
    fn a_shipment_is_as_far_as_its_last_parcel() {
        use TrackingStatus::{Delivered, InTransit, OutForDelivery, ReturnToSender, Unknown};
        assert_eq!(of_all([Delivered, InTransit]), InTransit);
        assert_eq!(of_all([Delivered, Delivered]), Delivered);
        assert_eq!(of_all([OutForDelivery, ReturnToSender]), ReturnToSender);
        assert_eq!(of_all([]), Unknown);
        assert_eq!(of_easypost("out_for_delivery"), OutForDelivery);
        assert_eq!(of_easypost("teleported"), Unknown);
    }

    fn any_standing() -> impl Strategy<Value = TrackingStanding> {
        (0_usize..10, 0_i64..4).prop_map(|(place, second)| standing(TrackingStatus::ALL[place], second))
    }

    proptest! {
        #[test]
        fn the_order_and_the_number_of_news_change_nothing(
            mut news in proptest::collection::vec(any_standing(), 1..8), turn in 0_usize..8,
        ) {
            let end = |news: &[TrackingStanding]| news.iter().copied().reduce(TrackingStanding::later).unwrap();
            let first = end(&news);
            let by = turn % news.len();
            news.rotate_left(by);
            prop_assert_eq!(end(&news), first);
            news.reverse();
            news.extend(news.clone());
            prop_assert_eq!(end(&news), first);
        }
    }
}
