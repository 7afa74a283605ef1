//! `tenant.trial_ending`, `tenant.trial_expired`: the owner of a tenant hears that the trial will be over soon, and that it is.

use cloud::Ctx;
use events::{
    Told,
    tenant::{TenantTrialEnding, TenantTrialExpired},
};
use messaging::{
    Notice, SendWhile, Values,
    catalogue::{MessageKind, TRIAL_ENDED, TRIAL_ENDING},
};
use tenancy::TenantStatus;

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<TenantTrialEnding>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let end = data.trial_ends_at.date_in(&announcer.tenant.timezone);
    tell_owner(&announcer, TRIAL_ENDING, Values::new().date("end", end)).await
}

/// To the owner, in the platform's name.
pub(crate) async fn ended(ctx: Ctx, told: Told<TenantTrialExpired>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &told.event).await? else { return Ok(()) };
    tell_owner(&announcer, TRIAL_ENDED, Values::new()).await
}

async fn tell_owner(announcer: &Announcer<'_>, kind: MessageKind, says: Values) -> Result<(), NotifierError> {
    let tenant = &announcer.tenant;
    if tenant.status != TenantStatus::Trial {
        // It converted before this was delivered.
        return Ok(());
    }
    let notice = announcer.to_owner(kind, says.text("id", &tenant.id.to_string())).await?;
    announcer.tell([Notice { needs: SendWhile::Trial, ..notice }]).await
}
