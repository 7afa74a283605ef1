//! What Midtrans takes: its table of acquirers (docs.midtrans.com, "Payment methods", 2026-03-30).

use std::sync::LazyLock;

use kernel::{Currency, Provider};

use crate::{
    Answers, BegunBy, Capabilities, Challenges, Currencies, EndedBy, Holds, KnownBy, Method, NotificationProof, Offer,
    midtrans::snap, port::capabilities::UNBOUNDED,
};

/// Rupiah only; wallets at the limit of a verified holder.
pub(crate) static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    provider: Provider::Midtrans,
    offers: Method::ALL.into_iter().filter_map(offer).collect(),
    begun_by: BegunBy::Anyone,
    answers: Answers::Later,
    // The signature covers neither the status nor the transaction.
    notifications: NotificationProof::Hint,
    by_hand_only: &[
        Method::BcaVa,
        Method::BniVa,
        Method::BriVa,
        Method::PermataVa,
        Method::CimbVa,
        Method::MandiriBill,
        Method::Indomaret,
        Method::Alfamart,
    ],
    known_by: KnownBy::OrderId,
    ended_by: EndedBy::Provider,
    on_page: &snap::METHODS,
    holds: Holds::Cards,
    challenges: Challenges::Merchant,
});

fn offer(method: Method) -> Option<Offer> {
    let (least, most) = match method {
        Method::BcaVa => (10_000, 20_000_000_000),
        Method::BniVa => (1, UNBOUNDED),
        Method::BriVa => (1, 20_000_000_000),
        Method::PermataVa => (1, 9_999_999_999),
        Method::CimbVa => (1, 250_000_000),
        Method::MandiriBill => (1, 50_000_000_000),
        Method::Gopay | Method::Shopeepay | Method::Dana => (1, 20_000_000),
        Method::Qris => (1, 10_000_000),
        Method::Indomaret => (10_000, 5_000_000),
        Method::Alfamart => (1, 5_000_000),
        Method::Card => (10_000, 999_999_999),
        // From the least that some way on it takes to what a card does.
        Method::MidtransPage => (1, 999_999_999),
        Method::BankTransfer | Method::StripePage => return None,
    };
    Some(Offer { method, currencies: Currencies::Only(Currency::IDR), least, most })
}

#[cfg(test)]
mod tests {
    use kernel::Money;

    use super::*;
    use crate::{Payment, PaymentError, payment::tests::new_payment};

    #[test]
    fn only_rupiah_within_the_bounds_of_the_method_are_taken() {
        let dollars = crate::NewPayment { amount: Money::new(2999, Currency::USD), ..new_payment(Method::BcaVa, 1) };
        let refused = Payment::begin(dollars, &CAPABILITIES);
        assert_eq!(refused, Err(PaymentError::CurrencyNotTaken { currency: Currency::USD }));
        assert_eq!(CAPABILITIES.offers.len(), 14);
        for Offer { method, least, most, .. } in CAPABILITIES.offers.iter().copied() {
            for taken in [least, most] {
                let begun = Payment::begin(new_payment(method, taken), &CAPABILITIES).unwrap();
                assert_eq!(begun.provider, Provider::Midtrans, "{method:?} {taken}");
            }
            for refused in [0, -1, least - 1, most + 1] {
                let got = Payment::begin(new_payment(method, refused), &CAPABILITIES);
                let expected = PaymentError::AmountNotTaken { least, most, currency: Currency::IDR };
                assert_eq!(got, Err(expected), "{method:?} {refused}");
            }
        }
    }

    #[test]
    fn a_transfer_to_the_merchants_own_account_is_not_midtrans() {
        let refused = Payment::begin(new_payment(Method::BankTransfer, 100_000), &CAPABILITIES);
        let expected = PaymentError::MethodNotTaken { method: Method::BankTransfer, provider: Provider::Midtrans };
        assert_eq!(refused, Err(expected));
    }
}
