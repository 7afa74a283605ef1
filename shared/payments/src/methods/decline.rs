//! Why a bank refused a card, and whether it ever will take it again.

use serde::{Deserialize, Serialize};

/// The bank's reason, as its provider passes it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// Stripe's decline code, such as `insufficient_funds`, or the bank's own response code at Midtrans, such as `51`.
    pub code: String,
    /// The provider's sentence.
    pub message: String,
}

/// The reasons after which the same card is never charged again: it is gone, or its owner took the consent back. Stripe's decline
/// codes, and the codes of ISO 8583 that the card schemes forbid to try again; Midtrans says 411 of a saved token that it
/// takes no more.
const FINAL: [&str; 28] = [
    "expired_card",
    "fraudulent",
    "incorrect_number",
    "invalid_account",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "lost_card",
    "merchant_blacklist",
    "new_account_information_available",
    "pickup_card",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "stolen_card",
    "stop_payment_order",
    "04",
    "07",
    "14",
    "15",
    "41",
    "43",
    "46",
    "54",
    "R0",
    "R1",
    "R3",
    "411",
];

/// Whether a card that was refused for this reason is never to be charged again.
pub fn is_final_decline(code: &str) -> bool {
    FINAL.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_is_gone_is_told_from_one_without_money() {
        for gone in ["stolen_card", "expired_card", "54", "43"] {
            assert!(is_final_decline(gone), "{gone}");
        }
        for passing in ["insufficient_funds", "card_declined", "authentication_required", "51", "05", "402", ""] {
            assert!(!is_final_decline(passing), "{passing}");
        }
    }
}
