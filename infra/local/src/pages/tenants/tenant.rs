//! One tenant: what is known of it, and the newest of what is its own.

use axum::{extract::Path, response::Html};
use identity::Users;
use kernel::Markup;

use super::{Shop, customer, invoice, payment, status, subscription};
use crate::pages::{
    error::PageError,
    events,
    markup::{code, encoded, link, page, paragraph},
    parts::{Facts, section},
    visit::Visit,
};

/// `GET /_local/page/tenants/{tenant}`.
pub(crate) async fn tenant_page(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &id).await?;
    let tenant = &shop.tenant;
    let owner = Users::new(shop.ctx.table(), shop.scope).get(tenant.owner).await?;
    let owner = owner.map_or_else(|| code(tenant.owner), |owner| Markup::text(&owner.email));
    let events = format!("{}?tenant={}", page(&["events"]), encoded(&id));
    let facts = Facts::default()
        .with("Slug, in X-Tenant-ID", &code(&tenant.slug))
        .with("Status", &status(&visit, tenant))
        .with("Trial until", &tenant.trial_ends_at.map_or(Markup::EMPTY, |at| visit.at(at)))
        .with("Owner", &owner)
        .with("Country", &Markup::text(tenant.country))
        .with("Is billed in", &Markup::text(tenant.currency))
        .with("Zone", &Markup::text(tenant.timezone.name()))
        .with("Since", &visit.at(tenant.created_at))
        .with("Id", &code(tenant.id))
        .with("Events", &link(&events, &Markup::text("Of this tenant")))
        .with("About it", &link(&events::of_subject(&id, &id), &Markup::text("Events about the tenant itself")));
    // The first page of each list; the links lead to all of them.
    let lists = [
        ("customers", "Customers", customer::list(&visit, &shop).await?),
        ("subscriptions", "Subscriptions", subscription::list(&visit, &shop, None).await?),
        ("invoices", "Invoices", invoice::list(&visit, &shop, billing::InvoicesOf::Tenant).await?),
        ("payments", "Payments", payment::list(&visit, &shop, None).await?),
    ];
    let mut body = section("tenant", &Markup::text("Tenant"), &facts.done());
    for (id, name, (rows, more)) in lists {
        let all = if more.is_empty() {
            Markup::EMPTY
        } else {
            paragraph(&link(&shop.page(&[id]), &Markup::text(format!("All {}", name.to_lowercase()))))
        };
        body.push(&section(id, &Markup::text(name), &[rows, all].into_iter().collect()));
    }
    let frame = crate::pages::frame::Frame::new(tenant.name.as_str(), crate::pages::frame::Tab::Tenants)
        .below(page(&["tenants"]), "Tenants");
    Ok(visit.show(&frame, &body))
}
