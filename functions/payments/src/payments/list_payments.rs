//! `GET /api/v1/payments`: the caller's payments, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), for an invoice one read of
//! it, one query (with a status or an invoice up to ten), and but for the whole tenant one batch read for each query.

use axum::extract::State;
use billing::{InvoiceStatus, Invoices};
use identity::Reach;
use kernel::{CustomerId, InvoiceId, Party};
use payments::{Payments, PaymentsOf, Status};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{PaymentsRead, payments::payment_view::PaymentView};

/// Which payments.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PaymentFilter {
    /// In this state only.
    pub status: Option<Status>,
    /// For this invoice only, however they ended.
    pub invoice_id: Option<InvoiceId>,
    /// Of this customer only.
    pub customer_id: Option<CustomerId>,
}

/// List payments
///
/// A customer sees their own, a member those of the tenant. With both `invoiceId` and `customerId`, nothing where the invoice
/// is another customer's. A filtered page can be short and still have a next one.
#[utoipa::path(get, path = "/api/v1/payments", responses((status = 200, body = PageOf<PaymentView>)))]
pub async fn list_payments(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    pager: Pager,
    QueryString(filter): QueryString<PaymentFilter>,
) -> Result<Reply, Problem> {
    let nothing = || Reply::page(Vec::<PaymentView>::new(), pager.info(&api, None)?);
    let of = if let Some(id) = filter.invoice_id {
        let payer = payer_of(&api, &caller, id).await?;
        if filter.customer_id.is_some_and(|customer| payer != Party::Customer(customer)) {
            return nothing();
        }
        PaymentsOf::Invoice(payer, id)
    } else {
        match caller.whose(&api, filter.customer_id).await? {
            Whose::Everybodys => PaymentsOf::Tenant,
            Whose::Partys(party) => PaymentsOf::Customer(party),
            Whose::Nobodys => return nothing(),
        }
    };
    let page = Payments::new(api.table(), caller.scope).list(of, filter.status, &pager.request()).await?;
    let rows = page.items.iter().map(PaymentView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

/// Who is billed by an invoice that the caller may know of.
async fn payer_of(api: &Api, caller: &Caller<PaymentsRead>, id: InvoiceId) -> Result<Party, Problem> {
    let nothing = || Problem::not_found().named_at("invoiceId");
    let found = Invoices::new(api.table(), caller.scope).get(id).await?.ok_or_else(nothing)?;
    let invoice = caller.open(api, found).await.map_err(|refusal| refusal.named_at("invoiceId"))?;
    match (caller.reach, invoice.status()) {
        (Reach::Own, InvoiceStatus::Draft) => Err(nothing()),
        _ => Ok(invoice.bill_to.party),
    }
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::json;
    use table::TenantScope;

    use crate::world::World;

    #[tokio::test]
    async fn a_customer_sees_their_own_and_a_member_all_newest_first_page_by_page() {
        let world = World::open().await;
        let mut ids = Vec::new();
        for key in ["k1", "k2", "k3"] {
            ids.insert(0, world.pay(key).await.text("/data/id"));
        }
        let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
        for (token, expected) in [(&world.customer.token, 3), (&world.owner.token, 3), (&other.token, 0)] {
            let mut seen = Vec::new();
            let mut cursor = String::new();
            loop {
                let answer = world.client.get(format!("/api/v1/payments?limit=2{cursor}")).bearer(token).send().await;
                assert_eq!(answer.status, 200);
                let rows = answer.at("/data").as_array().unwrap().clone();
                seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
                if answer.at("/page/next").is_null() {
                    break;
                }
                assert_eq!(rows.len(), 2, "only the last page is short");
                cursor = format!("&cursor={}", answer.text("/page/next"));
            }
            assert_eq!(seen.len(), expected);
            assert!(seen.is_empty() || seen == ids);
        }
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let answer = world.client.get("/api/v1/payments").bearer(&stranger.token).send().await;
        assert_eq!(answer.at("/data").as_array().map(Vec::len), Some(0));
        assert_eq!(world.client.get("/api/v1/payments").send().await.text("/code"), "UNAUTHENTICATED");
    }

    async fn ids(world: &World, token: &str, query: &str) -> Vec<String> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/payments?limit=2{query}{cursor}");
            let answer = world.client.get(path).bearer(token).send().await;
            assert_eq!(answer.status, 200, "{}", answer.snapshot());
            ids.extend(answer.at("/data").as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            if answer.at("/page/next").is_null() {
                return ids;
            }
            cursor = format!("&cursor={}", answer.text("/page/next"));
        }
    }

    #[tokio::test]
    async fn an_invoice_a_state_and_a_customer_each_narrow_the_list() {
        let world = World::open().await;
        let own = world.stack.customer_of(&world.customer).await;
        let other = world.stack.user(world.scope(), "siti@example.com", Role::User).await;
        let second = world.stack.customer_of(&other).await;
        let (first_invoice, next) = (world.invoice, "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap());
        world.put_invoice(&world.sample(next)).await;
        let mut made = Vec::new();
        for (key, invoice) in [("a", first_invoice), ("b", next), ("c", first_invoice), ("d", next), ("e", next)] {
            let body = json!({"invoiceId": invoice, "method": "bca_va"});
            let call = world.client.post("/api/v1/payments", body).bearer(&world.customer.token);
            made.push(call.idempotency_key(key).send().await.text("/data/id"));
        }
        let [first, second_one, third, fourth, fifth] = made.as_slice() else { panic!("five") };
        let cancel = world.client.post(format!("/api/v1/payments/{fourth}/cancel"), json!({}));
        let cancelled = cancel.bearer(&world.customer.token).idempotency_key("f").send().await;
        assert_eq!(cancelled.status, 200, "{}", cancelled.snapshot());
        for token in [&world.customer.token, &world.owner.token] {
            let is = async |query: String, expected: &[&String]| {
                let found = ids(&world, token, &query).await;
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
            };
            is(format!("&invoiceId={first_invoice}"), &[third, first]).await;
            is(format!("&invoiceId={next}"), &[fifth, fourth, second_one]).await;
            is(format!("&invoiceId={next}&status=cancelled"), &[fourth]).await;
            is(format!("&invoiceId={next}&status=pending&customerId={own}"), &[fifth, second_one]).await;
            is(format!("&invoiceId={next}&customerId={second}"), &[]).await;
            is("&status=cancelled".to_owned(), &[fourth]).await;
            is(format!("&status=pending&customerId={own}"), &[fifth, third, second_one, first]).await;
            is("&status=success".to_owned(), &[]).await;
        }
    }

    #[tokio::test]
    async fn an_invoice_out_of_reach_is_not_found_and_a_bad_filter_says_where() {
        let world = World::open().await;
        world.pay("k1").await;
        let other = world.stack.user(world.scope(), "siti@example.com", Role::User).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let draft = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap();
        let mut invoice = world.sample(draft);
        (invoice.issued, invoice.state) = (None, billing::InvoiceState::Draft);
        world.put_invoice(&invoice).await;
        for (token, invoice) in [
            (&other.token, world.invoice.to_string()),
            (&stranger.token, world.invoice.to_string()),
            (&world.customer.token, draft.to_string()),
            (&world.owner.token, "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".to_owned()),
        ] {
            let answer = world.client.get(format!("/api/v1/payments?invoiceId={invoice}")).bearer(token).send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code")), (404, "NOT_FOUND".to_owned()));
            assert_eq!(answer.text("/errors/0/pointer"), "invoiceId", "{}", answer.snapshot());
        }
        assert_eq!(ids(&world, &world.owner.token, &format!("&invoiceId={draft}")).await, [] as [&str; 0]);
        for (query, status) in [("status=paid", 422), ("status=pending&status=failed", 422), ("invoice=1", 400)] {
            let answer = world.client.get(format!("/api/v1/payments?{query}")).bearer(&world.owner.token).send().await;
            assert_eq!(answer.status.as_u16(), status, "{query}");
        }
    }
}
