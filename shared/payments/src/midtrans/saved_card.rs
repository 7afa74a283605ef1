//! What a body says of the payment's card: why its bank refused it, and the token that charges it again.

use super::{wib, wire::Body};
use crate::{CardExpiry, CardFace, CardWord, Decline, KeptCard};

/// What a body says of the card.
pub(crate) fn card(body: &Body) -> CardWord {
    CardWord { decline: decline(body), kept: kept(body) }
}

/// The response code of the bank, which a refusal has.
fn decline(body: &Body) -> Option<Decline> {
    let status = body.transaction_status.as_deref()?.to_ascii_lowercase();
    let code = body.channel_response_code.clone().filter(|_| status == "deny" || status == "failure")?;
    let message = body.channel_response_message.clone().or_else(|| body.status_message.clone()).unwrap_or_default();
    Some(Decline { code, message })
}

/// A card that its payer let be saved; one of which the last four digits are not told can be shown to nobody.
fn kept(body: &Body) -> Option<KeptCard> {
    let token = body.saved_token_id.clone().filter(|token| !token.is_empty())?;
    let (first, last4) = body.masked_card.as_deref()?.rsplit_once('-')?;
    let is_tail = last4.len() == 4 && last4.bytes().all(|byte| byte.is_ascii_digit());
    let brand = match first.as_bytes() {
        [b'4', ..] => "visa",
        [b'5' | b'2', ..] => "mastercard",
        [b'3', b'5', ..] => "jcb",
        [b'3', ..] => "amex",
        _ => "card",
    };
    let expires = body.saved_token_id_expired_at.as_deref().and_then(wib::parse).and_then(|at| {
        let day = at.date_in(&kernel::Zone::utc());
        CardExpiry::new(day.year(), day.month())
    });
    let face = CardFace { brand: brand.to_owned(), last4: last4.to_owned(), expires };
    is_tail.then(|| KeptCard { token: token.into(), customer: None, face: Some(face) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(body: serde_json::Value) -> CardWord {
        card(&serde_json::from_value(body).unwrap())
    }

    #[test]
    fn a_saved_card_is_known_by_its_end() {
        let word = told(json!({"transaction_status": "capture", "masked_card": "48111111-1114",
            "saved_token_id": "4811117d16c884", "saved_token_id_expired_at": "2034-08-25 11:21:48"}));
        let kept = word.kept.unwrap();
        assert_eq!(kept.token.expose(), "4811117d16c884");
        let expires = CardExpiry::new(2034, 8);
        assert_eq!(kept.face, Some(CardFace { brand: "visa".to_owned(), last4: "1114".to_owned(), expires }));
        assert_eq!(word.decline, None);
        for lacks in [
            json!({"saved_token_id": "x"}),
            json!({"masked_card": "48111111-1114"}),
            json!({"saved_token_id": "x",
            "masked_card": "4811111111111114"}),
        ] {
            assert_eq!(told(lacks.clone()).kept, None, "{lacks}");
        }
    }

    #[test]
    fn a_refusal_has_the_banks_reason() {
        let word = told(json!({"transaction_status": "deny", "channel_response_code": "51",
            "channel_response_message": "Insufficient Funds"}));
        let decline = Decline { code: "51".to_owned(), message: "Insufficient Funds".to_owned() };
        assert_eq!(word.decline, Some(decline));
        let approved = told(json!({"transaction_status": "capture", "channel_response_code": "00"}));
        assert_eq!(approved, CardWord::default());
    }
}
