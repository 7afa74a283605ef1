//! `PUT /api/v1/wallet/settings`: which invoices a customer's balance pays by itself.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the customer (two
//! where none is named), one transaction of customer, audit entry, event and idempotency row; the read and the transaction
//! again for every race that is lost.

use axum::extract::State;
use customers::{BalancePays, Customer, CustomerChange, Customers};
use events::customer::CustomerUpdated;
use kernel::{CustomerId, Field};
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Json, Problem, Reply};

use crate::{PaymentsWrite, wallet::owner::owner};

/// What a customer wants of its balance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReplaceWalletSettings {
    /// Which invoices it pays by itself.
    pub balance_pays: BalancePays,
    /// Whose; a member names one.
    pub customer_id: Option<CustomerId>,
}

/// What a customer wants of its balance.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalletSettingsView {
    /// Whose.
    pub customer_id: CustomerId,
    /// Which invoices it pays by itself.
    pub balance_pays: BalancePays,
}

impl From<&Customer> for WalletSettingsView {
    fn from(customer: &Customer) -> Self {
        Self { customer_id: customer.id, balance_pays: customer.balance_pays() }
    }
}

/// Replace what a wallet pays by itself
///
/// `new_invoices` unless somebody says otherwise: each takes from the balance when it is issued. With `all_invoices` money
/// that comes in pays open ones too, oldest first; with `nothing` each is paid when somebody asks for it. It begins with the
/// next invoice, and the next money that comes in.
#[utoipa::path(
    put, path = "/api/v1/wallet/settings",
    responses(
        (status = 200, body = Envelope<WalletSettingsView>),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "CUSTOMER_ERASED")
    )
)]
pub async fn replace_wallet_settings(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    Edit { info, key, if_match }: Edit,
    Json(body): Json<ReplaceWalletSettings>,
) -> Result<Reply, Problem> {
    until_settled(Problem::conflict, || async {
        let before = owner(&api, &caller, body.customer_id).await?;
        if_match.check(before.version)?;
        let wants = CustomerChange { balance_pays: Field::Value(body.balance_pays), ..CustomerChange::default() };
        let mut transaction = Transaction::new();
        let shown = match before.clone().changed(wants, api.now())? {
            None => before,
            Some(after) => {
                Customers::new(api.table(), caller.scope).save(&mut transaction, &before, &after)?;
                let entry = caller.entry(&api, &info, crate::WALLET_SETTINGS_CHANGED).about(after.id);
                entry.insert(&mut transaction, caller.scope)?;
                let told = CustomerUpdated { customer_id: after.id };
                api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
                after
            }
        };
        let reply = Reply::ok(&WalletSettingsView::from(&shown))?.version(shown.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
