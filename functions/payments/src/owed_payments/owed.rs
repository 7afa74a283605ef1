//! What a tenant pays the platform: payments in the platform's books, of the tenant as a customer.

use kernel::PaymentId;
use payments::{Payment, Payments};
use web::{Api, Caller, Needs, Problem};

/// A payment of the tenant to the platform. One round trip.
///
/// # Errors
/// Forbidden; not found, also when it is another tenant's.
pub(crate) async fn payment<P: Needs>(api: &Api, caller: &Caller<P>, id: PaymentId) -> Result<Payment, Problem> {
    let (books, party) = caller.as_customer_of_the_platform()?;
    let payment = Payments::new(api.table(), books).get(id).await?.ok_or_else(Problem::not_found)?;
    payment.open_for(&[party]).ok_or_else(Problem::not_found)
}
