//! The agenda: what is to happen at a time, of any kind, in any tenant.
//!
//! A row `DUE#<kind>#<id>` / `DUE` in the tenant's partition says when a thing is due, and lists it in the due-work index
//! (GSI2). The row is written, moved and taken away in the transaction of the change that decides it: [`set`], [`moved`],
//! [`done`], [`clear`]. A sweep looks for what is due ([`page`]), claims each row ([`claim`]) and sends [`Due`] to the
//! queue of its kind.
//!
//! - The row stays until the worker's own transaction moves it or takes it away: a message that is lost loses no work.
//! - A claim hides the row for a lease of one hour, more than the five tries of any work queue take together. What is still
//!   not done by then is sent again, and then after twice the time, up to once a day: [`lease`].
//! - [`done`] and [`moved`] hold only for the instant that was worked on. Work that was moved while its message was in the
//!   queue stays where it was moved to.
//! - A message may come twice, late, or after the work was done: workers look at the present state and decide again.
//! - Of each kind a thing has one row, so that its next instant exists only when the last one is done. All rows of a thing
//!   are in one shard, and a shard is sent oldest first.
//!
//! Cost: a row costs 2 write units (itself and its place in the index, which holds keys only), doubled in a transaction;
//! a claim costs 3, as the place is moved. A sweep that finds nothing costs 8 queries of half a read unit each.

mod listed;

use std::{fmt::Display, str::FromStr};

use kernel::{TenantId, Timestamp, fnv1a};
use serde::{Deserialize, Serialize};

pub use listed::{Claim, ListedDue, ShardUntil, claim, lease, page, shard};

use crate::{Condition, Key, Record, Slot, Sorted, Table, TableError, TenantScope, Transaction, Write, WriteError};

/// What kinds of work there are. Kinds are added and never renamed: their names are stored. Each has a queue
/// (`cloud::Queue::of`) and a worker behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// A run of several models that is to go on, or whose deadline is there.
    AiRun,
    /// A billing run whose start may have been lost.
    BillingRun,
    /// A proven domain of a tenant that is to be looked at again.
    DomainCheck,
    /// A file whose upload is waited for, is to be looked at again, or is to be gone for good.
    FileWork,
    /// A subscription whose first invoice was not paid in time.
    FirstPayment,
    /// A message that waits for the end of its reader's quiet hours.
    HeldMessage,
    /// An invoice that is to be collected by a saved payment method.
    InvoiceCollection,
    /// An invoice that is overdue, or was and is to be asked for again.
    InvoiceDunning,
    /// Messages that are to be told together, in one mail.
    MessageDigest,
    /// A saved payment method that will soon end.
    MethodExpiry,
    /// A saved payment method that is to go at its provider too.
    MethodRemoval,
    /// A payment whose refund is on its way.
    OpenRefund,
    /// An order whose time to be paid ends, or for which it is time to forget where its goods went.
    OrderExpiry,
    /// A customer who was erased, and is to go at Stripe too.
    PayerRemoval,
    /// A payment that can no longer be paid.
    PaymentExpiry,
    /// A file of all products that is to be made.
    ProductExport,
    /// A file of products that is not done yet.
    ProductImport,
    /// A product that is to be on sale from then on.
    ProductPublication,
    /// A new tenant whose set-up has steps left.
    Provisioning,
    /// A model of what is recommended that is to be made, or the night in which one is.
    RecommendationTraining,
    /// A recurring invoice that makes its next invoice.
    RecurringInvoice,
    /// A reservation of stock that runs out.
    ReservationEnd,
    /// An invoice of which more is earned now.
    RevenueRecognition,
    /// A day whose events about sales are to be put into files.
    SalesArchive,
    /// An index that changes are to be merged into, or that is to be built anew.
    SearchIndexing,
    /// A shipment whose labels are unfinished, whose carrier is to be asked, or whose people are to be forgotten.
    ShipmentWork,
    /// A subscription whose period is over.
    SubscriptionPeriod,
    /// A tenant that is to be erased; among the platform's own work, so that nothing of the tenant is needed for it.
    TenantErasure,
    /// A tenant whose trial is over.
    TrialEnd,
    /// A tenant whose trial will soon be over.
    TrialReminder,
    /// A webhook that is to be sent, or tried again.
    WebhookDelivery,
}

/// A piece of work that is due: the message that its worker gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Due {
    /// In which tenant.
    pub tenant_id: TenantId,
    /// What is to be done.
    pub kind: DueKind,
    /// With which thing.
    pub id: String,
    /// Since when it is due, as the row said when the message was sent.
    pub at: Timestamp,
}

/// The row; its key says what is due.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DueRow {
    at: Timestamp,
}

impl Record for DueRow {
    const ROWS: &'static [&'static str] = &["DUE#{kind}#{thing} / DUE"];
}

/// The sort key of every row.
const SORT: &str = "DUE";

impl DueKind {
    /// All of them.
    pub const ALL: [Self; 31] = [
        Self::AiRun,
        Self::BillingRun,
        Self::DomainCheck,
        Self::FileWork,
        Self::FirstPayment,
        Self::HeldMessage,
        Self::InvoiceCollection,
        Self::InvoiceDunning,
        Self::MessageDigest,
        Self::MethodExpiry,
        Self::MethodRemoval,
        Self::OpenRefund,
        Self::OrderExpiry,
        Self::PayerRemoval,
        Self::PaymentExpiry,
        Self::ProductExport,
        Self::ProductImport,
        Self::ProductPublication,
        Self::Provisioning,
        Self::RecommendationTraining,
        Self::RecurringInvoice,
        Self::ReservationEnd,
        Self::RevenueRecognition,
        Self::SalesArchive,
        Self::SearchIndexing,
        Self::ShipmentWork,
        Self::SubscriptionPeriod,
        Self::TenantErasure,
        Self::TrialEnd,
        Self::TrialReminder,
        Self::WebhookDelivery,
    ];

    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AiRun => "ai_run",
            Self::BillingRun => "billing_run",
            Self::DomainCheck => "domain_check",
            Self::FileWork => "file_work",
            Self::FirstPayment => "first_payment",
            Self::HeldMessage => "held_message",
            Self::InvoiceCollection => "invoice_collection",
            Self::InvoiceDunning => "invoice_dunning",
            Self::MessageDigest => "message_digest",
            Self::MethodExpiry => "method_expiry",
            Self::MethodRemoval => "method_removal",
            Self::OpenRefund => "open_refund",
            Self::OrderExpiry => "order_expiry",
            Self::PayerRemoval => "payer_removal",
            Self::PaymentExpiry => "payment_expiry",
            Self::ProductExport => "product_export",
            Self::ProductImport => "product_import",
            Self::ProductPublication => "product_publication",
            Self::Provisioning => "provisioning",
            Self::RecommendationTraining => "recommendation_training",
            Self::RecurringInvoice => "recurring_invoice",
            Self::ReservationEnd => "reservation_end",
            Self::RevenueRecognition => "revenue_recognition",
            Self::SalesArchive => "sales_archive",
            Self::SearchIndexing => "search_indexing",
            Self::ShipmentWork => "shipment_work",
            Self::SubscriptionPeriod => "subscription_period",
            Self::TenantErasure => "tenant_erasure",
            Self::TrialEnd => "trial_end",
            Self::TrialReminder => "trial_reminder",
            Self::WebhookDelivery => "webhook_delivery",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl Due {
    /// The tenant's own rows.
    pub const fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant_id)
    }

    /// The id of the thing.
    ///
    /// # Errors
    /// `Corrupt` when it is the id of something else.
    pub fn thing<T: FromStr>(&self) -> Result<T, TableError> {
        self.id.parse().map_err(|_| TableError::Corrupt(format!("{} of {}", self.kind.as_str(), self.id)))
    }

    fn key(&self) -> Key {
        key(self.scope(), self.kind, &self.id)
    }
}

/// Puts a thing on the agenda, or moves it there: twice is as once. Any claim of it ends.
///
/// # Errors
/// `Corrupt` when it does not serialise.
pub fn set(
    transaction: &mut Transaction,
    scope: TenantScope,
    kind: DueKind,
    id: impl Display,
    at: Timestamp,
) -> Result<Slot, TableError> {
    Ok(transaction.add(row(scope, kind, id, at)?))
}

/// Takes a thing off the agenda, whenever it was due. For transactions that also change the thing itself under a condition
/// of their own.
pub fn clear(transaction: &mut Transaction, scope: TenantScope, kind: DueKind, id: impl Display) -> Slot {
    transaction.add(Write::delete(key(scope, kind, id)))
}

/// Takes finished work off the agenda; fails when the work was moved or finished meanwhile.
pub fn done(transaction: &mut Transaction, due: &Due) -> Slot {
    transaction.add(Write::delete(due.key()).when(is_at(due)))
}

/// Moves work to another instant; fails when the work was moved or finished meanwhile.
///
/// # Errors
/// `Corrupt` when it does not serialise.
pub fn moved(transaction: &mut Transaction, due: &Due, to: Timestamp) -> Result<Slot, TableError> {
    Ok(transaction.add(row(due.scope(), due.kind, &due.id, to)?.when(is_at(due))))
}

/// Takes work off the agenda that needs no transaction, unless it was moved or finished meanwhile. One round trip.
///
/// # Errors
/// Those of the table.
pub async fn finish(table: &dyn Table, due: &Due) -> Result<(), TableError> {
    only_if_unmoved(table, Write::delete(due.key()).when(is_at(due))).await
}

/// Moves work that needs no transaction, unless it was moved or finished meanwhile. One round trip.
///
/// # Errors
/// Those of the table.
pub async fn postpone(table: &dyn Table, due: &Due, to: Timestamp) -> Result<(), TableError> {
    only_if_unmoved(table, row(due.scope(), due.kind, &due.id, to)?.when(is_at(due))).await
}

async fn only_if_unmoved(table: &dyn Table, write: Write) -> Result<(), TableError> {
    match table.write(write).await {
        Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
        Err(WriteError::Table(error)) => Err(error),
    }
}

fn row(scope: TenantScope, kind: DueKind, id: impl Display, at: Timestamp) -> Result<Write, TableError> {
    let place = place(scope, &id, at, at, 0);
    Ok(Write::put(key(scope, kind, id), &DueRow { at })?.gsi2(place))
}

fn key(scope: TenantScope, kind: DueKind, id: impl Display) -> Key {
    scope.key(format_args!("{SORT}#{}#{id}", kind.as_str()), SORT)
}

fn is_at(due: &Due) -> Condition {
    Condition::Equals("at", due.at.to_string().into())
}

fn place(scope: TenantScope, id: &impl Display, listed_at: Timestamp, due_at: Timestamp, tries: u32) -> Sorted {
    Sorted::due(spread(scope, id), format_args!("{listed_at}#{due_at}#{tries}"))
}

/// Chooses the shard: by the thing alone, so that all of its rows are in one. FNV-1a, because it must never change.
fn spread(scope: TenantScope, id: &impl Display) -> u128 {
    let hash = fnv1a(format!("{scope}#{id}").bytes());
    u128::from(hash ^ (hash >> 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_kind_is_stored_under_the_name_that_is_sent() {
        let stored: Vec<&str> = DueKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let names = [
            "ai_run",
            "billing_run",
            "domain_check",
            "file_work",
            "first_payment",
            "held_message",
            "invoice_collection",
            "invoice_dunning",
            "message_digest",
            "method_expiry",
            "method_removal",
            "open_refund",
            "order_expiry",
            "payer_removal",
            "payment_expiry",
            "product_export",
            "product_import",
            "product_publication",
            "provisioning",
            "recommendation_training",
            "recurring_invoice",
            "reservation_end",
            "revenue_recognition",
            "sales_archive",
            "search_indexing",
            "shipment_work",
            "subscription_period",
            "tenant_erasure",
            "trial_end",
            "trial_reminder",
            "webhook_delivery",
        ];
        assert_eq!(stored, names);
        for kind in DueKind::ALL {
            assert_eq!(serde_json::json!(kind), kind.as_str());
            assert_eq!(DueKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(DueKind::parse("moon_phase"), None);
    }

    #[test]
    fn a_message_says_all_that_a_worker_needs() {
        let text = r#"{"tenantId":"tnt_00000000000000000000000001","kind":"billing_run","id":"run_00000000000000000000000002","at":"2026-12-01T00:00:00.000Z"}"#;
        let due: Due = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&due).unwrap(), text);
        assert!(due.thing::<kernel::RunId>().is_ok());
        assert!(matches!(due.thing::<kernel::UserId>(), Err(TableError::Corrupt(_))));
        // Workers tell their messages apart by the fields.
        assert!(serde_json::from_str::<Due>(&text.replace("\"at\"", "\"asOf\"")).is_err());
    }

    #[test]
    fn all_rows_of_a_thing_are_in_one_shard_and_things_are_spread() {
        let scope = TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        let mut counts = [0; 8];
        for number in 0..800_u128 {
            let id = kernel::SubscriptionId::new(ulid::Ulid::from(number));
            let now = at("2026-12-01T00:00:00Z");
            let first = place(scope, &id, now, now, 0);
            assert_eq!(first.partition, place(scope, &id, now.plus(lease(9)), now, 3).partition);
            let shard: usize = first.partition.trim_start_matches("DUE#").parse().unwrap();
            counts[shard] += 1;
        }
        assert!(counts.iter().all(|count| (60..=140).contains(count)), "{counts:?}");
    }
}
