//! Events about what was used.

use kernel::{Date, RequestId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// Usage was counted, or taken back: what one transaction changed of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedUsage {
    /// The request that reported it.
    pub request_id: RequestId,
    /// How much, by plan, feature and day: 1 to 100.
    pub sums: Vec<UsageSum>,
}

/// How much of a feature was used under a plan on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSum {
    /// The plan that counted it.
    pub plan_key: String,
    /// What.
    pub feature: String,
    /// On which day of the tenant.
    pub day: Date,
    /// How many events; below zero when they were taken back.
    pub events: i64,
    /// How many units; nothing where the meter's quantities do not add up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<i64>,
}

impl Payload for RecordedUsage {
    const NAME: &'static str = "usage.recorded";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = RequestId;

    fn subject(&self) -> RequestId {
        self.request_id
    }
}
