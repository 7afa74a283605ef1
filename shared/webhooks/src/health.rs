//! Since when nothing came through to an endpoint: `WEBHOOKS` / `HEALTH#<endpoint>`. Beside the endpoint, whose row is sealed and
//! replaced as a whole: many deliveries may fail at once.

use jiff::SignedDuration;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// How long all deliveries must fail before an endpoint is disabled: 5 days.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(5 * 24);

/// How an endpoint does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointHealth {
    /// When a delivery failed first after the last one that came through; none while they come through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
}

impl EndpointHealth {
    /// Whether a failure at `now` is one too many.
    pub fn is_hopeless(self, now: Timestamp) -> bool {
        self.failing_since.is_some_and(|since| since.plus(PATIENCE) <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::tests::at;

    #[test]
    fn an_endpoint_is_given_up_after_five_days_of_nothing_but_failure() {
        let failing = EndpointHealth { failing_since: Some(at("2026-11-21T01:00:00Z")) };
        assert!(!failing.is_hopeless(at("2026-11-26T00:59:59.999Z")));
        assert!(failing.is_hopeless(at("2026-11-26T01:00:00Z")));
        assert!(!EndpointHealth::default().is_hopeless(at("2036-11-26T01:00:00Z")));
    }
}
