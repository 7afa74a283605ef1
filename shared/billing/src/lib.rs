//! Plans, subscriptions, usage, invoices: what is owed, for which days, and that it is asked for exactly once.

mod calendar;
mod catalogue;
mod invoice;
mod number;
mod plan;
mod pricing;
#[cfg(test)]
mod samples;
mod subscription;
mod tax;
mod usage;

pub use calendar::{Calendar, Interval, NoSuchPeriod, Period};
pub use catalogue::{catalogue, tenant_catalogue};
pub use invoice::{
    Buyer, Invoice, InvoiceError, InvoiceKind, InvoiceLine, InvoiceState, InvoiceStatus, Issued, LineItem, Seller,
    TERMS_DAYS, UsedUnits,
};
pub use number::{InvoiceNumber, InvoiceNumberError, Month};
pub use plan::{Feature, MeteredPrice, Plan, PlanError, PlanKey, PlanPrice, PlanRef, Quota, UnitPrice};
pub use pricing::{LateUnits, PricingError, Terms, Used, draft};
pub use subscription::{GRACE, NewSubscription, Subscriber, Subscription, SubscriptionError, SubscriptionStatus, Turn};
pub use tax::{Assessment, Statutory, StatutoryTotal, TaxRule, TaxTotal, default_rules, rule_for};
pub use usage::{
    CountedIn, MAX_EVENTS, MAX_QUANTITY, Placed, Quantity, Rejection, UsageEvent, UsageEventId, UsageValueError,
    first_of_each, place,
};
