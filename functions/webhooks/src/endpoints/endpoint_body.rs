//! What is said of an endpoint when it is made or changed.

use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Problem};
use webhooks::{EventPattern, LocalHosts, WebhookUrl};

/// The text of an address, which is yet to be checked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(
    description = "Where events are sent: an https:// address of the public internet, on port 443 or 8443, without user name, \
                   password and fragment",
    value_type = String, format = "uri", pattern = r"^[hH][tT][tT][pP][sS]?://[!-~]+$", max_length = 2000,
    example = "https://hooks.example.com/ruko"
)]
pub struct UrlText(String);

/// How many patterns an endpoint may name.
const MOST_EVENTS: usize = 100;

impl UrlText {
    /// The address.
    ///
    /// # Errors
    /// 422: why events cannot be sent there.
    pub(crate) fn checked(&self, api: &Api) -> Result<WebhookUrl, Problem> {
        let local = LocalHosts::new(api.config().webhook_hosts.clone());
        WebhookUrl::parse(&self.0, &local).map_err(|error| Problem::invalid("/url", "INVALID_VALUE", error.to_string()))
    }
}

/// 1 to 100 patterns.
///
/// # Errors
/// 422.
pub(crate) fn checked_events(events: Vec<EventPattern>) -> Result<Vec<EventPattern>, Problem> {
    if (1..=MOST_EVENTS).contains(&events.len()) {
        return Ok(events);
    }
    Err(Problem::invalid("/events", "INVALID_LENGTH", "name 1 to 100 events; `*` stands for all of them"))
}
