//! Word that was set aside, as staff sees it.

use kernel::{PaymentId, Provider, Timestamp};
use payments::{Choice, Quarantine, Quarantined, ReviewId};
use serde::Serialize;
use utoipa::ToSchema;

/// Word of a provider that was set aside for a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewView {
    pub id: ReviewId,
    pub reason: Quarantine,
    /// Who said it.
    pub provider: Provider,
    /// Of which payment it speaks, in the provider's words.
    #[schema(example = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub order_id: String,
    /// The payment of ours by that name; null where there cannot be one.
    pub payment_id: Option<PaymentId>,
    /// The provider's name of the transaction, where it says one.
    pub transaction_id: Option<String>,
    /// What it said, as it came, or how its answer was read.
    pub body: String,
    /// When it was first heard.
    pub heard_at: Timestamp,
    /// What was decided; null while it waits.
    pub decision: Option<DecisionView>,
    /// The payment under which its money is kept, in the answer to the decision that keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_payment_id: Option<PaymentId>,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    pub decision: Choice,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: Option<Timestamp>,
}

impl From<&Quarantined> for ReviewView {
    fn from(word: &Quarantined) -> Self {
        Self {
            id: word.id(),
            reason: word.reason,
            provider: word.provider,
            order_id: word.order_id.clone(),
            payment_id: word.order_id.parse().ok(),
            transaction_id: word.transaction_id.clone(),
            body: word.body.clone(),
            heard_at: word.heard_at,
            decision: word.verdict.as_ref().map(|verdict| DecisionView {
                decision: verdict.choice,
                reason: verdict.reason.clone(),
                decided_at: word.decided_at,
            }),
            kept_payment_id: None,
        }
    }
}
