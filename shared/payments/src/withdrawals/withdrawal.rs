//! One withdrawal: money of a customer on its way from the balance to a bank account. Pure: each step is legal from where
//! [`WithdrawalStatus::may_become`] says so, and what it does to money is booked with it, from the state alone.

use kernel::{Currency, Fault, FaultKind, Money, Party, TenantId, Timestamp, WithdrawalId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::withdrawals::payout_account::PayoutAccount;

/// A withdrawal, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Withdrawal {
    /// Which one.
    pub id: WithdrawalId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// Whose money it is.
    pub party: Party,
    /// How much.
    pub amount: Money,
    /// Where it goes; nothing once the person was erased.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub to: Option<PayoutAccount>,
    /// How far it has come.
    pub state: WithdrawalState,
    /// The bank's name for the transfer.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub reference: Option<String>,
    /// Why it failed, for the customer to read.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows by one with every change.
    pub version: u64,
}

/// How far a withdrawal has come, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum WithdrawalState {
    /// The money is off the balance, and nobody has sent it yet.
    Held,
    /// It was handed to the bank.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// It has left.
    Settled {
        /// When it was handed to the bank.
        sent_at: Timestamp,
        /// When it left.
        at: Timestamp,
    },
    /// It could not be paid out, and is on the balance again.
    Failed {
        /// When it was handed to the bank; never where it was not, and not known of one that failed before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent_at: Option<Timestamp>,
        /// When.
        at: Timestamp,
    },
    /// The customer took it back before it was sent; it is on the balance again.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

/// How far a withdrawal has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalStatus {
    /// The money is off the balance, and nobody has sent it yet.
    Held,
    /// It was handed to the bank.
    Sent,
    /// It has left.
    Settled,
    /// It could not be paid out, and is on the balance again.
    Failed,
    /// It was taken back before it was sent, and is on the balance again.
    Cancelled,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewWithdrawal {
    /// The new id.
    pub id: WithdrawalId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// Whose money it is.
    pub party: Party,
    /// How much.
    pub amount: Money,
    /// Where it goes.
    pub to: PayoutAccount,
}

/// Why money cannot be withdrawn as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WithdrawalError {
    /// Nothing, or less.
    #[error("a withdrawal is over more than nothing")]
    NotPositive,
    /// More than there is.
    #[error("the customer has less than that on its balance in {currency}")]
    BalanceTooLow {
        /// In which currency.
        currency: Currency,
    },
    /// What would stay is less than what may go back by itself.
    #[error(
        "payments of the customer over {in_question} {currency} are not settled yet, or are disputed: as much has to stay on its \
         balance until they are"
    )]
    NotSettled {
        /// How much may go back, in minor units.
        in_question: i64,
        /// In which currency.
        currency: Currency,
    },
    /// The step is not one that can be taken from here.
    #[error("the withdrawal is {}", self.status_word())]
    WrongState {
        /// Where it is.
        status: WithdrawalStatus,
    },
    /// The account that it was to go to is gone with the person.
    #[error("who it was for was erased, and so was the account: let the withdrawal fail")]
    NoAccount,
}

impl WithdrawalError {
    const fn status_word(self) -> &'static str {
        match self {
            Self::WrongState { status } => match status {
                WithdrawalStatus::Held => "not sent yet",
                WithdrawalStatus::Sent => "with the bank already",
                WithdrawalStatus::Settled => "settled",
                WithdrawalStatus::Failed => "over: it failed",
                WithdrawalStatus::Cancelled => "over: it was cancelled",
            },
            Self::NotPositive | Self::BalanceTooLow { .. } | Self::NotSettled { .. } | Self::NoAccount => "",
        }
    }
}

impl Fault for WithdrawalError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotPositive => FaultKind::Invalid,
            Self::BalanceTooLow { .. } | Self::NotSettled { .. } | Self::WrongState { .. } | Self::NoAccount => {
                FaultKind::Conflict
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotPositive => "WITHDRAWAL_AMOUNT",
            Self::BalanceTooLow { .. } => "BALANCE_TOO_LOW",
            Self::NotSettled { .. } => "MONEY_NOT_SETTLED",
            Self::WrongState { .. } => "WITHDRAWAL_WRONG_STATE",
            Self::NoAccount => "WITHDRAWAL_NO_ACCOUNT",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::NotPositive => true,
            // There may be more on it, or it may be further, another time.
            Self::BalanceTooLow { .. } | Self::NotSettled { .. } | Self::WrongState { .. } | Self::NoAccount => false,
        }
    }
}

impl WithdrawalState {
    /// How far.
    pub const fn status(self) -> WithdrawalStatus {
        match self {
            Self::Held => WithdrawalStatus::Held,
            Self::Sent { .. } => WithdrawalStatus::Sent,
            Self::Settled { .. } => WithdrawalStatus::Settled,
            Self::Failed { .. } => WithdrawalStatus::Failed,
            Self::Cancelled { .. } => WithdrawalStatus::Cancelled,
        }
    }

    /// When it was handed to the bank.
    pub const fn sent_at(self) -> Option<Timestamp> {
        match self {
            Self::Held | Self::Cancelled { .. } => None,
            Self::Sent { at } => Some(at),
            Self::Settled { sent_at, .. } => Some(sent_at),
            Self::Failed { sent_at, .. } => sent_at,
        }
    }

    /// When it was paid out, failed or was cancelled.
    pub const fn ended_at(self) -> Option<Timestamp> {
        match self {
            Self::Held | Self::Sent { .. } => None,
            Self::Settled { at, .. } | Self::Failed { at, .. } | Self::Cancelled { at } => Some(at),
        }
    }
}

impl WithdrawalStatus {
    /// Every one, in the order in which they can come.
    pub const ALL: [Self; 5] = [Self::Held, Self::Sent, Self::Settled, Self::Failed, Self::Cancelled];

    /// Whether it can become this: the legal edges, and there are no others.
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Held, Self::Sent | Self::Failed | Self::Cancelled) | (Self::Sent, Self::Settled | Self::Failed) => {
                true
            }
            (Self::Held, Self::Held | Self::Settled)
            | (Self::Sent, Self::Held | Self::Sent | Self::Cancelled)
            | (Self::Settled | Self::Failed | Self::Cancelled, _) => false,
        }
    }

    /// Whether it can become nothing else any more.
    pub const fn has_ended(self) -> bool {
        match self {
            Self::Settled | Self::Failed | Self::Cancelled => true,
            Self::Held | Self::Sent => false,
        }
    }
}

impl Withdrawal {
    /// A withdrawal whose money is taken off the balance, in the transaction that stores it.
    ///
    /// # Errors
    /// `NotPositive`.
    pub fn hold(new: NewWithdrawal, now: Timestamp) -> Result<Self, WithdrawalError> {
        if new.amount.minor() < 1 {
            return Err(WithdrawalError::NotPositive);
        }
        Ok(Self {
            id: new.id,
            tenant_id: new.tenant_id,
            party: new.party,
            amount: new.amount,
            to: Some(new.to),
            state: WithdrawalState::Held,
            reference: None,
            reason: None,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// How far it has come.
    pub const fn status(&self) -> WithdrawalStatus {
        self.state.status()
    }

    /// The withdrawal after it was handed to the bank, under the bank's name for it if that is known.
    ///
    /// # Errors
    /// `WrongState`, `NoAccount`.
    pub fn send(self, reference: Option<String>, now: Timestamp) -> Result<Self, WithdrawalError> {
        if self.status() == WithdrawalStatus::Held && self.to.is_none() {
            return Err(WithdrawalError::NoAccount);
        }
        let reference = reference.or(self.reference.clone());
        Ok(Self { reference, ..self.moved_to(WithdrawalState::Sent { at: now }, now)? })
    }

    /// The withdrawal after the money has left.
    ///
    /// # Errors
    /// `WrongState`.
    pub fn settle(self, reference: Option<String>, now: Timestamp) -> Result<Self, WithdrawalError> {
        let reference = reference.or(self.reference.clone());
        let sent_at = self.state.sent_at().unwrap_or(now);
        Ok(Self { reference, ..self.moved_to(WithdrawalState::Settled { sent_at, at: now }, now)? })
    }

    /// The withdrawal after it could not be paid out.
    ///
    /// # Errors
    /// `WrongState`.
    pub fn fail(self, reason: String, now: Timestamp) -> Result<Self, WithdrawalError> {
        let failed = WithdrawalState::Failed { sent_at: self.state.sent_at(), at: now };
        Ok(Self { reason: Some(reason), ..self.moved_to(failed, now)? })
    }

    /// The withdrawal after the customer took it back.
    ///
    /// # Errors
    /// `WrongState` once it was sent.
    pub fn cancel(self, now: Timestamp) -> Result<Self, WithdrawalError> {
        self.moved_to(WithdrawalState::Cancelled { at: now }, now)
    }

    /// The withdrawal of a person who was erased: what the books need is left of it. One that is on its way keeps the account
    /// that it goes to until it has ended.
    pub fn of_erased(self) -> Self {
        if self.status().has_ended() { Self { to: None, reference: None, reason: None, ..self } } else { self }
    }

    /// The same as a change of what is stored; `None` when there is nothing to take away.
    pub fn forgotten(self, now: Timestamp) -> Option<Self> {
        let bare = self.clone().of_erased();
        if bare == self { None } else { Some(bare.changed(now)) }
    }

    fn moved_to(self, state: WithdrawalState, now: Timestamp) -> Result<Self, WithdrawalError> {
        let status = self.status();
        if !status.may_become(state.status()) {
            return Err(WithdrawalError::WrongState { status });
        }
        Ok(Self { state, ..self.changed(now) })
    }

    fn changed(self, now: Timestamp) -> Self {
        Self { version: self.version + 1, updated_at: now.max(self.updated_at), ..self }
    }
}

#[cfg(test)]
#[path = "withdrawal_tests.rs"]
mod tests;
