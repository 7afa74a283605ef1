//! An order: what it asks for, and the states it goes through.

use crate::book::TradeSide;
use serde::{Deserialize, Serialize};

/// What an account asks for. `key` is the caller's own and names the order: the same key again is the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    pub key: String,
    pub symbol: String,
    pub side: TradeSide,
    /// Lot steps.
    pub steps: i64,
    pub kind: OrderKind,
    pub tif: TimeInForce,
    /// Only wait in the book; never take from it.
    #[serde(default)]
    pub post_only: bool,
    /// Only make a position smaller.
    #[serde(default)]
    pub reduce_only: bool,
    /// Hedging: the position that the order closes; without it the order opens one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<String>,
    /// One triggers other: the order is held until the order of this key is filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// One cancels other: what is filled of one order of a group is taken off the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// How an order meets the market. All prices are points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum OrderKind {
    Market,
    Limit {
        price: i64,
    },
    StopMarket {
        stop: i64,
    },
    StopLimit {
        stop: i64,
        price: i64,
    },
    MarketIfTouched {
        touch: i64,
    },
    LimitIfTouched {
        touch: i64,
        price: i64,
    },
    /// A stop that follows the market at a distance; `stop` is where it stands now.
    TrailingStop {
        distance: i64,
        stop: Option<i64>,
    },
}

/// What has to happen before an order meets the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Nothing.
    Now,
    /// The price has to go against the side: up to it for a purchase.
    Stop(i64),
    /// The price has to come towards the side: down to it for a purchase.
    Touch(i64),
    /// A trailing stop that has not seen a price yet.
    Unset,
}

impl OrderKind {
    /// The limit that binds the order once it is triggered.
    pub const fn limit(self) -> Option<i64> {
        match self {
            Self::Limit { price } | Self::StopLimit { price, .. } | Self::LimitIfTouched { price, .. } => Some(price),
            Self::Market | Self::StopMarket { .. } | Self::MarketIfTouched { .. } | Self::TrailingStop { .. } => None,
        }
    }

    pub const fn trigger(self) -> Trigger {
        match self {
            Self::Market | Self::Limit { .. } => Trigger::Now,
            Self::StopMarket { stop } | Self::StopLimit { stop, .. } | Self::TrailingStop { stop: Some(stop), .. } => {
                Trigger::Stop(stop)
            }
            Self::MarketIfTouched { touch } | Self::LimitIfTouched { touch, .. } => Trigger::Touch(touch),
            Self::TrailingStop { stop: None, .. } => Trigger::Unset,
        }
    }

    /// Every price that the order names.
    pub fn prices(self) -> impl Iterator<Item = i64> {
        let (one, two) = match self {
            Self::Market => (None, None),
            Self::Limit { price } => (Some(price), None),
            Self::StopMarket { stop } => (Some(stop), None),
            Self::StopLimit { stop, price } => (Some(stop), Some(price)),
            Self::MarketIfTouched { touch } => (Some(touch), None),
            Self::LimitIfTouched { touch, price } => (Some(touch), Some(price)),
            Self::TrailingStop { distance, stop } => (Some(distance), stop),
        };
        one.into_iter().chain(two)
    }
}

/// How long an order may work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum TimeInForce {
    /// Until it is canceled.
    Gtc,
    /// What can be filled at once; the rest is canceled.
    Ioc,
    /// All at once or nothing.
    Fok,
    /// Until the end of the UTC day.
    Day,
    /// Until a time, in milliseconds since 1970 (UTC).
    Gtd { until_ms: i64 },
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    Initialized,
    /// Refused here.
    Denied,
    /// Held here until its parent is filled.
    Emulated,
    Released,
    /// Sent to the broker, which has not answered.
    Submitted,
    Accepted,
    /// Refused by the venue.
    Rejected,
    Triggered,
    PendingUpdate,
    PendingCancel,
    PartiallyFilled,
    Filled,
    Canceled,
    Expired,
}

impl OrderState {
    pub const ALL: [Self; 14] = [
        Self::Initialized,
        Self::Denied,
        Self::Emulated,
        Self::Released,
        Self::Submitted,
        Self::Accepted,
        Self::Rejected,
        Self::Triggered,
        Self::PendingUpdate,
        Self::PendingCancel,
        Self::PartiallyFilled,
        Self::Filled,
        Self::Canceled,
        Self::Expired,
    ];

    /// Whether an order may go from this state to that. A canceled or an expired order may still be filled: a broker's fill
    /// can cross with the cancel on the wire, and it is real.
    pub const fn may_become(self, next: Self) -> bool {
        use OrderState as S;
        match self {
            S::Initialized => {
                matches!(next, S::Denied | S::Emulated | S::Submitted | S::Accepted | S::Rejected | S::Canceled)
            }
            S::Emulated => matches!(next, S::Released | S::Canceled | S::Expired),
            S::Released => matches!(next, S::Submitted | S::Accepted | S::Rejected | S::Canceled | S::Denied),
            S::Submitted => !matches!(next, S::Initialized | S::Denied | S::Emulated | S::Released | S::Submitted),
            S::Accepted | S::Triggered | S::PartiallyFilled => {
                matches!(
                    next,
                    S::PendingUpdate | S::PendingCancel | S::PartiallyFilled | S::Filled | S::Canceled | S::Expired
                ) || (matches!(self, S::Accepted) && matches!(next, S::Triggered | S::Rejected))
            }
            S::PendingUpdate | S::PendingCancel => {
                !matches!(next, S::Initialized | S::Denied | S::Emulated | S::Released | S::Submitted)
            }
            S::Canceled | S::Expired => matches!(next, S::PartiallyFilled | S::Filled),
            S::Denied | S::Rejected | S::Filled => false,
        }
    }

    /// Whether the order can still trade by itself.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Emulated
            | Self::Released
            | Self::Submitted
            | Self::Accepted
            | Self::Triggered
            | Self::PendingUpdate
            | Self::PendingCancel
            | Self::PartiallyFilled
            | Self::Initialized => true,
            Self::Denied | Self::Rejected | Self::Filled | Self::Canceled | Self::Expired => false,
        }
    }
}

/// An order with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradeOrder {
    pub asked: NewOrder,
    pub state: OrderState,
    pub filled: i64,
    /// Whether its stop or touch has been reached.
    pub triggered: bool,
    pub placed_ms: i64,
    /// The place in the queue: orders of one account in the order in which they came.
    pub number: u64,
}

impl TradeOrder {
    /// What is still to be filled.
    pub fn left(&self) -> i64 {
        self.asked.steps.saturating_sub(self.filled).max(0)
    }
}

/// An entry with its two exits: a profit and a stop that reduce only, wait for the entry and cancel each other.
pub fn bracket(entry: NewOrder, profit: i64, stop: i64) -> [NewOrder; 3] {
    let exit = |name: &str, kind| NewOrder {
        key: format!("{}-{name}", entry.key),
        symbol: entry.symbol.clone(),
        side: entry.side.opposite(),
        steps: entry.steps,
        kind,
        tif: TimeInForce::Gtc,
        post_only: false,
        reduce_only: true,
        closes: Some(entry.key.clone()),
        after: Some(entry.key.clone()),
        group: Some(entry.key.clone()),
    };
    let exits = [exit("profit", OrderKind::Limit { price: profit }), exit("stop", OrderKind::StopMarket { stop })];
    let [profit, stop] = exits;
    [entry, profit, stop]
}
