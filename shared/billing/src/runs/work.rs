//! The messages of billing: what starts a cycle, and the piece of work that a cycle sends out per subscription.

use kernel::{RunId, SubscriptionId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

/// Starts a search for due subscriptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum BillingCycle {
    /// By hand: in one tenant, counted in a run.
    Run {
        /// Which run.
        run_id: RunId,
        /// In which tenant.
        tenant_id: TenantId,
        /// What is due by this instant.
        as_of: Timestamp,
    },
    /// By hand: once more what failed in a run.
    Retry {
        /// Which run.
        retry_run_id: RunId,
        /// In which tenant.
        tenant_id: TenantId,
    },
    /// By the schedule: in all tenants, whatever is due when it is handled.
    Scheduled {
        /// When the schedule fired, as the scheduler writes it.
        scheduled_time: String,
    },
}

/// Bills one subscription: every period of it that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillingWork {
    /// In which tenant.
    pub tenant_id: TenantId,
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// What is due by this instant.
    pub as_of: Timestamp,
    /// The run that it is counted in, if somebody asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// What would be billed is noted in the run, and nothing is billed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn cycles_are_told_apart_by_their_fields() {
        let by_schedule: BillingCycle = serde_json::from_str(r#"{"scheduledTime":"2026-12-01T00:00:00Z"}"#).unwrap();
        assert!(matches!(by_schedule, BillingCycle::Scheduled { .. }));
        let by_hand = BillingCycle::Run {
            run_id: "run_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            tenant_id: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            as_of: samples::at("2027-01-01T00:00:00Z"),
        };
        let text = serde_json::to_string(&by_hand).unwrap();
        assert!(text.contains("runId") && text.contains("asOf"));
        assert_eq!(serde_json::from_str::<BillingCycle>(&text).unwrap(), by_hand);
        assert!(serde_json::from_str::<BillingCycle>("{}").is_err());
    }
}
