//! `GET /api/v1/invoices/{id}/receipt`: the receipt (kwitansi) for an invoice's payments, made when it was paid.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one object.

use axum::{extract::State, response::Response};
use kernel::InvoiceId;
use web::{Api, Caller, Id, Pdf, Problem};

use crate::{
    InvoicesRead,
    invoices::{get_invoice::within_reach, papers},
};

/// Download a receipt as PDF
///
/// The receipt (kwitansi) for the payments that paid the invoice, a bank transfer recorded by hand too. It is made within
/// seconds of the last payment; until then the answer is 503 with `Retry-After`. An invoice that no payment paid has none.
#[utoipa::path(
    get, path = "/api/v1/invoices/{id}/receipt",
    responses(
        (status = 200, content_type = "application/pdf", body = Pdf),
        (status = 404, description = "NO_RECEIPT"),
        (status = 409, description = "INVOICE_NOT_PAID"),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn get_invoice_receipt(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<InvoiceId>,
) -> Result<Response, Problem> {
    let invoice = within_reach(&api, &caller, id).await?;
    papers::kept(&api, &papers::receipt(caller.tenant(), &invoice)?).await
}

#[cfg(test)]
mod tests {
    use billing::receipt_path;
    use identity::Role;

    use crate::world::World;

    #[tokio::test]
    async fn a_receipt_is_for_those_who_see_the_invoice_once_it_is_paid() {
        let world = World::open().await;
        let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let token = world.fresh(&world.customer).await;
        let path = format!("/api/v1/invoices/{}/receipt", invoice.id);
        let get = async |token: &str| world.client.get(&path).bearer(token).send().await;
        let early = get(&token).await;
        assert_eq!((early.status.as_u16(), early.text("/code").as_str()), (409, "INVOICE_NOT_PAID"));

        world.pay(&invoice).await;
        let waiting = get(&token).await;
        assert_eq!((waiting.text("/code").as_str(), waiting.header("retry-after")), ("DOCUMENT_NOT_READY", "5"));
        let kept = receipt_path(world.customer.scope.tenant(), invoice.id);
        world.stack.ctx().put_object(&kept, "application/pdf", b"%PDF receipt".to_vec()).await.unwrap();
        for reader in [&token, &world.fresh(&world.owner).await] {
            let made = get(reader).await;
            assert_eq!((made.status.as_u16(), made.header("content-type")), (200, "application/pdf"));
            assert_eq!(made.header("content-disposition"), "inline; filename=\"KW-INV-2026-12-0001.pdf\"");
            assert_eq!(made.body, b"%PDF receipt");
        }
        for foreign in [&other.token, &stranger.token] {
            assert_eq!(get(foreign).await.text("/code"), "NOT_FOUND");
        }
        assert_eq!(world.client.get(&path).send().await.text("/code"), "UNAUTHENTICATED");
    }

    #[tokio::test]
    async fn what_the_balance_paid_has_none() {
        let world = World::open().await;
        let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        world.settle(&invoice).await;
        let token = world.fresh(&world.customer).await;
        let answer = world.client.get(format!("/api/v1/invoices/{}/receipt", invoice.id)).bearer(&token).send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NO_RECEIPT"));
    }
}
