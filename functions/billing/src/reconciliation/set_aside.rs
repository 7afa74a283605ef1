//! What providers said that was not booked and waits for a person: the part of the reconciliation that no difference
//! between invoices and journal can show.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{InvoiceId, Money, PaymentId, Timestamp};
use payments::{Notices, Payment, Payments, Quarantine, Quarantined, Status};
use serde::Serialize;
use table::{TableError, TenantScope};
use utoipa::ToSchema;
use web::Api;

use crate::reports::days::Span;

/// Word of a provider that moved nothing in the books.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    /// `money_returned` (a refund or void that the provider began), `disputed`, `refused_settlement`,
    /// `second_transaction`, `refund_amount`, `other_amount`, `unreadable_amount`, `foreign_currency`,
    /// `foreign_merchant`, `other_order`, `unknown_order`, `contradiction`, `unknown_status` or `incomplete`.
    pub reason: Quarantine,
    /// Of which payment the provider speaks, in its words.
    #[schema(example = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub order_id: String,
    /// The payment of ours, where it is one.
    pub payment: Option<PaymentInBooks>,
    /// When it was first heard.
    pub heard_at: Timestamp,
}

/// A payment as it is in our books.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentInBooks {
    /// Which payment.
    pub id: PaymentId,
    /// For which invoice, if it was for one.
    pub invoice_id: Option<InvoiceId>,
    /// How far it has come.
    pub status: Status,
    /// How much was asked.
    pub amount: Money,
}

/// What was set aside over a span, with the payments of ours that it speaks of.
///
/// # Errors
/// Those of the table.
pub(crate) async fn set_aside(api: &Api, scope: TenantScope, span: Span) -> Result<Vec<SetAside>, TableError> {
    let words = Notices::new(api.table(), scope).set_aside_between(span.from, span.to).await?;
    let named: BTreeSet<PaymentId> = words.iter().filter_map(|word| word.order_id.parse().ok()).collect();
    let payments = Payments::new(api.table(), scope).get_many(&named.into_iter().collect::<Vec<_>>()).await?;
    let payments: BTreeMap<String, PaymentInBooks> =
        payments.iter().map(|payment| (payment.order_id(), payment.into())).collect();
    let shown = words.into_iter().map(|Quarantined { reason, order_id, heard_at, .. }| {
        let payment = payments.get(&order_id).cloned();
        SetAside { reason, order_id, payment, heard_at }
    });
    Ok(shown.collect())
}

impl From<&Payment> for PaymentInBooks {
    fn from(payment: &Payment) -> Self {
        Self { id: payment.id, invoice_id: payment.purpose.invoice(), status: payment.status, amount: payment.amount }
    }
}

#[cfg(test)]
mod tests {
    use payments::{NewPayment, Purpose, midtrans::Midtrans};
    use serde_json::json;
    use testkit::Answer;

    use super::*;
    use crate::world::World;

    async fn report(world: &World, query: &str) -> Answer {
        let path = format!("/api/v1/billing/reports/reconciliation?{query}");
        world.client.get(path).bearer(&world.fresh(&world.owner).await).send().await
    }

    #[tokio::test]
    async fn what_a_provider_said_and_nobody_booked_is_listed() {
        let world = World::open().await;
        let invoice = world.invoiced(&world.customer, "BASIC", "IDR", 0).await;
        let (table, scope, now) = (world.stack.ctx().table(), world.customer.scope, world.stack.ctx().now());
        let new = NewPayment {
            id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            tenant_id: scope.tenant(),
            payer: world.party,
            purpose: Purpose::Invoice { invoice_id: invoice.id },
            amount: invoice.total,
            method: payments::Method::BcaVa,
            now,
        };
        let payment = Payment::begin(new, Midtrans::capabilities()).unwrap();
        let mut transaction = table::Transaction::new();
        Payments::new(table, scope).insert(&mut transaction, &payment).unwrap();
        table.transact(transaction).await.unwrap();
        for (reason, order, at) in [
            (Quarantine::MoneyReturned, payment.order_id(), now),
            (Quarantine::UnknownOrder, "payment_notif_test".to_owned(), now),
            (Quarantine::Disputed, payment.order_id(), "2026-11-30T16:59:59Z".parse().unwrap()),
        ] {
            let word = Quarantined::new(payment.provider, reason, &order, format!("{reason:?}").as_bytes(), at);
            table::write_alone(table, |tx| Notices::new(table, scope).insert(tx, &word)).await.unwrap();
        }
        let amount = invoice.total;
        let ours = json!({ "id": payment.id, "invoiceId": invoice.id, "status": "pending", "amount": amount });
        let answer = report(&world, "").await;
        let mut rows = answer.at("/data/setAside").as_array().unwrap().clone();
        rows.sort_by_key(|row| row["reason"].to_string());
        assert_eq!(
            rows,
            [
                json!({ "reason": "money_returned", "orderId": payment.id, "payment": ours, "heardAt": now }),
                json!({ "reason": "unknown_order", "orderId": "payment_notif_test", "payment": null, "heardAt": now }),
            ]
        );
        assert_eq!(report(&world, "from=2026-11-21").await.at("/data/setAside/0/reason"), "disputed");
    }
}
