//! Plans, subscriptions, usage, invoices: what is owed, for which days, and that it is asked for exactly once.

mod analytics;
mod calendar;
mod charges;
mod coupons;
mod dunning;
mod entitlements;
#[cfg(test)]
mod golden;
mod invoices;
mod plans;
mod reports;
mod runs;
#[cfg(test)]
mod samples;
mod settings;
mod subscriptions;
mod tax;
mod tax_book;
mod usage;

pub use allowances::{PlanAccess, RateLimits};
pub use analytics::course::{Counting, Course, CourseStep};
pub use analytics::figures::{Figures, Movement};
pub use analytics::months::RevenueMonth;
pub use analytics::mrr::{StandingError, monthly_revenue};
pub use analytics::repo::{Analytics, Rollups};
pub use analytics::report::{AnalyticsReport, Level, ReportedDay, ReportedRange, ReportedUsage, TooManyRows};
pub use analytics::usage::{TellUsage, UsageTeller};
pub use calendar::interval::{Interval, IntervalError};
pub use calendar::periods::{Calendar, NoSuchPeriod, Period};
pub use charges::allocation::spread_discount;
pub use charges::charge::{Charge, Component, charges};
pub use charges::draft::{Drafted, draft};
pub use charges::pricing::{InvoiceHead, LateUnits, PricingError, SubscriptionTurn, Terms, Used, total_up};
pub use charges::proration::{DayShare, PriceChange, capped_credit, price_change, split_by_days};
pub use coupons::coupon::Coupon;
pub use coupons::fault::CouponError;
pub use coupons::off::CouponOff;
pub use coupons::repo::{Coupons, RedemptionSlots};
pub use coupons::terms::{AppliedCoupon, CouponKey, CouponKeyError, Discount, Duration, MAX_COUPONS};
pub use dunning::ladder::{DunningAction, Ladder, LadderError, LadderStep};
pub use dunning::progress::DunningProgress;
pub use dunning::turn::{DunningStep, DunningTurn, dunning_turn, first_step_at};
pub use entitlements::allowance::{QuotaAllowance, allowances, entitled};
pub use entitlements::counters::QuotaCounters;
pub use entitlements::spending::{Crossing, QuotaStanding, Spending, SpendingVerdict, verdict};
pub use entitlements::window::{Per, Window};
pub use invoices::deferral::Split;
pub use invoices::document::{paid_pdf_path, pdf_path, receipt_number, receipt_path};
pub use invoices::invoice::{
    Applied, AppliedPayment, Finalised, Invoice, InvoiceError, InvoiceKind, InvoiceState, InvoiceStatus, Issued, Source,
};
pub use invoices::issuing::{Books, Issuance, IssuanceSlots, Lost};
pub use invoices::line::{Fee, Line, LineItem, UsedUnits};
pub use invoices::number::{InvoiceNumber, InvoiceNumberError, Month, NumberPrefix, NumberPrefixError};
pub use invoices::parties::{BillTo, Seller};
pub use invoices::repo::{Invoices, InvoicesOf};
pub use plans::aggregation::Aggregation;
pub use plans::asked::AskedPlan;
pub use plans::catalogue::{catalogue, tenant_catalogue};
pub use plans::catalogues::Catalogue;
pub use plans::label::{Label, LabelError};
pub use plans::meter::{MAX_METERS, Meter, Meters};
pub use plans::plan::{BaseTiming, Feature, MeteredPrice, Plan, PlanError, PlanKey, PlanPrice, PlanRef};
pub use plans::price::{Pricing, Tier, Tiers, TiersError, UnitPrice};
pub use plans::quota::{Overage, Quota, QuotaError};
pub use plans::repo::{PlanCache, PlanSet, PlanState, Plans};
pub use plans::rules::{PlanFault, PlanRule, faults};
pub use reports::aging::{AgeBucket, AgedDebt, AgedSums, Aging};
pub use reports::tax_report::{TaxKind, TaxMovement, TaxOccasion, TaxRow, TaxSums, tax_sums};
pub use runs::run::{Ended, Newest, Run, RunStatus, RunTally, Runs};
pub use runs::work::{BillingCycle, BillingWork};
pub use settings::{BankAccount, BillingRules, BillingSettings, GRACE_HOURS, TERMS_DAYS, TaxRegistration};
pub use subscriptions::adjustment::{Adjustment, FeeDiscount, Side};
pub use subscriptions::boundary::PlanChange;
pub use subscriptions::fault::SubscriptionError;
pub use subscriptions::repo::Subscriptions;
pub use subscriptions::segments::Segment;
pub use subscriptions::status::SubscriptionStatus;
pub use subscriptions::stop::Unused;
pub use subscriptions::subscription::{
    BoundaryChange, Collection, GRACE, NewSubscription, ScheduledChange, Subscription, Turn,
};
pub use table::pages::{Listed, PageRequest};
pub use tax::{Assessment, LineTax, Statutory, StatutoryTotal, TaxMode, TaxRate, TaxTotal, Taxed, assess};
pub use tax_book::{MAX_TAX_RATES, TaxRateError};
pub use usage::amendment::{Amendment, AmendmentError, AmendmentSlots};
pub use usage::counter_row::Closing;
pub use usage::event::{CountedIn, MAX_EVENTS, Placed, Rejection, UsageEvent, first_of_each, place};
pub use usage::ingest::{Ingest, Ingested, Rejected, Reporter};
pub use usage::rows::{Counter, DayUse, Recorded, UsageRows};
pub use usage::values::{MAX_QUANTITY, Quantity, UsageEventId, UsageValue, UsageValueError};
