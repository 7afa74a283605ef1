//! `GET /api/v1/admin/impersonations`: who of the staff acted as whom, and why; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use identity::Impersonations;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{AdminRead, impersonations::impersonation_view::ImpersonationView};

/// List impersonations
///
/// Newest first, for 400 days.
#[utoipa::path(
    get, path = "/api/v1/admin/impersonations", responses((status = 200, body = PageOf<ImpersonationView>))
)]
pub async fn list_impersonations(
    State(api): State<Api>,
    caller: Caller<AdminRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let page = Impersonations::new(api.table(), caller.scope).list(&pager.request()).await?;
    let rows = page.items.iter().map(|one| ImpersonationView::at(one, api.now())).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
