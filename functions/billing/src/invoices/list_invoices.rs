//! `GET /api/v1/invoices`: the caller's invoices, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query (with a
//! filter up to ten), for a customer or one subscription one batch read.

use axum::extract::State;
use billing::{InvoiceStatus, Invoices, InvoicesOf, Showing, Subscription, Subscriptions};
use identity::Reach;
use kernel::{CustomerId, Party, SubscriptionId, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{InvoicesRead, invoices::invoice_view::InvoiceView};

/// Which invoices.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct InvoiceFilter {
    /// In this state only; `overdue` are those that are open after their last day to pay. A customer has no `draft`.
    pub status: Option<StatusFilter>,
    /// Of this subscription only.
    pub subscription_id: Option<SubscriptionId>,
    /// Of this customer only.
    pub customer_id: Option<CustomerId>,
}

/// A state of an invoice, or what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InvoiceStatusFilter)]
pub enum StatusFilter {
    /// Written by hand and not issued.
    Draft,
    /// Issued and owed.
    Open,
    /// Open after its last day to pay.
    Overdue,
    /// Settled.
    Paid,
    /// Taken back.
    Void,
    /// Given up.
    Uncollectible,
}

/// List invoices
///
/// Newest first; the tenant's list begins with its drafts. A customer sees their own, without drafts, a member those of the
/// tenant. With both `subscriptionId` and `customerId`, nothing where the
/// subscription is another customer's. A filtered page can be short and still have a next one.
#[utoipa::path(get, path = "/api/v1/invoices", responses((status = 200, body = PageOf<InvoiceView>)))]
pub async fn list_invoices(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    pager: Pager,
    QueryString(filter): QueryString<InvoiceFilter>,
) -> Result<Reply, Problem> {
    let nothing = || Reply::page(Vec::<InvoiceView>::new(), pager.info(&api, None)?);
    let of = if let Some(id) = filter.subscription_id {
        let subscription = of_subscription(&api, &caller, id).await?;
        if filter.customer_id.is_some_and(|customer| subscription.party != Party::Customer(customer)) {
            return nothing();
        }
        InvoicesOf::Subscription(subscription.party, subscription.id)
    } else {
        match caller.whose(&api, filter.customer_id).await? {
            Whose::Partys(party) => InvoicesOf::Customer(party),
            Whose::Everybodys => InvoicesOf::Tenant,
            Whose::Nobodys => return nothing(),
        }
    };
    let (request, now) = (pager.request(), api.now());
    let Some(showing) = showing(filter.status, caller.reach, now) else { return nothing() };
    let page = Invoices::new(api.table(), caller.scope).list(of, showing, &request).await?;
    let rows = page.items.iter().map(|invoice| InvoiceView::at(invoice, now)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

/// What is shown to a caller of this reach; `None` for a customer who asks for drafts.
const fn showing(asked: Option<StatusFilter>, reach: Reach, now: Timestamp) -> Option<Showing> {
    Some(match (asked, reach) {
        (None, Reach::Tenant) => Showing::All,
        (None, Reach::Own) => Showing::Issued,
        (Some(StatusFilter::Draft), Reach::Own) => return None,
        (Some(StatusFilter::Draft), Reach::Tenant) => Showing::In(InvoiceStatus::Draft),
        (Some(StatusFilter::Open), _) => Showing::In(InvoiceStatus::Open),
        (Some(StatusFilter::Overdue), _) => Showing::Overdue(now),
        (Some(StatusFilter::Paid), _) => Showing::In(InvoiceStatus::Paid),
        (Some(StatusFilter::Void), _) => Showing::In(InvoiceStatus::Void),
        (Some(StatusFilter::Uncollectible), _) => Showing::In(InvoiceStatus::Uncollectible),
    })
}

/// A subscription that the caller may see.
async fn of_subscription(
    api: &Api,
    caller: &Caller<InvoicesRead>,
    id: SubscriptionId,
) -> Result<Subscription, Problem> {
    let found = Subscriptions::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    caller.open(api, found).await
}

#[cfg(test)]
mod tests {
    use customers::Customers;
    use identity::Role;
    use serde_json::json;
    use table::Transaction;
    use testkit::Member;

    use crate::world::World;

    async fn ids(world: &World, member: &Member, query: &str) -> Vec<String> {
        let token = world.fresh(member).await;
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/invoices?limit=2{query}{cursor}");
            let answer = world.client.get(path).bearer(&token).send().await;
            assert_eq!(answer.status, 200, "{}", answer.snapshot());
            ids.extend(answer.at("/data").as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            if answer.at("/page/next").is_null() {
                return ids;
            }
            cursor = format!("&cursor={}", answer.text("/page/next"));
        }
    }

    #[tokio::test]
    async fn a_customer_sees_their_own_and_a_member_all_under_every_filter() {
        let world = World::open().await;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let mine = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        let paid = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        let payment = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let paid = paid.clone().apply_payment(payment, paid.total, world.stack.ctx().now()).unwrap().invoice;
        let scope = world.customer.scope;
        table::write_alone(world.stack.ctx().table(), |tx| billing::Invoices::save(tx, scope, &paid)).await.unwrap();
        let theirs = world.invoiced(&other, "BASIC", "USD", 0).await;
        let (a, b, c) = (mine.id.to_string(), paid.id.to_string(), theirs.id.to_string());
        assert_eq!(ids(&world, &world.customer, "").await, [&*b, &*a]);
        assert_eq!(ids(&world, &world.owner, "").await, [&*c, &*b, &*a]);
        assert_eq!(ids(&world, &world.owner, "&status=open").await, [&*c, &*a]);
        assert_eq!(ids(&world, &world.customer, "&status=paid").await, [&*b]);
        assert_eq!(
            ids(&world, &world.customer, &format!("&subscriptionId={}", mine.subscription().unwrap())).await,
            [&*a]
        );
        assert_eq!(
            ids(&world, &world.owner, &format!("&status=paid&subscriptionId={}", mine.subscription().unwrap()))
                .await
                .len(),
            0
        );
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(ids(&world, &stranger, "").await.len(), 0);
    }

    #[tokio::test]
    async fn what_is_overdue_is_found_from_the_day_after_its_last_one_on() {
        let world = World::open().await;
        let open = world.invoiced(&world.customer, "BASIC", "USD", 0).await.id.to_string();
        for (now, overdue) in [("2027-01-04T16:59:59Z", false), ("2027-01-04T17:00:00Z", true)] {
            world.stack.set_clock(now);
            for member in [&world.customer, &world.owner] {
                let found = ids(&world, member, "&status=overdue").await;
                assert_eq!(found, if overdue { vec![open.clone()] } else { Vec::new() }, "{now}");
                assert_eq!(ids(&world, member, "&status=open").await, [&*open], "it stays open");
            }
        }
    }

    #[tokio::test]
    async fn a_subscription_says_whose_invoices_and_a_customer_beside_it_must_be_that_one() {
        let world = World::open().await;
        let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        let id = invoice.id.to_string();
        let own = world.stack.customer_of(&world.customer).await;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let second = world.stack.customer_of(&other).await;
        // The user acts for both, and does not say for which one: the subscription does.
        let customers = Customers::new(world.stack.ctx().table(), world.customer.scope);
        let acts_for = customers.of_user(world.customer.user).await.unwrap().with(second).unwrap();
        let mut transaction = Transaction::new();
        customers.save_acts_for(&mut transaction, world.customer.user, &acts_for).unwrap();
        world.stack.ctx().table().transact(transaction).await.unwrap();
        let of = format!("&subscriptionId={}", invoice.subscription().unwrap());
        for member in [&world.customer, &world.owner] {
            assert_eq!(ids(&world, member, &of).await, [&*id]);
            assert_eq!(ids(&world, member, &format!("{of}&customerId={own}")).await, [&*id]);
            assert_eq!(ids(&world, member, &format!("{of}&customerId={second}")).await, [] as [&str; 0]);
        }
    }

    #[tokio::test]
    async fn bad_filters_say_where_and_strangers_learn_nothing() {
        let world = World::open().await;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        let token = world.fresh(&other).await;
        let ask = async |query: String| {
            let answer = world.client.get(format!("/api/v1/invoices?{query}")).bearer(&token).send().await;
            (answer.status.as_u16(), answer.text("/code"))
        };
        let invalid = (422, "VALIDATION_FAILED".to_owned());
        assert_eq!(ask("status=late".to_owned()).await, invalid);
        assert_eq!(ask("status=open&status=paid".to_owned()).await, invalid);
        assert_eq!(ask("limit=0".to_owned()).await, invalid);
        for id in
            [invoice.subscription().unwrap().to_string(), "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(), "x".to_owned()]
        {
            assert_eq!(ask(format!("subscriptionId={id}")).await, (404, "NOT_FOUND".to_owned()));
        }
        let nobody = world.client.get("/api/v1/invoices").send().await;
        assert_eq!(nobody.at("/code"), json!("UNAUTHENTICATED"));
    }
}
