//! Events about money that customers take off their balances.

use kernel::{Money, Party, WithdrawalId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// What every event about a withdrawal tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawalFacts {
    /// Which withdrawal.
    pub withdrawal_id: WithdrawalId,
    /// Whose money it is.
    pub customer_id: Party,
    /// How much.
    pub amount: Money,
}

/// Money was taken off the balance, to be paid out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalRequested(pub WithdrawalFacts);

impl Payload for WithdrawalRequested {
    const NAME: &'static str = "withdrawal.requested";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = WithdrawalId;

    fn subject(&self) -> WithdrawalId {
        self.0.withdrawal_id
    }
}

/// It was handed to the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalSent(pub WithdrawalFacts);

impl Payload for WithdrawalSent {
    const NAME: &'static str = "withdrawal.sent";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = WithdrawalId;

    fn subject(&self) -> WithdrawalId {
        self.0.withdrawal_id
    }
}

/// It has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalSettled(pub WithdrawalFacts);

impl Payload for WithdrawalSettled {
    const NAME: &'static str = "withdrawal.settled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = WithdrawalId;

    fn subject(&self) -> WithdrawalId {
        self.0.withdrawal_id
    }
}

/// It could not be paid out, and is on the balance again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalFailed(pub WithdrawalFacts);

impl Payload for WithdrawalFailed {
    const NAME: &'static str = "withdrawal.failed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = WithdrawalId;

    fn subject(&self) -> WithdrawalId {
        self.0.withdrawal_id
    }
}

/// It was taken back before it was sent, and is on the balance again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalCancelled(pub WithdrawalFacts);

impl Payload for WithdrawalCancelled {
    const NAME: &'static str = "withdrawal.cancelled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = WithdrawalId;

    fn subject(&self) -> WithdrawalId {
        self.0.withdrawal_id
    }
}
