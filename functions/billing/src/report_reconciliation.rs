//! `GET /api/v1/billing/reports/reconciliation`: what the journal adds up to, and where invoices and journal differ.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the tenant,
//! one query per month and megabyte of the journal, one per megabyte of invoices, one batch read per hundred invoices
//! that were issued before the range; one query per megabyte of what was set aside and one batch read per hundred of the
//! payments that it names; two per customer that the journal names, 16 customers at a time.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use billing::Invoices;
use http::Uri;
use kernel::{Date, InvoiceId, Money, Timestamp, Zone};
use ledger::{Balances, Journal, JournalEntry, LedgerError};
use serde::{Deserialize, Serialize};
use tenancy::Tenants;
use utoipa::{IntoParams, ToSchema};
use web::{Api, Caller, Envelope, Problem, Reply, day_parameter};

use crate::{
    BillingRead,
    balances::{BalanceDifference, balance_differences},
    reconcile::{Difference, DifferenceCode, Span, differences},
    set_aside::{SetAside, set_aside},
};

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportRange {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-01")]
    pub from: Option<String>,
    /// The last day, at most 91 days after the first; today when left out.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-30")]
    pub to: Option<String>,
}

/// What the journal adds up to over the range, and its differences from the invoices.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reconciliation {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Debits less credits per account and currency.
    pub accounts: Vec<AccountBalance>,
    /// The sum over all accounts, per currency: zero in each.
    #[schema(value_type = Vec<Object>, example = json!([{"amount": 0, "currency": "IDR"}]))]
    pub totals: Vec<Money>,
    /// Whether all totals are zero.
    pub balanced: bool,
    /// Where invoices and journal differ; none when all is well.
    pub differences: Vec<DifferenceView>,
    /// Where the stored balances of customers differ from the journal; none when all is well.
    pub balance_differences: Vec<BalanceDifference>,
    /// What providers said that was not booked and waits for a person, such as money that they gave back; none when all is
    /// well. The first 500.
    pub set_aside: Vec<SetAside>,
}

/// What is on an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountBalance {
    /// `receivable:<customer>`, `revenue`, `tax_payable`, `clearing:<provider>`, `customer_balance:<customer>`,
    /// `deferred_revenue:<customer>` or `bad_debt`.
    #[schema(example = "revenue")]
    pub account: String,
    /// Debits less credits, in minor units: what is owed to the tenant is positive, what was earned negative.
    #[schema(value_type = Object, example = json!({"amount": -524_000, "currency": "IDR"}))]
    pub balance: Money,
}

/// Where invoices and journal differ.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceView {
    /// `INVOICE_NOT_IN_LEDGER`, `LEDGER_WITHOUT_INVOICE`, `AMOUNT_DIFFERS`, `PAYMENT_NOT_IN_LEDGER`,
    /// `PAYMENT_NOT_ON_INVOICE`, `CREDIT_NOT_ON_INVOICE`, `WRITE_OFF_NOT_IN_LEDGER` or `WRITE_OFF_NOT_ON_INVOICE`.
    #[schema(value_type = String, example = "AMOUNT_DIFFERS")]
    code: DifferenceCode,
    /// Which invoice.
    #[schema(value_type = String)]
    pub invoice_id: InvoiceId,
    /// What the invoice says.
    #[schema(value_type = Option<Object>)]
    pub on_invoice: Option<Money>,
    /// What the journal says.
    #[schema(value_type = Option<Object>)]
    pub in_ledger: Option<Money>,
}

/// Reconcile invoices and journal
///
/// Over the current month, or over the days given: 92 at most, as long as any three months.
#[utoipa::path(
    get, path = "/api/v1/billing/reports/reconciliation", tag = "billing", security(("bearer" = ["billing:read"])),
    params(ReportRange),
    responses(
        (status = 200, body = Envelope<Reconciliation>),
        (status = 422, description = "VALIDATION_FAILED: no days, or too many"),
    )
)]
pub async fn report_reconciliation(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    uri: Uri,
) -> Result<Reply, Problem> {
    let Query(range) = Query::<ReportRange>::try_from_uri(&uri)
        .map_err(|_| Problem::invalid("from", "INVALID_VALUE", "each parameter may be given once"))?;
    let tenant = Tenants::new(api.table()).get(caller.tenant()).await?.ok_or_else(Problem::not_found)?;
    let days = days(&range, &tenant.timezone, tenant.created_at, api.now())?;
    let span = days.span(&tenant.timezone)?;

    let journal = Journal::new(api.table(), caller.scope);
    let entries = journal.entries(span.from, span.to).await?;
    let invoices = Invoices::new(api.table(), caller.scope);
    let mut all = invoices.issued_between(span.from, span.to).await?;
    let have: BTreeSet<InvoiceId> = all.iter().map(|invoice| invoice.id).collect();
    // Older ones that were paid in the range, and those that the index does not show yet.
    let missing: BTreeSet<InvoiceId> =
        entries.iter().filter_map(|entry| entry.occasion().invoice()).filter(|id| !have.contains(id)).collect();
    all.extend(invoices.get_many(&missing.into_iter().collect::<Vec<_>>()).await?);

    let balances = add_up(&entries)?;
    let totals = balances.totals().map_err(LedgerError::from)?;
    Reply::ok(&Reconciliation {
        from: days.from,
        to: days.to,
        accounts: balances
            .iter()
            .map(|(account, balance)| AccountBalance { account: account.to_string(), balance })
            .collect(),
        balanced: totals.iter().all(|total| total.is_zero()),
        totals,
        set_aside: set_aside(&api, caller.scope, span).await?,
        balance_differences: balance_differences(journal, &entries).await?,
        differences: differences(&all, &entries, span)
            .map_err(LedgerError::from)?
            .into_iter()
            .map(DifferenceView::from)
            .collect(),
    })
}

fn add_up(entries: &[JournalEntry]) -> Result<Balances, LedgerError> {
    let mut balances = Balances::default();
    for entry in entries {
        balances.add(entry)?;
    }
    Ok(balances)
}

/// Days from the first to the last, both included.
struct Days {
    from: Date,
    to: Date,
}

impl Days {
    fn span(&self, zone: &Zone) -> Result<Span, Problem> {
        let start = |day: Date| zone.start_of(day).map_err(|_| invalid("from", "use days between 1970 and 9999"));
        let end = self.to.tomorrow().map_err(|_| invalid("to", "use days between 1970 and 9999"))?;
        Ok(Span { from: start(self.from)?, to: start(end)? })
    }
}

/// The most days of one report: the journal is read whole. Any three months have no more.
const MAX_DAYS: i32 = 92;

fn days(range: &ReportRange, zone: &Zone, since: Timestamp, now: Timestamp) -> Result<Days, Problem> {
    let today = now.date_in(zone);
    let to = day_parameter("to", range.to.as_deref())?.map_or(today, |to| to.min(today));
    let from = day_parameter("from", range.from.as_deref())?.unwrap_or_else(|| to.first_of_month());
    // Before the tenant was there is nothing to read.
    let from = from.max(since.date_in(zone));
    let days = from.until(to).map_err(|_| invalid("from", "use days between 1970 and 9999"))?.get_days();
    if to < from {
        Err(invalid("to", "the last day must not be before the first"))
    } else if days >= MAX_DAYS {
        Err(invalid("from", "a report covers 92 days at most; ask for a later first day or an earlier last one"))
    } else {
        Ok(Days { from, to })
    }
}

fn invalid(parameter: &str, detail: &str) -> Problem {
    Problem::invalid(parameter, "INVALID_VALUE", detail)
}

impl From<Difference> for DifferenceView {
    fn from(Difference { code, invoice, on_invoice, in_ledger }: Difference) -> Self {
        Self { code, invoice_id: invoice, on_invoice, in_ledger }
    }
}

#[cfg(test)]
mod tests {
    use billing::Invoice;
    use kernel::{Currency, JournalId, PaymentId, Provider};
    use ledger::{Owed, Receipt, Stamp, invoice_paid};
    use serde_json::json;
    use table::Transaction;
    use testkit::Answer;

    use super::*;
    use crate::shop::Shop;

    async fn report(shop: &Shop, query: &str) -> Answer {
        let path = format!("/api/v1/billing/reports/reconciliation?{query}");
        shop.client.get(path).bearer(&shop.fresh(&shop.owner).await).send().await
    }

    /// Pays an invoice, in the books, on the invoice, or in both.
    async fn pay(shop: &Shop, invoice: &Invoice, on_invoice: bool, in_ledger: bool) {
        let (table, scope, now) = (shop.stack.ctx().table(), shop.customer.scope, shop.stack.ctx().now());
        let payment: PaymentId = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        if on_invoice {
            let paid = invoice.clone().apply_payment(payment, invoice.total, now).unwrap().invoice;
            table.write(Invoices::replace(scope, &paid).unwrap()).await.unwrap();
        }
        if in_ledger {
            let party = shop.party;
            let receipt = Receipt { id: payment, party, provider: Provider::Midtrans, amount: invoice.total };
            let stamp = Stamp { id: JournalId::new(shop.stack.ctx().new_ulid()), at: now };
            let entry = invoice_paid(stamp, invoice.id, Owed::Yes, &receipt).unwrap();
            let mut transaction = Transaction::new();
            Journal::new(table, scope).post(&mut transaction, &[entry]).unwrap();
            table.transact(transaction).await.unwrap();
        }
    }

    #[tokio::test]
    async fn books_that_agree_balance_and_show_no_difference() {
        let shop = Shop::open().await;
        let invoice = shop.invoiced(&shop.customer, "PREMIUM", "IDR", 1_250).await;
        pay(&shop, &invoice, true, true).await;
        insta::assert_snapshot!(report(&shop, "").await.snapshot(), @r#"
        200 OK
        {
          "data": {
            "accounts": [
              {
                "account": "receivable:cus_01M7XSW1M0000000000000000C",
                "balance": {
                  "amount": 0,
                  "currency": "IDR"
                }
              },
              {
                "account": "revenue",
                "balance": {
                  "amount": -75000,
                  "currency": "IDR"
                }
              },
              {
                "account": "tax_payable",
                "balance": {
                  "amount": -57640,
                  "currency": "IDR"
                }
              },
              {
                "account": "clearing:midtrans",
                "balance": {
                  "amount": 581640,
                  "currency": "IDR"
                }
              },
              {
                "account": "deferred_revenue:cus_01M7XSW1M0000000000000000C",
                "balance": {
                  "amount": -449000,
                  "currency": "IDR"
                }
              }
            ],
            "balanceDifferences": [],
            "balanced": true,
            "differences": [],
            "from": "2026-12-01",
            "setAside": [],
            "to": "2026-12-21",
            "totals": [
              {
                "amount": 0,
                "currency": "IDR"
              }
            ]
          },
          "success": true
        }
        "#);
    }

    #[tokio::test]
    async fn payments_and_amounts_that_differ_are_named() {
        let shop = Shop::open().await;
        let invoice = shop.invoiced(&shop.customer, "BASIC", "USD", 0).await;
        let codes = async || {
            let answer = report(&shop, "").await;
            assert_eq!(answer.at("/data/balanced"), true);
            let differences = answer.at("/data/differences");
            differences.as_array().unwrap().iter().map(|one| one["code"].clone()).collect::<Vec<_>>()
        };
        assert!(codes().await.is_empty());
        pay(&shop, &invoice, true, false).await;
        assert_eq!(codes().await, ["PAYMENT_NOT_IN_LEDGER"]);
        let other = shop.invoiced(&shop.customer, "BASIC", "USD", 0).await;
        pay(&shop, &other, false, true).await;
        assert_eq!(codes().await, ["PAYMENT_NOT_IN_LEDGER", "PAYMENT_NOT_ON_INVOICE"]);
        let changed = Invoice { total: Money::new(1_000, Currency::USD), version: 2, ..other };
        let table = shop.stack.ctx().table();
        table.write(Invoices::replace(shop.customer.scope, &changed).unwrap()).await.unwrap();
        assert_eq!(codes().await, ["PAYMENT_NOT_IN_LEDGER", "AMOUNT_DIFFERS", "PAYMENT_NOT_ON_INVOICE"]);
    }

    #[tokio::test]
    async fn a_payment_that_is_booked_twice_is_named() {
        let shop = Shop::open().await;
        let invoice = shop.invoiced(&shop.customer, "BASIC", "USD", 0).await;
        pay(&shop, &invoice, true, true).await;
        assert_eq!(report(&shop, "").await.at("/data/differences"), json!([]));
        pay(&shop, &invoice, false, true).await;
        assert_eq!(report(&shop, "").await.at("/data/differences/0/code"), "AMOUNT_DIFFERS");
    }

    #[tokio::test]
    async fn a_range_counts_the_tenants_days() {
        let shop = Shop::open().await;
        let invoice = shop.invoiced(&shop.customer, "BASIC", "USD", 0).await;
        // Issued at 2026-12-20T18:00Z, which is the 21st in Jakarta; paid on the 2nd of January.
        shop.stack.set_clock("2027-01-02T00:00:00Z");
        pay(&shop, &invoice, true, true).await;
        for (query, accounts) in [
            ("to=2026-12-20", 0),
            ("from=2026-12-21&to=2026-12-21", 2),
            ("from=2027-01-01", 2),
            ("from=2026-01-01&to=2027-12-31", 3),
        ] {
            let answer = report(&shop, query).await;
            assert_eq!(answer.at("/data/accounts").as_array().map(Vec::len), Some(accounts), "{query}");
            assert_eq!(answer.at("/data/differences"), json!([]), "{query}");
        }
        for (query, pointer) in [
            ("from=x", "from"),
            ("to=2026-02-30", "to"),
            ("from=2026-12-02&to=2026-12-01", "to"),
            ("to=1&to=2", "from"),
        ] {
            assert_eq!(report(&shop, query).await.at("/errors/0/pointer"), json!(pointer), "{query}");
        }
    }

    #[tokio::test]
    async fn a_report_covers_the_month_or_three() {
        let shop = Shop::open().await;
        for (now, query, from, to) in [
            ("2026-11-30T00:00:00Z", "", "2026-11-21", "2026-11-30"),
            ("2027-03-31T00:00:00Z", "", "2027-03-01", "2027-03-31"),
            ("2027-03-31T17:00:00Z", "", "2027-04-01", "2027-04-01"),
            ("2027-04-30T00:00:00Z", "to=2027-02-10", "2027-02-01", "2027-02-10"),
            ("2027-04-30T00:00:00Z", "from=2027-01-29", "2027-01-29", "2027-04-30"),
            ("2027-04-30T00:00:00Z", "from=2020-01-01&to=2027-02-20", "2026-11-21", "2027-02-20"),
        ] {
            shop.stack.set_clock(now);
            let answer = report(&shop, query).await;
            assert_eq!((answer.text("/data/from").as_str(), answer.text("/data/to").as_str()), (from, to), "{query}");
        }
        for (query, pointer) in
            [("from=2027-01-28", "from"), ("from=2020-01-01&to=2027-02-21", "from"), ("to=2026-11-20", "to")]
        {
            let answer = report(&shop, query).await;
            assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (422, pointer), "{query}");
        }
    }

    #[tokio::test]
    async fn a_customer_does_not_see_the_books() {
        let shop = Shop::open().await;
        let path = "/api/v1/billing/reports/reconciliation";
        assert_eq!(shop.client.get(path).bearer(&shop.customer.token).send().await.text("/code"), "FORBIDDEN");
        assert_eq!(shop.client.get(path).send().await.text("/code"), "UNAUTHENTICATED");
    }
}
