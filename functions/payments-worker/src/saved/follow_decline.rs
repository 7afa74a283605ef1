//! `payment.failed`: a saved card that its bank will never take again is charged no more.
//!
//! Safe to repeat. Round trips: one read of the payment; for one by a saved method that was refused for good, one read of the method
//! and one write.

use cashier::{Cashier, too_many_races};
use cloud::Ctx;
use events::{Told, payment::PaymentFailed};
use table::{Race, TenantScope, WriteError, until_settled, write_alone};

use crate::{PaymentWorkError, caused_by};

/// Keeps with the method that its bank takes it no more.
pub(crate) async fn follow_decline(ctx: Ctx, told: Told<PaymentFailed>) -> Result<(), PaymentWorkError> {
    let Told { event, data: PaymentFailed(facts) } = told;
    let (scope, cause) = (TenantScope::new(event.tenant_id), caused_by(&event));
    let cashier = Cashier { ctx: &ctx, scope, cause: &cause };
    let found = cashier.payments().get(facts.payment_id).await?;
    let Some(payment) = found.map(|found| found.trusted("its method is looked after for the tenant")) else {
        return Ok(());
    };
    let (Some(id), Some(failure)) = (payment.saved_method, payment.failure) else { return Ok(()) };
    until_settled(
        || PaymentWorkError::from(too_many_races()),
        || async {
            let found = cashier.saved_methods().get(id).await?;
            let method = found.map(|found| found.trusted("its own payment was refused"));
            let Some(declined) = method.and_then(|method| method.declined(&failure.code, ctx.now())) else {
                return Ok(Race::Settled(()));
            };
            match write_alone(ctx.table(), |tx| cashier.saved_methods().save(tx, &declined)).await {
                Ok(_) => Ok(Race::Settled(())),
                Err(WriteError::ConditionFailed { .. }) => Ok(Race::Lost),
                Err(WriteError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}
