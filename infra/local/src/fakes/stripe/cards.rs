//! Cards that test mode knows by their numbers or by the names of ready payment methods, and what their banks do
//! (docs.stripe.com/testing).

/// What the bank of a card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bank {
    /// It pays.
    Pays,
    /// It asks its customer every time.
    Asks,
    /// It asks its customer, unless the card was saved for charges while they are away.
    AsksUnlessSaved,
    /// It declines.
    Declines(Decline),
    /// It pays, and its customer disputes it.
    Disputes,
}

/// How a bank declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decline {
    pub(super) code: &'static str,
    /// The bank's own code, shown as `decline_code`.
    pub(super) reason: &'static str,
    pub(super) message: &'static str,
}

const GENERIC: Decline =
    Decline { code: "card_declined", reason: "generic_decline", message: "Your card was declined." };
const INSUFFICIENT_FUNDS: Decline =
    Decline { code: "card_declined", reason: "insufficient_funds", message: "Your card has insufficient funds." };
const EXPIRED: Decline = Decline { code: "expired_card", reason: "expired_card", message: "Your card has expired." };
const WRONG_CVC: Decline =
    Decline { code: "incorrect_cvc", reason: "incorrect_cvc", message: "Your card's security code is incorrect." };
const PROCESSING: Decline = Decline {
    code: "processing_error",
    reason: "processing_error",
    message: "An error occurred while processing your card. Try again in a little bit.",
};
/// The bank would ask its customer, who is not there.
pub(super) const AWAY: Decline = Decline {
    code: "authentication_required",
    reason: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
};

/// Number, ready payment method, brand, bank.
const CARDS: [(&str, &str, &str, Bank); 12] = [
    ("4242424242424242", "pm_card_visa", "visa", Bank::Pays),
    ("5555555555554444", "pm_card_mastercard", "mastercard", Bank::Pays),
    ("4000000000000002", "pm_card_visa_chargeDeclined", "visa", Bank::Declines(GENERIC)),
    ("4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", "visa", Bank::Declines(INSUFFICIENT_FUNDS)),
    ("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "visa", Bank::Declines(EXPIRED)),
    ("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "visa", Bank::Declines(WRONG_CVC)),
    ("4000000000000119", "pm_card_chargeDeclinedProcessingError", "visa", Bank::Declines(PROCESSING)),
    ("4000000000000341", "pm_card_chargeCustomerFail", "visa", Bank::Declines(GENERIC)),
    ("4000002500003155", "pm_card_authenticationRequiredOnSetup", "visa", Bank::AsksUnlessSaved),
    ("4000002760003184", "pm_card_authenticationRequired", "visa", Bank::Asks),
    ("4000000000003220", "pm_card_threeDSecure2Required", "visa", Bank::Asks),
    ("4000000000000259", "pm_card_createDispute", "visa", Bank::Disputes),
];

/// A card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) brand: &'static str,
    pub(super) last4: &'static str,
    pub(super) bank: Bank,
}

fn known(by: impl Fn(&str, &str) -> bool) -> Option<Card> {
    let (number, _, brand, bank) = CARDS.iter().find(|(number, name, ..)| by(number, name))?;
    let last4 = number.split_at_checked(12).map_or("", |(_, last)| last);
    Some(Card { brand, last4, bank: *bank })
}

/// The card of a number.
pub(super) fn by_number(wanted: &str) -> Option<Card> {
    known(|number, _| number == wanted)
}

/// The card behind a ready payment method. Some have an older, shorter name too.
pub(super) fn by_name(wanted: &str) -> Option<Card> {
    known(|_, name| name == wanted || name.replace("_visa_", "_") == wanted)
}
