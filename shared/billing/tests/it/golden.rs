//! What was written once must stay readable: each stored record as it looked when it was first released. When a
//! record grows, add a new text beside the old one; never change one that was released.

use std::fmt::Debug;

use billing::{BillingSettings, Invoice, InvoiceState, Plan, Run, Subscription, TaxRate};
use kernel::Money;
use serde::{Serialize, de::DeserializeOwned};

fn loads<T: Serialize + DeserializeOwned + Debug>(text: &str) -> T {
    let record: T = serde_json::from_str(text).unwrap();
    let written = serde_json::to_value(&record).unwrap();
    assert_eq!(written, serde_json::from_str::<serde_json::Value>(text).unwrap(), "it is written as it is read");
    record
}

#[test]
fn plan_1() {
    let plan: Plan = loads(include_str!("golden/plan-1.json"));
    assert_eq!(plan.prices.len(), 1);
}

#[test]
fn subscription_1() {
    let subscription: Subscription = loads(include_str!("golden/subscription-1.json"));
    assert_eq!(subscription.plans().len(), 2);
}

#[test]
fn invoice_1() {
    let invoice: Invoice = loads(include_str!("golden/invoice-1.json"));
    assert_eq!(invoice.total, Money::new(4_273_722, invoice.currency));
    assert!(matches!(invoice.state, InvoiceState::Paid { payment: Some(_), .. }));
    let sum = |amounts: Vec<Money>| Money::sum(invoice.currency, amounts).unwrap();
    let lines = |of: fn(&billing::Line) -> Money| sum(invoice.lines.iter().map(of).collect());
    assert_eq!((lines(|line| line.amount), lines(|line| line.discount)), (invoice.subtotal, invoice.discount));
    assert_eq!(lines(|line| line.tax().unwrap()), invoice.tax().unwrap());
    let owed = sum(vec![invoice.subtotal, invoice.discount.negated().unwrap(), invoice.tax().unwrap()]);
    assert_eq!(owed, invoice.total);
    assert_eq!(sum(vec![invoice.credits_applied, invoice.payments_applied().unwrap()]), invoice.total);
}

#[test]
fn settings_1() {
    let settings: BillingSettings = loads(include_str!("golden/settings-1.json"));
    assert!(settings.tax.registered);
}

#[test]
fn tax_rate_1() {
    let rate: TaxRate = loads(include_str!("golden/tax-rate-1.json"));
    assert_eq!(rate, TaxRate::ppn(rate.id));
}

#[test]
fn run_1() {
    let run: Run = loads(include_str!("golden/run-1.json"));
    assert_eq!(run.due, 3);
}
