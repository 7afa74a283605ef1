//! `webhook_endpoint.disabled`: the owner of a tenant hears that an endpoint gets nothing any more.

use cloud::Ctx;
use events::{
    Told,
    webhook_endpoint::{WebhookDisableReason, WebhookEndpointDisabled},
};
use messaging::{
    Channel, Notice, Values,
    catalogue::{WEBHOOK_DISABLED, WEBHOOK_GONE},
};

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name. The address of the endpoint is not told: it may hold a token.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<WebhookEndpointDisabled>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let kind = match data.reason {
        WebhookDisableReason::Failing => WEBHOOK_DISABLED,
        WebhookDisableReason::Gone => WEBHOOK_GONE,
    };
    let notice = announcer.to_owner(kind, Values::new().text("endpoint", &data.endpoint_id.to_string())).await?;
    announcer.tell([Notice { channels: vec![Channel::Email], ..notice }]).await
}
