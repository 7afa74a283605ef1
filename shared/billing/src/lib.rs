//! Plans, subscriptions, usage, invoices: what is owed, for which days, and that it is asked for exactly once.

mod calendar;
mod catalogue;
mod document;
mod ingest;
mod invoice;
mod invoices;
mod issuing;
mod number;
mod paging;
mod plan;
mod plans;
mod pricing;
mod runs;
#[cfg(test)]
mod samples;
mod subscription;
mod subscriptions;
mod tax;
mod usage;
mod usage_batch;
mod usage_rows;
mod work;

pub use calendar::{Calendar, Interval, NoSuchPeriod, Period};
pub use catalogue::{catalogue, tenant_catalogue};
pub use document::pdf_path;
pub use ingest::{Ingested, Reporter, ingest};
pub use invoice::{
    Buyer, Invoice, InvoiceError, InvoiceKind, InvoiceLine, InvoiceState, InvoiceStatus, Issued, LineItem, Seller,
    TERMS_DAYS, UsedUnits,
};
pub use invoices::{Invoices, InvoicesOf};
pub use issuing::{Books, Issuance, IssuanceSlots, Lost};
pub use number::{InvoiceNumber, InvoiceNumberError, Month};
pub use paging::{Listed, PageRequest};
pub use plan::{Feature, MeteredPrice, Plan, PlanError, PlanKey, PlanPrice, PlanRef, Quota, UnitPrice};
pub use plans::{PlanCache, Plans};
pub use pricing::{LateUnits, PricingError, Terms, Used, draft};
pub use runs::{Ended, Run, RunStatus, Runs, Tally};
pub use subscription::{GRACE, NewSubscription, Subscription, SubscriptionError, SubscriptionStatus, Turn};
pub use subscriptions::Subscriptions;
pub use tax::{Assessment, Statutory, StatutoryTotal, TaxRule, TaxTotal, default_rules, rule_for};
pub use usage::{
    CountedIn, MAX_EVENTS, MAX_QUANTITY, Placed, Quantity, Rejection, UsageEvent, UsageEventId, UsageValueError,
    first_of_each, place,
};
pub use usage_rows::{Counter, DayUse, Recorded, UsageRows};
pub use work::{BillingCycle, BillingWork};
