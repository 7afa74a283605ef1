//! `payment.succeeded`: the card of a payment whose payer wanted it saved is among the payer's methods.
//!
//! Safe to repeat: the method's id is the payment's, and the payment gives its card away in the same transaction. Round trips: one
//! read of the payment; for one whose card is to be saved one each of the customer and the book, one of the methods, Stripe
//! for what is printed on the card, and one transaction of up to 5 writes.

use cashier::{Cashier, too_many_races};
use cloud::Ctx;
use customers::Customers;
use events::{Told, payment::PaymentSucceeded};
use kernel::{Party, PaymentMethodId};
use payments::{Becomes, CardFace, KeptCard, MethodBook, MethodError, Payment, SavedMethod};
use table::{Race, TenantScope, TransactError, Transaction, until_settled};

use crate::{PaymentWorkError, caused_by};

/// Moves the card from the payment to the methods of its payer.
pub(crate) async fn keep_card(ctx: Ctx, told: Told<PaymentSucceeded>) -> Result<(), PaymentWorkError> {
    let Told { event, data: PaymentSucceeded(facts) } = told;
    let (scope, cause) = (TenantScope::new(event.tenant_id), caused_by(&event));
    let cashier = &Cashier { ctx: &ctx, scope, cause: &cause };
    until_settled(
        || PaymentWorkError::from(too_many_races()),
        || async {
            let found = cashier.payments().get(facts.payment_id).await?;
            let payment = found.map(|found| found.trusted("its card is saved for its own payer"));
            let Some(payment) = payment.filter(|payment| payment.keeps_card) else { return Ok(Race::Settled(())) };
            let Some(kept) = payment.kept_card.clone() else {
                tracing::warn!(payment.id = %payment.id, "the provider saved no card of a payment that was to save one");
                return Ok(Race::Settled(()));
            };
            let transaction = taken_over(cashier, &payment, kept).await?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// What takes the card off the payment and, where it can be saved, puts it into the payer's book.
async fn taken_over(cashier: &Cashier<'_>, payment: &Payment, kept: KeptCard) -> Result<Transaction, PaymentWorkError> {
    let mut transaction = Transaction::new();
    cashier.payments().save(&mut transaction, &payment.card_taken_over(cashier.ctx.now()))?;
    if is_erased(cashier, payment.payer).await? {
        return Ok(transaction);
    }
    let Some(face) = cashier.face_of(payment.provider, &kept).await? else { return Ok(transaction) };
    let methods = cashier.saved_methods();
    let book = methods.book(payment.payer).await?;
    if methods.of(&book).await?.iter().any(|method| method.token == kept.token) {
        return Ok(transaction);
    }
    match added(cashier, payment, &book, (kept, face)) {
        Ok((method, book)) => {
            methods.insert(&mut transaction, &method)?;
            methods.save_book(&mut transaction, &book)?;
        }
        Err(why) => tracing::warn!(payment.id = %payment.id, %why, "the card of a payment is not saved"),
    }
    Ok(transaction)
}

fn added(
    cashier: &Cashier<'_>,
    payment: &Payment,
    book: &MethodBook,
    card: (KeptCard, CardFace),
) -> Result<(SavedMethod, MethodBook), MethodError> {
    let id = PaymentMethodId::new(payment.id.ulid());
    let method = SavedMethod::save(id, payment.payer, payment.provider, card, cashier.ctx.now())?;
    Ok((method, book.with(id, Becomes::OneMore)?))
}

/// Whether there is nobody any more for whom anything is saved.
async fn is_erased(cashier: &Cashier<'_>, payer: Party) -> Result<bool, PaymentWorkError> {
    let Party::Customer(id) = payer else { return Ok(false) };
    let found = Customers::new(cashier.ctx.table(), cashier.scope).get(id).await?;
    Ok(found.is_none_or(|found| found.trusted("only whether it is erased is read").is_erased()))
}
