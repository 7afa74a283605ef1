//! `GET /api/v1/payments`: the caller's payments, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, and for a
//! customer one batch read.

use axum::extract::State;
use payments::Payments;
use table::pages::Listed;
use web::{Api, Caller, OfCustomer, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{PaymentsRead, payments::payment_view::PaymentView};

/// List payments
///
/// A customer sees their own, a member those of the tenant.
#[utoipa::path(get, path = "/api/v1/payments", responses((status = 200, body = PageOf<PaymentView>)))]
pub async fn list_payments(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    pager: Pager,
    QueryString(of): QueryString<OfCustomer>,
) -> Result<Reply, Problem> {
    let payments = Payments::new(api.table(), caller.scope);
    let page = match caller.whose(&api, of.customer_id).await? {
        Whose::Everybodys => payments.list(&pager.request()).await?,
        Whose::Partys(party) => payments.list_of(party, &pager.request()).await?,
        Whose::Nobodys => Listed { items: Vec::new(), last: None },
    };
    let rows = page.items.iter().map(PaymentView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use identity::Role;
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
}
