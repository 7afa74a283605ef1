//! `tenant.domain_lost`: the owner of a tenant hears that a domain is the tenant's no more, unless the tenant itself removed it.

use cloud::Ctx;
use events::{
    Told,
    tenant::{DomainLoss, TenantDomainLost},
};
use messaging::{Values, catalogue::DOMAIN_LOST};

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<TenantDomainLost>) -> Result<(), NotifierError> {
    match data.reason {
        DomainLoss::Removed => return Ok(()),
        DomainLoss::Unproven => {}
    }
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    announcer.tell_owner(DOMAIN_LOST, Values::new().text("domain", &data.domain)).await
}
