//! `GET /api/v1/audit/chain`: whether a day's entries are as they were written.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the chain's
//! end, then one query per megabyte of entries.

use axum::extract::State;
use identity::{
    AuditTrail,
    audit::chain::{Head, Inspection, Verdict},
};
use kernel::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Problem, QueryString, Reply};

use crate::AuditRead;

/// Which day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChainQuery {
    /// The day, in UTC.
    day: Day,
}

/// What the check of a day found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditChainView {
    /// The day, in UTC.
    #[schema(example = "2026-11-21")]
    pub day: String,
    /// How many entries there are.
    #[schema(example = 42)]
    pub entries: u64,
    /// How many of them are so new that they have no place in the chain yet.
    #[schema(example = 0)]
    pub waiting: u64,
    /// Whether every entry is there and as it was written.
    #[schema(example = true)]
    pub intact: bool,
    /// The place at which the chain is broken for the first time; null when it is intact.
    #[schema(example = json!(null))]
    pub first_broken: Option<u64>,
    /// The end of the chain; null while no entry has a place.
    pub head: Option<HeadView>,
}

/// The end of a day's chain. Note it elsewhere, and nobody can rewrite the whole day unnoticed.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeadView {
    /// The number of the newest entry.
    #[schema(example = 42)]
    pub number: u64,
    /// Its hash.
    #[schema(example = "LCa0a2…")]
    pub hash: String,
}

/// Verify a day of the audit trail
///
/// Computes the hash of every entry of the day again. Found are entries that were changed, exchanged or taken away, also
/// the newest. Of a day of which no entries are kept any more there are none. For a day before, note the end of its chain somewhere else and compare it.
#[utoipa::path(get, path = "/api/v1/audit/chain", responses((status = 200, body = Envelope<AuditChainView>)))]
pub async fn check_audit_chain(
    State(api): State<Api>,
    caller: Caller<AuditRead>,
    QueryString(asked): QueryString<ChainQuery>,
) -> Result<Reply, Problem> {
    let day = asked.day.0.to_string();
    let kept_from = caller.tenant.compliance.kept_from(api.now()).map(|from| from.date_in(&Zone::utc()));
    let (head, inspection) = if kept_from.is_some_and(|from| asked.day.0 < from) {
        (None, Inspection::default())
    } else {
        AuditTrail::new(api.table(), caller.scope).inspect(&day).await?
    };
    let Verdict { entries, waiting, first_broken } =
        inspection.verdict(&Head::start(caller.tenant(), &day), head.as_ref());
    let head = head.map(|Head { number, hash, .. }| HeadView { number, hash });
    Reply::ok(&AuditChainView { day, entries, waiting, intact: first_broken.is_none(), first_broken, head })
}
