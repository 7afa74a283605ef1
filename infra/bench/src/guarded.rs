//! Two routes that answer nothing, one of them behind `Caller`: what lies between them is what authorising costs.

use axum::{Router, routing::get};
use web::{Caller, Endpoints, Needs, Problem, Reply};

/// The route that anybody may call.
pub const OPEN: &str = "/open";
/// The route of a caller who signed in.
pub const GUARDED: &str = "/guarded";

struct InvoicesRead;

impl Needs for InvoicesRead {
    const PERMISSION: &'static str = "invoices:read";
    const MEANING: &'static str = "See invoices";
}

async fn open() -> Result<Reply, Problem> {
    Reply::ok(&())
}

async fn guarded(_: Caller<InvoicesRead>) -> Result<Reply, Problem> {
    Reply::ok(&())
}

/// Both of them.
pub fn endpoints() -> Endpoints {
    let router = Router::new().route(OPEN, get(open)).route(GUARDED, get(guarded));
    Endpoints::new("bench", router, Vec::new())
}
