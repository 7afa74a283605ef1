//! All that goes with an e-mail address: its user, whom they act for, and the newest of what those ordered and owe.

use billing::{Invoices, InvoicesOf, Showing};
use customers::Customers;
use futures::future::try_join_all;
use identity::Users;
use kernel::{CustomerId, Email, Party};
use orders::{Orders, OrdersOf};
use table::{TableError, TenantScope, pages::PageRequest};
use web::Api;

use crate::search::hit::AdminSearchHit;

/// How many of the newest orders and invoices of a customer are shown.
const NEWEST: u16 = 5;

/// Three reads, and for each customer that the user acts for two lists side by side.
///
/// # Errors
/// Those of the table.
pub(crate) async fn by_address(
    api: &Api,
    scope: TenantScope,
    email: &Email,
) -> Result<Vec<AdminSearchHit>, TableError> {
    let Some(user) = Users::new(api.table(), scope).find_by_email(api.addresses(), email).await? else {
        return Ok(Vec::new());
    };
    let customers = Customers::new(api.table(), scope);
    let acts_for = customers.of_user(user.id).await?;
    let of_customers = try_join_all(acts_for.customers.iter().map(|id| of_customer(api, scope, *id)));
    let (known, newest) = tokio::try_join!(customers.get_many(&acts_for.customers), of_customers)?;
    let mut hits = vec![AdminSearchHit::from(&user)];
    hits.extend(known.iter().map(AdminSearchHit::from));
    hits.extend(newest.into_iter().flatten());
    Ok(hits)
}

/// The newest orders and invoices of a customer. Two round trips each, side by side.
pub(crate) async fn of_customer(
    api: &Api,
    scope: TenantScope,
    customer: CustomerId,
) -> Result<Vec<AdminSearchHit>, TableError> {
    let page = PageRequest::first::<NEWEST>();
    let (orders, invoices) = (Orders::new(api.table(), scope), Invoices::new(api.table(), scope));
    let party = Party::Customer(customer);
    let (orders, invoices) = tokio::try_join!(
        orders.list(OrdersOf::Customer(party), None, &page),
        invoices.list(InvoicesOf::Customer(party), Showing::Issued, &page),
    )?;
    let orders = orders.items.iter().map(AdminSearchHit::from);
    Ok(orders.chain(invoices.items.iter().map(AdminSearchHit::from)).collect())
}
