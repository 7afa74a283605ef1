//! What is told of an edge, and what a tenant becomes by what was told.

use events::{
    DecodeError, Event, Payload, decode,
    tenant::{
        SuspensionCause, TenantActivated, TenantCancelled, TenantConverted, TenantErasureScheduled,
        TenantErasureWithdrawn, TenantReactivated, TenantSuspended, TenantUpdated,
    },
};

use crate::{
    ScheduledErasure, Tenant, TenantStatus,
    status::{Cancellation, Lifecycle, TenantSuspension},
};

impl Tenant {
    /// That it was suspended; `None` when it is not.
    pub fn told_suspended(&self) -> Option<TenantSuspended> {
        let TenantSuspension { cause, reason, at, .. } = self.lifecycle.suspension.clone()?;
        let bill = self.lifecycle.bill.filter(|_| cause == SuspensionCause::NonPayment);
        Some(TenantSuspended { tenant_id: self.id, cause, reason, suspended_at: at, bill })
    }

    /// That it, which is suspended, is active again for a reason of the operator's; `None` where it is not suspended.
    pub fn told_reactivated(&self, reason: Option<String>) -> Option<TenantReactivated> {
        let TenantSuspension { cause, .. } = self.lifecycle.suspension.as_ref()?;
        let (plan_key, billed_from) = (None, None);
        Some(TenantReactivated { tenant_id: self.id, cause: *cause, reason, bill: None, plan_key, billed_from })
    }

    /// That it is active again since it paid.
    pub const fn told_paid_up(&self) -> TenantReactivated {
        let (cause, bill) = (SuspensionCause::NonPayment, self.lifecycle.bill);
        TenantReactivated { tenant_id: self.id, cause, reason: None, bill, plan_key: None, billed_from: None }
    }

    /// That its own details are other ones now.
    pub fn told_updated(&self, changed: Vec<String>) -> TenantUpdated {
        let (name, timezone) = (self.name.as_str().to_owned(), self.timezone.clone());
        TenantUpdated { tenant_id: self.id, changed, name, timezone }
    }

    /// That it is over; `None` when it is not.
    pub fn told_cancelled(&self) -> Option<TenantCancelled> {
        let Cancellation { by, reason, at } = self.lifecycle.cancellation.clone()?;
        Some(TenantCancelled { tenant_id: self.id, by, reason, cancelled_at: at })
    }

    /// The tenant after an edge of its life; `None` where the event tells of none. The version is the caller's to raise.
    ///
    /// # Errors
    /// The event cannot be read.
    pub(crate) fn after_edge(self, event: &Event) -> Result<Option<Self>, DecodeError> {
        if [TenantConverted::NAME, TenantActivated::NAME].contains(&event.name.as_str()) {
            return Ok(Some(Self { status: TenantStatus::Active, lifecycle: Lifecycle::default(), ..self }));
        }
        if event.name == TenantReactivated::NAME {
            let bill = decode::<TenantReactivated>(event)?.bill.or(self.lifecycle.bill);
            let lifecycle = Lifecycle { bill, ..Lifecycle::default() };
            return Ok(Some(Self { status: TenantStatus::Active, lifecycle, ..self }));
        }
        if event.name == TenantSuspended::NAME {
            let told: TenantSuspended = decode(event)?;
            let before = self.lifecycle.suspension.map(|suspension| suspension.former_status);
            let suspension = TenantSuspension {
                cause: told.cause,
                reason: told.reason,
                former_status: before.unwrap_or(self.status),
                at: told.suspended_at,
            };
            let bill = told.bill.or(self.lifecycle.bill);
            let lifecycle = Lifecycle { suspension: Some(suspension), cancellation: None, bill };
            return Ok(Some(Self { status: TenantStatus::Suspended, lifecycle, ..self }));
        }
        if event.name == TenantCancelled::NAME {
            let TenantCancelled { by, reason, cancelled_at, .. } = decode(event)?;
            let cancellation = Some(Cancellation { by, reason, at: cancelled_at });
            let lifecycle = Lifecycle { cancellation, ..Lifecycle::default() };
            return Ok(Some(Self { status: TenantStatus::Cancelled, lifecycle, ..self }));
        }
        if event.name == TenantErasureScheduled::NAME {
            let TenantErasureScheduled { reason, requested_at, erase_at, .. } = decode(event)?;
            return Ok(Some(Self { erasure: Some(ScheduledErasure { reason, requested_at, erase_at }), ..self }));
        }
        if event.name == TenantErasureWithdrawn::NAME {
            return Ok(Some(Self { erasure: None, ..self }));
        }
        Ok(None)
    }
}
