//! Numbers of cards, which have no place here: only a provider's token of a card may come in (PCI DSS 3.3).

/// What is said of one.
pub(crate) const REFUSED: &str =
    "this is a card's number: have the provider's script make a token of it in the payer's browser";

/// 12 to 19 digits, perhaps with spaces or hyphens between them, whose check digit is right (ISO/IEC 7812).
pub(crate) fn is_card_number(text: &str) -> bool {
    let bare: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = bare.iter().map(|c| c.to_digit(10)).collect::<Option<Vec<u32>>>();
    digits.is_some_and(|digits| (12..=19).contains(&digits.len()) && has_check_digit(&digits))
}

/// Whether the number of a card stands somewhere in a text: as [`is_card_number`], of a length that its first digits can have. The
/// numbers of accounts and transfers begin otherwise, or have no check digit.
pub(crate) fn has_card_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && !matches!(c, ' ' | '-')).any(|run| {
        let digits: Vec<u32> = run.chars().filter_map(|c| c.to_digit(10)).collect();
        has_length_of_its_scheme(&digits) && has_check_digit(&digits)
    })
}

/// Of Visa, Mastercard, American Express, JCB, Discover and `UnionPay`.
fn has_length_of_its_scheme(digits: &[u32]) -> bool {
    match (digits, digits.len()) {
        ([4, ..], 13 | 16 | 19) | ([5, 1..=5, ..] | [2, 2..=7, ..] | [3, 5, ..], 16) | ([3, 4 | 7, ..], 15) => true,
        ([6, 0 | 2 | 4 | 5, ..], length) => (16..=19).contains(&length),
        _ => false,
    }
}

fn has_check_digit(digits: &[u32]) -> bool {
    let weighed = |(place, digit): (usize, &u32)| match (place % 2, digit * 2) {
        (1, double) if double > 9 => double - 9,
        (1, double) => double,
        _ => *digit,
    };
    digits.iter().rev().enumerate().map(weighed).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published test numbers of Visa, Mastercard, American Express and JCB.
    const NUMBERS: [&str; 5] =
        ["4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "3530111333300000"];

    #[test]
    fn numbers_of_cards_are_known_by_their_check_digit() {
        for number in NUMBERS {
            assert!(is_card_number(number) && has_card_number(number), "{number}");
            assert!(has_card_number(&format!("TRF {number} BUDI")), "{number}");
        }
        assert!(is_card_number("6759649826438453"), "Maestro");
        let no_card =
            ["", "4111111111111112", "481111-1114-0f2e4c7d-3b51-4d7a-8f6e-1c2d3e4f5a6b", "tok-1", "41111111111", "0"];
        for token in no_card {
            assert!(!is_card_number(token) && !has_card_number(token), "{token}");
        }
    }

    #[test]
    fn a_card_is_found_within_a_text_and_an_account_is_none() {
        assert!(has_card_number("https://toko.example/paid?card=4111111111111111&x=1"));
        for harmless in ["TRF 2026-12-03 BUDI", "VA 812785002530231", "0123456789", "pm_1PgafyB7WZ01zgkW"] {
            assert!(!has_card_number(harmless), "{harmless}");
        }
    }
}
