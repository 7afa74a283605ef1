//! `credit_note.issued`: print the credit note and keep the PDF.
//!
//! A note never changes and the bytes are the same every time, so that a repeated event changes nothing. Round trips: one read,
//! one object, and one more for a logo.

use billing::{CreditNotes, credit_note_path};
use cloud::{Ctx, EventError};
use events::{Told, credit_note::CreditNoteIssued};
use table::TenantScope;

use crate::{
    objects::kept::keep, objects::seller_logo::seller_logo, printed_credit_note::printed,
    typesetting::render::render_credit_note as typeset,
};

pub(crate) async fn render_credit_note(ctx: Ctx, told: Told<CreditNoteIssued>) -> Result<(), EventError> {
    let (tenant, id) = (told.event.tenant_id, told.data.credit_note_id);
    let Some(found) = CreditNotes::new(ctx.table(), TenantScope::new(tenant)).get(id).await? else {
        tracing::warn!(credit_note.id = %id, tenant.id = %tenant, "nothing to print");
        return Ok(());
    };
    let note = found.trusted("the worker prints for the tenant");
    let mut document = printed(&note);
    document.seller.logo = seller_logo(&ctx, tenant, &note.seller).await?;
    let pdf = tokio::task::spawn_blocking(move || typeset(&document)).await??;
    keep(&ctx, tenant, &credit_note_path(tenant, id), pdf).await?;
    tracing::info!(credit_note.id = %id, tenant.id = %tenant, "printed a credit note");
    Ok(())
}

#[cfg(test)]
mod tests {
    use billing::CreditNote;
    use serde_json::json;
    use table::Transaction;
    use testkit::Stack;

    use super::*;
    use crate::delivered::deliver;

    const NOTE: &str = include_str!("../../../shared/billing/src/golden/credit_note.json");

    #[tokio::test]
    async fn it_is_kept_under_a_path_of_its_own_however_often_it_is_told() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let note: CreditNote = serde_json::from_str(NOTE).unwrap();
        let mut transaction = Transaction::new();
        CreditNotes::insert(&mut transaction, TenantScope::new(tenant.id), &note).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        let event = json!({"detail": {"id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": "credit_note.issued", "version": 1,
            "tenantId": tenant.id, "occurredAt": "2027-01-05T03:00:00.000Z",
            "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": note.id, "subjectVersion": 1,
            "audience": "public", "data": note.told_issued()}});
        let mut kept = Vec::new();
        for _ in 0..2 {
            deliver(&stack, &event).await;
            kept.push(stack.ctx().get_object(&credit_note_path(tenant.id, note.id)).await.unwrap().unwrap());
        }
        assert!(kept[0].starts_with(b"%PDF-1.7") && kept[0] == kept[1]);
        let counted = tenancy::limits::KeptFiles::new(stack.ctx().table(), TenantScope::new(tenant.id)).total().await;
        assert_eq!(counted.unwrap(), kept[0].len() as u64, "counted once");
    }
}
