//! `GET /api/v1/tax-rates`: the rates of tax that a tenant has, and had.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use billing::BillingRules;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{BillingRead, tax_rates::tax_rate_view::TaxRateView};

/// List tax rates
///
/// By code, first day and category, those that are over and those to come included.
#[utoipa::path(get, path = "/api/v1/tax-rates", responses((status = 200, body = PageOf<TaxRateView>)))]
pub async fn list_tax_rates(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let rules = BillingRules::read(api.table(), caller.scope).await?;
    let in_force = rules.rates_on(api.now().date_in(&caller.tenant.timezone));
    let views = rules.rates.iter().map(|rate| TaxRateView::of(rate, in_force.contains(rate))).collect();
    pager.cut(&api, views, TaxRateView::place)
}
