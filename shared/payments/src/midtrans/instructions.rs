//! From a body to what the payer does next.

use super::wire::Body;
use crate::NextAction;

/// What the payer does next, by the fields that the channel fills; `None` when the body has none of them, as the
/// status of a wallet payment has.
pub(crate) fn next_action(body: &Body, base_url: &str) -> Option<NextAction> {
    let action = |name: &str| {
        let found = body.actions.iter().find(|action| action.name.as_deref() == Some(name));
        found.and_then(|action| action.url.clone())
    };
    let image_url = action("generate-qr-code-v2").or_else(|| action("generate-qr-code"));
    if let Some(va) = body.va_numbers.first() {
        return Some(NextAction::VirtualAccount { bank: va.bank.clone()?, va_number: va.va_number.clone()? });
    }
    if let Some(number) = &body.permata_va_number {
        return Some(NextAction::VirtualAccount { bank: "permata".to_owned(), va_number: number.clone() });
    }
    if let (Some(biller_code), Some(bill_key)) = (&body.biller_code, &body.bill_key) {
        return Some(NextAction::Bill { biller_code: biller_code.clone(), bill_key: bill_key.clone() });
    }
    if let (Some(store), Some(code)) = (&body.store, &body.payment_code) {
        return Some(NextAction::PaymentCode { store: store.clone(), code: code.clone() });
    }
    if let Some(url) = &body.redirect_url {
        return Some(NextAction::Redirect { url: url.clone() });
    }
    if let Some(url) = action("deeplink-redirect") {
        return Some(NextAction::DeepLink { url, image_url });
    }
    if body.qr_string.is_some() || image_url.is_some() {
        return Some(NextAction::Qr { text: body.qr_string.clone(), image_url });
    }
    // The status of a QRIS payment repeats no code, but its picture stays where the charge said that it is.
    match (body.payment_type.as_deref(), &body.transaction_id) {
        (Some("qris"), Some(id)) => {
            Some(NextAction::Qr { text: None, image_url: Some(format!("{base_url}/v2/qris/{id}/qr-code")) })
        }
        (Some(_) | None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: serde_json::Value) -> Option<NextAction> {
        next_action(&serde_json::from_value(value).unwrap(), "https://api.example")
    }

    #[test]
    fn every_channel_tells_how_to_pay() {
        let va = |bank: &str, number: &str| {
            Some(NextAction::VirtualAccount { bank: bank.to_owned(), va_number: number.to_owned() })
        };
        assert_eq!(
            of(json!({"va_numbers": [{"bank": "bca", "va_number": "812785002530231"}]})),
            va("bca", "812785002530231")
        );
        assert_eq!(of(json!({"permata_va_number": "8562000087926752"})), va("permata", "8562000087926752"));
        assert_eq!(
            of(json!({"bill_key": "990000000260", "biller_code": "70012"})),
            Some(NextAction::Bill { biller_code: "70012".to_owned(), bill_key: "990000000260".to_owned() })
        );
        assert_eq!(
            of(json!({"store": "indomaret", "payment_code": "25709650945026"})),
            Some(NextAction::PaymentCode { store: "indomaret".to_owned(), code: "25709650945026".to_owned() })
        );
        assert_eq!(
            of(json!({"redirect_url": "https://3ds.example"})),
            Some(NextAction::Redirect { url: "https://3ds.example".to_owned() })
        );
        let gopay = json!({"actions": [
            {"name": "generate-qr-code", "method": "GET", "url": "https://q/1"},
            {"name": "generate-qr-code-v2", "method": "GET", "url": "https://q/2"},
            {"name": "deeplink-redirect", "method": "GET", "url": "gojek://pay"},
            {"name": "get-status", "method": "GET", "url": "https://s"}]});
        assert_eq!(
            of(gopay),
            Some(NextAction::DeepLink { url: "gojek://pay".to_owned(), image_url: Some("https://q/2".to_owned()) })
        );
        assert_eq!(
            of(
                json!({"payment_type": "qris", "qr_string": "000201", "actions": [{"name": "generate-qr-code", "url": "https://q"}]})
            ),
            Some(NextAction::Qr { text: Some("000201".to_owned()), image_url: Some("https://q".to_owned()) })
        );
    }

    #[test]
    fn a_status_without_instructions_still_finds_the_picture_of_a_qris_code() {
        assert_eq!(
            of(json!({"payment_type": "qris", "transaction_id": "30a689ba"})),
            Some(NextAction::Qr {
                text: None,
                image_url: Some("https://api.example/v2/qris/30a689ba/qr-code".to_owned())
            })
        );
        assert_eq!(of(json!({"payment_type": "gopay", "transaction_id": "30a689ba"})), None);
        assert_eq!(of(json!({"va_numbers": [{}]})), None);
    }
}
