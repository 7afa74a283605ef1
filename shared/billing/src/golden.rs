//! The rows of this crate as they are stored: each must load, and be written again as it was.

use kernel::Money;
use table::record::from_golden;

use crate::{
    BillingSettings, Coupon, Course, CreditNote, DunningProgress, Invoice, InvoiceState, Line, Meter, Plan,
    RecurringInvoice, Run, Subscription, TaxRate,
    analytics::rows::{AddedUsage, FiguresRow, UsageRow},
    coupons::repo::Redemption,
    credit_notes::repo::CreditNotePointer,
    entitlements::counters::QuotaCounter,
    invoices::repo::{InvoicePointer, Sequence},
    plans::repo::ArchivedPlan,
    runs::run::{NewestRun, Noted},
    subscriptions::repo::{PlanHolder, SubscriptionPointer},
    usage::{
        counter_row::{CounterRow, DayRow},
        event_row::{SeenValue, UsageEventRow},
    },
};

#[test]
fn rows_stay_readable() {
    from_golden::<AddedUsage>(include_str!("golden/added_usage.json")).unwrap();
    from_golden::<ArchivedPlan>(include_str!("golden/archived_plan.json")).unwrap();
    from_golden::<Coupon>(include_str!("golden/coupon.json")).unwrap();
    from_golden::<Coupon>(include_str!("golden/coupon.amount.json")).unwrap();
    from_golden::<CounterRow>(include_str!("golden/counter_row.json")).unwrap();
    from_golden::<Course>(include_str!("golden/course.json")).unwrap();
    from_golden::<CreditNote>(include_str!("golden/credit_note.json")).unwrap();
    from_golden::<CreditNotePointer>(include_str!("golden/credit_note_pointer.json")).unwrap();
    from_golden::<Course>(include_str!("golden/course.first.json")).unwrap();
    from_golden::<CounterRow>(include_str!("golden/counter_row.latest.json")).unwrap();
    from_golden::<DayRow>(include_str!("golden/day_row.json")).unwrap();
    from_golden::<DayRow>(include_str!("golden/day_row.latest.json")).unwrap();
    from_golden::<FiguresRow>(include_str!("golden/figures_row.json")).unwrap();
    from_golden::<InvoicePointer>(include_str!("golden/invoice_pointer.json")).unwrap();
    from_golden::<CounterRow>(include_str!("golden/counter_row.nothing.json")).unwrap();
    from_golden::<Meter>(include_str!("golden/meter.json")).unwrap();
    from_golden::<Meter>(include_str!("golden/meter.unique.json")).unwrap();
    from_golden::<PlanHolder>(include_str!("golden/plan_holder.json")).unwrap();
    from_golden::<NewestRun>(include_str!("golden/newest_run.json")).unwrap();
    from_golden::<Noted>(include_str!("golden/noted.due.json")).unwrap();
    from_golden::<Noted>(include_str!("golden/noted.json")).unwrap();
    from_golden::<QuotaCounter>(include_str!("golden/quota_counter.json")).unwrap();
    from_golden::<RecurringInvoice>(include_str!("golden/recurring_invoice.json")).unwrap();
    from_golden::<RecurringInvoice>(include_str!("golden/recurring_invoice.paused.json")).unwrap();
    from_golden::<Redemption>(include_str!("golden/redemption.json")).unwrap();
    from_golden::<SeenValue>(include_str!("golden/seen_value.json")).unwrap();
    from_golden::<Sequence>(include_str!("golden/sequence.json")).unwrap();
    from_golden::<SubscriptionPointer>(include_str!("golden/subscription_pointer.json")).unwrap();
    from_golden::<UsageEventRow>(include_str!("golden/usage_event_row.json")).unwrap();
    from_golden::<UsageEventRow>(include_str!("golden/usage_event_row.amended.json")).unwrap();
    from_golden::<UsageEventRow>(include_str!("golden/usage_event_row.planned.json")).unwrap();
    from_golden::<UsageEventRow>(include_str!("golden/usage_event_row.unique.json")).unwrap();
    from_golden::<UsageRow>(include_str!("golden/usage_row.json")).unwrap();
    from_golden::<UsageRow>(include_str!("golden/usage_row.unique.json")).unwrap();
}

#[test]
fn plans_stay_readable() {
    let plan = from_golden::<Plan>(include_str!("golden/plan.json")).unwrap();
    assert_eq!(plan.prices.len(), 1);
    let counted = from_golden::<Plan>(include_str!("golden/plan.counted.json")).unwrap();
    let meters = counted.meters.iter().map(|meter| counted.aggregation(meter));
    assert_eq!(meters.filter(|how| *how == crate::Aggregation::Count).count(), 1);
    let more = from_golden::<Plan>(include_str!("golden/plan.overage.json")).unwrap();
    assert_eq!(more.quotas["predictionsPerMonth"], crate::Quota::Including(1_000));
}

#[test]
fn subscriptions_stay_readable() {
    let subscription = from_golden::<Subscription>(include_str!("golden/subscription.json")).unwrap();
    assert_eq!(subscription.plans().len(), 3, "former, present and next");
    from_golden::<Subscription>(include_str!("golden/subscription.cancelled.json")).unwrap();
    from_golden::<Subscription>(include_str!("golden/subscription.incomplete.json")).unwrap();
    from_golden::<Subscription>(include_str!("golden/subscription.fee_voided.json")).unwrap();
    from_golden::<Subscription>(include_str!("golden/subscription.paused.json")).unwrap();
    from_golden::<Subscription>(include_str!("golden/subscription.succeeded.json")).unwrap();
    from_golden::<Subscription>(include_str!("golden/subscription.trialing.json")).unwrap();
}

#[test]
fn invoices_stay_readable_and_add_up() {
    let invoice = from_golden::<Invoice>(include_str!("golden/invoice.json")).unwrap();
    assert_eq!(invoice.total, Money::new(4_273_722, invoice.currency));
    assert!(matches!(invoice.state, InvoiceState::Paid { payment: Some(_), .. }));
    let sum = |amounts: Vec<Money>| Money::sum(invoice.currency, amounts).unwrap();
    let lines = |of: fn(&Line) -> Money| sum(invoice.lines.iter().map(of).collect());
    assert_eq!((lines(|line| line.amount), lines(|line| line.discount)), (invoice.subtotal, invoice.discount));
    assert_eq!(lines(|line| line.tax().unwrap()), invoice.tax().unwrap());
    let owed = sum(vec![invoice.subtotal, invoice.discount.negated().unwrap(), invoice.tax().unwrap()]);
    assert_eq!(owed, invoice.total);
    assert_eq!(sum(vec![invoice.credits_applied, invoice.payments_applied().unwrap()]), invoice.total);
}

#[test]
fn invoices_of_every_state_and_source_stay_readable() {
    let by_hand = from_golden::<Invoice>(include_str!("golden/invoice.by_hand.json")).unwrap();
    assert_eq!(by_hand.amount_due().minor(), 900_000);
    from_golden::<Invoice>(include_str!("golden/invoice.change.json")).unwrap();
    let credited = from_golden::<Invoice>(include_str!("golden/invoice.credited.json")).unwrap();
    assert_eq!((credited.credited().unwrap().minor(), credited.amount_due().minor()), (444_000, 0));
    from_golden::<Invoice>(include_str!("golden/invoice.draft.json")).unwrap();
    let joint = from_golden::<Invoice>(include_str!("golden/invoice.joint.json")).unwrap();
    assert_eq!(joint.subscriptions().count(), 2);
    let luxury = from_golden::<Invoice>(include_str!("golden/invoice.luxury.json")).unwrap();
    assert_eq!(luxury.tax().unwrap().minor(), 120_000 + 15_950);
    let level = from_golden::<Invoice>(include_str!("golden/invoice.level.json")).unwrap();
    let crate::LineItem::Usage(members) = &level.lines[3].item else { panic!("no usage") };
    assert_eq!(members.share, Some(crate::Share::days(3, 30)));
    from_golden::<Invoice>(include_str!("golden/invoice.open.json")).unwrap();
    from_golden::<Invoice>(include_str!("golden/invoice.signed.json")).unwrap();
    from_golden::<Invoice>(include_str!("golden/invoice.branded.json")).unwrap();
    let named = from_golden::<Invoice>(include_str!("golden/invoice.named.json")).unwrap().seller;
    assert_eq!((named.name.as_str(), named.known_as()), ("Toko Maju", "Kasirku"));
    from_golden::<Invoice>(include_str!("golden/invoice.uncollectible.json")).unwrap();
    from_golden::<Invoice>(include_str!("golden/invoice.void.json")).unwrap();
}

#[test]
fn settings_rates_and_runs_stay_readable() {
    let settings = from_golden::<BillingSettings>(include_str!("golden/billing_settings.json")).unwrap();
    assert!(settings.tax.registered && settings.dunning.is_usual());
    let own = from_golden::<BillingSettings>(include_str!("golden/billing_settings.dunning.json")).unwrap();
    assert_eq!(own.dunning.steps().len(), 3);
    let branch = from_golden::<BillingSettings>(include_str!("golden/billing_settings.branch.json")).unwrap();
    assert_eq!(branch.tax.branch.to_string(), "000012");
    let together = from_golden::<BillingSettings>(include_str!("golden/billing_settings.together.json")).unwrap();
    assert!(together.invoiced_together);
    let template = from_golden::<BillingSettings>(include_str!("golden/billing_settings.template.json")).unwrap();
    assert!(settings.template.is_usual() && !template.template.is_usual() && template.signature.is_some());
    from_golden::<DunningProgress>(include_str!("golden/dunning_progress.json")).unwrap();
    from_golden::<DunningProgress>(include_str!("golden/dunning_progress.told.json")).unwrap();
    let rate = from_golden::<TaxRate>(include_str!("golden/tax_rate.json")).unwrap();
    assert_eq!(rate, TaxRate::ppn(rate.id));
    let luxury = from_golden::<TaxRate>(include_str!("golden/tax_rate.luxury.json")).unwrap();
    assert_eq!(luxury, TaxRate::ppn_on_luxury(luxury.id));
    let run = from_golden::<Run>(include_str!("golden/run.json")).unwrap();
    assert_eq!(run.due, 3);
}
