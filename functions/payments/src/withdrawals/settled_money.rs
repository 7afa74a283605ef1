//! That money leaves a balance by hand only as far as it is there for good: a payment that is captured and not settled can be
//! called off, and one that is disputed taken back, after the same money was carried away.

use cloud::Ctx;
use kernel::{Money, PageLimit, Party};
use ledger::Journal;
use payments::{Payment, Payments, WithdrawalError};
use table::{TableError, TenantScope, pages::PageRequest};
use web::Problem;

/// How many payments are read at once.
const AT_ONCE: u16 = 100;
/// How many times: somebody who has paid a thousand times since is judged by those.
const PAGES: usize = 10;

/// What of a party's payments may go back by itself, where no less than that stays on its balance once `taken` is taken off it.
/// Where less than `taken` is there, the write that takes it says so. Two who take at once may both pass: a withdrawal has not
/// left by then, and is asked about again before it does; what has left already is written so that this much stays. One read beside two for every hundred payments of the last
/// 200 days.
///
/// # Errors
/// 409 `MONEY_NOT_SETTLED`, and those of the table.
pub(crate) async fn is_settled(ctx: &Ctx, scope: TenantScope, party: Party, taken: Money) -> Result<Money, Problem> {
    let journal = Journal::new(ctx.table(), scope);
    let currency = taken.currency();
    let (there, payments) = tokio::try_join!(journal.balance_of(party, currency), young_payments(ctx, scope, party))?;
    let stays = there.balance.minor().saturating_sub(taken.minor());
    let in_question = Payment::all_in_question(&payments, currency);
    if (0..in_question.minor()).contains(&stays) { Err(not_settled(in_question).into()) } else { Ok(in_question) }
}

/// The refusal of what would leave less on a balance than is in question.
pub(crate) const fn not_settled(in_question: Money) -> WithdrawalError {
    WithdrawalError::NotSettled { in_question: in_question.minor(), currency: in_question.currency() }
}

/// A party's payments that may be in question, as far as they are read.
async fn young_payments(ctx: &Ctx, scope: TenantScope, party: Party) -> Result<Vec<Payment>, TableError> {
    let payments = Payments::new(ctx.table(), scope);
    let limit = PageLimit::of::<AT_ONCE>();
    let (mut young, mut after) = (Vec::new(), None);
    for _ in 0..PAGES {
        let page = payments.list_of(party, &PageRequest { limit, after }).await?;
        let is_young = |payment: &Payment| ctx.now().since(payment.created_at) <= Payment::IN_QUESTION_FOR;
        let has_older = page.items.iter().any(|payment| !is_young(payment));
        young.extend(page.items.into_iter().filter(is_young));
        after = page.last;
        if has_older || after.is_none() {
            break;
        }
    }
    Ok(young)
}

#[cfg(test)]
#[path = "settled_money_tests.rs"]
mod tests;
