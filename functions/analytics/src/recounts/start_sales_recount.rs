//! `POST /api/v1/analytics/rebuild`: has all orders looked at again, and what is off corrected.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the newest recount, one transaction of the recount, its event, the audit entry and the idempotency
//! row.

use analytics::{SalesRecount, SalesRollups};
use axum::extract::State;
use events::sales::SalesRecountContinued;
use table::Transaction;
use web::{Api, Caller, Envelope, Optional, Problem, Reply, RequestInfo};

use crate::{AnalyticsWrite, RECOUNT_STARTED, recounts::recount_view::SalesRecountView};

/// Start a recount of sales
///
/// Usually nobody needs to: sales follow the orders by themselves. Reports are there meanwhile. One that runs goes on, and one whose
/// work was lost for an hour is taken up where it stopped. An order that was counted keeps its days, whatever zone the tenant has
/// now.
#[utoipa::path(
    post, path = "/api/v1/analytics/rebuild",
    responses((status = 202, body = Envelope<SalesRecountView>), (status = 409, description = "CONFLICT"))
)]
pub async fn start_sales_recount(
    State(api): State<Api>,
    caller: Caller<AnalyticsWrite>,
    info: RequestInfo,
    key: Optional,
) -> Result<Reply, Problem> {
    let rollups = SalesRollups::new(api.table(), caller.scope);
    let before = rollups.recount().await?;
    let mut transaction = Transaction::new();
    let recount = match (SalesRecount::begin(before.as_ref(), api.now()), before) {
        (None, Some(running)) => running,
        (None, None) => return Err(Problem::conflict()),
        (Some(next), _) => {
            rollups.save_recount(&mut transaction, &next)?;
            let tenant_id = caller.tenant();
            api.insert_event(&mut transaction, tenant_id, &info, next.version, &SalesRecountContinued { tenant_id })?;
            next
        }
    };
    caller.entry(&api, &info, RECOUNT_STARTED).insert(&mut transaction, caller.scope)?;
    let reply = Reply::accepted(&SalesRecountView::from(&recount))?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}
