//! A recount: all orders are looked at again, and what is off is corrected.

use jiff::SignedDuration;
use kernel::{OrderId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A recount that did nothing for so long lost its work: its event is a dead letter by then.
const LOST_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How a recount stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How a recount of sales stands")]
pub enum SalesRecountState {
    /// Orders are looked at.
    Running,
    /// All were.
    Done,
}

/// The newest recount of a tenant. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SalesRecount {
    /// How it stands.
    pub state: SalesRecountState,
    /// How many orders were looked at.
    pub orders: u64,
    /// Of how many something was off.
    pub corrected: u64,
    /// Behind which order the next turn begins; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<RecountPlace>,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When its last turn ended.
    pub updated_at: Timestamp,
    /// When all orders were looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// The last order that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecountPlace {
    /// Which order.
    pub order: OrderId,
    /// When it was placed.
    pub placed_at: Timestamp,
}

/// What one turn looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecountTurn {
    /// How many orders.
    pub orders: u64,
    /// Of how many something was off.
    pub corrected: u64,
    /// Where the next turn goes on; none when there are no more.
    pub behind: Option<RecountPlace>,
}

impl SalesRecount {
    /// A new one, in the place of the one before it; `None` while that runs. One that runs and did nothing for an hour is taken up
    /// where it stopped: its work was lost.
    pub fn begin(before: Option<&Self>, now: Timestamp) -> Option<Self> {
        if let Some(running) = before.filter(|before| before.state == SalesRecountState::Running) {
            let is_lost = now.since(running.updated_at) >= LOST_AFTER;
            return is_lost.then(|| Self { version: running.version + 1, updated_at: now, ..running.clone() });
        }
        Some(Self {
            state: SalesRecountState::Running,
            orders: 0,
            corrected: 0,
            behind: None,
            started_at: now,
            updated_at: now,
            finished_at: None,
            version: before.map_or(0, |before| before.version) + 1,
        })
    }

    /// After one turn more.
    #[must_use]
    pub fn after(&self, turn: &RecountTurn, now: Timestamp) -> Self {
        let is_done = turn.behind.is_none();
        Self {
            state: if is_done { SalesRecountState::Done } else { SalesRecountState::Running },
            orders: self.orders.saturating_add(turn.orders),
            corrected: self.corrected.saturating_add(turn.corrected),
            behind: turn.behind,
            updated_at: now,
            finished_at: is_done.then_some(now),
            version: self.version + 1,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_runs_at_a_time_and_the_next_follows_it() {
        let now: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let first = SalesRecount::begin(None, now).unwrap();
        assert_eq!(SalesRecount::begin(Some(&first), now), None);
        let later = now.plus(LOST_AFTER);
        let again = SalesRecount::begin(Some(&first), later).unwrap();
        assert_eq!((again.started_at, again.updated_at, again.version), (now, later, 2), "its work was lost");
        let order = "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let behind = Some(RecountPlace { order, placed_at: now });
        let part = first.after(&RecountTurn { orders: 25, corrected: 1, behind }, now);
        assert_eq!((part.state, part.orders, part.behind), (SalesRecountState::Running, 25, behind));
        let done = part.after(&RecountTurn { orders: 3, corrected: 0, behind: None }, now);
        assert_eq!((done.state, done.orders, done.corrected, done.version), (SalesRecountState::Done, 28, 1, 3));
        assert_eq!(SalesRecount::begin(Some(&done), now).unwrap().version, 4);
    }
}
