//! `GET /api/v1/subscriptions`: the caller's subscriptions, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, and for a
//! customer one batch read.

use axum::extract::State;
use billing::Subscriptions;
use table::pages::Listed;
use web::{Api, Caller, OfCustomer, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{SubscriptionsRead, subscriptions::subscription_view::SubscriptionView};

/// List subscriptions
///
/// A customer sees their own, a member those of the tenant.
#[utoipa::path(get, path = "/api/v1/subscriptions", responses((status = 200, body = PageOf<SubscriptionView>)))]
pub async fn list_subscriptions(
    State(api): State<Api>,
    caller: Caller<SubscriptionsRead>,
    pager: Pager,
    QueryString(of): QueryString<OfCustomer>,
) -> Result<Reply, Problem> {
    let subscriptions = Subscriptions::new(api.table(), caller.scope);
    let request = pager.request();
    let page = match caller.whose(&api, of.customer_id).await? {
        Whose::Everybodys => subscriptions.list(&request).await?,
        Whose::Partys(party) => subscriptions.list_of(party, &request).await?,
        Whose::Nobodys => Listed { items: Vec::new(), last: None },
    };
    let rows = page.items.iter().map(SubscriptionView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use identity::Role;

    use crate::world::World;

    #[tokio::test]
    async fn a_customer_sees_their_own_and_a_member_all_page_by_page() {
        let world = World::open().await;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let sold = [(&world.customer, "BASIC"), (&world.customer, "FREE"), (&other, "BASIC")];
        for (at, (member, plan)) in sold.into_iter().enumerate() {
            world.subscribed(member, &format!("k{at}"), plan, "USD").await;
        }
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for (member, expected) in [(&world.customer, 2), (&world.owner, 3), (&other, 1), (&stranger, 0)] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/api/v1/subscriptions?limit=1{cursor}");
                let answer = world.client.get(path).bearer(&member.token).send().await;
                seen.extend(answer.at("/data").as_array().unwrap().iter().map(|row| row["id"].to_string()));
                if answer.at("/page/next").is_null() {
                    break;
                }
                cursor = format!("&cursor={}", answer.text("/page/next"));
            }
            assert_eq!(seen.len(), expected);
            assert!(seen.is_sorted_by(|newer, older| newer > older), "newest first, none twice");
        }
    }

    #[tokio::test]
    async fn a_cursor_is_good_for_its_owner_only() {
        let world = World::open().await;
        for plan in ["BASIC", "FREE"] {
            world.subscribed(&world.customer, plan, plan, "USD").await;
        }
        let page = world.client.get("/api/v1/subscriptions?limit=1").bearer(&world.customer.token).send().await;
        let path = format!("/api/v1/subscriptions?limit=1&cursor={}", page.text("/page/next"));
        let foreign = world.client.get(&path).bearer(&world.owner.token).send().await;
        assert_eq!((foreign.status.as_u16(), foreign.text("/code").as_str()), (400, "INVALID_CURSOR"));
        assert_eq!(world.client.get(path).bearer(&world.customer.token).send().await.status, 200);
        assert_eq!(world.client.get("/api/v1/subscriptions").send().await.text("/code"), "UNAUTHENTICATED");
    }
}
