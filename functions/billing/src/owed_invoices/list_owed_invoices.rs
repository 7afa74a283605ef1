//! `GET /api/v1/tenants/current/invoices`: what the tenant was invoiced by the platform, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, one batch
//! read.

use axum::extract::State;
use billing::{Invoices, InvoicesOf, Showing};
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{TenantsRead, invoices::invoice_view::InvoiceView};

/// List your invoices from the platform
///
/// The platform's invoices to the tenant itself, paid ones too. Works while the tenant is suspended.
#[utoipa::path(get, path = "/api/v1/tenants/current/invoices", responses((status = 200, body = PageOf<InvoiceView>)))]
pub async fn list_owed_invoices(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let (books, party) = caller.as_customer_of_the_platform()?;
    let of = InvoicesOf::Customer(party);
    let page = Invoices::new(api.table(), books).list(of, Showing::Issued, &pager.request()).await?;
    let now = api.now();
    let rows = page.items.iter().map(|invoice| InvoiceView::at(invoice, now)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use crate::world::World;

    #[tokio::test]
    async fn what_is_owed_is_read_when_all_calls_are_used_up() {
        let world = World::open().await;
        world.stack.calls_used_up(world.owner.scope).await;
        let get = |path: &str| world.client.get(path.to_owned()).bearer(&world.owner.token).send();
        for path in ["/api/v1/tenants/current/invoices", "/api/v1/billing/settings"] {
            assert_eq!(get(path).await.status.as_u16(), 200, "{path}");
        }
        assert_eq!(get("/api/v1/invoices").await.text("/code"), "QUOTA_EXCEEDED");
    }
}
