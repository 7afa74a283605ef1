//! `POST /api/v1/wallet/withdraw`: money is taken off a customer's balance, to be paid out.
//!
//! The write that takes from the balance fails when less is there, however many try at once. Round trips: one rate-limit write
//! beside one read of the caller's standing (none when known), one read of the key, one of the customer (two where none is
//! named), one of the balance beside two for every hundred payments of the last 200 days, one transaction of withdrawal,
//! pointer, journal, balance, audit entry, event and idempotency row.

use axum::extract::State;
use identity::Reach;
use kernel::{CustomerId, JournalId, Money, Party, WithdrawalId};
use payments::{AccountNumber, NewWithdrawal, PayoutAccount, PayoutLine, Withdrawal, WithdrawalError};
use serde::Deserialize;
use settlement::Settlement;
use table::Transaction;
use tenancy::PlatformPart;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Needs, Problem, Reply, RequestInfo};

use crate::{
    PaymentsWrite, WITHDRAWAL_CREATED, WithdrawalsWrite,
    wallet::owner::owner,
    withdrawals::{settled_money::is_settled, told::tell, withdrawal_view::WithdrawalView},
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

/// Create a withdrawal from a wallet
///
/// The money is off the balance at once and waits: staff sends it, and says whether it arrived. Until it is sent it can be
/// taken back. It needs a login of the last ten minutes; staff withdraws for a customer with `withdrawals:write`.
#[utoipa::path(
    post, path = "/api/v1/wallet/withdraw",
    responses(
        (status = 201, body = Envelope<WithdrawalView>),
        (status = 403, description = "STEP_UP_REQUIRED: the login is older, or an API key asks; FORBIDDEN: staff without withdrawals:write; FEATURE_OFF: customers make no withdrawals here"),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "BALANCE_TOO_LOW, CUSTOMER_ERASED, MONEY_NOT_SETTLED"),
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
    if caller.reach == Reach::Tenant && caller.grants.reach(WithdrawalsWrite::PERMISSION) != Some(Reach::Tenant) {
        return Err(caller.lacks(WithdrawalsWrite::PERMISSION));
    }
    if caller.reach == Reach::Own {
        caller.may_use(PlatformPart::WalletWithdrawals)?;
    }
    // Whoever found an open session or a key must not carry the money away.
    caller.signed_in_recently(&api)?;
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
    is_settled(api, caller.scope, withdrawal.party, withdrawal.amount).await?;
    let journal_id = || JournalId::new(api.new_ulid());
    let mut transaction = Transaction::new();
    let settlement = Settlement::new(api.table(), caller.scope, api.now(), &journal_id);
    let held = settlement.withdraw(&mut transaction, withdrawal)?;
    tell(api, &mut transaction, info, withdrawal)?;
    let entry = caller.entry(api, info, WITHDRAWAL_CREATED).about(withdrawal.id);
    entry.insert(&mut transaction, caller.scope)?;
    let reply = Reply::created(&WithdrawalView::from(withdrawal))?.version(withdrawal.version);
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
