//! Plans, subscriptions, usage, invoices: what is owed, for which days, and that it is asked for exactly once.

mod allocation;
mod calendar;
mod catalogue;
mod charge;
mod deferral;
mod document;
#[cfg(test)]
mod golden;
mod ingest;
mod invoice;
mod invoices;
mod issuing;
mod line;
mod number;
mod parties;
mod plan;
mod plans;
mod price;
mod pricing;
mod proration;
mod runs;
#[cfg(test)]
mod samples;
mod segments;
mod settings;
mod subscription;
mod subscriptions;
mod tax;
mod usage;
mod usage_batch;
mod usage_rows;
mod work;

pub use allocation::spread_discount;
pub use calendar::{Calendar, Interval, NoSuchPeriod, Period};
pub use catalogue::{catalogue, tenant_catalogue};
pub use charge::{Charge, Component, charges};
pub use deferral::Split;
pub use document::pdf_path;
pub use ingest::{Ingested, Reporter, ingest};
pub use invoice::{
    Applied, AppliedPayment, Finalised, Invoice, InvoiceError, InvoiceKind, InvoiceState, InvoiceStatus, Issued, Source,
};
pub use invoices::{Invoices, InvoicesOf};
pub use issuing::{Books, Issuance, IssuanceSlots, Lost};
pub use line::{Fee, Line, LineItem, UsedUnits};
pub use number::{InvoiceNumber, InvoiceNumberError, Month, NumberPrefix, NumberPrefixError};
pub use parties::{BillTo, Seller};
pub use plan::{BaseTiming, Feature, MeteredPrice, Plan, PlanError, PlanKey, PlanPrice, PlanRef, Quota, QuotaError};
pub use plans::{PlanCache, PlanSet, Plans};
pub use price::{Pricing, Tier, Tiers, TiersError, UnitPrice};
pub use pricing::{LateUnits, PricingError, Terms, Used, draft, total_up};
pub use proration::{DayShare, PriceChange, capped_credit, price_change, split_by_days};
pub use runs::{Ended, Newest, Run, RunStatus, RunTally, Runs};
pub use segments::Segment;
pub use settings::{BankAccount, BillingRules, BillingSettings, GRACE_HOURS, TERMS_DAYS, TaxRegistration};
pub use subscription::{
    BoundaryChange, GRACE, NewSubscription, ScheduledChange, Subscription, SubscriptionError, SubscriptionStatus, Turn,
};
pub use subscriptions::Subscriptions;
pub use table::pages::{Listed, PageRequest};
pub use tax::{Assessment, LineTax, Statutory, StatutoryTotal, TaxMode, TaxRate, TaxTotal, Taxed, assess};
pub use usage::{
    CountedIn, MAX_EVENTS, MAX_QUANTITY, Placed, Quantity, Rejection, UsageEvent, UsageEventId, UsageValueError,
    first_of_each, place,
};
pub use usage_rows::{Closing, Counter, DayUse, Recorded, UsageRows};
pub use work::{BillingCycle, BillingWork};
