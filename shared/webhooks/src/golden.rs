//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{Health, Roster, WebhookDelivery, WebhookEndpoint};

#[test]
fn rows_stay_readable() {
    from_golden::<Health>(include_str!("golden/endpoint_health.json")).unwrap();
    from_golden::<Roster>(include_str!("golden/endpoint_roster.json")).unwrap();
    from_golden::<WebhookDelivery>(include_str!("golden/webhook_delivery.json")).unwrap();
    from_golden::<WebhookDelivery>(include_str!("golden/webhook_delivery.pending.json")).unwrap();
    from_golden::<WebhookEndpoint>(include_str!("golden/webhook_endpoint.json")).unwrap();
    from_golden::<WebhookEndpoint>(include_str!("golden/webhook_endpoint.disabled.json")).unwrap();
}
