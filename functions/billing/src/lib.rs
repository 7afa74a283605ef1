//! Invoices, billing runs, reports, and how the tenant bills.

mod changes;
mod credit_notes;
mod drafts;
mod e_faktur;
mod history;
mod invoices;
mod issuing;
mod ledger;
mod links;
mod owed_invoices;
mod reconciliation;
mod recurring;
mod reports;
mod runs;
mod settings;
mod tax_rates;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "billing":
        invoices { list_invoices, get_invoice, get_invoice_pdf, get_invoice_receipt },
        drafts { create_invoice, update_invoice, delete_invoice, finalize_invoice },
        recurring {
            create_recurring_invoice, list_recurring_invoices, get_recurring_invoice, update_recurring_invoice,
            delete_recurring_invoice
        },
        changes { void_invoice, mark_invoice_uncollectible, send_invoice, pay_invoice },
        credit_notes {
            create_credit_note, preview_credit_note, list_credit_notes, get_credit_note, get_credit_note_pdf
        },
        links { get_invoice_pdf_link, get_invoice_receipt_link, get_credit_note_pdf_link, download_document },
        owed_invoices { list_owed_invoices, get_owed_invoice, get_owed_invoice_pdf, get_owed_invoice_receipt },
        runs { create_run, list_runs, get_run, list_run_subscriptions, retry_run },
        reconciliation { report_reconciliation },
        reports { report_revenue, report_aging, report_tax, report_usage, report_mrr },
        e_faktur { download_e_faktur },
        ledger { list_ledger },
        history { list_history },
        settings { get_billing_settings, replace_billing_settings },
        tax_rates { create_tax_rate, list_tax_rates, end_tax_rate },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<InvoicesRead>(),
    NeededPermission::of::<InvoicesWrite>(),
    NeededPermission::of::<TenantsRead>(),
    NeededPermission::of::<BillingRead>(),
    NeededPermission::of::<BillingWrite>(),
];

/// How the tenant bills was changed.
pub(crate) const BILLING_SETTINGS_CHANGED: Action = Action::new("billing.settings_changed");

/// A tax got a rate.
pub(crate) const TAX_RATE_CREATED: Action = Action::new("billing.tax_rate_created");
/// A rate of a tax ends.
pub(crate) const TAX_RATE_ENDED: Action = Action::new("billing.tax_rate_ended");
/// An invoice was written by hand, as a draft or issued at once.
pub(crate) const INVOICE_CREATED: Action = Action::new("invoice.created");
/// A draft was changed.
pub(crate) const INVOICE_UPDATED: Action = Action::new("invoice.updated");
/// A draft was taken away.
pub(crate) const INVOICE_DELETED: Action = Action::new("invoice.deleted");
/// A draft was issued.
pub(crate) const INVOICE_FINALIZED: Action = Action::new("invoice.finalized");
/// An invoice was taken back.
pub(crate) const INVOICE_VOIDED: Action = Action::new("invoice.voided");
/// An invoice was given up.
pub(crate) const INVOICE_MARKED_UNCOLLECTIBLE: Action = Action::new("invoice.marked_uncollectible");
/// An invoice was mailed again.
pub(crate) const INVOICE_SENT: Action = Action::new("invoice.sent");
/// What an invoice asks for was taken from its customer's balance.
pub(crate) const INVOICE_PAID_FROM_BALANCE: Action = Action::new("invoice.paid_from_balance");
/// Invoices are made again and again from now on.
pub(crate) const RECURRING_INVOICE_CREATED: Action = Action::new("recurring_invoice.created");
/// The invoices of a recurring one say something else from now on, or none are made for a while.
pub(crate) const RECURRING_INVOICE_UPDATED: Action = Action::new("recurring_invoice.updated");
/// No more invoices are made.
pub(crate) const RECURRING_INVOICE_DELETED: Action = Action::new("recurring_invoice.deleted");
/// A part of an invoice was taken back.
pub(crate) const CREDIT_NOTE_CREATED: Action = Action::new("credit_note.created");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    BILLING_SETTINGS_CHANGED,
    TAX_RATE_CREATED,
    TAX_RATE_ENDED,
    INVOICE_CREATED,
    INVOICE_UPDATED,
    INVOICE_DELETED,
    INVOICE_FINALIZED,
    INVOICE_VOIDED,
    INVOICE_MARKED_UNCOLLECTIBLE,
    INVOICE_SENT,
    INVOICE_PAID_FROM_BALANCE,
    RECURRING_INVOICE_CREATED,
    RECURRING_INVOICE_UPDATED,
    RECURRING_INVOICE_DELETED,
    CREDIT_NOTE_CREATED,
];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Reading invoices.
#[derive(Clone, Copy, Debug)]
pub struct InvoicesRead;

impl Needs for InvoicesRead {
    const PERMISSION: &'static str = "invoices:read";
    const MEANING: &'static str = "See invoices and credit notes";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Writing, issuing, voiding invoices, and what else staff does with them.
#[derive(Clone, Copy, Debug)]
pub struct InvoicesWrite;

impl Needs for InvoicesWrite {
    const PERMISSION: &'static str = "invoices:write";
    const MEANING: &'static str = "Write, issue, void and credit invoices";
    const WHILE_IMPERSONATED: bool = false;
}

/// Reading the tenant, and what it owes.
#[derive(Clone, Copy, Debug)]
pub struct TenantsRead;

impl Needs for TenantsRead {
    const PERMISSION: &'static str = "tenants:read";
    const MEANING: &'static str = "See the tenant and its settings";
    // What is owed can be read whatever was used.
    const PAST_CALL_LIMIT: bool = true;
}

/// Reading runs, reports and settings.
#[derive(Clone, Copy, Debug)]
pub struct BillingRead;

impl Needs for BillingRead {
    const PERMISSION: &'static str = "billing:read";
    const MEANING: &'static str = "See billing runs, reports and settings";
    // Whoever looks at what a limit costs looks here too.
    const PAST_CALL_LIMIT: bool = true;
}

/// Starting runs, changing settings.
#[derive(Clone, Copy, Debug)]
pub struct BillingWrite;

impl Needs for BillingWrite {
    const PERMISSION: &'static str = "billing:write";
    const MEANING: &'static str = "Start billing runs, change billing settings";
    const WHILE_IMPERSONATED: bool = false;
}
