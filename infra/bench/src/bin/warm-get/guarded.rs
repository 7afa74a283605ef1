//! Two routes that answer nothing, one of them behind `Caller`: what lies between them is what authorising costs.

use utoipa_axum::router::OpenApiRouter;
use web::{Api, Caller, Needs, Problem, Reply};

pub const OPEN: &str = "/open";
pub const GUARDED: &str = "/guarded";

struct InvoicesRead;

impl Needs for InvoicesRead {
    const PERMISSION: &'static str = "invoices:read";
}

async fn open() -> Result<Reply, Problem> {
    Reply::ok(&())
}

async fn guarded(_: Caller<InvoicesRead>) -> Result<Reply, Problem> {
    Reply::ok(&())
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().route(OPEN, axum::routing::get(open)).route(GUARDED, axum::routing::get(guarded))
}
