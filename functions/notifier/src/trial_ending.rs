//! `tenant.trial_ending`: the owner of a tenant hears that the trial will be over soon.

use cloud::Ctx;
use events::{Told, tenant::TenantTrialEnding};
use identity::{UserStatus, Users};
use messaging::{Values, catalogue::TRIAL_ENDING};
use tenancy::TenantStatus;

use crate::{NotifierError, courier::Courier};

/// Who writes to tenants: the platform itself.
const PLATFORM: &str = "Ruko";

/// To the owner, in the platform's name.
pub(crate) async fn send(ctx: Ctx, Told { event, data }: Told<TenantTrialEnding>) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(&ctx, &event).await? else { return Ok(()) };
    if courier.tenant.status != TenantStatus::Trial {
        // It converted before this was delivered.
        return Ok(());
    }
    let owner = Users::new(ctx.table(), courier.scope()).get(courier.tenant.owner).await?;
    let Some(owner) = owner.filter(|owner| owner.status == UserStatus::Active) else { return Ok(()) };
    let values = Values::new()
        .text("name", &owner.display_name())
        .text("sender", PLATFORM)
        .text("tenant", courier.tenant.name.as_str())
        .date("end", data.trial_ends_at.date_in(&courier.tenant.timezone));
    courier.mail(TRIAL_ENDING, courier.reader(&owner), &values).await
}
