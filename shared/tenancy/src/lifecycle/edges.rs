//! The edges, each as a decision over a tenant.

use events::tenant::{FollowedBill, SuspensionCause};
use kernel::{TenantId, Timestamp, Zone};

use crate::{
    Tenant, TenantError, TenantName, TenantStatus,
    status::{Cancellation, Lifecycle, TenantSuspension},
};

impl Tenant {
    /// The tenant, suspended. An operator's suspension takes the place of one for non-payment, so that a payment does not lift
    /// it; the other way round, the operator's stays.
    ///
    /// # Errors
    /// `Status` when it is suspended by the operator or, for non-payment, at all; when it is over. `Platform`.
    pub fn suspended(
        self,
        cause: SuspensionCause,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Self, TenantError> {
        self.must_be_a_customer()?;
        let former_status = match (self.status, &self.lifecycle.suspension, cause) {
            (TenantStatus::Trial | TenantStatus::Active, _, _) => self.status,
            (TenantStatus::Suspended, Some(before), SuspensionCause::Operator)
                if before.cause == SuspensionCause::NonPayment =>
            {
                before.former_status
            }
            (TenantStatus::Suspended | TenantStatus::Cancelled, _, _) => {
                return Err(TenantError::Status(self.status));
            }
        };
        let suspension = Some(TenantSuspension { cause, reason, former_status, at: now });
        let bill = self.lifecycle.bill;
        Ok(self.moved(TenantStatus::Suspended, Lifecycle { suspension, cancellation: None, bill }))
    }

    /// The tenant, suspended because its own subscription was not paid for; `None` where it is suspended or over.
    pub fn unpaid(self, bill: FollowedBill, now: Timestamp) -> Option<Self> {
        let stopped = self.suspended(SuspensionCause::NonPayment, None, now).ok()?;
        Some(Self { lifecycle: Lifecycle { bill: Some(bill), ..stopped.lifecycle }, ..stopped })
    }

    /// The tenant under another name or in another zone, and the names of what changed; `None` when nothing does.
    pub fn updated(self, name: Option<TenantName>, timezone: Option<Zone>) -> Option<(Self, Vec<String>)> {
        let name = name.unwrap_or_else(|| self.name.clone());
        let timezone = timezone.unwrap_or_else(|| self.timezone.clone());
        let fields = [("name", name != self.name), ("timezone", timezone != self.timezone)];
        let changed = fields.iter().filter(|(_, changes)| *changes).map(|(field, _)| (*field).to_owned());
        let changed: Vec<String> = changed.collect();
        let version = self.version + 1;
        (!changed.is_empty()).then_some((Self { name, timezone, version, ..self }, changed))
    }

    /// The tenant as an active one, by the word of the operator: out of its trial, or out of any suspension.
    ///
    /// # Errors
    /// `Status` when it is active or over.
    pub fn activated(self) -> Result<Self, TenantError> {
        match self.status {
            TenantStatus::Trial | TenantStatus::Suspended => {
                let bill = self.lifecycle.bill;
                Ok(self.moved(TenantStatus::Active, Lifecycle { bill, ..Lifecycle::default() }))
            }
            TenantStatus::Active | TenantStatus::Cancelled => Err(TenantError::Status(self.status)),
        }
    }

    /// The tenant as an active one, since it owes the platform nothing any more; `None` where that is not why it is suspended.
    pub fn paid_up(self, bill: FollowedBill) -> Option<Self> {
        let cause = self.lifecycle.suspension.as_ref().map(|suspension| suspension.cause);
        match (self.status, cause) {
            (TenantStatus::Suspended, Some(SuspensionCause::NonPayment)) => {
                Some(self.moved(TenantStatus::Active, Lifecycle { bill: Some(bill), ..Lifecycle::default() }))
            }
            (
                TenantStatus::Trial | TenantStatus::Active | TenantStatus::Suspended | TenantStatus::Cancelled,
                Some(SuspensionCause::NonPayment | SuspensionCause::Operator) | None,
            ) => None,
        }
    }

    /// The tenant, ended for good.
    ///
    /// # Errors
    /// `Status` when it is over. `Platform`.
    pub fn cancelled(self, cancellation: Cancellation) -> Result<Self, TenantError> {
        self.must_be_a_customer()?;
        match self.status {
            TenantStatus::Trial | TenantStatus::Active | TenantStatus::Suspended => {
                let lifecycle = Lifecycle { cancellation: Some(cancellation), ..Lifecycle::default() };
                Ok(self.moved(TenantStatus::Cancelled, lifecycle))
            }
            TenantStatus::Cancelled => Err(TenantError::Status(self.status)),
        }
    }

    /// Whether it has never become one that pays: it is in or after its trial, or was when it was suspended.
    pub fn is_unconverted(&self) -> bool {
        let former = self.lifecycle.suspension.as_ref().map(|suspension| suspension.former_status);
        match self.status {
            TenantStatus::Trial => true,
            TenantStatus::Suspended => former == Some(TenantStatus::Trial),
            TenantStatus::Active | TenantStatus::Cancelled => false,
        }
    }

    /// Whether the operator has suspended it, for what it did: in its own words nothing is said any more.
    pub fn is_stopped_by_operator(&self) -> bool {
        let cause = self.lifecycle.suspension.as_ref().map(|suspension| suspension.cause);
        self.status == TenantStatus::Suspended && cause == Some(SuspensionCause::Operator)
    }

    fn moved(self, status: TenantStatus, lifecycle: Lifecycle) -> Self {
        Self { status, lifecycle, version: self.version + 1, ..self }
    }

    /// `Ok` for a tenant that is not over: nothing of one that is changes.
    ///
    /// # Errors
    /// `Status`.
    pub fn must_not_be_over(&self) -> Result<(), TenantError> {
        if self.status == TenantStatus::Cancelled { Err(TenantError::Status(self.status)) } else { Ok(()) }
    }

    /// The platform's own place is not to be closed from within.
    fn must_be_a_customer(&self) -> Result<(), TenantError> {
        if self.id == TenantId::PLATFORM { Err(TenantError::Platform) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use events::tenant::CancelledBy;
    use kernel::UserId;

    use super::*;
    use crate::Gate;

    fn in_trial() -> Tenant {
        serde_json::from_str(include_str!("../golden/tenant.json")).unwrap()
    }

    fn active() -> Tenant {
        in_trial().converted().unwrap()
    }

    fn bill(subscription_version: u64) -> FollowedBill {
        FollowedBill { subscription_id: "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), subscription_version }
    }

    fn now() -> Timestamp {
        "2026-12-20T00:00:00Z".parse().unwrap()
    }

    fn suspended(tenant: Tenant, cause: SuspensionCause) -> Result<Tenant, TenantError> {
        tenant.suspended(cause, Some("Spam was sent".to_owned()), now())
    }

    fn cancelled(tenant: Tenant) -> Result<Tenant, TenantError> {
        let reason = "We moved".to_owned();
        tenant.cancelled(Cancellation { by: CancelledBy::Tenant, reason, at: now() })
    }

    #[test]
    fn the_gate_follows_each_edge_and_each_raises_the_version() {
        let one = active();
        let two = suspended(one.clone(), SuspensionCause::Operator).unwrap();
        assert_eq!((two.status, two.gate(now()), two.version), (TenantStatus::Suspended, Gate::ReadAndPay, 5));
        assert_eq!(two.lifecycle.suspension.as_ref().unwrap().reason.as_deref(), Some("Spam was sent"));
        let three = two.clone().activated().unwrap();
        assert_eq!(three, Tenant { version: 6, ..one });
        assert_eq!(three.gate(now()), Gate::Open);
        for tenant in [in_trial(), three, two] {
            let over = cancelled(tenant.clone()).unwrap();
            assert_eq!(
                (over.status, over.gate(now()), over.version),
                (TenantStatus::Cancelled, Gate::Closed, tenant.version + 1)
            );
            assert_eq!(over.lifecycle.suspension, None);
        }
    }

    #[test]
    fn nothing_is_done_twice_and_nothing_follows_the_end() {
        let still = |status| Err(TenantError::Status(status));
        let stopped = suspended(active(), SuspensionCause::Operator).unwrap();
        assert_eq!(suspended(stopped.clone(), SuspensionCause::Operator), still(TenantStatus::Suspended));
        assert_eq!(active().activated(), still(TenantStatus::Active));
        let over = cancelled(stopped).unwrap();
        assert_eq!(cancelled(over.clone()), still(TenantStatus::Cancelled));
        assert_eq!(suspended(over.clone(), SuspensionCause::Operator), still(TenantStatus::Cancelled));
        assert_eq!(over.clone().activated(), still(TenantStatus::Cancelled));
        assert_eq!((over.clone().paid_up(bill(2)), over.converted()), (None, Err(TenantError::NotInTrial)));
    }

    #[test]
    fn a_payment_lifts_only_what_a_payment_can() {
        let unpaid = active().unpaid(bill(1), now()).unwrap();
        assert_eq!(unpaid.clone().paid_up(bill(2)).unwrap().status, TenantStatus::Active);
        assert_eq!(unpaid.clone().unpaid(bill(2), now()), None);
        let both = suspended(unpaid, SuspensionCause::Operator).unwrap();
        assert_eq!(both.clone().paid_up(bill(2)), None, "the operator has the last word");
        assert_eq!(both.unpaid(bill(2), now()), None);
        assert!(suspended(active(), SuspensionCause::Operator).unwrap().is_stopped_by_operator());
        assert!(
            !active().unpaid(bill(1), now()).unwrap().is_stopped_by_operator() && !active().is_stopped_by_operator()
        );
        assert_eq!((active().paid_up(bill(2)), in_trial().paid_up(bill(2))), (None, None));
    }

    #[test]
    fn what_was_followed_is_known_after_the_operator_opened_the_tenant() {
        let opened = active().unpaid(bill(3), now()).unwrap().activated().unwrap();
        assert_eq!((opened.lifecycle.has_followed(bill(3)), opened.lifecycle.has_followed(bill(4))), (true, false));
        let other = FollowedBill { subscription_id: "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap(), ..bill(1) };
        assert!(!opened.lifecycle.has_followed(other));
    }

    #[test]
    fn a_trial_stays_one_that_was_not_converted_while_it_is_suspended() {
        let stopped = suspended(in_trial(), SuspensionCause::Operator).unwrap();
        assert!(stopped.is_unconverted() && in_trial().is_unconverted());
        assert_eq!(stopped.clone().converted(), Err(TenantError::NotInTrial), "the owner cannot lift it");
        assert!(!stopped.activated().unwrap().is_unconverted());
        assert!(!suspended(active(), SuspensionCause::Operator).unwrap().is_unconverted());
    }

    #[test]
    fn the_platform_is_never_closed() {
        let operator: UserId = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let platform = Tenant::platform(operator, now());
        assert_eq!(suspended(platform.clone(), SuspensionCause::Operator), Err(TenantError::Platform));
        assert_eq!(cancelled(platform), Err(TenantError::Platform));
    }
}
