//! `POST /api/v1/wallet/withdraw`: money is taken off a customer's balance, to be paid out.
//!
//! Nothing is read of the balance: the write that takes from it fails when less is there, however many try at once. Round
//! trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the key, one of the
//! customer (two where none is named), one transaction of withdrawal, pointer, journal, balance, audit entry, event and
//! idempotency row.

use axum::extract::State;
use identity::Reach;
use kernel::{CustomerId, JournalId, Money, Party, WithdrawalId};
use payments::{AccountNumber, NewWithdrawal, PayoutAccount, PayoutLine, Withdrawal, WithdrawalError};
use serde::Deserialize;
use settlement::Settlement;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PaymentsWrite, WITHDRAWAL_CREATED,
    wallet::owner::owner,
    withdrawals::{told::tell, withdrawal_view::WithdrawalView},
};

/// Money to be paid out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateWithdrawal {
    /// How much: more than nothing, and no more than is available.
    pub amount: Money,
    /// Where it goes.
    pub bank_account: PayoutAccountBody,
    /// Whose balance; a member names one.
    pub customer_id: Option<CustomerId>,
}

/// The account that money goes to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutAccountBody {
    /// The bank.
    pub bank: PayoutLine,
    /// The number.
    pub number: AccountNumber,
    /// In whose name.
    pub holder: PayoutLine,
}

/// Withdraw from a wallet
///
/// The money is off the balance at once and waits: staff sends it, and says whether it arrived. Until it is sent it can be
/// taken back. A customer must have signed in within the last ten minutes.
#[utoipa::path(
    post, path = "/api/v1/wallet/withdraw",
    responses(
        (status = 201, body = Envelope<WithdrawalView>),
        (status = 403, description = "STEP_UP_REQUIRED: a customer who signed in longer ago"),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "BALANCE_TOO_LOW, CUSTOMER_ERASED"),
        (status = 422, description = "WITHDRAWAL_AMOUNT: not more than nothing")
    )
)]
pub async fn create_withdrawal(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateWithdrawal>,
) -> Result<Reply, Problem> {
    // Whoever found an open session must not carry the money away.
    if caller.reach == Reach::Own {
        caller.signed_in_recently(&api)?;
    }
    let customer = owner(&api, &caller, body.customer_id).await?;
    let PayoutAccountBody { bank, number, holder } = body.bank_account;
    let new = NewWithdrawal {
        id: WithdrawalId::new(api.new_ulid()),
        tenant_id: caller.tenant(),
        party: Party::Customer(customer.id),
        amount: body.amount,
        to: PayoutAccount { bank, number, holder },
    };
    let withdrawal = Withdrawal::hold(new, api.now())?;
    let outcome = hold(&api, &caller, &info, &key, &withdrawal).await;
    key.settle(&api, outcome).await
}

async fn hold(
    api: &Api,
    caller: &Caller<PaymentsWrite>,
    info: &RequestInfo,
    key: &IdempotencyKey,
    withdrawal: &Withdrawal,
) -> Result<Reply, Problem> {
    let journal_id = || JournalId::new(api.new_ulid());
    let mut transaction = Transaction::new();
    let settlement = Settlement::new(api.table(), caller.scope, api.now(), &journal_id);
    let held = settlement.withdraw(&mut transaction, withdrawal)?;
    tell(api, &mut transaction, info, withdrawal)?;
    let entry = caller.entry(api, info, WITHDRAWAL_CREATED).about(withdrawal.id);
    entry.insert(&mut transaction, caller.scope)?;
    let reply = Reply::created(&WithdrawalView::from(withdrawal))?;
    let too_low = WithdrawalError::BalanceTooLow { currency: withdrawal.amount.currency() };
    key.commit(
        api,
        transaction,
        reply,
        |cancelled| {
            if held.overdrew(cancelled) { too_low.into() } else { Problem::conflict() }
        },
    )
    .await
}
