//! Invoices of a tenant, with their documents and what was paid of them.

use axum::{extract::Path, response::Html};
use billing::{
    Invoice, Invoices, InvoicesOf, Line, LineItem, Showing, Source, paid_pdf_path, pdf_path, receipt_path,
    void_pdf_path,
};
use kernel::{InvoiceId, Markup, TenantId};

use super::{
    EVERYTHING, Shop,
    names::{self, Names},
};
use crate::pages::{
    error::PageError,
    events,
    markup::{address, chip, code, link, word},
    parts::{Facts, Table, column, numbers, section},
    visit::{Visit, day, money},
};

/// A page of invoices, and the way to the others.
pub(super) async fn list(visit: &Visit, shop: &Shop, of: InvoicesOf) -> Result<(Markup, Markup), PageError> {
    let listed = Invoices::new(shop.ctx.table(), shop.scope).list(of, Showing::All, &visit.request()).await?;
    let columns = [
        column("Invoice"),
        column("Customer"),
        column("Status"),
        numbers("Total"),
        numbers("Still due"),
        column("Due on"),
    ];
    let mut table = Table::new("Invoices", columns);
    for invoice in &listed.items {
        table.row([
            link(&shop.page(&["invoices", &invoice.id.to_string()]), &Markup::text(number(invoice))),
            link(&names::address(shop, invoice.bill_to.party), &Markup::text(billed(invoice))),
            status(visit, invoice),
            money(invoice.total),
            money(invoice.amount_due()),
            invoice.issued.as_ref().map_or(Markup::EMPTY, |issued| day(issued.due_date)),
        ]);
    }
    Ok((table.or_say("No invoices yet."), visit.other_pages(&listed)))
}

/// `GET /_local/page/tenants/{tenant}/invoices`.
pub(crate) async fn invoices_page(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &id).await?;
    let (rows, more) = list(&visit, &shop, InvoicesOf::Tenant).await?;
    let body = section("invoices", &Markup::text("Newest first"), &[rows, more].into_iter().collect());
    Ok(visit.show(&shop.frame("Invoices"), &body))
}

/// `GET /_local/page/tenants/{tenant}/invoices/{invoice}`.
pub(crate) async fn invoice_page(
    visit: Visit,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let shop = Shop::of(&visit, &tenant).await?;
    let missing = || PageError::Missing("invoice");
    let known = id.parse().map_err(|_| missing())?;
    let invoice = Invoices::new(shop.ctx.table(), shop.scope).get(known).await?.ok_or_else(missing)?;
    let invoice = invoice.trusted(EVERYTHING);
    let party = invoice.bill_to.party;
    let names = Names::of(&shop, [party].into_iter()).await?;
    let issued = invoice.issued.as_ref();
    let facts = Facts::default()
        .with("Billed to", &names.link(&shop, party))
        .with("Status", &status(&visit, &invoice))
        .with("For", &Markup::text(word(&invoice.kind)))
        .with("From", &source(&shop, &invoice))
        .with("Subtotal", &money(invoice.subtotal))
        .with("Taxes", &taxes(&invoice))
        .with("Total", &money(invoice.total))
        .with("Still due", &money(invoice.amount_due()))
        .with("Issued", &issued.map_or(Markup::EMPTY, |issued| visit.at(issued.at)))
        .with("Due on", &issued.map_or(Markup::EMPTY, |issued| day(issued.due_date)))
        .with("Documents", &documents(&visit, shop.tenant.id, invoice.id).await)
        .with("Id", &code(invoice.id))
        .with("Events", &link(&events::of_subject(&tenant, &id), &Markup::text("About it")));
    let body: Markup = [
        section("invoice", &Markup::text("Invoice"), &facts.done()),
        section("lines", &Markup::text("Lines"), &lines(&invoice.lines)),
        section("paid", &Markup::text("Payments"), &paid(&visit, &shop, &invoice)),
    ]
    .into_iter()
    .collect();
    Ok(visit.show(&shop.frame(number(&invoice)).below(shop.page(&["invoices"]), "Invoices"), &body))
}

/// The number, or that there is none yet.
pub(super) fn number(invoice: &Invoice) -> String {
    invoice.issued.as_ref().map_or_else(|| "Draft".to_owned(), |issued| issued.number.to_string())
}

fn billed(invoice: &Invoice) -> &str {
    invoice.bill_to.company.as_deref().unwrap_or(&invoice.bill_to.name)
}

fn status(visit: &Visit, invoice: &Invoice) -> Markup {
    let overdue = invoice.is_overdue(visit.running.stack.clock.now().into());
    let overdue = if overdue { Markup::html(" <span class=\"warn\">overdue</span>") } else { Markup::EMPTY };
    [chip(invoice.status().as_str()), overdue].into_iter().collect()
}

fn source(shop: &Shop, invoice: &Invoice) -> Markup {
    match &invoice.source {
        Source::Subscription { id, plan, day: on, .. } => {
            let subscription = link(&shop.page(&["subscriptions", &id.to_string()]), &Markup::text(&plan.key));
            Markup::html(format!("{subscription}, {}", day(*on)))
        }
        Source::Order { id } => code(id),
        Source::Recurring { id, day: on } => Markup::html(format!("{}, {}", code(id), day(*on))),
        Source::Manual => Markup::text("written by hand"),
    }
}

fn taxes(invoice: &Invoice) -> Markup {
    let taxes = invoice.taxes.iter();
    let each: Vec<String> =
        taxes.map(|tax| Markup::html(format!("{} {}", Markup::text(&tax.code), money(tax.tax))).into_html()).collect();
    Markup::html(each.join("<br>"))
}

fn lines(lines: &[Line]) -> Markup {
    let columns = [column("Line"), column("Kind"), column("Days"), numbers("Quantity"), numbers("Amount")];
    let mut table = Table::new("Lines", columns);
    for line in lines {
        let (kind, quantity) = match &line.item {
            LineItem::Base(fee) => ("fee", Some(fee.quantity)),
            LineItem::Proration(fee) => ("proration", Some(fee.quantity)),
            LineItem::Usage(used) => ("usage", Some(used.quantity)),
            LineItem::LateUsage(used) => ("late usage", Some(used.quantity)),
            LineItem::Discount => ("discount", None),
            LineItem::OneOff(article) => ("sold at once", Some(article.quantity)),
        };
        let days = line.service.map_or(Markup::EMPTY, |days| {
            Markup::html(format!("{} until {}, exclusive", day(days.start), day(days.end)))
        });
        table.row([
            Markup::text(&line.name),
            Markup::text(kind),
            days,
            quantity.map_or(Markup::EMPTY, Markup::text),
            money(line.amount),
        ]);
    }
    table.or_say("It has no lines.")
}

fn paid(visit: &Visit, shop: &Shop, invoice: &Invoice) -> Markup {
    let mut table = Table::new("Payments", [column("Payment"), numbers("Used"), column("When")]);
    for applied in &invoice.payments {
        let id = applied.payment.to_string();
        table.row([link(&shop.page(&["payments", &id]), &code(&id)), money(applied.amount), visit.at(applied.at)]);
    }
    for used in &invoice.from_balance {
        table.row([Markup::text("from the balance"), money(used.amount), visit.at(used.at)]);
    }
    table.or_say("Nothing was paid of it yet.")
}

/// The documents that were made of an invoice so far.
async fn documents(visit: &Visit, tenant: TenantId, invoice: InvoiceId) -> Markup {
    let root = visit.running.stack.data.objects();
    let kinds = [
        ("as it was issued", pdf_path(tenant, invoice)),
        ("as it was paid", paid_pdf_path(tenant, invoice)),
        ("as it was voided", void_pdf_path(tenant, invoice)),
        ("receipt", receipt_path(tenant, invoice)),
    ];
    let mut links = Vec::new();
    for (name, path) in kinds {
        if tokio::fs::try_exists(root.join(&path)).await.unwrap_or(false) {
            let segments: Vec<&str> = path.split('/').collect();
            let label = Markup::text(format!("PDF, {name}"));
            links.push(link(&address("/_local/objects", &segments), &label).into_html());
        }
    }
    if links.is_empty() { Markup::text("none yet") } else { Markup::html(links.join("<br>")) }
}
