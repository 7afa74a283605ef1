//! Events about bank transfers that customers tell of.

use kernel::{InvoiceId, Money, Party, PaymentId, TransferProofId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A customer told of a transfer: staff is to look for it on the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferProofSubmitted {
    /// Which one.
    pub transfer_proof_id: TransferProofId,
    /// For which invoice, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// Who transferred.
    pub customer_id: Party,
    /// How much, as the customer says.
    pub amount: Money,
}

impl Payload for TransferProofSubmitted {
    const NAME: &'static str = "transfer_proof.submitted";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TransferProofId;

    fn subject(&self) -> TransferProofId {
        self.transfer_proof_id
    }
}

/// Staff found the money, which was recorded as a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferProofAccepted {
    /// Which one.
    pub transfer_proof_id: TransferProofId,
    /// For which invoice the customer meant it, if for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// Who transferred.
    pub customer_id: Party,
    /// How much came in.
    pub amount: Money,
    /// As which payment it was recorded.
    pub payment_id: PaymentId,
}

impl Payload for TransferProofAccepted {
    const NAME: &'static str = "transfer_proof.accepted";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TransferProofId;

    fn subject(&self) -> TransferProofId {
        self.transfer_proof_id
    }
}

/// Staff did not find the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferProofRejected {
    /// Which one.
    pub transfer_proof_id: TransferProofId,
    /// For which invoice, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// Who said to have transferred.
    pub customer_id: Party,
    /// How much, as the customer said.
    pub amount: Money,
}

impl Payload for TransferProofRejected {
    const NAME: &'static str = "transfer_proof.rejected";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TransferProofId;

    fn subject(&self) -> TransferProofId {
        self.transfer_proof_id
    }
}
