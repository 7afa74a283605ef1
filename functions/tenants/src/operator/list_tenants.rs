//! `GET /api/v1/tenants`: all tenants, for the platform's operator.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query (for `q` up to
//! ten), one batch of reads for each fifty tenants and one of the set-ups of each hundred; for an id in `q` the batches alone.

use axum::extract::State;
use billing::PlanKey;
use kernel::TenantId;
use serde::{Deserialize, Serialize};
use table::{Key, OperatorScope, pages, pages::Listed};
use tenancy::{Directory, DirectoryFilter, DirectoryOrder, Provisionings, TenantStatus, search_word};
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply};

use crate::{AllTenantsRead, tenants::tenant_view::TenantView};

/// Which tenants, and in which order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ListTenants {
    /// The beginning of a name or slug, without regard to case and marks; or a whole id.
    #[schema(example = "toko", max_length = 80)]
    pub q: Option<String>,
    /// With this status only; a trial that is over counts as `SUSPENDED`.
    pub status: Option<TenantStatus>,
    /// With this plan only.
    pub plan_key: Option<PlanKey>,
    /// `created` when left out; not together with `q`, which sorts by the name or slug that was found.
    pub sort: Option<TenantSort>,
}

/// The order of a list of tenants.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TenantSort {
    /// The newest first.
    Created,
    /// By name.
    Name,
}

/// A tenant, as the operator sees it in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedTenant {
    #[serde(flatten)]
    pub tenant: TenantView,
    /// The plan in the platform's books; null without one, and for some seconds after the sign-up.
    #[schema(example = "STARTER")]
    pub plan_key: Option<String>,
}

/// Whom `q` and `sort` ask for.
enum Wanted {
    One(TenantId),
    Those(DirectoryOrder),
}

/// List tenants
///
/// All but the platform itself. A tenant that was made or changed is listed as it is now within seconds; one that is in
/// none of the wanted states any more leaves its page a row shorter until then.
#[utoipa::path(get, path = "/api/v1/tenants", responses((status = 200, body = PageOf<ListedTenant>)))]
pub async fn list_tenants(
    State(api): State<Api>,
    _caller: Caller<AllTenantsRead>,
    pager: Pager,
    QueryString(asked): QueryString<ListTenants>,
) -> Result<Reply, Problem> {
    let directory = Directory::new(api.table(), OperatorScope::assume("the operator lists all tenants"));
    let wanted = wanted(&asked)?;
    let filter = DirectoryFilter { status: asked.status, plan: asked.plan_key.map(|key| key.to_string()) };
    let page = match wanted {
        Wanted::One(id) => {
            let mut items = directory.with_plans(&[id]).await?;
            items.retain(|(tenant, plan)| {
                let is_wanted = filter.status.is_none_or(|status| tenant.status_at(api.now()) == status);
                tenant.id != TenantId::PLATFORM && is_wanted && (filter.plan.is_none() || filter.plan == *plan)
            });
            Listed { items, last: None }
        }
        Wanted::Those(order) => directory.list(&filter, &order, &pager.request(), api.now()).await?,
    };
    let keys: Vec<Key> = page.items.iter().map(|(tenant, _)| Provisionings::key(tenant.id)).collect();
    let set_ups = pages::each_of(api.table(), &keys).await?;
    let mut rows = Vec::with_capacity(page.items.len());
    for ((tenant, plan_key), set_up) in page.items.iter().zip(set_ups) {
        let tenant = TenantView::at(tenant, api.now()).with(Provisionings::read(set_up)?.as_ref());
        rows.push(ListedTenant { tenant, plan_key: plan_key.clone() });
    }
    Reply::page(rows, pager.info(&api, page.last)?)
}

fn wanted(asked: &ListTenants) -> Result<Wanted, Problem> {
    let Some(text) = &asked.q else {
        return Ok(Wanted::Those(match asked.sort {
            Some(TenantSort::Name) => DirectoryOrder::Name,
            Some(TenantSort::Created) | None => DirectoryOrder::Created,
        }));
    };
    if asked.sort.is_some() {
        let detail = "leave sort out beside q, which sorts by what was found";
        return Err(Problem::invalid("sort", "INVALID_VALUE", detail));
    }
    if let Ok(id) = text.trim().parse() {
        return Ok(Wanted::One(id));
    }
    let word = search_word(text);
    if word.is_empty() || text.chars().count() > 80 {
        let detail = "use the beginning of a name or slug, with a letter or digit and at most 80 characters, or an id";
        return Err(Problem::invalid("q", "INVALID_VALUE", detail));
    }
    Ok(Wanted::Those(DirectoryOrder::Word(word)))
}

#[cfg(test)]
#[path = "list_tenants_tests.rs"]
mod tests;
