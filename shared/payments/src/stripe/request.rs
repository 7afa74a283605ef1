//! The form of a charge.

use super::{amount, form::Form};
use crate::{ChargeOrder, Means, Method, ProviderError};

/// The longest description that is sent, in characters.
const TEXT_MAX: usize = 200;

/// The form of `POST /v1/payment_intents`, which makes and confirms in one call. `fallback` is where the bank sends a payer
/// back for whom the charge names no place.
///
/// # Errors
/// `NotOffered` for what is no card; `Refused` for an amount that Stripe's units cannot say; `NotWellFormed` when the card
/// is missing.
pub(crate) fn charge(charge: &ChargeOrder, fallback: Option<&str>) -> Result<Form, ProviderError> {
    if charge.method != Method::Card {
        return Err(ProviderError::NotOffered);
    }
    let amount = amount::to_wire(charge.amount).ok_or_else(|| not_chargeable(charge))?;
    let form = Form::default()
        .with("amount", &amount)
        .with("currency", &charge.amount.currency().code().to_ascii_lowercase())
        .with("confirm", "true")
        .with("payment_method_types[0]", "card")
        .with("metadata[payment_id]", &charge.payment)
        .with("metadata[tenant]", &charge.tenant);
    let form = form.with_some("description", description(charge).as_deref());
    let form =
        if matches!(charge.means, Means::HeldCard { .. }) { form.with("capture_method", "manual") } else { form };
    let form = match &charge.means {
        Means::Card { token } | Means::HeldCard { token } => form
            .with("payment_method", token.expose())
            .with_some("return_url", charge.return_url.as_deref().or(fallback)),
        Means::CardToKeep { token, customer } => form
            .with("payment_method", token.expose())
            .with_some("customer", customer.as_deref())
            .with("setup_future_usage", "off_session")
            .with_some("return_url", charge.return_url.as_deref().or(fallback)),
        Means::SavedCard { token, customer } => form
            .with("payment_method", token.expose())
            .with_some("customer", customer.as_deref())
            .with("off_session", "true"),
        Means::Nothing | Means::Transfer { .. } => {
            return Err(ProviderError::NotWellFormed("a card needs its token"));
        }
    };
    // Told by the answer itself: how much went back, which a second charge of the same payment may find.
    Ok(form.with("expand[0]", "latest_charge"))
}

/// What the payer pays for, cut to what Stripe takes.
pub(crate) fn description(charge: &ChargeOrder) -> Option<String> {
    charge.items.first().map(|item| item.name.chars().take(TEXT_MAX).collect())
}

/// The refusal of an amount that Stripe's units cannot say.
pub(crate) fn not_chargeable(charge: &ChargeOrder) -> ProviderError {
    let message = format!("this amount cannot be charged in {}", charge.amount.currency());
    ProviderError::Refused { code: 400, message }
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::{Money, Secret};

    use super::*;
    use crate::midtrans::charge_by;

    pub(crate) fn by_card(token: &str) -> ChargeOrder {
        ChargeOrder { means: Means::Card { token: Secret::new(token.to_owned()) }, ..charge_by(Method::Card) }
    }

    #[test]
    fn a_card_is_charged_at_once_and_its_bank_may_ask() {
        assert_eq!(
            charge(&by_card("pm_1"), None).unwrap().text(),
            "amount=10000000&currency=idr&confirm=true&payment_method_types[0]=card\
             &metadata[payment_id]=pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X&metadata[tenant]=tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X\
             &description=Invoice INV-2026-11-0001&payment_method=pm_1&return_url=https://toko.example/paid\
             &expand[0]=latest_charge"
        );
        let nowhere = ChargeOrder { return_url: None, ..by_card("pm_1") };
        let text = charge(&nowhere, Some("https://ruko.example")).unwrap().text();
        assert!(text.contains("return_url=https://ruko.example&"), "{text}");
        assert!(!charge(&nowhere, None).unwrap().text().contains("return_url"));
    }

    #[test]
    fn a_saved_card_is_charged_while_its_payer_is_away() {
        let means = Means::SavedCard { token: Secret::new("pm_1".to_owned()), customer: Some("cus_1".to_owned()) };
        let text = charge(&ChargeOrder { means, ..by_card("x") }, Some("https://ruko.example")).unwrap().text();
        assert!(text.contains("&payment_method=pm_1&customer=cus_1&off_session=true&"), "{text}");
        assert!(!text.contains("return_url"), "nobody is there to be sent anywhere: {text}");
    }

    #[test]
    fn a_card_whose_money_is_only_held_says_so() {
        let means = Means::HeldCard { token: Secret::new("pm_1".to_owned()) };
        let text = charge(&ChargeOrder { means, ..by_card("x") }, None).unwrap().text();
        assert!(text.contains("&capture_method=manual&payment_method=pm_1&return_url="), "{text}");
        assert!(!charge(&by_card("pm_1"), None).unwrap().text().contains("capture_method"));
    }

    #[test]
    fn a_card_to_save_is_its_customers_afterwards() {
        let means = Means::CardToKeep { token: Secret::new("pm_1".to_owned()), customer: Some("cus_1".to_owned()) };
        let text = charge(&ChargeOrder { means, ..by_card("x") }, None).unwrap().text();
        assert!(
            text.contains("&payment_method=pm_1&customer=cus_1&setup_future_usage=off_session&return_url="),
            "{text}"
        );
    }

    #[test]
    fn what_stripe_would_not_take_is_not_sent() {
        assert_eq!(charge(&charge_by(Method::BcaVa), None), Err(ProviderError::NotOffered));
        let cardless = ChargeOrder { means: Means::Nothing, ..by_card("x") };
        assert!(matches!(charge(&cardless, None), Err(ProviderError::NotWellFormed(_))));
        let fils = ChargeOrder { amount: Money::new(5_125, "KWD".parse().unwrap()), ..by_card("pm_1") };
        assert!(matches!(charge(&fils, None), Err(ProviderError::Refused { code: 400, .. })));
    }

    #[test]
    fn the_keys_of_different_operations_differ() {
        let key = by_card("pm_1").key();
        assert_eq!(key, "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X-charge");
    }
}
