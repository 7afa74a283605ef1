//! `GET /api/v1/analytics/check`: whether sales are what the journal says.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write, one query
//! per month and megabyte of the journal, one read for every hundred invoices in it, one query of the sums.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{DayRange, SalesDay, SalesRollups};
use axum::extract::State;
use billing::{Invoices, Source};
use kernel::{Currency, Date, InvoiceId, Money, MoneyError, Timestamp, Zone};
use ledger::{Account, Journal, JournalEntry, LedgerError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Limit, Problem, QueryString, Reply};

use crate::{
    AnalyticsRead,
    reports::days::{days, invalid},
};

/// The most days of a check: any month has no more.
const MOST_DAYS: i32 = 31;

/// Which days.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesCheckQuery {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, at most 30 days after the first and not after today; today when left out.
    pub to: Option<Day>,
}

/// How sales compare with the journal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SalesCheck {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// Whether all days are the same.
    pub agrees: bool,
    /// The days that are not.
    pub differences: Vec<SalesDifference>,
}

/// A day on which sales are not what the journal says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SalesDifference {
    /// The day.
    pub date: Date,
    /// The currency.
    pub currency: Currency,
    /// `net` of the sales of that day.
    pub net: Money,
    /// What the invoices of orders moved on the account of revenue.
    pub journal_net: Money,
    /// `tax` of the sales of that day.
    pub tax: Money,
    /// What they moved on the account of taxes.
    pub journal_tax: Money,
}

/// Check sales against the journal
///
/// Of the current month, or of the days given: 31 at most. What happened within the last seconds may not be counted yet. Days on which
/// the tenant had another zone differ, since an order that was counted keeps its days. A tenant has six reports a minute.
#[utoipa::path(
    get, path = "/api/v1/analytics/check",
    responses(
        (status = 200, body = Envelope<SalesCheck>),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or days to come")
    )
)]
pub async fn check_sales(
    State(api): State<Api>,
    caller: Caller<AnalyticsRead>,
    QueryString(query): QueryString<SalesCheckQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let range = days((query.from, query.to), (zone, api.now()))?;
    if range.count() > MOST_DAYS {
        return Err(invalid(
            "from",
            "a check covers 31 days at most; ask for a later first day or an earlier last one",
        ));
    }
    let (from, to) = instants(range, zone).ok_or_else(|| invalid("from", "use days between 1970 and 9999"))?;
    caller.limit_tenant(&api, Limit::REPORTS).await?;
    let entries = Journal::new(api.table(), caller.scope).entries(from, to).await?;
    let named: BTreeSet<InvoiceId> = entries.iter().filter_map(|entry| entry.occasion().invoice()).collect();
    let named: Vec<InvoiceId> = named.into_iter().collect();
    let invoices = Invoices::new(api.table(), caller.scope).get_many(&named).await?;
    let of_orders = invoices.iter().filter(|invoice| matches!(invoice.source, Source::Order { .. }));
    let of_orders: BTreeSet<InvoiceId> = of_orders.map(|invoice| invoice.id).collect();
    let is_of_order = |entry: &&JournalEntry| entry.occasion().invoice().is_some_and(|id| of_orders.contains(&id));
    let journal = moved(entries.iter().filter(is_of_order), zone).map_err(LedgerError::from)?;
    let sales = SalesRollups::new(api.table(), caller.scope).sales(range).await?;
    let differences = differences(&sales, &journal);
    Reply::ok(&SalesCheck {
        from: range.from(),
        to: range.to(),
        timezone: zone.clone(),
        agrees: differences.is_empty(),
        differences,
    })
}

fn instants(range: DayRange, zone: &Zone) -> Option<(Timestamp, Timestamp)> {
    let end = range.to().tomorrow().ok()?;
    Some((zone.start_of(range.from()).ok()?, zone.start_of(end).ok()?))
}

/// Net and tax of days.
type NetAndTax = BTreeMap<(Date, Currency), (Money, Money)>;

fn moved<'a>(entries: impl Iterator<Item = &'a JournalEntry>, zone: &Zone) -> Result<NetAndTax, MoneyError> {
    let mut days = NetAndTax::new();
    for entry in entries {
        for posting in entry.postings() {
            let currency = posting.amount.currency();
            let nothing = Money::zero(currency);
            let sums = days.entry((entry.at().date_in(zone), currency)).or_insert((nothing, nothing));
            match posting.account {
                // A credit is earned, or owed to the state.
                Account::Revenue | Account::DeferredRevenue(_) => sums.0 = sums.0.checked_sub(posting.amount)?,
                Account::TaxPayable => sums.1 = sums.1.checked_sub(posting.amount)?,
                Account::Receivable(_)
                | Account::Clearing(_)
                | Account::CustomerBalance(_)
                | Account::Withdrawals(_)
                | Account::BadDebt => {}
            }
        }
    }
    Ok(days)
}

fn differences(sales: &[SalesDay], journal: &NetAndTax) -> Vec<SalesDifference> {
    let counted: NetAndTax = sales
        .iter()
        .map(|row| {
            let money = |minor| Money::new(minor, row.currency);
            ((row.day, row.currency), (money(row.figures.net), money(row.figures.tax)))
        })
        .collect();
    let places: BTreeSet<(Date, Currency)> = counted.keys().chain(journal.keys()).copied().collect();
    let difference = |(date, currency): (Date, Currency)| {
        let nothing = (Money::zero(currency), Money::zero(currency));
        let of = |days: &NetAndTax| days.get(&(date, currency)).copied().unwrap_or(nothing);
        let ((net, tax), (journal_net, journal_tax)) = (of(&counted), of(journal));
        ((net, tax) != (journal_net, journal_tax)).then_some(SalesDifference {
            date,
            currency,
            net,
            journal_net,
            tax,
            journal_tax,
        })
    };
    places.into_iter().filter_map(difference).collect()
}
