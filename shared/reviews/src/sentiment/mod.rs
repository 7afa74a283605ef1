//! How a text feels, from -1 to 1: the rules of VADER (Hutto & Gilbert, ICWSM 2014) with its English words, and Indonesian ones
//! beside them.
//!
//! A word is worth what the [lexicon] says. Words around it change that ([`valence`]): degrees, negations, capitals and idioms.
//! The sum, with its exclamation marks, becomes one number between -1 and 1. It is a guess at a mood: it holds a review back for
//! a person to look at, and decides nothing else.

mod lexicon;
mod modifiers;
mod tokens;
mod valence;

use serde::{Deserialize, Serialize};
use tokens::Tokens;

/// How a text feels: from -10,000, all bad, to 10,000, all good. 0 where no word is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sentiment(i16);

impl Sentiment {
    /// That of a text.
    pub fn of(text: &str) -> Self {
        Self(valence::ten_thousandths(&Tokens::of(text)))
    }

    /// In ten-thousandths.
    pub const fn ten_thousandths(self) -> i16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> i16 {
        Sentiment::of(text).ten_thousandths()
    }

    /// What vaderSentiment 3.3.2 says, to a ten-thousandth.
    #[test]
    fn commerce_t19_english_feels_as_vader_says() {
        for (text, expected) in [
            ("VADER is smart, handsome, and funny.", 8316),
            ("VADER is smart, handsome, and funny!", 8439),
            ("VADER is VERY SMART, handsome, and FUNNY!!!", 9342),
            ("The plot was good, but the characters are uncompelling and the dialog is not great.", -7042),
            ("Today SUX!", -5461),
            (":) and :D", 7925),
            ("Terrible quality, broke after two days. Do not buy!", -7345),
        ] {
            assert!((of(text) - expected).abs() <= 1, "{text}: {} and not {expected}", of(text));
        }
        assert!(of("Barang bagus") > 0);
    }

    #[test]
    fn indonesian_has_negations_and_degrees() {
        for good in
            ["Barang bagus, pengiriman cepat", "Tidak mengecewakan", "mantap!!", "bagus banget", "Penjual ramah sekali"]
        {
            assert!(of(good) > 0, "{good}: {}", of(good));
        }
        for bad in [
            "Tidak bagus",
            "kurang memuaskan",
            "gak enak",
            "nggak sesuai",
            "Penipu, jangan beli",
            "Barangnya rusak parah",
            "Bukan asli",
        ] {
            assert!(of(bad) < 0, "{bad}: {}", of(bad));
        }
        assert!(of("sangat bagus") > of("bagus") && of("agak bagus") < of("bagus"));
        assert!(of("bagus sekali") > of("bagus") && of("jelek banget") < of("jelek"));
        assert!(of("kemasannya bagus tapi barangnya rusak") < 0 && of("kemasannya rusak tapi barangnya bagus") > 0);
    }

    /// English is judged as VADER judges it, whose negations reach over commas.
    #[test]
    fn an_indonesian_negation_is_of_its_own_phrase() {
        let alone = of("tidak bagus");
        for bad in [
            "tidak bagus, tidak nyaman",
            "tidak bagus dan tidak nyaman",
            "tidak bagus tidak nyaman",
            "Tidak bagus, tidak nyaman, kurang puas.",
            "Tidak bagus. Tidak nyaman. Kurang puas.",
            "Tidak bagus\ntidak nyaman\nkurang puas",
            "tidak bagus ; tidak nyaman - kurang puas",
            "Gak bagus, ga nyaman, nggak puas, tdk sesuai.",
            "gak bagus ga nyaman nggak puas tdk sesuai",
            "Gak bagus. Gak bagus, ga nyaman, nggak puas, tdk sesuai.",
        ] {
            assert!(of(bad) < alone, "{bad}: {} and not below {alone}", of(bad));
        }
        for good in
            ["tidak mengecewakan, bagus", "tidak rusak dan nyaman", "tidak lama, bagus", "tidak jelek sama sekali"]
        {
            assert!(of(good) > 0, "{good}: {}", of(good));
        }
        assert_eq!(of("tidak ada yang rusak, bagus"), of("bagus, tidak ada yang rusak"));
        // A degree between them changes nothing of what is denied, and one negation takes another back.
        assert!(of("tidak terlalu bagus") < 0 && of("tidak kurang bagus") > 0);
        for (text, expected) in [("not good, not comfortable", -378), ("never good, never nice, not happy", 2636)] {
            assert!((of(text) - expected).abs() <= 1, "{text}: {} and not {expected}", of(text));
        }
    }

    #[test]
    fn what_says_nothing_feels_nothing() {
        for text in ["", " ", "...", "42", "🏢", "Meja kayu", "!!!", "\u{202e}"] {
            assert_eq!(of(text), 0, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_mood_within_bounds(text in "\\PC{0,200}") {
            prop_assert!((-10_000..=10_000).contains(&of(&text)));
        }
    }
}
