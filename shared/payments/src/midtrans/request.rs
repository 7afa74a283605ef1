//! The body of a charge.

use kernel::Currency;
use serde_json::{Map, Value, json};

use super::wib;
use crate::{ChargeOrder, Means, Method, ProviderError};

/// The longest item id and name that Midtrans takes, in characters.
const TEXT_MAX: usize = 50;

/// The longest `Idempotency-Key`; Midtrans ignores a longer one without a word.
pub(crate) const KEY_MAX: usize = 46;

/// The body of `POST /v2/charge`.
///
/// # Errors
/// `Refused` for another currency than rupiah; `NotWellFormed` when the items do not sum to the amount or a card comes
/// without its token.
pub(crate) fn charge(charge: &ChargeOrder) -> Result<Value, ProviderError> {
    let mut body = common(charge)?;
    let (payment_type, channel) = channel(charge)?;
    body.insert("payment_type".to_owned(), payment_type.into());
    body.insert(payment_type.to_owned(), channel);
    if let Some((from, minutes)) = charge.minutes().filter(|_| charge.method != Method::Card) {
        let expiry = json!({"order_time": wib::written(from), "expiry_duration": minutes, "unit": "minute"});
        body.insert("custom_expiry".to_owned(), expiry);
    }
    Ok(body.into())
}

/// What every request for a payment has, whatever the way of paying.
///
/// # Errors
/// As [`charge`].
pub(crate) fn common(charge: &ChargeOrder) -> Result<Map<String, Value>, ProviderError> {
    if charge.amount.currency() != Currency::IDR {
        let message = format!("only IDR is taken, not {}", charge.amount.currency());
        return Err(ProviderError::Refused { code: 400, message });
    }
    let sum = charge.items.iter().try_fold(0_i64, |sum, item| {
        item.price.checked_mul(i64::from(item.quantity)).and_then(|line| sum.checked_add(line))
    });
    if sum != Some(charge.amount.minor()) {
        return Err(ProviderError::NotWellFormed("the items do not sum to the amount"));
    }
    let items: Vec<Value> = charge
        .items
        .iter()
        .map(|item| {
            json!({"id": cut(&item.id), "name": cut(&item.name), "price": item.price, "quantity": item.quantity})
        })
        .collect();
    let mut customer = Map::from_iter([("first_name".to_owned(), json!(cut(&charge.payer.name)))]);
    if let Some(email) = &charge.payer.email {
        customer.insert("email".to_owned(), email.as_str().into());
    }
    let details = json!({"order_id": charge.payment.to_string(), "gross_amount": charge.amount.minor()});
    Ok(Map::from_iter([
        ("transaction_details".to_owned(), details),
        ("item_details".to_owned(), items.into()),
        ("customer_details".to_owned(), customer.into()),
        ("metadata".to_owned(), json!({"tenant": charge.tenant.to_string()})),
    ]))
}

/// The payment type and the part of the body that bears its name.
fn channel(charge: &ChargeOrder) -> Result<(&'static str, Value), ProviderError> {
    let bank = |bank: &str| ("bank_transfer", json!({ "bank": bank }));
    let store = |store: &str| ("cstore", json!({ "store": store }));
    Ok(match charge.method {
        Method::BcaVa => bank("bca"),
        Method::BniVa => bank("bni"),
        Method::BriVa => bank("bri"),
        Method::PermataVa => bank("permata"),
        Method::CimbVa => bank("cimb"),
        Method::MandiriBill => ("echannel", json!({"bill_info1": "Payment:", "bill_info2": "Online"})),
        Method::Gopay => (
            "gopay",
            charge
                .return_url
                .as_ref()
                .map_or_else(|| json!({}), |url| json!({"enable_callback": true, "callback_url": url})),
        ),
        Method::Shopeepay => {
            ("shopeepay", charge.return_url.as_ref().map_or_else(|| json!({}), |url| json!({"callback_url": url})))
        }
        Method::Qris => ("qris", json!({"acquirer": "gopay"})),
        Method::Indomaret => store("indomaret"),
        Method::Alfamart => store("alfamart"),
        Method::Card => {
            let part = match &charge.means {
                Means::Card { token } => json!({"token_id": token.expose(), "authentication": true}),
                Means::HeldCard { token } => {
                    json!({"token_id": token.expose(), "authentication": true, "type": "authorize"})
                }
                Means::CardToKeep { token, .. } => {
                    json!({"token_id": token.expose(), "authentication": true, "save_token_id": true})
                }
                Means::SavedCard { token, .. } => json!({"token_id": token.expose(), "initiated_by": "merchant"}),
                Means::Nothing | Means::Transfer { .. } => {
                    return Err(ProviderError::NotWellFormed("a card needs its token"));
                }
            };
            ("credit_card", part)
        }
        // Those of Snap are charged by no call of this one.
        Method::BankTransfer | Method::Dana | Method::MidtransPage | Method::StripePage => {
            return Err(ProviderError::NotOffered);
        }
    })
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::{Money, Secret};
    use proptest::prelude::*;

    use super::*;
    use crate::{ChargeItem, Payer, payment::tests::new_payment};

    pub(crate) fn charge_by(method: Method) -> ChargeOrder {
        let new = new_payment(method, 100_000);
        ChargeOrder {
            payment: new.id,
            tenant: new.tenant_id,
            amount: new.amount,
            method,
            items: vec![ChargeItem {
                id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
                name: "Invoice INV-2026-11-0001".to_owned(),
                price: 100_000,
                quantity: 1,
            }],
            payer: Payer { name: "Budi".to_owned(), email: "budi@example.com".parse().ok() },
            return_url: Some("https://toko.example/paid".to_owned()),
            means: Means::Card { token: Secret::new("tok-1".to_owned()) },
            payable: None,
        }
    }

    #[test]
    fn every_method_asks_in_its_own_words() {
        for (method, payment_type, part) in [
            (Method::BcaVa, "bank_transfer", json!({"bank": "bca"})),
            (Method::BniVa, "bank_transfer", json!({"bank": "bni"})),
            (Method::BriVa, "bank_transfer", json!({"bank": "bri"})),
            (Method::PermataVa, "bank_transfer", json!({"bank": "permata"})),
            (Method::CimbVa, "bank_transfer", json!({"bank": "cimb"})),
            (Method::MandiriBill, "echannel", json!({"bill_info1": "Payment:", "bill_info2": "Online"})),
            (Method::Gopay, "gopay", json!({"enable_callback": true, "callback_url": "https://toko.example/paid"})),
            (Method::Shopeepay, "shopeepay", json!({"callback_url": "https://toko.example/paid"})),
            (Method::Qris, "qris", json!({"acquirer": "gopay"})),
            (Method::Indomaret, "cstore", json!({"store": "indomaret"})),
            (Method::Alfamart, "cstore", json!({"store": "alfamart"})),
            (Method::Card, "credit_card", json!({"token_id": "tok-1", "authentication": true})),
        ] {
            let body = charge(&charge_by(method)).unwrap();
            assert_eq!(body["payment_type"], payment_type, "{method:?}");
            assert_eq!(body[payment_type], part, "{method:?}");
        }
    }

    #[test]
    fn what_can_be_paid_for_less_than_a_day_says_so() {
        let moment = |text: &str| text.parse::<kernel::Timestamp>().unwrap();
        let payable = Some((moment("2026-11-30T17:04:05Z"), moment("2026-11-30T18:04:00Z")));
        let body = charge(&ChargeOrder { payable, ..charge_by(Method::Qris) }).unwrap();
        let expiry = json!({"order_time": "2026-12-01 00:04:05 +0700", "expiry_duration": 60, "unit": "minute"});
        assert_eq!(body["custom_expiry"], expiry);
        assert!(charge(&ChargeOrder { payable, ..charge_by(Method::Card) }).unwrap()["custom_expiry"].is_null());
        assert!(charge(&charge_by(Method::Qris)).unwrap()["custom_expiry"].is_null());
    }

    #[test]
    fn a_saved_card_is_charged_by_the_merchant() {
        let token = Secret::new("4811117d16c884-2cc7-4624-b0a8-10273b7f6cc8".to_owned());
        let means = Means::SavedCard { token: token.clone(), customer: None };
        let body = charge(&ChargeOrder { means, ..charge_by(Method::Card) }).unwrap();
        assert_eq!(body["credit_card"], json!({"token_id": token.expose(), "initiated_by": "merchant"}));
    }

    #[test]
    fn a_card_whose_money_is_only_held_says_so() {
        let means = Means::HeldCard { token: Secret::new("tok-1".to_owned()) };
        let body = charge(&ChargeOrder { means, ..charge_by(Method::Card) }).unwrap();
        assert_eq!(body["credit_card"], json!({"token_id": "tok-1", "authentication": true, "type": "authorize"}));
    }

    #[test]
    fn the_common_part_is_whole() {
        let mut body = charge(&charge_by(Method::BcaVa)).unwrap();
        body.as_object_mut().unwrap().retain(|name, _| name != "payment_type" && name != "bank_transfer");
        assert_eq!(
            body,
            json!({
                "transaction_details": {"order_id": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "gross_amount": 100_000},
                "item_details": [{"id": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "name": "Invoice INV-2026-11-0001",
                    "price": 100_000, "quantity": 1}],
                "customer_details": {"first_name": "Budi", "email": "budi@example.com"},
                "metadata": {"tenant": "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"},
            })
        );
    }

    #[test]
    fn what_midtrans_would_not_take_is_not_sent() {
        let dollars = ChargeOrder { amount: Money::new(100_000, Currency::USD), ..charge_by(Method::BcaVa) };
        assert!(matches!(charge(&dollars), Err(ProviderError::Refused { code: 400, .. })));
        let short = ChargeOrder { items: Vec::new(), ..charge_by(Method::BcaVa) };
        assert!(matches!(charge(&short), Err(ProviderError::NotWellFormed(_))));
        let tokenless = ChargeOrder { means: Means::Nothing, ..charge_by(Method::Card) };
        assert!(matches!(charge(&tokenless), Err(ProviderError::NotWellFormed(_))));
    }

    #[test]
    fn long_names_are_cut_and_the_key_fits() {
        let mut long = charge_by(Method::BcaVa);
        long.items[0].name = "é".repeat(80);
        assert_eq!(charge(&long).unwrap()["item_details"][0]["name"], "é".repeat(50));
        assert!(long.key().len() <= KEY_MAX);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Carts with goods, tax, shipping and a discount: what is sent sums to what is asked, in integers.
        #[test]
        fn what_is_sent_sums_to_what_is_asked(
            goods in prop::collection::vec((1_i64..5_000_000, 1_u32..20), 1..6), tax in 0_i64..500_000,
            shipping in 0_i64..100_000, discount in 0_i64..50_000, off in -1_i64..2,
        ) {
            let lines = goods.into_iter().chain([(tax, 1), (shipping, 1), (-discount, 1)]);
            let items: Vec<_> = lines
                .map(|(price, quantity)| ChargeItem { id: "x".to_owned(), name: "x".to_owned(), price, quantity })
                .collect();
            let sum: i64 = items.iter().map(|item| item.price * i64::from(item.quantity)).sum();
            let cart = ChargeOrder { amount: Money::new(sum + off, Currency::IDR), items, ..charge_by(Method::BcaVa) };
            let built = charge(&cart);
            prop_assert_eq!(built.is_ok(), off == 0);
            if let Ok(body) = built {
                let items = body["item_details"].as_array().unwrap();
                let line = |item: &Value| item["price"].as_i64().unwrap() * item["quantity"].as_i64().unwrap();
                let sent: i64 = items.iter().map(line).sum();
                prop_assert_eq!(Some(sent), body["transaction_details"]["gross_amount"].as_i64());
            }
        }
    }
}
