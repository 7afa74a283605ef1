//! The tenant's own book of saved methods at the platform.

use events::tenant::{MethodChange, TenantPaymentMethodChanged};
use kernel::{Party, PaymentMethodId};
use payments::{MethodBook, Payer, SavedMethod, SavedMethods};
use table::{TableError, TenantScope, Transaction};
use tenancy::{Tenant, Tenants};
use web::{Api, Caller, Needs, Problem, RequestInfo};

use crate::TenantsPay;

/// The platform's books, the tenant as a customer there, and as it stands now. One round trip.
///
/// # Errors
/// Forbidden.
pub(super) async fn own<P: Needs>(api: &Api, caller: &Caller<P>) -> Result<(TenantScope, Party, Tenant), Problem> {
    let (books, party) = caller.as_customer_of_the_platform()?;
    let tenant = Tenants::new(api.table()).get(caller.tenant()).await?.ok_or_else(Problem::not_found)?;
    Ok((books, party, tenant))
}

/// A saved method of the tenant's, with its book. Two round trips.
///
/// # Errors
/// 404, also when it is another's.
pub(super) async fn method(
    methods: SavedMethods<'_>,
    party: Party,
    id: PaymentMethodId,
) -> Result<(SavedMethod, MethodBook), Problem> {
    let found = methods.get(id).await?.ok_or_else(Problem::not_found)?;
    let method = found.open_for(&[party]).ok_or_else(Problem::not_found)?;
    Ok((method, methods.book(party).await?))
}

/// As Stripe may know the tenant.
pub(super) fn payer(tenant: &Tenant) -> Payer {
    Payer { name: tenant.name.as_str().to_owned(), email: None }
}

/// What is told of a change.
pub(super) struct MethodNews<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) method: PaymentMethodId,
    pub(super) change: MethodChange,
    pub(super) after: &'a MethodBook,
}

impl MethodNews<'_> {
    /// Adds the event and the entry in the tenant's trail.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub(super) fn record(
        self,
        api: &Api,
        (caller, info): (&Caller<TenantsPay>, &RequestInfo),
        transaction: &mut Transaction,
    ) -> Result<(), TableError> {
        let Self { tenant, method, change, after } = self;
        let action = match change {
            MethodChange::Saved => crate::PAYMENT_METHOD_SAVED,
            MethodChange::Preferred => crate::PAYMENT_METHOD_PREFERRED,
            MethodChange::Removed => crate::PAYMENT_METHOD_REMOVED,
        };
        caller.entry(api, info, action).about(method).insert(transaction, caller.scope)?;
        let told = TenantPaymentMethodChanged {
            tenant_id: tenant.id,
            payment_method_id: method,
            change,
            default_id: after.default,
        };
        api.insert_event(transaction, tenant.id, info, tenant.version, &told)?;
        Ok(())
    }
}
