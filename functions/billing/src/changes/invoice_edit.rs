//! A change of an invoice by staff: load, decide, save, show.

use billing::{Invoice, Subscription, Subscriptions};
use identity::audit::Action;
use kernel::{InvoiceId, SubscriptionId};
use table::{Race, TableError, Transaction};
use web::{Api, Caller, Edit, Problem, Reply};

use crate::{
    InvoicesWrite,
    invoices::{get_invoice::within_reach, invoice_view::InvoiceView},
    issuing::until_settled,
};

/// One such change.
pub(crate) struct InvoiceEdit<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<InvoicesWrite>,
    pub(crate) edit: &'a Edit,
    pub(crate) id: InvoiceId,
    pub(crate) action: Action,
}

/// What an invoice becomes, and all that is written of it but the audit entry.
pub(crate) struct InvoiceChange {
    after: Invoice,
    transaction: Transaction,
    noted: Vec<(&'static str, String)>,
}

impl InvoiceChange {
    pub(crate) const fn new(after: Invoice, transaction: Transaction) -> Self {
        Self { after, transaction, noted: Vec::new() }
    }

    /// Adds a detail to the audit entry; never personal data.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.noted.push((name, value.into()));
        self
    }
}

impl InvoiceEdit<'_> {
    /// Makes it as `decide` says: nothing when the invoice is as it should be. Of one request sent twice at once, the second
    /// gets the first one's answer.
    ///
    /// # Errors
    /// Those of `decide`; 404, 409 after too many lost races, 412.
    pub(crate) async fn make<F>(&self, decide: impl Fn(Invoice) -> F) -> Result<Reply, Problem>
    where
        F: Future<Output = Result<Option<InvoiceChange>, Problem>>,
    {
        let Self { api, caller, edit, id, ref action } = *self;
        let outcome = until_settled(api, || async {
            let before = within_reach(api, caller, id).await?;
            edit.if_match.check(before.version)?;
            let (shown, transaction) = match decide(before.clone()).await? {
                None => (before, Transaction::new()),
                Some(InvoiceChange { after, mut transaction, noted }) => {
                    let entry = caller.entry(api, &edit.info, action.clone()).about(id);
                    let number = after.issued.as_ref().map(|issued| issued.number.to_string());
                    let entry = number.into_iter().fold(entry, |entry, number| entry.with("number", number));
                    let entry = noted.into_iter().fold(entry, |entry, (name, value)| entry.with(name, value));
                    entry.insert(&mut transaction, caller.scope)?;
                    (after, transaction)
                }
            };
            let reply = Reply::ok(&InvoiceView::at(&shown, api.now()))?.version(shown.version);
            Ok(edit.key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
        })
        .await;
        edit.key.settle(api, outcome).await
    }
}

/// The subscriptions that an invoice is of, for one who takes something of it back.
pub(crate) async fn subscriptions_of(
    api: &Api,
    caller: &Caller<InvoicesWrite>,
    invoice: &Invoice,
) -> Result<Vec<Subscription>, TableError> {
    let ids: Vec<SubscriptionId> = invoice.subscriptions().collect();
    Subscriptions::new(api.table(), caller.scope).get_many(&ids).await
}
