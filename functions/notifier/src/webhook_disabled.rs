//! `webhook_endpoint.disabled`: the owner of a tenant hears that an endpoint gets nothing any more.

use cloud::Ctx;
use events::{
    Told,
    webhook_endpoint::{WebhookDisableReason, WebhookEndpointDisabled},
};
use messaging::{
    Channel, Notice, Recipient, SendWhile, Values,
    catalogue::{WEBHOOK_DISABLED, WEBHOOK_GONE},
};

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name. The address of the endpoint is not told: it may hold a token.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<WebhookEndpointDisabled>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let tenant = &announcer.tenant;
    let notice = Notice {
        kind: match data.reason {
            WebhookDisableReason::Failing => WEBHOOK_DISABLED,
            WebhookDisableReason::Gone => WEBHOOK_GONE,
        },
        recipient: Recipient::User { user_id: tenant.owner },
        channels: vec![Channel::Email],
        says: Values::new().text("tenant", tenant.name.as_str()).text("endpoint", &data.endpoint_id.to_string()),
        sender: announcer.platform().await?,
        needs: SendWhile::ActiveUser,
    };
    announcer.tell([notice]).await
}
