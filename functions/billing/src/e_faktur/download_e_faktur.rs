//! `GET /api/v1/billing/e-faktur`: the tax invoices of some days as Coretax imports them.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write, one
//! read of the settings, one query per megabyte of the invoices that were issued in the range, until there are 2001.

use axum::extract::State;
use billing::{BillingRules, BillingSettings, InvoiceError, Invoices, TaxInvoice};
use http::StatusCode;
use kernel::{Country, TaxId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Csv, Day, Envelope, Limit, Problem, QueryString, Reply, Xml};

use crate::{
    BillingRead,
    e_faktur::{
        e_faktur_columns::table,
        e_faktur_view::{EFaktur, EFakturSums, LeftOutView, TaxInvoiceView},
        e_faktur_xml::xml,
    },
    reports::days::{Days, invalid},
};

/// The most days: those of the longest month.
const ONE_MONTH: i32 = 31;
/// The most that a file is made of, so that an answer holds it: invoices, and goods and services on them.
const MOST_INVOICES: usize = 2_000;
const MOST_LINES: usize = 4_000;

/// Which days, and how they are written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EFakturQuery {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, at most 30 days after the first; today when left out.
    pub to: Option<Day>,
    /// `json` when left out: what the file would hold, and what it leaves out.
    pub format: Option<EFakturFormat>,
}

/// How tax invoices are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EFakturFormat {
    /// What the file would hold, and what it leaves out and why.
    Json,
    /// The file that Coretax imports.
    Xml,
    /// The same as one table, a row for each good or service.
    Csv,
}

/// Download e-Faktur
///
/// The output tax invoices (Faktur Pajak) of the current month, or of the days given (31 at most), for the bulk import of
/// Coretax: of every invoice in rupiah with PPN that was issued in these days and is not void. One with luxury goods beside
/// others becomes two, of codes 01 and 04. Their numbers (NSFP) are given by Coretax. What is left out, and why, is in the
/// answer as JSON. More than 2000 invoices, or 4000 goods and services, are refused. A tenant has six reports a minute.
#[utoipa::path(
    get, path = "/api/v1/billing/e-faktur",
    responses(
        (status = 200, content(
            (Envelope<EFaktur> = "application/json"), (Xml = "application/xml"), (Csv = "text/csv")
        )),
        (status = 409, description = "NOT_REGISTERED_FOR_PPN"),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or too many invoices")
    )
)]
pub async fn download_e_faktur(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    QueryString(query): QueryString<EFakturQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let days = Days::of((query.from, query.to), (zone, api.now()), ONE_MONTH)?;
    let span = days.span(zone)?;
    caller.limit_tenant(&api, Limit::REPORTS).await?;

    let settings = BillingRules::settings(api.table(), caller.scope).await?;
    let npwp = npwp(caller.tenant.country, &settings)?;
    let invoices = Invoices::new(api.table(), caller.scope);
    let issued = invoices.first_issued(span.from, span.to, MOST_INVOICES + 1).await?;
    if issued.len() > MOST_INVOICES {
        return Err(invalid("from", "these days have more than 2000 invoices; ask for fewer days"));
    }
    let (mut made, mut left_out) = (Vec::new(), Vec::new());
    for invoice in &issued {
        let found = invoice.tax_invoices(&npwp).map_err(InvoiceError::from)?;
        made.extend(found.made);
        left_out.extend(found.left_out.into_iter().map(|reason| LeftOutView::new(invoice, reason)));
    }
    if made.iter().map(|one| one.goods.len()).sum::<usize>() > MOST_LINES {
        return Err(invalid("from", "these days have more than 4000 goods and services; ask for fewer days"));
    }
    made.sort_by_key(|one| (one.reference.month(), one.reference.place()));
    match query.format {
        Some(EFakturFormat::Xml) => Ok(Reply::xml(xml(&npwp, &made)?)),
        Some(EFakturFormat::Csv) => Ok(Reply::csv(table(&made, caller.people_in_tables()))),
        Some(EFakturFormat::Json) | None => {
            let views = made.iter().map(TaxInvoiceView::new).collect::<Result<Vec<_>, _>>();
            Reply::ok(&EFaktur {
                from: days.from,
                to: days.to,
                timezone: zone.clone(),
                totals: sums(&made)?,
                tax_invoices: views.map_err(InvoiceError::from)?,
                tin: npwp,
                left_out,
            })
        }
    }
}

/// The 16 digits of who collects PPN.
fn npwp(country: Country, settings: &BillingSettings) -> Result<String, Problem> {
    let registered = country == Country::ID && settings.tax.registered;
    let npwp = settings.tax.tax_id.as_ref().filter(|_| registered).and_then(TaxId::npwp);
    npwp.ok_or_else(|| {
        let detail = "tax invoices are made by who is registered for PPN: say so in the billing settings, with an NPWP of 15 \
                      or 16 digits";
        Problem::new(StatusCode::CONFLICT, "NOT_REGISTERED_FOR_PPN", detail)
    })
}

fn sums(made: &[TaxInvoice]) -> Result<EFakturSums, Problem> {
    Ok(EFakturSums::of(made).map_err(InvoiceError::from)?)
}

#[cfg(test)]
#[path = "download_e_faktur_tests.rs"]
mod tests;
