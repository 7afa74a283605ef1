//! `GET /api/v1/invoices/{id}/pdf`: the invoice as a document, made when it was issued, and once more when it was paid or voided.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one object.

use axum::{extract::State, response::Response};
use kernel::InvoiceId;
use web::{Api, Caller, Id, Pdf, Problem, QueryString};

use crate::{
    InvoicesRead,
    invoices::{
        get_invoice::within_reach,
        papers::{self, PdfChoice},
    },
};

/// Download an invoice as PDF
///
/// The invoice as it is: stamped as paid (LUNAS) once payments or the balance have paid it, as void (BATAL) once it was
/// voided. The invoice as it was issued stays at `?edition=issued`; `?edition=paid` answers 409 until it is paid. Each is made
/// within seconds; until then the answer is 503 with `Retry-After`.
#[utoipa::path(
    get, path = "/api/v1/invoices/{id}/pdf",
    responses(
        (status = 200, content_type = "application/pdf", body = Pdf),
        (status = 409, description = "INVOICE_NOT_PAID"),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn get_invoice_pdf(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<InvoiceId>,
    QueryString(choice): QueryString<PdfChoice>,
) -> Result<Response, Problem> {
    let invoice = within_reach(&api, &caller, id).await?;
    papers::kept(&api, &papers::pdf(caller.tenant(), &invoice, choice.edition)?).await
}

#[cfg(test)]
mod tests {
    use billing::{paid_pdf_path, pdf_path};
    use identity::Role;

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

    #[tokio::test]
    async fn a_paid_invoice_is_shown_as_paid_and_as_it_was_issued() {
        let world = World::open().await;
        let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        let tenant = world.customer.scope.tenant();
        let token = world.fresh(&world.customer).await;
        let get = async |query: &str| {
            let path = format!("/api/v1/invoices/{}/pdf{query}", invoice.id);
            world.client.get(path).bearer(&token).send().await
        };
        let put = async |path: &str, pdf: &[u8]| {
            world.stack.ctx().put_object(path, "application/pdf", pdf.to_vec()).await.unwrap();
        };
        put(&pdf_path(tenant, invoice.id), b"as issued").await;
        let early = get("?edition=paid").await;
        assert_eq!((early.status.as_u16(), early.text("/code").as_str()), (409, "INVOICE_NOT_PAID"));

        world.pay(&invoice).await;
        assert_eq!(get("").await.text("/code"), "DOCUMENT_NOT_READY");
        assert_eq!(get("?edition=issued").await.body, b"as issued");
        put(&paid_pdf_path(tenant, invoice.id), b"as paid").await;
        for (query, body) in [("", &b"as paid"[..]), ("?edition=paid", b"as paid"), ("?edition=issued", b"as issued")] {
            assert_eq!(get(query).await.body, body, "{query}");
        }
        assert_eq!(get("?edition=void").await.text("/code"), "VALIDATION_FAILED");
    }

    #[tokio::test]
    async fn an_invoice_that_the_balance_paid_was_issued_as_paid() {
        let world = World::open().await;
        let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        world.settle(&invoice).await;
        let path = pdf_path(world.customer.scope.tenant(), invoice.id);
        world.stack.ctx().put_object(&path, "application/pdf", b"as issued".to_vec()).await.unwrap();
        let token = world.fresh(&world.customer).await;
        for query in ["", "?edition=paid", "?edition=issued"] {
            let path = format!("/api/v1/invoices/{}/pdf{query}", invoice.id);
            assert_eq!(world.client.get(path).bearer(&token).send().await.body, b"as issued", "{query}");
        }
    }
}
