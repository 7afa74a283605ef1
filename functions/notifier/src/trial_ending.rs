//! `tenant.trial_ending`: the owner of a tenant hears that the trial will be over soon.

use cloud::Ctx;
use events::{Told, tenant::TenantTrialEnding};
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::TRIAL_ENDING};
use tenancy::TenantStatus;

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<TenantTrialEnding>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let tenant = &announcer.tenant;
    if tenant.status != TenantStatus::Trial {
        // It converted before this was delivered.
        return Ok(());
    }
    let says =
        Values::new().text("tenant", tenant.name.as_str()).date("end", data.trial_ends_at.date_in(&tenant.timezone));
    let notice = Notice {
        kind: TRIAL_ENDING,
        recipient: Recipient::User { user_id: tenant.owner },
        channels: vec![Channel::Email, Channel::InApp],
        says,
        sender: announcer.platform().await?,
        needs: SendWhile::Trial,
    };
    announcer.tell([notice]).await
}
