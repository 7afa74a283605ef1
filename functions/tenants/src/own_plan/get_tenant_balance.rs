//! `GET /api/v1/tenants/{id}/balance`: what a tenant has with the platform that no invoice has taken, and what it owes.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the tenant beside
//! one query of its balances in the platform's books.

use axum::extract::State;
use kernel::{Money, Party, TenantId};
use ledger::{Journal, PartyBalance};
use serde::Serialize;
use table::OperatorScope;
use tenancy::Tenants;
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, Reply};

use crate::{TenantsRead, tenants::reached_tenant::ReachedTenant};

/// What a tenant has with the platform.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantBalance {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// In each currency in which something is there or owed.
    pub balances: Vec<BalanceInCurrency>,
}

/// What a tenant has with the platform in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BalanceInCurrency {
    /// What it has: what was given back or paid beyond what was asked, and no invoice has taken. In minor units.
    pub available: Money,
    /// What it owes on issued invoices, in minor units.
    pub owed: Money,
}

impl From<&PartyBalance> for BalanceInCurrency {
    fn from(of: &PartyBalance) -> Self {
        Self { available: of.balance, owed: of.receivable }
    }
}

/// Get a tenant's balance
///
/// What the tenant has with the platform: what its last invoice gave back of a fee that was paid, or what it paid too much. Its
/// next invoice takes it. It is there after the tenant was cancelled too, until it is erased. What is available then
/// is paid out by the platform's operator.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/balance", responses((status = 200, body = Envelope<TenantBalance>)))]
pub async fn get_tenant_balance(
    State(api): State<Api>,
    ReachedTenant { id, .. }: ReachedTenant<TenantsRead>,
) -> Result<Reply, Problem> {
    let books = OperatorScope::assume("a tenant is a customer of the platform").platform();
    let (tenants, journal) = (Tenants::new(api.table()), Journal::new(api.table(), books));
    let (tenant, balances) = tokio::try_join!(tenants.get(id), journal.balances_of(Party::Tenant(id)))?;
    tenant.ok_or_else(Problem::not_found)?;
    let balances = balances.iter().filter(|of| !of.balance.is_zero() || !of.receivable.is_zero());
    Reply::ok(&TenantBalance { tenant_id: id, balances: balances.map(BalanceInCurrency::from).collect() })
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::{Value, json};
    use table::Transaction;
    use tenancy::TenantStatus;
    use testkit::{Answer, raw};

    use super::*;
    use crate::tenants::world::{World, books};

    /// A tenant that is over, to which 1,450,000 rupiah were given back.
    async fn world() -> World {
        let world = World::open().await;
        let party = Party::Tenant(world.tenant.id);
        let row =
            json!({ "party": party, "currency": "IDR", "balance": 1_450_000, "receivable": 90_000, "deferred": 0 });
        let mut transaction = Transaction::new();
        transaction.add(raw::put(books().key(format_args!("BAL#{party}"), "BAL#IDR"), table::to_item(&row).unwrap()));
        world.table().transact(transaction).await.unwrap();
        world.has_status(TenantStatus::Cancelled).await;
        world
    }

    async fn get(world: &World, token: &str) -> Answer {
        let client = world.stack.serve(crate::function);
        client.get(format!("/api/v1/tenants/{}/balance", world.tenant.id)).bearer(token).send().await
    }

    #[tokio::test]
    async fn what_is_left_of_a_tenant_that_is_over_is_seen_by_its_administrators_and_the_operator() {
        let world = world().await;
        let manager = world.stack.user(world.owner.scope, "m@toko-a.example", Role::Manager).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let operator = world.stack.operator().await;
        let expected = json!({ "tenantId": world.tenant.id, "balances": [
            { "available": { "amount": 1_450_000, "currency": "IDR" }, "owed": { "amount": 90_000, "currency": "IDR" } },
        ] });
        for token in [&world.owner.token, &operator.token] {
            assert_eq!(get(&world, token).await.at("/data"), expected);
        }
        assert_eq!(get(&world, &manager.token).await.status.as_u16(), 403);
        assert_eq!(get(&world, &stranger.token).await.status.as_u16(), 404);
    }

    #[tokio::test]
    async fn nothing_is_there_where_nothing_was_billed() {
        let world = World::open().await;
        assert_eq!(get(&world, &world.owner.token).await.at("/data/balances"), Value::Array(Vec::new()));
    }
}
