//! What a provider is asked for when an invoice is paid.

use billing::Invoice;
use payments::{ChargeOrder, Means, Payer, Payment};

/// Whoever pays the invoice.
pub fn payer_of(invoice: &Invoice) -> Payer {
    Payer { name: invoice.bill_to.name.clone(), email: invoice.bill_to.email.clone() }
}

/// The order to charge a payment of the invoice. The payer is sent nowhere afterwards.
pub fn charge_of(invoice: &Invoice, payment: &Payment, means: Means) -> ChargeOrder {
    let number = invoice.issued.as_ref().map(|issued| issued.number.to_string()).unwrap_or_default();
    let item = (invoice.id.to_string(), format!("Invoice {number}"));
    ChargeOrder::of_one(payment, item, payer_of(invoice), means)
}
