//! `PUT /api/v1/billing/settings`: who invoices, whether tax is collected, where invoices are paid to, and their terms.
//!
//! Invoices that were issued keep what they say; new ones follow within a minute. Round trips: one rate-limit write beside
//! one read of the caller's standing (none when known), one query, one transaction of settings, audit entry and, at the
//! first registration for tax in Indonesia, the rate of PPN.

use axum::extract::State;
use billing::{BillingRules, TaxRate};
use kernel::{Country, TaxRateId};
use table::{TransactError, Transaction};
use web::{Api, Caller, Envelope, IfMatch, Json, Problem, Reply, RequestInfo};

use crate::{
    BillingWrite,
    settings::billing_settings::{SettingsBody, SettingsView},
};

/// Replace the billing settings
///
/// All of them: what is left out goes back to its default. A tenant in Indonesia that becomes registered gets the rate of
/// PPN (12 % of 11/12 of the price) on its invoices, in every currency, to customers who are not in another country.
#[utoipa::path(
    put, path = "/api/v1/billing/settings",
    responses((status = 200, body = Envelope<SettingsView>), (status = 409, description = "CONFLICT"))
)]
pub async fn replace_billing_settings(
    State(api): State<Api>,
    caller: Caller<BillingWrite>,
    info: RequestInfo,
    if_match: IfMatch,
    Json(body): Json<SettingsBody>,
) -> Result<Reply, Problem> {
    let mut rules = BillingRules::read(api.table(), caller.scope).await?;
    if_match.check(rules.settings.version)?;
    rules.settings = body.checked(rules.settings.version)?;
    let in_indonesia = caller.tenant.country == Country::ID;
    if in_indonesia && rules.settings.tax.tax_id.as_ref().is_some_and(|id| !id.is_npwp()) {
        return Err(Problem::invalid("/tax/taxId", "INVALID_VALUE", "an NPWP has 15 or 16 digits"));
    }

    let mut transaction = Transaction::new();
    BillingRules::save(&mut transaction, caller.scope, &rules.settings)?;
    if in_indonesia && rules.settings.tax.registered && rules.rates.is_empty() {
        let ppn = TaxRate::ppn(TaxRateId::new(api.new_ulid()));
        BillingRules::insert_rate(&mut transaction, caller.scope, &ppn)?;
        rules.rates.push(ppn);
    }
    let entry = caller.entry(&api, &info, crate::BILLING_SETTINGS_CHANGED).about(caller.tenant.id);
    let entry = entry.with("taxRegistered", rules.settings.tax.registered);
    entry.with("bankAccounts", rules.settings.bank_accounts.len()).insert(&mut transaction, caller.scope)?;
    match api.table().transact(transaction).await {
        Ok(()) => Ok(Reply::ok(&SettingsView::on(&rules, api.now().date_in(&caller.tenant.timezone)))?
            .version(rules.settings.version)),
        Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
#[path = "replace_billing_settings_tests.rs"]
mod tests;
