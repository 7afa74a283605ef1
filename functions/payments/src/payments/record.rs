//! Recording money that has come in already: payment, effect and answer in one transaction.

use cashier::{Cashier, too_many_races};
use kernel::{Money, fits_on_a_line};
use payments::{ChargeOrder, Payment, PaymentProvider, Transition, apply_charged};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{IdempotencyKey, Problem, Reply};

use crate::payments::{
    card_number::{REFUSED, has_card_number},
    charging::broken,
    payment_view::PaymentView,
};

/// What a bank's statement says of a transfer: 1 to 100 characters on one line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    as = TransferReference, description = "What a bank's statement says of a transfer: one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 100, example = "TRF 2026-12-03 BUDI"
)]
pub struct Reference(pub(crate) String);

impl TryFrom<String> for Reference {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if has_card_number(&text) {
            return Err(REFUSED);
        }
        if fits_on_a_line(&text, 100) { Ok(Self(text)) } else { Err("use 1 to 100 visible characters on one line") }
    }
}

/// The payment, and how much it brought, by its provider's word that it is over.
///
/// # Errors
/// Those of the provider, and 500 for one that says anything else.
pub(crate) async fn came_in(
    provider: &dyn PaymentProvider,
    charge: &ChargeOrder,
    begun: &Payment,
) -> Result<(Payment, Money), Problem> {
    let charged = provider.charge(charge).await?;
    let Transition::Move(step) = apply_charged(begun, &charged) else {
        return Err(broken("a payment that is over at once did not move"));
    };
    let amount = step.received.ok_or_else(|| broken("a payment that is over at once brought nothing"))?;
    Ok((step.payment, amount))
}

/// Stores a payment that its provider says is over, and settles what it is for. Money that its invoice no longer waits
/// for is refused instead of kept: staff has recorded one transfer twice.
///
/// # Errors
/// `INVOICE_ALREADY_PAID` and the like, and those of the store.
pub(crate) async fn record(
    cashier: &Cashier<'_>,
    key: &IdempotencyKey,
    provider: &dyn PaymentProvider,
    charge: &ChargeOrder,
    begun: &Payment,
) -> Result<Reply, Problem> {
    let (payment, amount) = came_in(provider, charge, begun).await?;
    until_settled(
        || too_many_races().into(),
        || async {
            let mut transaction = Transaction::new();
            cashier.payments().insert(&mut transaction, &payment)?;
            let settled = cashier.settle(&mut transaction, &payment, amount).await?;
            if let Some(why) = settled.refused {
                return Err(why.into());
            }
            cashier.tell(&mut transaction, &payment)?;
            let reply = Reply::created(&PaymentView::drawn(&payment))?.version(payment.version);
            match key.try_commit(cashier.ctx, transaction, reply).await? {
                Ok(reply) => Ok(Race::Settled(reply)),
                // The invoice changed meanwhile: look again whether it still waits for this.
                Err(cancelled) if settled.lost_a_race(&cancelled) => Ok(Race::Lost),
                Err(_) => Err(Problem::conflict()),
            }
        },
    )
    .await
}

#[cfg(test)]
#[path = "tests/record_tests.rs"]
mod tests;
