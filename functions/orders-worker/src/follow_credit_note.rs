//! `credit_note.issued`: an order says what was taken back of its invoice, also by staff.
//!
//! Round trips: those of [`AfterSales::follow_credit_note`].

use aftersales::AfterSales;
use cloud::Ctx;
use events::{Told, credit_note::CreditNoteIssued};
use table::TenantScope;

use crate::{OrderWorkError, caused_by};

/// What follows for the order whose invoice the note is of.
pub(crate) async fn follow_credit_note(
    ctx: Ctx,
    Told { event, data }: Told<CreditNoteIssued>,
) -> Result<(), OrderWorkError> {
    let (scope, cause) = (TenantScope::new(event.tenant_id), caused_by(&event));
    Ok(AfterSales { ctx: &ctx, scope, cause: &cause }.follow_credit_note(&data).await?)
}
