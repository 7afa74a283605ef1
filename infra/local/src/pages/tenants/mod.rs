//! Tenants with what is theirs, read through the product's own repositories.

pub(super) mod customer;
pub(super) mod invoice;
pub(super) mod names;
pub(super) mod payment;
pub(super) mod subscription;
pub(super) mod tenant;

use axum::response::Html;
use cloud::Ctx;
use kernel::{Markup, TenantId};
use table::{OperatorScope, TenantScope};
use tenancy::{Tenant, Tenants};

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::{chip, code, link, page, word},
    parts::{Table, column, section},
    visit::{ROWS, Visit},
};

/// Why the pages look over all tenants.
pub(super) const OPERATOR: OperatorScope = OperatorScope::assume("the pages of the local cloud show all of it");
/// Why the pages open what is a party's own.
pub(super) const EVERYTHING: &str = "the pages of the local cloud show all of it";

/// One tenant that a page is about.
pub(super) struct Shop {
    pub(super) ctx: Ctx,
    pub(super) tenant: Tenant,
    pub(super) scope: TenantScope,
}

impl Shop {
    /// The tenant of an id.
    pub(super) async fn of(visit: &Visit, id: &str) -> Result<Self, PageError> {
        let missing = || PageError::Missing("tenant");
        let id: TenantId = id.parse().map_err(|_| missing())?;
        let ctx = visit.ctx().await?;
        let tenant = Tenants::new(ctx.table()).get(id).await?.ok_or_else(missing)?;
        Ok(Self { ctx, tenant, scope: TenantScope::new(id) })
    }

    /// The address of something of this tenant.
    pub(super) fn page(&self, segments: &[&str]) -> String {
        let id = self.tenant.id.to_string();
        let all: Vec<&str> = ["tenants", id.as_str()].into_iter().chain(segments.iter().copied()).collect();
        page(&all)
    }

    /// The frame of a page of this tenant.
    pub(super) fn frame(&self, title: impl Into<String>) -> Frame {
        Frame::new(title, Tab::Tenants)
            .below(page(&["tenants"]), "Tenants")
            .below(self.page(&[]), self.tenant.name.as_str())
    }
}

/// `GET /_local/page/tenants`.
pub(super) async fn tenants_page(visit: Visit) -> Result<Html<String>, PageError> {
    let ctx = visit.ctx().await?;
    let first = visit.asked("after").and_then(|id| id.parse().ok());
    let mut ids = Tenants::new(ctx.table()).ids_from(OPERATOR, first, None).await?.items;
    // The index gives a megabyte of them at once; the first of the next page is where that begins.
    let next = ids.get(ROWS).map(ToString::to_string);
    ids.truncate(ROWS);
    let keys: Vec<_> = ids.iter().map(|id| Tenants::key(*id)).collect();
    let rows = ctx.table().batch_get(&keys).await?;
    let columns = [column("Tenant"), column("Slug"), column("Status"), column("Country"), column("Since")];
    let mut table = Table::new("Tenants", columns);
    for row in rows.into_iter().flatten() {
        let tenant = Tenants::read(row)?;
        table.row([
            link(&page(&["tenants", &tenant.id.to_string()]), &Markup::text(tenant.name.as_str())),
            code(&tenant.slug),
            status(&visit, &tenant),
            Markup::text(tenant.country),
            visit.at(tenant.created_at),
        ]);
    }
    let body: Markup = [table.or_say("Nobody has signed up yet."), visit.after(next)].into_iter().collect();
    let frame = Frame::new("Tenants", Tab::Tenants);
    Ok(visit.show(&frame, &section("tenants", &Markup::text("Tenants, oldest first"), &body)))
}

/// Where a tenant is in its life, at this moment.
fn status(visit: &Visit, tenant: &Tenant) -> Markup {
    let now = visit.running.stack.clock.now();
    chip(word(&tenant.status_at(now.into())))
}
