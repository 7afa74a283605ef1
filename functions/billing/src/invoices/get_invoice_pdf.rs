//! `GET /api/v1/invoices/{id}/pdf`: the invoice as a document, made when it was issued.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one object.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use billing::{Invoice, pdf_path};
use http::{StatusCode, header};
use kernel::{InvoiceId, TenantId};
use web::{Api, Caller, Id, Pdf, Problem};

use crate::{InvoicesRead, invoices::get_invoice::within_reach};

/// Read an invoice's document
///
/// It is made within seconds of the issue; until then the answer is 503 with `Retry-After`.
#[utoipa::path(
    get, path = "/api/v1/invoices/{id}/pdf",
    responses(
        (status = 200, content_type = "application/pdf", body = Pdf),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn get_invoice_pdf(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<InvoiceId>,
) -> Result<Response, Problem> {
    document(&api, caller.tenant(), &within_reach(&api, &caller, id).await?).await
}

/// The document of an invoice in a tenant's books.
///
/// # Errors
/// Not found for a draft; 503 while it is being made.
pub(crate) async fn document(api: &Api, tenant: TenantId, invoice: &Invoice) -> Result<Response, Problem> {
    let issued = invoice.issued.as_ref().ok_or_else(Problem::not_found)?;
    let pdf = api.get_object(&pdf_path(tenant, invoice.id)).await?.ok_or_else(not_ready)?;
    let name = format!("inline; filename=\"{}.pdf\"", issued.number);
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)], pdf)
        .into_response())
}

fn not_ready() -> Problem {
    let detail = "the document is being made; ask again in a few seconds";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "DOCUMENT_NOT_READY", detail).with_header(header::RETRY_AFTER, 5)
}

#[cfg(test)]
mod tests {
    use identity::Role;

    use super::*;
    use crate::world::World;

    #[tokio::test]
    async fn the_document_is_for_those_who_see_the_invoice_once_it_is_made() {
        let world = World::open().await;
        let id = world.invoiced(&world.customer, "BASIC", "USD", 0).await.id;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let token = world.fresh(&world.customer).await;
        let get = async |token: &str| world.client.get(format!("/api/v1/invoices/{id}/pdf")).bearer(token).send().await;
        let early = get(&token).await;
        assert_eq!((early.text("/code").as_str(), early.header("retry-after")), ("DOCUMENT_NOT_READY", "5"));
        let path = pdf_path(world.customer.scope.tenant(), id);
        let bytes = b"%PDF-1.7\xff".to_vec();
        world.stack.ctx().put_object(&path, "application/pdf", bytes.clone()).await.unwrap();
        let made = get(&token).await;
        assert_eq!((made.status.as_u16(), made.header("content-type")), (200, "application/pdf"));
        assert_eq!(made.header("content-disposition"), "inline; filename=\"INV-2026-12-0001.pdf\"");
        assert_eq!(made.body, bytes);
        assert_eq!(get(&other.token).await.status, 404);
        let nobody = world.client.get(format!("/api/v1/invoices/{id}/pdf")).send().await;
        assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    }
}
