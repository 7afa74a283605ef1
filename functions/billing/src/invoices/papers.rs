//! The documents of an invoice: as it was issued, as it was paid, and the receipt.

use axum::response::{IntoResponse, Response};
use billing::{
    CreditNote, Invoice, InvoiceStatus, credit_note_path, paid_pdf_path, pdf_path, receipt_number, receipt_path,
    void_pdf_path,
};
use http::{StatusCode, header};
use kernel::TenantId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Problem};

/// Which document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PdfChoice {
    /// The invoice as it was issued, or as it is once it is paid. Without it: the paid one as soon as there is one, and of a
    /// void invoice one that says so.
    pub edition: Option<Edition>,
}

/// An edition of an invoice's document. Neither ever changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = InvoiceEdition)]
pub enum Edition {
    /// As it was sent to be paid.
    Issued,
    /// Stamped as paid (LUNAS), with its payments.
    Paid,
}

/// Where a document is kept, and how its file is called.
pub(crate) struct Paper {
    pub(crate) path: String,
    pub(crate) name: String,
}

/// The document of an invoice in a tenant's books.
///
/// # Errors
/// Not found for a draft; `INVOICE_NOT_PAID`.
pub(crate) fn pdf(tenant: TenantId, invoice: &Invoice, edition: Option<Edition>) -> Result<Paper, Problem> {
    let issued = invoice.issued.as_ref().ok_or_else(Problem::not_found)?;
    let is_paid_since = invoice.has_receipt();
    let path = match edition {
        Some(Edition::Paid) if invoice.status() != InvoiceStatus::Paid || invoice.is_credited_away() => {
            return Err(not_paid());
        }
        None if invoice.status() == InvoiceStatus::Void => void_pdf_path(tenant, invoice.id),
        None | Some(Edition::Paid) if is_paid_since => paid_pdf_path(tenant, invoice.id),
        // What was paid at its issue was printed so.
        None | Some(Edition::Issued | Edition::Paid) => pdf_path(tenant, invoice.id),
    };
    Ok(Paper { path, name: issued.number.to_string() })
}

/// The receipt for what paid an invoice in a tenant's books.
///
/// # Errors
/// Not found for a draft; `INVOICE_NOT_PAID`; `NO_RECEIPT` where nothing was left to pay after its issue.
pub(crate) fn receipt(tenant: TenantId, invoice: &Invoice) -> Result<Paper, Problem> {
    let issued = invoice.issued.as_ref().ok_or_else(Problem::not_found)?;
    if invoice.status() != InvoiceStatus::Paid {
        return Err(not_paid());
    }
    if !invoice.has_receipt() {
        let detail =
            "nothing was paid for this invoice after its issue: it was over nothing, or the balance paid it then";
        return Err(Problem::new(StatusCode::NOT_FOUND, "NO_RECEIPT", detail));
    }
    Ok(Paper { path: receipt_path(tenant, invoice.id), name: receipt_number(issued.number) })
}

/// The document of a credit note.
pub(crate) fn of_credit_note(tenant: TenantId, note: &CreditNote) -> Paper {
    Paper { path: credit_note_path(tenant, note.id), name: note.number.to_string() }
}

/// A document that was made.
///
/// # Errors
/// 503 while it is being made.
pub(crate) async fn kept(api: &Api, Paper { path, name }: &Paper) -> Result<Response, Problem> {
    let pdf = api.get_object(path).await?.ok_or_else(not_ready)?;
    let name = format!("inline; filename=\"{name}.pdf\"");
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)], pdf)
        .into_response())
}

fn not_paid() -> Problem {
    Problem::new(StatusCode::CONFLICT, "INVOICE_NOT_PAID", "the invoice is not paid")
}

fn not_ready() -> Problem {
    let detail = "the document is being made; ask again in a few seconds";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "DOCUMENT_NOT_READY", detail).with_header(header::RETRY_AFTER, 5)
}
