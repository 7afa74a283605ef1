//! What a version of a plan says of its holders' calls.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Quota;

/// The most calls that a window of a plan can allow.
pub const MAX_CALLS: u32 = 1_000_000;

/// How many calls each user of a plan's holder has. A window that is left out has no limit; without any, the plan says
/// nothing, and the default holds.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    description = "How many calls each user has; a window that is left out has no limit, and without any window the \
                   default holds",
    example = json!({"minute": 50, "hour": 1_000, "day": 10_000})
)]
pub struct RateLimits {
    /// Calls in a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub minute: Option<u32>,
    /// Calls in an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub hour: Option<u32>,
    /// Calls in a day of UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub day: Option<u32>,
}

/// How much of the API customers with a plan reach.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlanAccess {
    /// What their roles allow.
    #[default]
    Full,
    /// Of that, what everybody needs to see to their account, to subscribe and to pay.
    Basic,
}

/// What a version of a plan says of its holders' calls.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct PlanTerms {
    /// How many.
    #[serde(default)]
    pub rate_limits: RateLimits,
    /// Which.
    #[serde(default)]
    pub access: PlanAccess,
    /// How much of each resource a tenant with the plan has.
    #[serde(default)]
    pub quotas: ResourceQuotas,
}

/// How much of each resource a plan of a tenant says, among its quotas. What is left out has no limit.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, Debug)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceQuotas {
    /// Active members.
    pub users: Option<Quota>,
    /// Files, in gigabytes of 1,073,741,824 bytes.
    pub storage_gigabytes: Option<Quota>,
    /// Calls of the API in a month of UTC.
    pub api_calls_per_month: Option<Quota>,
    /// Interactions with AI functions in a month of UTC.
    pub ai_interactions_per_month: Option<Quota>,
}

impl RateLimits {
    /// Whether they say nothing.
    pub fn is_unsaid(&self) -> bool {
        *self == Self::default()
    }

    /// Of minute, hour and day.
    pub const fn windows(self) -> [Option<u32>; 3] {
        [self.minute, self.hour, self.day]
    }
}

impl PlanAccess {
    /// Whether it is what is meant when nothing is said.
    pub fn is_full(&self) -> bool {
        *self == Self::Full
    }
}
