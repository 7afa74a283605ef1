//! A step of a withdrawal: load, decide, save, show.

use customers::Customers;
use identity::audit::Action;
use kernel::{JournalId, Money, Party, WithdrawalId};
use payments::{Withdrawal, WithdrawalError, WithdrawalStatus, Withdrawals};
use settlement::Settlement;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Needs, Problem, Reply};

use crate::withdrawals::{settled_money::is_settled, told::tell, withdrawal_view::WithdrawalView};

/// One such step.
pub(crate) struct WithdrawalEdit<'a, P> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<P>,
    pub(crate) edit: &'a Edit,
    pub(crate) id: WithdrawalId,
    pub(crate) action: Action,
    pub(crate) shown: Shown,
}

/// How its account is shown in the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Whole while it is to be transferred to: those who pay out ask.
    ForPayout,
    /// By its end.
    ByItsEnd,
}

impl<P: Needs> WithdrawalEdit<'_, P> {
    /// Takes the step that `decide` says, with what it does to money, in one transaction. Of one request sent twice at once,
    /// the second gets the first one's answer.
    ///
    /// # Errors
    /// Those of `decide`; 404, 409 `MONEY_NOT_SETTLED` for one to be sent, 409 after too many lost races, 412.
    pub(crate) async fn make(
        &self,
        decide: impl Fn(Withdrawal) -> Result<Withdrawal, WithdrawalError>,
    ) -> Result<Reply, Problem> {
        let Self { api, caller, edit, id, ref action, shown } = *self;
        let (table, scope) = (api.table(), caller.scope);
        let (decide, journal_id) = (&decide, || JournalId::new(api.new_ulid()));
        let journal_id = &journal_id;
        let outcome = until_settled(Problem::conflict, || async move {
            let found = Withdrawals::new(table, scope).get(id).await?.ok_or_else(Problem::not_found)?;
            let before = caller.open(api, found).await?;
            edit.if_match.check(before.version)?;
            let after = decide(before)?;
            if after.status() == WithdrawalStatus::Sent {
                // Its own money is off the balance already.
                is_settled(api, scope, after.party, Money::zero(after.amount.currency())).await?;
            }
            let after = if is_erased(api, caller, &after).await? { after.of_erased() } else { after };
            let mut transaction = Transaction::new();
            let settlement = Settlement::new(table, scope, api.now(), journal_id);
            let stored = settlement.withdraw(&mut transaction, &after)?;
            tell(api, &mut transaction, &edit.info, &after)?;
            caller.entry(api, &edit.info, action.clone()).about(id).insert(&mut transaction, scope)?;
            let view = match shown {
                Shown::ForPayout => WithdrawalView::for_payout(&after),
                Shown::ByItsEnd => WithdrawalView::from(&after),
            };
            let reply = Reply::ok(&view)?.version(after.version);
            match edit.key.try_commit(api, transaction, reply).await? {
                Ok(reply) => Ok(Race::Settled(reply)),
                Err(cancelled) if stored.lost_a_race(&cancelled) => Ok(Race::Lost),
                Err(_) => Err(Problem::conflict()),
            }
        })
        .await;
        edit.key.settle(api, outcome).await
    }
}

/// Whether a withdrawal has ended of a person who was erased while it was on its way. One read for one that has ended.
async fn is_erased<P: Needs>(api: &Api, caller: &Caller<P>, after: &Withdrawal) -> Result<bool, Problem> {
    let Party::Customer(id) = after.party else { return Ok(false) };
    if !after.status().has_ended() {
        return Ok(false);
    }
    let customer = Customers::new(api.table(), caller.scope).get(id).await?;
    Ok(customer.is_some_and(|customer| customer.trusted("the withdrawal was opened before").is_erased()))
}
