//! What else of a customer is overdue beside an invoice.

use billing::{Invoice, Invoices, InvoicesOf, PageRequest, Showing};
use cloud::Ctx;
use kernel::Money;
use messaging::Values;
use table::{TableError, TenantScope};

/// Other invoices of a customer that are overdue, in the same currency.
pub(crate) struct OverdueBeside {
    numbers: Vec<String>,
    /// What they come to.
    sum: Money,
}

/// The other invoices of whom an invoice is addressed to that are overdue now, of the newest of them; `None` where there are
/// none. One query and one batch read.
///
/// # Errors
/// Those of the table.
pub(crate) async fn overdue_beside(
    ctx: &Ctx,
    scope: TenantScope,
    invoice: &Invoice,
) -> Result<Option<OverdueBeside>, TableError> {
    let of = InvoicesOf::Customer(invoice.bill_to.party);
    let page = Invoices::new(ctx.table(), scope).list(of, Showing::Overdue(ctx.now()), &PageRequest::default()).await?;
    let (mut numbers, mut sum) = (Vec::new(), Money::zero(invoice.currency));
    for other in page.items.iter().filter(|other| other.id != invoice.id && other.currency == invoice.currency) {
        numbers.extend(other.issued.as_ref().map(|issued| issued.number.to_string()));
        sum = sum.checked_add(other.amount_due()).map_err(|error| TableError::Corrupt(error.to_string()))?;
    }
    numbers.sort();
    Ok((!numbers.is_empty()).then_some(OverdueBeside { numbers, sum }))
}

impl OverdueBeside {
    /// Says which they are, and what they come to together with `more`.
    ///
    /// # Errors
    /// `Corrupt` when the sum does not fit.
    pub(crate) fn said(&self, says: Values, more: Money) -> Result<Values, TableError> {
        let owed = self.sum.checked_add(more).map_err(|error| TableError::Corrupt(error.to_string()))?;
        Ok(says.text("others", &self.numbers.join(", ")).money("owed", owed))
    }
}
