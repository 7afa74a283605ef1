//! `GET /api/v1/wallet`: what a customer has on its balance, and what is on its way out of it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one of the customer beside
//! one of its balances.

use axum::extract::State;
use customers::{BalancePays, Customers};
use kernel::{CustomerId, Money, Party};
use ledger::{Journal, PartyBalance};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, OfCustomer, Problem, QueryString, Reply, Whose};

use crate::PaymentsRead;

/// A customer's wallet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalletView {
    /// Whose it is; null for a user who acts for no customer yet.
    pub customer_id: Option<CustomerId>,
    /// In each currency in which something is there.
    pub balances: Vec<WalletBalance>,
    /// Which invoices it pays by itself.
    pub balance_pays: BalancePays,
}

/// What is in a wallet in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalletBalance {
    /// What can be spent or withdrawn, in minor units.
    pub available: Money,
    /// What withdrawals have taken off it that is still on its way, in minor units.
    pub held: Money,
}

impl From<&PartyBalance> for WalletBalance {
    fn from(of: &PartyBalance) -> Self {
        Self { available: of.balance, held: of.held }
    }
}

/// Get a wallet
///
/// What is available, and what withdrawals hold, in each currency. A customer sees their own; a member names one.
#[utoipa::path(
    get, path = "/api/v1/wallet",
    responses(
        (status = 200, body = Envelope<WalletView>),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 422, description = "VALIDATION_FAILED: a member named no customer")
    )
)]
pub async fn get_wallet(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    QueryString(of): QueryString<OfCustomer>,
) -> Result<Reply, Problem> {
    let nothing = || Problem::not_found().named_at("customerId");
    let id = match caller.whose(&api, of.customer_id).await? {
        Whose::Partys(Party::Customer(id)) => id,
        Whose::Partys(Party::Tenant(_)) => return Err(nothing()),
        Whose::Everybodys => return Err(Problem::invalid("customerId", "REQUIRED", "name the customer")),
        Whose::Nobodys => {
            let none = WalletView { customer_id: None, balances: Vec::new(), balance_pays: BalancePays::default() };
            return Reply::ok(&none);
        }
    };
    let (customers, journal) = (Customers::new(api.table(), caller.scope), Journal::new(api.table(), caller.scope));
    let (customer, balances) = tokio::try_join!(customers.get(id), journal.balances_of(Party::Customer(id)))?;
    let customer = caller.open(&api, customer.ok_or_else(nothing)?).await?;
    // A row may be there because something was owed in its currency.
    let balances = balances.iter().filter(|of| !of.balance.is_zero() || !of.held.is_zero()).map(WalletBalance::from);
    Reply::ok(&WalletView {
        customer_id: Some(id),
        balances: balances.collect(),
        balance_pays: customer.balance_pays(),
    })
}
