//! What Stripe takes: cards, by token or on its own page, in every currency that it charges them in.

use std::sync::LazyLock;

use kernel::Provider;

use super::amount;
use crate::{
    Answers, BegunBy, Capabilities, Challenges, Currencies, EndedBy, Holds, KnownBy, Method, NotificationProof, Offer,
};

/// The ways that are paid on its own page.
pub(crate) const ON_PAGE: [Method; 1] = [Method::StripePage];

/// Cards, each currency within Stripe's bounds.
pub(crate) static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    provider: Provider::Stripe,
    offers: [Method::Card].into_iter().chain(ON_PAGE).flat_map(by_card).collect(),
    begun_by: BegunBy::Anyone,
    answers: Answers::Later,
    // The signature covers every byte, and an event carries the whole object.
    notifications: NotificationProof::Proof,
    by_hand_only: &[],
    // Searching by our own name finds a payment only a minute after it was made.
    known_by: KnownBy::TransactionId,
    // A payment intent waits for its payer until somebody cancels it.
    ended_by: EndedBy::Merchant,
    on_page: &ON_PAGE,
    holds: Holds::Cards,
    challenges: Challenges::Provider,
});

/// A way that is paid by card, in each currency.
fn by_card(method: Method) -> impl Iterator<Item = Offer> {
    amount::currencies().filter_map(move |currency| {
        let (least, most) = amount::bounds(currency)?;
        Some(Offer { method, currencies: Currencies::Only(currency), least, most })
    })
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money};

    use super::*;
    use crate::PaymentError;

    #[test]
    fn cards_are_taken_in_every_currency_and_nothing_else_is() {
        for code in ["USD", "EUR", "SGD", "JPY", "IDR", "KWD"] {
            let amount = Money::new(100_000, code.parse().unwrap());
            assert_eq!(CAPABILITIES.take(Method::Card, amount), Ok(()), "{code}");
            assert_eq!(CAPABILITIES.take(Method::StripePage, amount), Ok(()), "{code}");
        }
        let method = Method::BcaVa;
        let refused = CAPABILITIES.take(method, Money::new(100_000, Currency::IDR));
        assert_eq!(refused, Err(PaymentError::MethodNotTaken { method, provider: Provider::Stripe }));
        let currency = "UGX".parse().unwrap();
        let refused = CAPABILITIES.take(Method::Card, Money::new(100_000, currency));
        assert_eq!(refused, Err(PaymentError::CurrencyNotTaken { currency }));
    }
}
