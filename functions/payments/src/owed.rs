//! What a tenant pays the platform: payments in the platform's books, of the tenant as a customer.

use kernel::{Party, PaymentId};
use payments::{Payment, Payments};
use table::{OperatorScope, TenantScope};
use web::{Api, Caller, Needs, Problem};

/// The platform's books.
pub(crate) fn books() -> TenantScope {
    OperatorScope::assume("a tenant pays what it owes in the platform's books").platform()
}

/// The tenant as the platform's customer. Only who reaches the whole tenant acts for it.
///
/// # Errors
/// Forbidden.
pub(crate) fn party<P: Needs>(caller: &Caller<P>) -> Result<Party, Problem> {
    caller.must_reach_all()?;
    Ok(Party::Tenant(caller.tenant()))
}

/// A payment of the tenant to the platform. One round trip.
///
/// # Errors
/// Forbidden; not found, also when it is another tenant's.
pub(crate) async fn payment<P: Needs>(api: &Api, caller: &Caller<P>, id: &str) -> Result<Payment, Problem> {
    let party = party(caller)?;
    let id: PaymentId = id.parse().map_err(|_| Problem::not_found())?;
    let payment = Payments::new(api.table(), books()).get(id).await?.ok_or_else(Problem::not_found)?;
    payment.open_for(&[party]).ok_or_else(Problem::not_found)
}
