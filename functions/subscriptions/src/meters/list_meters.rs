//! `GET /api/v1/meters`: what the tenant counts.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use billing::Meters;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{PlansRead, meters::meter_view::MeterView};

/// List meters
///
/// By key.
#[utoipa::path(get, path = "/api/v1/meters", responses((status = 200, body = PageOf<MeterView>)))]
pub async fn list_meters(State(api): State<Api>, caller: Caller<PlansRead>, pager: Pager) -> Result<Reply, Problem> {
    let meters = Meters::new(api.table(), caller.scope).list().await?;
    pager.cut(&api, meters.into_iter().map(MeterView::from).collect(), |view| String::from(view.key.clone()))
}
