//! `GET /api/v1/audit`: who did what in the tenant, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, and up to nine
//! more where a filter leaves few.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use http::Uri;
use identity::{
    AuditFilter, AuditTrail,
    audit::{Action, Actor, Entry, Link, Outcome},
};
use kernel::{AuditId, Date, RequestId, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::AuditRead;

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActorView {
    /// `user`, `api_key` or `anonymous`.
    #[serde(rename = "type")]
    #[schema(example = "user")]
    pub kind: &'static str,
    /// The user or the key; null for nobody known.
    #[schema(example = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub id: Option<String>,
}

/// An entry's place in the chain of its day.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    /// 1 for the first of the day.
    #[schema(example = 17)]
    pub number: u64,
    /// The hash of the entry before; for the first, that of the day's beginning.
    #[schema(example = "3q2-7w…")]
    pub previous: String,
    /// SHA-256 in base64url over `previous`, a line feed and the entry.
    #[schema(example = "LCa0a2…")]
    pub hash: String,
}

/// One entry of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntryView {
    /// The id.
    #[schema(value_type = String, example = "aud_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub id: AuditId,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T01:00:00.000Z")]
    pub at: Timestamp,
    /// Who.
    pub actor: ActorView,
    /// What.
    #[schema(value_type = String, example = "api_key.created")]
    pub action: Action,
    /// `done` or `denied`.
    #[schema(value_type = String, example = "done")]
    pub outcome: Outcome,
    /// To whom or what; null where that says itself.
    #[schema(example = "key_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub target: Option<String>,
    /// More about it.
    #[schema(example = json!({ "scopes": "usage:write" }))]
    pub details: BTreeMap<String, String>,
    /// The address that the call came from; null where there was none.
    #[schema(example = "203.0.113.9")]
    pub ip: Option<String>,
    /// The request.
    #[schema(value_type = String, example = "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub request_id: RequestId,
    /// Its place in the day's chain; null for the seconds until it has one.
    pub link: Option<LinkView>,
}

impl From<Entry> for AuditEntryView {
    fn from(entry: Entry) -> Self {
        let kind = match entry.actor {
            Actor::User(_) => "user",
            Actor::ApiKey(_) => "api_key",
            Actor::Anonymous => "anonymous",
        };
        let view_of = |Link { number, previous, hash }| LinkView { number, previous, hash };
        Self {
            id: entry.id,
            at: entry.at,
            actor: ActorView { kind, id: entry.actor.id() },
            action: entry.action,
            outcome: entry.outcome,
            target: entry.target,
            details: entry.details,
            ip: entry.ip,
            request_id: entry.request_id,
            link: entry.link.map(view_of),
        }
    }
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only this action.
    #[param(example = "api_key.created")]
    action: Option<String>,
    /// Only what this user or API key did.
    #[param(example = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    actor: Option<String>,
    /// The first day, in UTC.
    #[param(example = "2026-11-01")]
    from: Option<String>,
    /// The last day, in UTC.
    #[param(example = "2026-11-30")]
    to: Option<String>,
}

/// Read the audit trail
///
/// Entries are kept for 400 days. Where a filter leaves few entries, a page may hold fewer than the limit and still have a
/// next one.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "identity", security(("bearer" = ["audit:read"])),
    params(
        AuditQuery,
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 100), ("cursor" = Option<String>, Query)
    ),
    responses((status = 200, body = PageOf<AuditEntryView>), (status = 422, description = "VALIDATION_FAILED"))
)]
pub async fn list_audit(
    State(api): State<Api>,
    caller: Caller<AuditRead>,
    pager: Pager,
    uri: Uri,
) -> Result<Reply, Problem> {
    let Query(query) = Query::<AuditQuery>::try_from_uri(&uri)
        .map_err(|_| Problem::invalid("action", "INVALID_VALUE", "each parameter may be given once"))?;
    let filter = filter_of(query)?;
    let page = AuditTrail::new(api.table(), caller.scope).list(&filter, pager.limit, pager.after()).await?;
    let rows = page.entries.into_iter().map(AuditEntryView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

fn filter_of(query: AuditQuery) -> Result<AuditFilter, Problem> {
    let wrong = |name, detail| Problem::invalid(name, "INVALID_VALUE", detail);
    let action = query.action.map(|action| serde_json::from_value(action.into())).transpose();
    let days = "give days such as 2026-11-21";
    let start_of = |day: Option<Date>| day.and_then(|day| Zone::utc().start_of(day).ok());
    let from = query.from.map(|text| start_of(day_of(&text)).ok_or_else(|| wrong("from", days)));
    let to = query.to.map(|text| day_of(&text).and_then(|day| day.tomorrow().ok()));
    let until = to.map(|after| start_of(after).ok_or_else(|| wrong("to", days)));
    Ok(AuditFilter {
        action: action.map_err(|_| wrong("action", "this is no action that is recorded"))?,
        actor: query.actor,
        from: from.transpose()?,
        until: until.transpose()?,
    })
}

/// A day in exactly its ISO form.
pub(crate) fn day_of(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}
