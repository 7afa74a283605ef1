//! What was written once must stay readable: each stored record as it looked when it was first released. When a
//! record grows, add a new text beside the old one; never change one that was released.

use std::fmt::Debug;

use billing::{Invoice, InvoiceState, Plan, Run, Subscription};
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
    assert_eq!(subscription.version, 2);
}

#[test]
fn invoice_1() {
    let invoice: Invoice = loads(include_str!("golden/invoice-1.json"));
    assert_eq!(invoice.total, Money::new(506_290, invoice.currency));
    assert!(matches!(invoice.state, InvoiceState::Paid { payment: Some(_), .. }));
    let lines = Money::sum(invoice.currency, invoice.lines.iter().map(|line| line.amount)).unwrap();
    assert_eq!(lines, invoice.subtotal);
}

#[test]
fn run_1() {
    let run: Run = loads(include_str!("golden/run-1.json"));
    assert_eq!(run.due, 3);
}
