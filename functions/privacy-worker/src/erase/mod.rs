//! One turn of the erasure of a tenant, when it is due on the platform's agenda.
//!
//! The first turn begins when the thirty days are over: it takes the tenant itself away, so that nobody gets in. Then what the law
//! keeps is copied into the platform's archive, and everything is deleted: rows, objects, secrets and work on the agenda; an hour
//! later whatever came of each meanwhile, and last of all the data key. Each turn ends in one transaction of the erasure and its place on
//! the agenda. A death anywhere, or a message that comes twice, repeats a turn: what was copied is written over by the same, and
//! what was deleted is deleted again. Round trips: one read of the erasure (the first turn: and one of the tenant), the turn's own,
//! one transaction.

mod delete_rest;
mod delete_rows;
mod keep;
#[cfg(test)]
mod one_of_each;
#[cfg(test)]
mod tests;

use cloud::Ctx;
use kernel::{RequestId, TenantId, Timestamp};
use table::{
    OperatorScope, TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::{ErasureStep, Position, TenantErasure, TenantErasures, Tenants};

use crate::PrivacyError;

const OPERATOR: OperatorScope = OperatorScope::assume("an erasure outlives its tenant");

/// How a turn ended.
pub(crate) enum Turn {
    /// The step goes on behind this position; so many rows were deleted.
    Walked(Position, u64),
    /// The step goes on behind this object.
    Handled(String),
    /// The step is done; so many rows were deleted.
    Done(u64),
}

/// Does the turn that is due.
pub(crate) async fn continue_erasure(ctx: Ctx, due: Due) -> Result<(), PrivacyError> {
    let tenant: TenantId = due.thing()?;
    let erasures = TenantErasures::new(ctx.table(), OPERATOR);
    let Some(erasure) = erasures.get(tenant).await? else { return begin(&ctx, erasures, &due, tenant).await };
    let turn = match erasure.step {
        ErasureStep::KeepBooks => keep::keep_books(&ctx, &erasure).await?,
        ErasureStep::KeepDocuments => keep::keep_documents(&ctx, &erasure).await?,
        ErasureStep::DeleteRows => delete_rows::delete_rows(&ctx, &erasure).await?,
        ErasureStep::DeleteRest => delete_rest::delete_rest(&ctx, &erasure).await?,
        ErasureStep::LookAgain => look_again(&ctx, &erasure).await?,
        ErasureStep::Done => return Ok(agenda::finish(ctx.table(), &due).await?),
    };
    let slug = erasure.slug.clone();
    let (after, next) = match turn {
        Turn::Walked(position, rows) => (erasure.walked(position, rows), Some(ctx.now())),
        Turn::Handled(object) => (erasure.handled(object), Some(ctx.now())),
        Turn::Done(rows) => erasure.stepped(rows, ctx.now()),
    };
    let mut transaction = Transaction::new();
    if let Some(told) = after.told_deleted() {
        erasures.end(&mut transaction, slug.as_ref(), &after)?;
        ctx.insert_event(&mut transaction, OPERATOR.platform().tenant(), cause(&ctx), after.version, &told)?;
    } else {
        erasures.save(&mut transaction, &after)?;
    }
    commit(&ctx, transaction, &due, next).await
}

/// Deletes whatever came since the first look: rows, and behind the last one objects, secrets and work on the agenda.
async fn look_again(ctx: &Ctx, erasure: &TenantErasure) -> Result<Turn, PrivacyError> {
    let rows = match delete_rows::delete_rows(ctx, erasure).await? {
        Turn::Done(rows) => rows,
        turn @ (Turn::Walked(..) | Turn::Handled(_)) => return Ok(turn),
    };
    Ok(match delete_rest::delete_rest(ctx, erasure).await? {
        Turn::Done(more) => Turn::Done(rows + more),
        turn @ (Turn::Walked(..) | Turn::Handled(_)) => turn,
    })
}

/// The first turn; nothing for a tenant that is not to be erased any more.
async fn begin(ctx: &Ctx, erasures: TenantErasures<'_>, due: &Due, id: TenantId) -> Result<(), PrivacyError> {
    let tenant = Tenants::new(ctx.table()).get(id).await?;
    let Some((tenant, scheduled)) = tenant.and_then(|tenant| Some((tenant.clone(), tenant.erasure?))) else {
        return Ok(agenda::finish(ctx.table(), due).await?);
    };
    let Some(erasure) = TenantErasure::begun(&tenant, ctx.now()) else {
        return Ok(agenda::postpone(ctx.table(), due, scheduled.erase_at).await?);
    };
    keep::keep_name(ctx, &tenant, &erasure).await?;
    let mut transaction = Transaction::new();
    erasures.begin(&mut transaction, &tenant, &erasure)?;
    commit(ctx, transaction, due, Some(ctx.now())).await
}

/// Saves a turn and puts the next one on the agenda.
async fn commit(
    ctx: &Ctx,
    mut transaction: Transaction,
    due: &Due,
    next: Option<Timestamp>,
) -> Result<(), PrivacyError> {
    match next {
        Some(next) => agenda::moved(&mut transaction, due, next)?,
        None => agenda::done(&mut transaction, due),
    };
    match ctx.table().transact(transaction).await {
        // The turn was done by somebody else meanwhile, or withdrawn; if not, the agenda sends it again.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// The agenda is nobody's request: each change has a new one.
fn cause(ctx: &Ctx) -> RequestId {
    RequestId::new(ctx.new_ulid())
}
