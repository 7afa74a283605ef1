//! `GET /api/v1/customers`: the tenant's customers, newest first; for a user those that they act for.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query; for an
//! external id two reads instead, for a user one read and one batch read.

use axum::extract::State;
use customers::{Customer, Customers, ExternalId};
use identity::Reach;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, RequestInfo};

use crate::{CustomersRead, customers::customer_view::CustomerView};

/// Which customers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CustomerFilter {
    /// The one that you call so.
    pub external_id: Option<ExternalId>,
}

/// List customers
///
/// Newest first. With `externalId` the list has one customer or none.
#[utoipa::path(get, path = "/api/v1/customers", responses((status = 200, body = PageOf<CustomerView>)))]
pub async fn list_customers(
    State(api): State<Api>,
    caller: Caller<CustomersRead>,
    info: RequestInfo,
    pager: Pager,
    QueryString(filter): QueryString<CustomerFilter>,
) -> Result<Reply, Problem> {
    let wanted = filter.external_id;
    let customers = Customers::new(api.table(), caller.scope);
    if caller.reach == Reach::Own {
        let own = customers.get_many(&customers.of_user(caller.user).await?.customers).await?;
        let shown = own.iter().filter(|one| wanted.is_none() || one.external_id == wanted).map(CustomerView::from);
        return pager.cut(&api, shown.collect(), |view| view.id.to_string());
    }
    caller.record_read(&api, &info, crate::CUSTOMERS_LISTED, "customers").await?;
    if let Some(external_id) = wanted {
        let found = customers.find(&external_id).await?;
        let found = found.map(|owned| owned.trusted("the permission covers the whole tenant"));
        let rows = found.iter().map(CustomerView::from).collect();
        return Reply::page(rows, pager.info(&api, None)?);
    }
    let page = customers.list(&pager.request()).await?;
    let rows = page.items.iter().map(|customer: &Customer| CustomerView::from(customer)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testkit::Member;

    use crate::world::World;

    async fn ids(world: &World, member: &Member, query: &str) -> Vec<String> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/customers?limit=2{query}{cursor}");
            let answer = world.client.get(path).bearer(&member.token).send().await;
            assert_eq!(answer.status, 200, "{}", answer.snapshot());
            let rows = answer.at("/data").as_array().unwrap().clone();
            ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            match answer.at("/page/next").as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return ids,
            }
        }
    }

    #[tokio::test]
    async fn staff_see_all_customers_and_a_user_their_own() {
        let world = World::open().await;
        let own = world.party(&world.customer).await;
        let mut all = vec![own.clone()];
        for (at, name) in ["Siti", "Wayan", "Andi"].into_iter().enumerate() {
            world.stack.set_clock(&format!("2026-11-21T01:00:0{}Z", at + 1));
            let body = json!({ "name": name, "externalId": name });
            all.push(world.customer(&world.owner, name, body).await.text("/data/id"));
        }
        all.reverse();
        assert_eq!(ids(&world, &world.owner, "").await, all);
        assert_eq!(ids(&world, &world.customer, "").await, [own]);
        assert_eq!(ids(&world, &world.owner, "&externalId=Wayan").await, [all[1].clone()]);
        assert!(ids(&world, &world.customer, "&externalId=Wayan").await.is_empty());
        assert!(ids(&world, &world.owner, "&externalId=nobody").await.is_empty());
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert!(ids(&world, &stranger, "&externalId=Wayan").await.is_empty());
    }
}
