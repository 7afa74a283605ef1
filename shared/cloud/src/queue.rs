//! The queues that functions send to, by what they are for.

use kernel::Priority;
use table::agenda::DueKind;

/// The queues that functions send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Queue {
    /// One message starts one search for due subscriptions.
    BillingCycles,
    /// One message invoices one subscription.
    BillingWork,
    /// One message tells that one product is on sale, does one turn of an import, or makes one file of all products.
    CatalogWork,
    /// One message tells of one upload, or does what is due of one file.
    FileWork,
    /// One message does what follows for one order.
    OrderWork,
    /// One message asks how one payment ended.
    PaymentWork,
    /// One message counts one order, looks at some orders again, or puts the events of one day into files.
    SalesWork,
    /// One message writes the next generation of one tenant's index, or a part of it.
    SearchWork,
    /// One message does what is due of one shipment.
    ShippingWork,
    /// One message gives back what one reservation kept.
    StockWork,
    /// One message does one turn of work on all that a tenant has.
    TenantData,
    /// One message does what is due of one tenant itself.
    TenantWork,
    /// One message sends one webhook.
    WebhookDeliveries,
    /// One message delivers one channel of a notification of this priority, or sends on what was held until now.
    Messages(Priority),
}

impl Queue {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::BillingCycles,
        Self::BillingWork,
        Self::CatalogWork,
        Self::FileWork,
        Self::OrderWork,
        Self::PaymentWork,
        Self::SalesWork,
        Self::SearchWork,
        Self::ShippingWork,
        Self::StockWork,
        Self::TenantData,
        Self::TenantWork,
        Self::WebhookDeliveries,
        Self::Messages(Priority::Critical),
        Self::Messages(Priority::High),
        Self::Messages(Priority::Medium),
        Self::Messages(Priority::Low),
    ];

    /// What the templates call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BillingCycles => "BillingCyclesQueue",
            Self::BillingWork => "BillingWorkQueue",
            Self::CatalogWork => "CatalogWorkQueue",
            Self::FileWork => "FileWorkQueue",
            Self::OrderWork => "OrderWorkQueue",
            Self::PaymentWork => "PaymentWorkQueue",
            Self::SalesWork => "SalesWorkQueue",
            Self::SearchWork => "SearchWorkQueue",
            Self::ShippingWork => "ShippingWorkQueue",
            Self::StockWork => "StockWorkQueue",
            Self::TenantData => "TenantDataQueue",
            Self::TenantWork => "TenantWorkQueue",
            Self::WebhookDeliveries => "WebhookDeliveriesQueue",
            Self::Messages(Priority::Critical) => "CriticalMessagesQueue",
            Self::Messages(Priority::High) => "HighMessagesQueue",
            Self::Messages(Priority::Medium) => "MediumMessagesQueue",
            Self::Messages(Priority::Low) => "LowMessagesQueue",
        }
    }

    /// The variable that has its URL in the environment of a function that sends to it: `RUKO_BILLING_WORK_QUEUE_URL`
    /// for `BillingWorkQueue`.
    pub fn variable(self) -> String {
        let mut variable = "RUKO".to_owned();
        for letter in self.name().chars() {
            if letter.is_ascii_uppercase() {
                variable.push('_');
            }
            variable.push(letter.to_ascii_uppercase());
        }
        format!("{variable}_URL")
    }

    /// Where work of this kind goes when it is due.
    pub const fn of(kind: DueKind) -> Self {
        match kind {
            DueKind::BillingRun => Self::BillingCycles,
            DueKind::InvoiceCollection
            | DueKind::MethodExpiry
            | DueKind::MethodRemoval
            | DueKind::OpenRefund
            | DueKind::PayerRemoval
            | DueKind::PaymentExpiry => Self::PaymentWork,
            DueKind::FirstPayment
            | DueKind::InvoiceDunning
            | DueKind::RecurringInvoice
            | DueKind::RevenueRecognition
            | DueKind::SubscriptionPeriod => Self::BillingWork,
            DueKind::FileWork => Self::FileWork,
            DueKind::OrderExpiry => Self::OrderWork,
            DueKind::ProductExport | DueKind::ProductImport | DueKind::ProductPublication => Self::CatalogWork,
            DueKind::HeldMessage => Self::Messages(Priority::Medium),
            DueKind::MessageDigest => Self::Messages(Priority::Low),
            DueKind::DomainCheck | DueKind::Provisioning | DueKind::TrialEnd | DueKind::TrialReminder => {
                Self::TenantWork
            }
            DueKind::ReservationEnd => Self::StockWork,
            DueKind::SalesArchive => Self::SalesWork,
            DueKind::SearchIndexing => Self::SearchWork,
            DueKind::ShipmentWork => Self::ShippingWork,
            DueKind::TenantErasure => Self::TenantData,
            DueKind::WebhookDelivery => Self::WebhookDeliveries,
        }
    }
}
