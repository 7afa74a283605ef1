//! A withdrawal, as callers see one.

use kernel::{Money, Party, Timestamp, WithdrawalId};
use payments::{PayoutAccount, PayoutLine, Withdrawal, WithdrawalStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// A withdrawal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawalView {
    pub id: WithdrawalId,
    /// Whose money it is.
    pub customer_id: Party,
    /// How much, in minor units.
    pub amount: Money,
    pub status: WithdrawalStatus,
    /// Where it goes; null once the person was erased.
    pub bank_account: Option<PayoutAccountView>,
    /// The bank's name for the transfer.
    pub reference: Option<String>,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it was handed to the bank, also of one that failed afterwards; null where it was not.
    pub sent_at: Option<Timestamp>,
    /// When it was paid out, failed or was cancelled.
    pub ended_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The account that money goes to.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayoutAccountView {
    /// The bank.
    pub bank: PayoutLine,
    /// Its end, as in `******6789`; whole for staff who may pay it out, of one withdrawal that is `sent`.
    #[schema(example = "******6789")]
    pub number: String,
    /// In whose name.
    pub holder: PayoutLine,
}

impl PayoutAccountView {
    fn of(account: &PayoutAccount, number: String) -> Self {
        Self { bank: account.bank.clone(), number, holder: account.holder.clone() }
    }
}

impl From<&Withdrawal> for WithdrawalView {
    fn from(withdrawal: &Withdrawal) -> Self {
        Self {
            id: withdrawal.id,
            customer_id: withdrawal.party,
            amount: withdrawal.amount,
            status: withdrawal.status(),
            bank_account: withdrawal.to.as_ref().map(|to| PayoutAccountView::of(to, to.number.masked())),
            reference: withdrawal.reference.clone(),
            reason: withdrawal.reason.clone(),
            sent_at: withdrawal.state.sent_at(),
            ended_at: withdrawal.state.ended_at(),
            created_at: withdrawal.created_at,
            updated_at: withdrawal.updated_at,
        }
    }
}

impl WithdrawalView {
    /// With the whole number, for those who make the transfer, while it is theirs to make: what is held can be taken back at
    /// any moment, and what was transferred meanwhile would be paid out twice.
    pub(crate) fn for_payout(withdrawal: &Withdrawal) -> Self {
        let to = match withdrawal.status() {
            WithdrawalStatus::Sent => withdrawal.to.as_ref(),
            WithdrawalStatus::Held
            | WithdrawalStatus::Settled
            | WithdrawalStatus::Failed
            | WithdrawalStatus::Cancelled => return Self::from(withdrawal),
        };
        let bank_account = to.map(|to| PayoutAccountView::of(to, to.number.as_str().to_owned()));
        Self { bank_account, ..Self::from(withdrawal) }
    }
}
