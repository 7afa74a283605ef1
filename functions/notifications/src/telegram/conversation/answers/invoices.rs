//! `/invoices` and `/pay`: what is to be paid, and where.

use billing::{Invoice, InvoiceNumber, InvoiceStatus, Invoices, InvoicesOf, PayLink, PayLinks, Showing};
use kernel::Locale;
use messaging::telegram::{BotReply, Button, Phrase, Press};
use table::{
    TableError, TenantScope,
    pages::{Listed, PageRequest},
};
use tenancy::Tenant;
use web::{Api, Problem};

use super::Question;
use crate::telegram::conversation::writer::Writer;

/// How many invoices are shown.
const SHOWN: u16 = 10;

impl Question<'_> {
    /// The open invoices, newest first, with a button to pay each. Those of a list with a filter.
    pub(super) async fn invoices(&self) -> Result<BotReply, Problem> {
        let open = self.open().await?;
        if open.items.is_empty() {
            return Ok(BotReply::saying(self.text(Phrase::NothingOpen)));
        }
        let reply = BotReply::default().title(self.text(Phrase::InvoicesTitle));
        let reply = open.items.iter().fold(reply, |reply, invoice| {
            let reply = reply.line(self.invoice_line(invoice));
            let label = format!("{} {}", number(invoice), self.language.money(invoice.amount_due()));
            reply.row(pay_url(self.api, self.tenant, invoice).map(|url| Button::open(&label, url)))
        });
        Ok(if open.last.is_some() { reply.gap().line(self.text(Phrase::MoreInvoices)) } else { reply })
    }

    /// How the only open invoice is paid; which of several?
    pub(super) async fn to_pay(&self) -> Result<BotReply, Problem> {
        let open = self.open().await?;
        match open.items.as_slice() {
            [] => Ok(BotReply::saying(self.text(Phrase::NothingOpen))),
            [only] if open.last.is_none() => Ok(pay(self.api, self.tenant, (only, self.language))),
            several => {
                let reply = BotReply::default().title(self.text(Phrase::ChooseInvoice));
                let reply = several.iter().fold(reply, |reply, invoice| {
                    let label = format!("{} {}", number(invoice), self.language.money(invoice.amount_due()));
                    reply.line(self.invoice_line(invoice)).row([Button::tell(&label, Press::Pay(invoice.id))])
                });
                Ok(if open.last.is_some() { reply.gap().line(self.text(Phrase::MoreInvoices)) } else { reply })
            }
        }
    }

    async fn open(&self) -> Result<Listed<Invoice>, TableError> {
        let request = PageRequest::first::<SHOWN>();
        let (of, showing) = (InvoicesOf::Customer(self.party()), Showing::In(InvoiceStatus::Open));
        Invoices::new(self.api.table(), self.scope()).list(of, showing, &request).await
    }

    fn invoice_line(&self, invoice: &Invoice) -> String {
        let phrase = if invoice.is_overdue(self.api.now()) { Phrase::InvoiceOverdue } else { Phrase::InvoiceLine };
        let due = invoice.issued.as_ref().map(|issued| self.language.date(issued.due_date)).unwrap_or_default();
        let amount = self.language.money(invoice.amount_due());
        self.say(phrase, &[("number", &number(invoice)), ("amount", &amount), ("day", &due)])
    }
}

/// How an invoice is paid: on its page, or by transfer where it names an account.
pub(in crate::telegram::conversation) fn pay(
    api: &Api,
    tenant: &Tenant,
    (invoice, language): (&Invoice, Locale),
) -> BotReply {
    let number = number(invoice);
    let named = [("number", number.as_str())];
    let due = invoice.owed().unwrap_or(kernel::Money::zero(invoice.currency));
    if due.is_zero() {
        return BotReply::saying(Phrase::PaidAlready.with(language, &named));
    }
    let amount = language.money(due);
    let values = [("number", number.as_str()), ("amount", amount.as_str())];
    let url = pay_url(api, tenant, invoice);
    let reply = BotReply::saying(Phrase::PayHow.with(language, &values))
        .row(url.map(|url| Button::open(&Phrase::PayButton.with(language, &values), url)));
    let accounts = &invoice.seller.bank_accounts;
    if accounts.is_empty() {
        return reply;
    }
    accounts.iter().fold(reply.gap().line(Phrase::PayByTransfer.with(language, &named)), |reply, account| {
        let values = [("bank", &account.bank), ("account", &account.number), ("holder", &account.holder)];
        reply.line(Phrase::BankAccount.with(language, &values.map(|(name, value)| (name, value.as_str()))))
    })
}

/// How the invoice of a number is paid, if it is one that the writer may pay. Two reads.
///
/// # Errors
/// Those of the table.
pub(in crate::telegram::conversation) async fn pay_by_number(
    api: &Api,
    tenant: &Tenant,
    (writer, language): (&Writer, Locale),
    wanted: &str,
) -> Result<BotReply, Problem> {
    let unknown = || BotReply::saying(Phrase::NotFound.text(language));
    let Ok(wanted) = wanted.trim().to_ascii_uppercase().parse::<InvoiceNumber>() else { return Ok(unknown()) };
    let found = Invoices::new(api.table(), TenantScope::new(tenant.id)).find(wanted).await?;
    let own = found.and_then(|found| found.open_for(&writer.parties()));
    Ok(own.map_or_else(unknown, |invoice| pay(api, tenant, (&invoice, language))))
}

fn number(invoice: &Invoice) -> String {
    invoice.issued.as_ref().map(|issued| issued.number.to_string()).unwrap_or_default()
}

fn pay_url(api: &Api, tenant: &Tenant, invoice: &Invoice) -> Option<String> {
    let link = PayLink { tenant: tenant.id, invoice: invoice.id };
    PayLinks::new(|purpose| api.ports().keys.derive(purpose)).url(&tenant.base_url(&api.config().public_url), link)
}
