//! Customers of a tenant.

use axum::{extract::Path, response::Html};
use customers::{Address, Customer, Customers};
use identity::Users;
use kernel::{Markup, Party};

use super::{EVERYTHING, Shop, invoice, payment, subscription};
use crate::pages::{
    error::PageError,
    events,
    markup::{code, link, word},
    parts::{Facts, Table, column, section},
    visit::Visit,
};

/// A page of customers, and the way to the others.
pub(super) async fn list(visit: &Visit, shop: &Shop) -> Result<(Markup, Markup), PageError> {
    let listed = Customers::new(shop.ctx.table(), shop.scope).list(&visit.request()).await?;
    let columns = [column("Customer"), column("E-mail"), column("External id"), column("Since")];
    let mut table = Table::new("Customers", columns);
    for customer in &listed.items {
        table.row([
            link(&shop.page(&["customers", &customer.id.to_string()]), &Markup::text(customer.printed_name())),
            customer.contact.email.as_ref().map_or(Markup::EMPTY, Markup::text),
            customer.external_id.as_ref().map_or(Markup::EMPTY, |id| code(id.as_str())),
            visit.at(customer.created_at),
        ]);
    }
    Ok((table.or_say("No customers yet."), visit.other_pages(&listed)))
}

/// `GET /_local/page/tenants/{tenant}/customers`.
pub(crate) async fn customers_page(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &id).await?;
    let (rows, more) = list(&visit, &shop).await?;
    let body = section("customers", &Markup::text("Newest first"), &[rows, more].into_iter().collect());
    Ok(visit.show(&shop.frame("Customers"), &body))
}

/// `GET /_local/page/tenants/{tenant}/customers/{customer}`.
pub(crate) async fn customer_page(
    visit: Visit,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &tenant).await?;
    let missing = || PageError::Missing("customer");
    let known = id.parse().map_err(|_| missing())?;
    let customer = Customers::new(shop.ctx.table(), shop.scope).get(known).await?.ok_or_else(missing)?;
    let customer = customer.trusted(EVERYTHING);
    let party = Party::Customer(customer.id);
    let mut body = section("customer", &Markup::text("Customer"), &facts(&visit, &shop, &customer).await?);
    let lists = [
        ("subscriptions", "Subscriptions", subscription::list(&visit, &shop, Some(party)).await?),
        ("invoices", "Invoices", invoice::list(&visit, &shop, billing::InvoicesOf::Customer(party)).await?),
        ("payments", "Payments", payment::list(&visit, &shop, Some(party)).await?),
    ];
    for (id, name, (rows, more)) in lists {
        let more = if more.is_empty() { more } else { Markup::text("The newest of them are shown.") };
        body.push(&section(id, &Markup::text(name), &[rows, more].into_iter().collect()));
    }
    let frame = shop.frame(customer.printed_name()).below(shop.page(&["customers"]), "Customers");
    Ok(visit.show(&frame, &body))
}

async fn facts(visit: &Visit, shop: &Shop, customer: &Customer) -> Result<Markup, PageError> {
    let users = Users::new(shop.ctx.table(), shop.scope);
    let mut acting = Vec::new();
    for id in &customer.users {
        let user = users.get(*id).await?;
        acting.push(user.map_or_else(|| code(id), |user| Markup::text(&user.email)).into_html());
    }
    let contact = &customer.contact;
    let id = customer.id.to_string();
    let exempt = customer.tax_exemption.as_ref().map_or(Markup::EMPTY, |tax| Markup::text(tax.reason.as_str()));
    Ok(Facts::default()
        .with("Name", &Markup::text(contact.name.as_str()))
        .with("Company", &contact.company.as_ref().map_or(Markup::EMPTY, |name| Markup::text(name.as_str())))
        .with("E-mail", &contact.email.as_ref().map_or(Markup::EMPTY, Markup::text))
        .with("Phone", &contact.phone.as_ref().map_or(Markup::EMPTY, |phone| Markup::text(phone.as_str())))
        .with("Address", &contact.address.as_ref().map_or(Markup::EMPTY, address))
        .with("Tax id", &contact.tax_id.as_ref().map_or(Markup::EMPTY, |id| code(id.as_str())))
        .with("Pays no tax", &exempt)
        .with("External id", &customer.external_id.as_ref().map_or(Markup::EMPTY, |id| code(id.as_str())))
        .with("Language", &Markup::text(customer.locale.map(|locale| word(&locale)).unwrap_or_default()))
        .with("Zone", &customer.zone.as_ref().map_or(Markup::EMPTY, |zone| Markup::text(zone.name())))
        .with("Users who act for it", &Markup::html(acting.join("<br>")))
        .with("Since", &visit.at(customer.created_at))
        .with("Erased", &customer.erased_at.map_or(Markup::EMPTY, |at| visit.at(at)))
        .with("Id", &code(customer.id))
        .with("Events", &link(&events::of_subject(&shop.tenant.id.to_string(), &id), &Markup::text("About it")))
        .done())
}

fn address(address: &Address) -> Markup {
    let Address { line1, line2, city, region, postal_code, country } = address;
    let lines = [Some(line1), line2.as_ref(), Some(city), region.as_ref(), postal_code.as_ref()];
    let lines = lines.into_iter().flatten().map(|line| line.as_str().to_owned()).chain([country.to_string()]);
    Markup::html(lines.map(|line| Markup::text(line).into_html()).collect::<Vec<_>>().join("<br>"))
}
