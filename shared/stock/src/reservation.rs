//! What is kept for a cart: of several SKUs, all or nothing, for ten minutes.

use jiff::SignedDuration;
use kernel::{ReservationId, Sku, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::{StockError, StockTaking, bounds::LINES_MAX};

/// How long something is kept after the last activity: 10 minutes.
pub const HELD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// How long something is kept at most, however often the reservation is extended: two hours. With how many a caller may make
/// in ten minutes, this bounds what one keeps from all others.
pub const HELD_AT_MOST: SignedDuration = SignedDuration::from_hours(2);

/// So many of a SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockWanted {
    /// Of what.
    pub sku: Sku,
    /// How many, from 1.
    pub quantity: u32,
}

/// How a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReservationStatus)]
pub enum ReservationState {
    /// It is kept.
    Active,
    /// An order took it over.
    Committed,
    /// It was given back.
    Released,
    /// It ran out.
    Expired,
}

/// A reservation, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// What it takes, and from where.
    pub takings: Vec<StockTaking>,
    /// The stored state; see [`Reservation::state_at`].
    pub state: ReservationState,
    /// From when on it is not kept any more.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

impl Record for Reservation {
    const ROWS: &'static [&'static str] = &["STOCKRSV#{reservation} / RSV"];
}

/// Whether what is wanted can be asked for at all: 1 to 20 SKUs, each once, and some of each.
///
/// # Errors
/// `Lines`.
pub(crate) fn check(wanted: &[StockWanted]) -> Result<(), StockError> {
    let twice = wanted.iter().enumerate().any(|(place, one)| wanted.iter().take(place).any(|two| two.sku == one.sku));
    let none = wanted.iter().any(|one| one.quantity == 0);
    if wanted.is_empty() || wanted.len() > LINES_MAX || twice || none { Err(StockError::Lines) } else { Ok(()) }
}

impl Reservation {
    /// A new one.
    pub(crate) fn of(id: ReservationId, takings: Vec<StockTaking>, now: Timestamp) -> Self {
        let (state, expires_at) = (ReservationState::Active, now.plus(HELD_FOR));
        Self { id, takings, state, expires_at, created_at: now, version: 1 }
    }

    /// How it stands at an instant: one that ran out is expired, whether or not a job has given back what it kept.
    pub fn state_at(&self, now: Timestamp) -> ReservationState {
        if self.state == ReservationState::Active && now >= self.expires_at {
            ReservationState::Expired
        } else {
            self.state
        }
    }

    /// Kept for ten minutes from now on; never shorter than it is, and never longer than two hours in all.
    ///
    /// # Errors
    /// `Expired`, `Over`.
    pub fn extended(&self, now: Timestamp) -> Result<Self, StockError> {
        self.must_be_kept(now)?;
        let longest = self.created_at.plus(HELD_AT_MOST);
        let expires_at = self.expires_at.max(now.plus(HELD_FOR).min(longest));
        Ok(Self { expires_at, version: self.version + 1, ..self.clone() })
    }

    /// Taken over by an order.
    ///
    /// # Errors
    /// `Expired`, `Over`.
    pub fn committed(&self, now: Timestamp) -> Result<Self, StockError> {
        self.must_be_kept(now)?;
        Ok(Self { state: ReservationState::Committed, version: self.version + 1, ..self.clone() })
    }

    /// Given back, or run out.
    ///
    /// # Errors
    /// `Over` when what it kept is not kept for it any more.
    pub fn ended(&self, now: Timestamp) -> Result<Self, StockError> {
        let state = match self.state_at(now) {
            ReservationState::Active => ReservationState::Released,
            ReservationState::Expired if self.state == ReservationState::Active => ReservationState::Expired,
            over @ (ReservationState::Committed | ReservationState::Released | ReservationState::Expired) => {
                return Err(StockError::Over { state: over.as_str() });
            }
        };
        Ok(Self { state, version: self.version + 1, ..self.clone() })
    }

    fn must_be_kept(&self, now: Timestamp) -> Result<(), StockError> {
        match self.state_at(now) {
            ReservationState::Active => Ok(()),
            ReservationState::Expired => Err(StockError::Expired),
            over @ (ReservationState::Committed | ReservationState::Released) => {
                Err(StockError::Over { state: over.as_str() })
            }
        }
    }
}

impl ReservationState {
    /// As it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Committed => "committed",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        let start: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        start.plus(SignedDuration::from_secs(second))
    }

    fn made() -> Reservation {
        Reservation::of(ReservationId::new(ulid::Ulid::from(1_u128)), Vec::new(), at(0))
    }

    #[test]
    fn commerce_t4_activity_keeps_it_for_ten_more_minutes() {
        let extended = made().extended(at(500)).unwrap();
        assert_eq!(extended.expires_at, at(1_100));
        assert_eq!(extended.state_at(at(1_000)), ReservationState::Active);
        assert_eq!(extended.state_at(at(1_100)), ReservationState::Expired);
        assert_eq!(made().extended(at(600)), Err(StockError::Expired));
    }

    #[test]
    fn nobody_keeps_goods_for_longer_than_two_hours() {
        let mut kept = made();
        while kept.expires_at < at(7_200) {
            let last = kept.expires_at.plus(SignedDuration::from_secs(-1));
            kept = kept.extended(last).unwrap();
        }
        assert_eq!(kept.expires_at, at(7_200));
        assert_eq!(kept.extended(at(7_199)).unwrap().expires_at, at(7_200));
        assert_eq!(kept.extended(at(7_200)), Err(StockError::Expired));
    }

    #[test]
    fn it_ends_once() {
        let released = made().ended(at(10)).unwrap();
        assert_eq!(released.state, ReservationState::Released);
        assert_eq!(released.ended(at(700)), Err(StockError::Over { state: "released" }));
        assert_eq!(made().ended(at(600)).unwrap().state, ReservationState::Expired);
        let committed = made().committed(at(599)).unwrap();
        assert_eq!(committed.ended(at(600)), Err(StockError::Over { state: "committed" }));
        assert_eq!(made().committed(at(600)), Err(StockError::Expired));
        assert!(made().ended(at(601)).unwrap().ended(at(602)).is_err());
    }

    #[test]
    fn a_sku_stands_once() {
        let wanted = |skus: &[(&str, u32)]| {
            let of = |(sku, quantity): &(&str, u32)| StockWanted { sku: sku.parse().unwrap(), quantity: *quantity };
            check(&skus.iter().map(of).collect::<Vec<_>>())
        };
        assert_eq!(wanted(&[("A", 1), ("a", 2)]), Ok(()));
        for bad in [&[][..], &[("A", 0)], &[("A", 1), ("A", 1)]] {
            assert_eq!(wanted(bad), Err(StockError::Lines), "{bad:?}");
        }
    }
}
