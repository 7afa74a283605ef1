//! The counter of a month's money: what is spent, and what calls that are under way hold.

use std::{collections::BTreeMap, fmt};

use jiff::SignedDuration;
use kernel::{Date, RequestId, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use table::Record;

use crate::AiWork;

/// After how long a hold is given back whose call never said how it ended: longer than any call may take.
const HELD_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What the name of a hold's attribute begins with.
pub(crate) const HOLD: &str = "hold#";

/// A counter, as stored. `committed` is what is spent and what is held together: one number that one condition compares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MonthSpend {
    /// Spent and held, in nano-dollars.
    pub committed: i64,
    /// Spent.
    pub spent: i64,
    /// The epoch of the settings in which it was last counted from the rows of requests.
    pub epoch: u64,
    /// Raised by every write.
    pub version: u64,
    /// `hold#<request>`: what each call under way may cost at most.
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

impl Record for MonthSpend {
    const ROWS: &'static [&'static str] = &["AI / BUDGET#{month}", "AI / SPENT#{holder}#{month}"];
    const FREE: &'static [&'static str] = &["hold#{request}"];
}

/// What a call holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CostHold {
    /// The most that it can cost, in nano-dollars.
    pub nano: i64,
    /// When the call came: its usage is of this day, and its money of this month.
    pub at: Timestamp,
    /// Who called.
    pub by: String,
    /// What for.
    pub work: AiWork,
    /// The model that it asked for.
    pub model: String,
}

/// What a month may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthLimit {
    /// In nano-dollars.
    pub nano: i64,
    /// The epoch of the settings that say so.
    pub epoch: u64,
    /// Since when that epoch holds.
    pub since: Option<Timestamp>,
}

/// Whose money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BudgetPlace {
    /// All of the tenant's.
    Tenant,
    /// That of one API key or user.
    Holder(String),
}

impl CostHold {
    /// Whether its call can have ended long ago.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now.since(self.at) > HELD_FOR
    }

    /// The day of UTC that it is of.
    pub fn day(&self) -> Date {
        self.at.date_in(&Zone::utc())
    }
}

impl MonthLimit {
    /// Whether all calls of this day's month were limited, so that a counter that is not there counts nothing.
    pub fn holds_all_month(&self, day: Date) -> bool {
        let begins = Zone::utc().start_of(day.first_of_month());
        self.since.zip(begins.ok()).is_some_and(|(since, begins)| since < begins)
    }
}

impl MonthSpend {
    /// The calls under way, with what each holds.
    pub fn holds(&self) -> BTreeMap<RequestId, CostHold> {
        let parse = |(name, value): (&String, &Value)| {
            let request = name.strip_prefix(HOLD)?.parse().ok()?;
            Some((request, serde_json::from_value(value.clone()).ok()?))
        };
        self.rest.iter().filter_map(parse).collect()
    }
}

impl BudgetPlace {
    /// Whether a request of `by` counts here.
    pub fn is_of(&self, by: &str) -> bool {
        match self {
            Self::Tenant => true,
            Self::Holder(holder) => holder == by,
        }
    }
}

impl fmt::Display for BudgetPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("tenant"),
            Self::Holder(holder) => f.write_str(holder),
        }
    }
}
