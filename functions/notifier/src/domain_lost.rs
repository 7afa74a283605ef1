//! `tenant.domain_lost`: the owner of a tenant hears that a domain is the tenant's no more, unless the tenant itself removed it.

use cloud::Ctx;
use events::{
    Told,
    tenant::{DomainLoss, TenantDomainLost},
};
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::DOMAIN_LOST};

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<TenantDomainLost>) -> Result<(), NotifierError> {
    match data.reason {
        DomainLoss::Removed => return Ok(()),
        DomainLoss::Unproven => {}
    }
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let tenant = &announcer.tenant;
    let notice = Notice {
        kind: DOMAIN_LOST,
        recipient: Recipient::User { user_id: tenant.owner },
        channels: vec![Channel::Email, Channel::InApp],
        says: Values::new().text("tenant", tenant.name.as_str()).text("domain", &data.domain),
        sender: announcer.platform().await?,
        needs: SendWhile::ActiveUser,
    };
    announcer.tell([notice]).await
}
