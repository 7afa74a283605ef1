//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{EndpointHealth, EndpointRoster, WebhookDelivery, WebhookEndpoint};

#[test]
fn rows_stay_readable() {
    from_golden::<EndpointHealth>(include_str!("golden/endpoint_health.json")).unwrap();
    from_golden::<EndpointRoster>(include_str!("golden/endpoint_roster.json")).unwrap();
    from_golden::<WebhookDelivery>(include_str!("golden/webhook_delivery.json")).unwrap();
    from_golden::<WebhookDelivery>(include_str!("golden/webhook_delivery.pending.json")).unwrap();
    from_golden::<WebhookEndpoint>(include_str!("golden/webhook_endpoint.json")).unwrap();
    from_golden::<WebhookEndpoint>(include_str!("golden/webhook_endpoint.disabled.json")).unwrap();
}
