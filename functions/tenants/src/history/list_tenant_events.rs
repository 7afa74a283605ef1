//! `GET /api/v1/tenants/{id}/events`: what happened to a tenant, newest first; with `at`, what the tenant was then.
//!
//! The tenant of `at` is told from its events, at most those since the last 32nd version. Round trips: one rate-limit write beside
//! one read of the caller's standing (none when known), one read of the tenant, one query, and up to nine more where a type is
//! rare; with `at` one read, and one query more for each 500 events that changed nothing.

use axum::extract::State;
use events::Audience;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use table::{TenantScope, outbox};
use tenancy::{Tenants, tenant_at};
use utoipa::ToSchema;
use web::{Api, Envelope, PageOf, Pager, Problem, QueryString, Reply};

use crate::{
    TenantsRead,
    history::event_view::TenantEventView,
    tenants::{reached_tenant::ReachedTenant, tenant_view::TenantView},
};

/// Which events, or which instant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantEventsQuery {
    /// Only events of this type, one of a tenant's own life: `tenant.…`.
    #[serde(rename = "type")]
    #[schema(example = "tenant.suspended")]
    name: Option<String>,
    /// The tenant as it was at this instant, in place of the events; not in the future.
    at: Option<Timestamp>,
}

/// The events, or with `at` the tenant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the replies are made of their parts; this is what they look like")]
pub enum TenantHistory {
    /// Newest first.
    Events(PageOf<TenantEventView>),
    /// As it was.
    Tenant(Box<Envelope<TenantView>>),
}

/// List a tenant's events
///
/// All that happened to the tenant itself since its sign-up, newest first; what happens in it is told by webhooks. With `at`
/// the answer is the tenant as it was at that instant, made of these events; before its sign-up there is none, and after its
/// erasure there is nothing at all. Where the compliance settings say for how many days this is kept, neither is what was before.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/events",
    responses((status = 200, body = TenantHistory), (status = 422, description = "VALIDATION_FAILED"))
)]
pub async fn list_tenant_events(
    State(api): State<Api>,
    ReachedTenant { id, .. }: ReachedTenant<TenantsRead>,
    pager: Pager,
    QueryString(query): QueryString<TenantEventsQuery>,
) -> Result<Reply, Problem> {
    // Rows of one that was erased may last a while longer.
    let now = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    let (scope, kept_from) = (TenantScope::new(id), now.compliance.kept_from(api.now()));
    let is_kept = |at: Timestamp| kept_from.is_none_or(|from| at >= from);
    if let Some(at) = query.at {
        if query.name.is_some() {
            return Err(Problem::invalid("type", "INVALID_VALUE", "leave it out: with at, all events count"));
        }
        if at > api.now() {
            return Err(Problem::invalid(
                "at",
                "INVALID_VALUE",
                "use an instant that has passed: nobody knows what comes",
            ));
        }
        if !is_kept(at) {
            return Err(Problem::not_found());
        }
        let tenant = tenant_at(api.table(), &now, at).await?.ok_or_else(Problem::not_found)?;
        return Ok(Reply::ok(&TenantView::at(&tenant, at))?.version(tenant.version));
    }
    if query.name.as_ref().is_some_and(|name| !is_of_a_tenant(name)) {
        return Err(Problem::invalid("type", "INVALID_VALUE", "this is no event of a tenant's own life"));
    }
    let wanted = |event: &outbox::Event| {
        let is_shown = event.audience == Audience::Public && is_kept(event.occurred_at);
        is_shown && query.name.as_ref().is_none_or(|name| *name == event.name)
    };
    let page = outbox::history_page(api.table(), scope, &pager.request(), wanted).await?;
    let rows: Vec<TenantEventView> = page.items.into_iter().map(TenantEventView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

/// Whether a tenant's history can have events of this name.
fn is_of_a_tenant(name: &str) -> bool {
    name.starts_with("tenant.") && events::catalogue::public_names().any(|known| known == name)
}
