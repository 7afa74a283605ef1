//! `GET /api/v1/admin/search`: anything of the tenant, by its address, number, SKU, name or id.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), then all readings of the text at
//! once: one to three reads each, up to ten queries for a name, and for an address two lists of each customer; where reads are
//! recorded one write more.

use axum::extract::State;
use billing::Invoices;
use catalogue::Products;
use customers::Customers;
use futures::future::try_join_all;
use identity::{UserFilter, Users};
use kernel::Sku;
use orders::Orders;
use serde::{Deserialize, Serialize};
use table::{TableError, TenantScope, pages::PageRequest};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, QueryString, Reply, RequestInfo};

use crate::{
    ADMIN_SEARCHED, AdminRead,
    orders::list_admin_orders::by_number,
    search::{
        by_address::{by_address, of_customer},
        hit::AdminSearchHit,
        looked_for::{AdminSearchForm, LookedFor, readings},
    },
};

/// How many users whose names begin so are shown.
const NAMED: u16 = 10;
/// Why the rows of a party are opened.
const STAFF: &str = "admin:read covers the whole tenant";

/// What is looked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminSearchQuery {
    /// A whole e-mail address, an id, the number of an order or of an invoice, a SKU, or the beginning of a username.
    #[schema(example = "ORD-2026-00001", min_length = 1, max_length = 254)]
    pub q: String,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminSearchView {
    /// What the text was taken for, by its form.
    pub read_as: Vec<AdminSearchForm>,
    /// What it names, each once: users, customers, orders, invoices, products.
    pub hits: Vec<AdminSearchHit>,
}

/// Search everything
///
/// The form of the text says what is looked for, and nothing is scanned: an address is found whole, by its keyed hash, a name by its
/// beginning. With an address come the customers of its user, and the newest orders and invoices of each.
#[utoipa::path(get, path = "/api/v1/admin/search", responses((status = 200, body = Envelope<AdminSearchView>)))]
pub async fn search_everything(
    State(api): State<Api>,
    caller: Caller<AdminRead>,
    info: RequestInfo,
    QueryString(query): QueryString<AdminSearchQuery>,
) -> Result<Reply, Problem> {
    let readings = readings(&query.q)?;
    let found = try_join_all(readings.iter().map(|reading| find(&api, caller.scope, reading))).await?;
    caller.record_read(&api, &info, ADMIN_SEARCHED, "everything").await?;
    let mut hits: Vec<AdminSearchHit> = found.into_iter().flatten().collect();
    hits.sort_by_key(|hit| hit.kind);
    hits.dedup();
    Reply::ok(&AdminSearchView { read_as: readings.iter().map(LookedFor::form).collect(), hits })
}

async fn find(api: &Api, scope: TenantScope, reading: &LookedFor) -> Result<Vec<AdminSearchHit>, TableError> {
    let table = api.table();
    let one = match reading {
        LookedFor::Address(email) => return by_address(api, scope, email).await,
        LookedFor::Username(prefix) => return named(api, scope, prefix).await,
        LookedFor::Customer(id) => {
            let Some(customer) = Customers::new(table, scope).get(*id).await? else { return Ok(Vec::new()) };
            let mut hits = vec![AdminSearchHit::from(&customer.trusted(STAFF))];
            hits.extend(of_customer(api, scope, *id).await?);
            return Ok(hits);
        }
        LookedFor::User(id) => Users::new(table, scope).get(*id).await?.as_ref().map(AdminSearchHit::from),
        LookedFor::Order(id) => {
            let order = Orders::new(table, scope).get(*id).await?.map(|order| order.trusted(STAFF));
            order.as_ref().map(AdminSearchHit::from)
        }
        LookedFor::Invoice(id) => {
            let invoice = Invoices::new(table, scope).get(*id).await?.map(|invoice| invoice.trusted(STAFF));
            invoice.as_ref().map(AdminSearchHit::from)
        }
        LookedFor::Product(id) => {
            Products::new(table, scope).get(*id).await?.map(|whole| AdminSearchHit::from(&whole.product))
        }
        LookedFor::OrderNumber(number) => by_number(api, scope, number).await?.as_ref().map(AdminSearchHit::from),
        LookedFor::InvoiceNumber(number) => {
            let invoice = Invoices::new(table, scope).find(*number).await?.map(|invoice| invoice.trusted(STAFF));
            invoice.as_ref().map(AdminSearchHit::from)
        }
        LookedFor::Sku(sku) => by_sku(api, scope, sku).await?,
    };
    Ok(one.into_iter().collect())
}

async fn named(api: &Api, scope: TenantScope, prefix: &str) -> Result<Vec<AdminSearchHit>, TableError> {
    let filter = UserFilter { username_prefix: Some(prefix.to_owned()), ..UserFilter::default() };
    let page = PageRequest::first::<NAMED>();
    let users = Users::new(api.table(), scope).list(&filter, &page).await?;
    Ok(users.items.iter().map(AdminSearchHit::from).collect())
}

async fn by_sku(api: &Api, scope: TenantScope, sku: &Sku) -> Result<Option<AdminSearchHit>, TableError> {
    let products = Products::new(api.table(), scope);
    let Some((id, _)) = products.owner_of(sku).await? else { return Ok(None) };
    Ok(products.get(id).await?.map(|whole| AdminSearchHit::from(&whole.product)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::world::{World, code};

    const PATH: &str = "/api/v1/admin/search?q=";

    fn hits(answer: &testkit::Answer) -> Vec<Value> {
        let hits = answer.at("/data/hits");
        hits.as_array().unwrap().iter().map(|hit| json!([hit["type"], hit["label"], hit["status"]])).collect()
    }

    #[tokio::test]
    async fn the_form_of_the_text_says_what_is_found() {
        let world = World::open().await;
        let customer = world.stack.customer_of(&world.customer).await;
        world.order_of(1, "confirmed", customer).await;
        world.invoice(1).await;
        world.product("KOPI-250").await;
        let order = json!(["order", "ORD-2026-00001", "confirmed"]);
        let invoice = json!(["invoice", "INV-2026-12-0001", "open"]);
        let budi = json!(["user", "budi-at-example.com", "active"]);
        let buyer = json!(["customer", "budi-at-example.com", null]);
        for (q, read_as, found) in [
            ("ord-2026-00001".to_owned(), vec!["order_number", "sku", "username"], vec![order.clone()]),
            ("INV-2026-12-0001".to_owned(), vec!["invoice_number", "sku", "username"], vec![invoice]),
            ("KOPI-250".to_owned(), vec!["sku", "username"], vec![json!(["product", "Kopi KOPI-250", "draft"])]),
            ("budi%40example.com".to_owned(), vec!["email"], vec![budi.clone(), buyer.clone(), order.clone()]),
            ("Budi".to_owned(), vec!["sku", "username"], vec![budi.clone()]),
            (world.customer.user.to_string(), vec!["id"], vec![budi]),
            (customer.to_string(), vec!["id"], vec![buyer, order]),
            ("nothing-like-it".to_owned(), vec!["sku", "username"], vec![]),
        ] {
            let answer = world.get(&world.owner, &format!("{PATH}{q}")).await;
            assert_eq!(answer.status, 200, "{q} {}", answer.snapshot());
            assert_eq!((answer.at("/data/readAs"), hits(&answer)), (json!(read_as), found), "{q}");
        }
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for q in ["ORD-2026-00001", "KOPI-250", "budi%40example.com", &customer.to_string()] {
            assert_eq!(hits(&world.get(&stranger, &format!("{PATH}{q}")).await), Vec::<Value>::new(), "{q}");
        }
    }

    #[tokio::test]
    async fn what_can_be_nothing_is_refused_and_said_nowhere() {
        let world = World::open().await;
        assert_eq!(
            code(&world.get(&world.owner, &format!("{PATH}a%20b")).await),
            (422, "VALIDATION_FAILED".to_owned())
        );
        let missing = world.get(&world.owner, "/api/v1/admin/search").await;
        assert_eq!(missing.status, 422, "{}", missing.snapshot());
    }
}
