//! `POST /api/v1/tax-rates/{id}/end`: a rate of a tax holds no more from a day on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one query of settings and rates, one transaction of settings, rate, audit entry and idempotency row; the last
//! two again for every race that is lost.

use axum::extract::State;
use billing::BillingRules;
use kernel::TaxRateId;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Id, Json, Optional, Problem, Reply, RequestInfo};

use crate::{BillingWrite, tax_rates::tax_rate_view::TaxRateView};

/// When a rate ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EndTaxRate {
    /// The first day of issue that it is no longer for.
    pub valid_to: Day,
}

/// End a tax rate
///
/// For a tax that is collected no more; a new rate of the same tax ends the former one by itself. Invoices that were issued
/// keep theirs. An end that was set before is moved.
#[utoipa::path(
    post, path = "/api/v1/tax-rates/{id}/end",
    responses(
        (status = 200, body = Envelope<TaxRateView>),
        (status = 404, description = "NOT_FOUND"),
        (status = 409, description = "TAX_RATE_OVERLAPS"),
        (status = 422, description = "INVALID_TAX_RATE")
    )
)]
pub async fn end_tax_rate(
    State(api): State<Api>,
    caller: Caller<BillingWrite>,
    Id(id): Id<TaxRateId>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<EndTaxRate>,
) -> Result<Reply, Problem> {
    until_settled(Problem::conflict, || async {
        let rules = BillingRules::read(api.table(), caller.scope).await?;
        let rate = rules.ending_rate(id, body.valid_to.0)?;
        let mut transaction = Transaction::new();
        BillingRules::touch(&mut transaction, caller.scope, &rules.settings)?;
        BillingRules::end_rate(&mut transaction, caller.scope, &rate)?;
        let entry = caller.entry(&api, &info, crate::TAX_RATE_ENDED).about(rate.id).with("code", &rate.code);
        entry.with("validTo", body.valid_to.0.to_string()).insert(&mut transaction, caller.scope)?;
        let today = api.now().date_in(&caller.tenant.timezone);
        let in_force = rules.settings.tax.registered && rate.applies(today);
        let reply = Reply::ok(&TaxRateView::of(&rate, in_force))?;
        match key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            Err(_) => Ok(Race::Lost),
        }
    })
    .await
}
