//! Issuing what was written by hand: by the terms of the present, under the next number of the month, with what the customer
//! has on its balance.

use billing::{BillingRules, Finalised, Invoice, Invoices, Month, Terms};
use cloud::MOST_RACES;
use customers::CustomerError;
use kernel::{Currency, JournalId, Party};
use ledger::Journal;
use parties::{buyer, terms};
use settlement::{Settlement, from_balance};
use table::{Race, Transaction};
use web::{Api, Caller, Needs, Problem, RequestInfo};

/// What an invoice to a party says today beside what is written on it. Two reads at once, one more of a user where the
/// customer is one.
///
/// # Errors
/// `CUSTOMER_ERASED`; those of the table.
pub(crate) async fn present_terms<P: Needs>(
    api: &Api,
    caller: &Caller<P>,
    party: Party,
    currency: Currency,
) -> Result<Terms, Problem> {
    let table = api.table();
    let (rules, buyer) =
        tokio::try_join!(BillingRules::read(table, caller.scope), buyer(table, &caller.tenant, party))?;
    let buyer = buyer.ok_or(CustomerError::Erased)?;
    Ok(terms(&caller.tenant, &rules, buyer, currency, api.now()))
}

/// What is issued.
pub(crate) enum ToIssue {
    /// One that was written just now.
    New(Invoice),
    /// One that is stored.
    Stored(Invoice),
}

/// A draft as it is issued now: the invoice, and all that is written of it but the audit entry. Two reads at once.
///
/// # Errors
/// `INVOICE_BELOW_ZERO`, where taxes that changed make it so; those of the table.
pub(crate) async fn issue<P: Needs>(
    api: &Api,
    caller: &Caller<P>,
    info: &RequestInfo,
    draft: ToIssue,
    terms: &Terms,
) -> Result<(Invoice, Transaction), Problem> {
    let (table, scope, now) = (api.table(), caller.scope, api.now());
    let (ToIssue::New(written) | ToIssue::Stored(written)) = &draft;
    let (party, currency) = (written.bill_to.party, written.currency);
    let month = Month::of(now.date_in(&terms.seller.zone));
    let (invoices, journal) = (Invoices::new(table, scope), Journal::new(table, scope));
    let (number, balance) =
        tokio::try_join!(invoices.next_number(terms.number_prefix, month), journal.balance_of(party, currency))?;

    let mut transaction = Transaction::new();
    let issued = match draft {
        ToIssue::New(draft) => {
            let days = draft.terms_days.unwrap_or(terms.terms_days);
            let issued = from_balance(now_issued(draft.finalise(number, now, days)?), &balance, terms.balance, now)?;
            Invoices::insert_issued(&mut transaction, scope, &issued, number)?;
            issued
        }
        ToIssue::Stored(draft) => {
            let issued =
                from_balance(now_issued(draft.finalise_by_hand(number, now, terms)?), &balance, terms.balance, now)?;
            Invoices::save_issued(&mut transaction, scope, &issued, number)?;
            issued
        }
    };
    let journal_id = || JournalId::new(api.new_ulid());
    let settlement = Settlement::new(table, scope, now, &journal_id);
    settlement.issue(&mut transaction, &issued, Vec::new())?;
    if let Some(told) = issued.told_issued() {
        api.insert_event(&mut transaction, scope.tenant(), info, issued.version, &told)?;
    }
    Ok((issued, transaction))
}

/// The caller read it as a draft, and the transaction fails unless it still is one.
fn now_issued(finalised: Finalised) -> Invoice {
    match finalised {
        Finalised::Now(invoice) | Finalised::Before(invoice) => invoice,
    }
}

/// Tries again after each lost race, because all invoices of a month want the same next number. The pauses between tries
/// grow and differ between callers.
///
/// # Errors
/// Those of `attempt` at once; `CONFLICT` after the last lost race.
pub(crate) async fn until_settled<T, F>(api: &Api, attempt: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<Race<T>, Problem>>,
{
    for lost in 1..=MOST_RACES {
        if let Race::Settled(settled) = attempt().await? {
            return Ok(settled);
        }
        api.back_off(lost).await;
    }
    Err(Problem::conflict())
}
