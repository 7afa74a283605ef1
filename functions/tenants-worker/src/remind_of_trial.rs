//! `tenant.trial_ending`, once, three days before the end of a trial.
//!
//! Round trips: one read of the tenant, one transaction of 3 writes.

use cloud::Ctx;
use events::tenant::TenantTrialEnding;
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::{TenantStatus, Tenants};

use crate::{TenantWorkError, cause};

/// Tells that the trial will end, unless the tenant converted or the end has come.
pub(crate) async fn remind_of_trial(ctx: Ctx, due: Due) -> Result<(), TenantWorkError> {
    let tenant = Tenants::new(ctx.table()).get(due.tenant_id).await?;
    let tenant = tenant.filter(|tenant| tenant.status_at(ctx.now()) == TenantStatus::Trial);
    let Some((tenant, trial_ends_at)) = tenant.and_then(|tenant| tenant.trial_ends_at.map(|end| (tenant, end))) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    let told = TenantTrialEnding { tenant_id: tenant.id, trial_ends_at };
    let mut transaction = Transaction::new();
    agenda::done(&mut transaction, &due);
    Tenants::check_in_trial(&mut transaction, due.tenant_id);
    ctx.insert_event(&mut transaction, tenant.id, cause(&ctx), tenant.version, &told)?;
    match ctx.table().transact(transaction).await {
        // Told before, or converted at this moment, which takes the reminder off the agenda.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use table::agenda::DueKind;

    use crate::world::World;

    const REMINDED: &str = "2026-12-02T01:00:00.000Z";

    #[tokio::test]
    async fn a_tenant_is_told_once_three_days_before_the_end_of_its_trial() {
        let world = World::open().await;
        assert_eq!(world.on_agenda(DueKind::TrialReminder).await.as_deref(), Some(REMINDED));
        world.stack.set_clock(REMINDED);
        for _ in 0..3 {
            assert!(world.deliver(DueKind::TrialReminder, REMINDED).await);
        }
        let told = world.events("2026120201").await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["type"], "tenant.trial_ending");
        assert_eq!(told[0]["data"]["trialEndsAt"], "2026-12-05T01:00:00.000Z");
        assert_eq!(world.on_agenda(DueKind::TrialReminder).await, None);
        assert!(world.on_agenda(DueKind::TrialEnd).await.is_some(), "the end stays");
    }

    #[tokio::test]
    async fn who_converted_and_whose_trial_is_over_is_not_reminded() {
        for now in [REMINDED, "2026-12-05T01:00:00.000Z"] {
            let world = World::open().await;
            world.stack.set_clock(now);
            if now == REMINDED {
                world.convert().await;
            }
            assert!(world.deliver(DueKind::TrialReminder, REMINDED).await);
            assert_eq!(world.events("2026120201").await.len() + world.events("2026120501").await.len(), 0, "{now}");
            assert_eq!(world.on_agenda(DueKind::TrialReminder).await, None, "{now}");
        }
    }

    #[tokio::test]
    async fn an_old_message_does_not_use_up_a_reminder_that_was_moved() {
        let world = World::open().await;
        world.stack.set_clock(REMINDED);
        world.put_on_agenda(DueKind::TrialReminder, "2026-12-03T01:00:00.000Z").await;
        assert!(world.deliver(DueKind::TrialReminder, REMINDED).await);
        assert_eq!(world.events("2026120201").await.len(), 0);
        assert_eq!(world.on_agenda(DueKind::TrialReminder).await.as_deref(), Some("2026-12-03T01:00:00.000Z"));
    }
}
