//! What holds a review back for a person to look at.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::has_link;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Approval, ReviewContent, ReviewSettings, Sentiment, Stars,
    folding::{folded, tokens},
};

/// Why a review waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Why a review waits for a person")]
pub enum HoldReason {
    /// All of them do.
    ByHand,
    /// It was rejected, or hidden for reports, before.
    HeldBefore,
    /// It has a word that is blocked.
    BlockedWord,
    /// It has a link.
    Link,
    /// It has an address of e-mail.
    Address,
    /// It has what may be a phone number.
    Phone,
    /// Another review says the same.
    RepeatedText,
    /// Its stars say the opposite of its words.
    Contradiction,
    /// It has images, which nobody has seen.
    Images,
}

/// What is known of a review beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewBackground {
    /// Whether another review has its text.
    pub is_repeated: bool,
    /// Whether a person or enough reports held it back before.
    pub held_before: bool,
}

/// The least letters of a text that is told from others: shorter ones are alike by chance.
const LEAST_TOLD_APART: usize = 20;
/// The mood, in ten-thousandths, beyond which words contradict the stars.
const CLEAR_MOOD: i16 = 5_000;
/// Ends of names that links of spam have. Only letters and digits stand before and behind them.
const ENDS: &[&str] = &[
    "app", "asia", "biz", "cc", "click", "club", "co", "com", "dev", "fun", "id", "info", "io", "link", "live", "ly",
    "me", "my", "net", "online", "org", "ru", "sg", "shop", "site", "space", "store", "top", "tv", "us", "vip", "web",
    "xyz",
];

/// How a review feels, and why it waits; nothing where it is clean.
pub fn judge(
    content: &ReviewContent,
    stars: Stars,
    settings: &ReviewSettings,
    known: ReviewBackground,
) -> (Sentiment, Vec<HoldReason>) {
    let text = format!("{}\n{}\n{}", content.author.as_str(), content.title.as_str(), content.body.as_str());
    let folded = folded(&text);
    let said = format!("{}. {}", content.title.as_str(), content.body.as_str());
    let mood = Sentiment::of(&said);
    let reasons = [
        (HoldReason::ByHand, settings.approval == Approval::ByHand),
        (HoldReason::HeldBefore, known.held_before),
        (HoldReason::BlockedWord, has_blocked(&text, settings)),
        (HoldReason::Link, links(&folded)),
        (HoldReason::Address, has_address(&folded)),
        (HoldReason::Phone, has_phone(&folded)),
        (HoldReason::RepeatedText, known.is_repeated),
        (HoldReason::Contradiction, contradicts(stars, mood)),
        (HoldReason::Images, !content.images.is_empty()),
    ];
    (mood, reasons.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect())
}

/// What stands for the words of a review, so that another one with the same is found, whatever its capitals and punctuation; none
/// where there are too few.
pub fn text_hash(content: &ReviewContent) -> Option<String> {
    let letters: String = folded(content.body.as_str()).chars().filter(|letter| letter.is_alphanumeric()).collect();
    let is_enough = letters.chars().count() >= LEAST_TOLD_APART;
    is_enough.then(|| URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, letters.as_bytes())))
}

fn has_blocked(text: &str, settings: &ReviewSettings) -> bool {
    let said = format!(" {} ", tokens(text).join(" "));
    settings.blocked_words.iter().any(|word| said.contains(&format!(" {} ", tokens(word.as_str()).join(" "))))
}

fn links(folded: &str) -> bool {
    let parts = || folded.split(|letter: char| !(letter.is_alphanumeric() || letter == '.' || letter == '-'));
    has_link(folded) || parts().any(is_name)
}

/// Whether a text is a name of the Internet: something, a dot, and a known end.
fn is_name(text: &str) -> bool {
    let text = text.trim_matches(['.', '-']);
    let Some((before, end)) = text.rsplit_once('.') else { return false };
    let is_end = ENDS.contains(&end);
    is_end && before.chars().next_back().is_some_and(char::is_alphanumeric)
}

fn has_address(folded: &str) -> bool {
    folded.split_whitespace().any(|word| {
        word.split_once('@').is_some_and(|(before, behind)| {
            before.chars().next_back().is_some_and(char::is_alphanumeric)
                && behind.chars().next().is_some_and(char::is_alphanumeric)
        })
    })
}

/// Whether there are as many digits in a row, whatever stands between them, as a number has that is called: at least nine behind
/// `0`, `+` or `62`, else ten.
fn has_phone(folded: &str) -> bool {
    let between = |letter: char| letter.is_ascii_digit() || " -.()+/".contains(letter);
    folded.split(|letter: char| !between(letter)).any(|part| {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        let is_called = digits.starts_with('0') || digits.starts_with("62") || part.trim_start().starts_with('+');
        digits.len() >= if is_called { 9 } else { 10 }
    })
}

fn contradicts(stars: Stars, mood: Sentiment) -> bool {
    match stars.get() {
        5 => mood.ten_thousandths() < -CLEAR_MOOD,
        1 => mood.ten_thousandths() > CLEAR_MOOD,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: ReviewBackground = ReviewBackground { is_repeated: false, held_before: false };

    fn content(body: &str) -> ReviewContent {
        ReviewContent {
            author: "Siti N.".to_owned().try_into().unwrap(),
            title: "Kemeja".to_owned().try_into().unwrap(),
            body: body.to_owned().try_into().unwrap(),
            images: Vec::new(),
        }
    }

    fn holds(body: &str, stars: u8) -> Vec<HoldReason> {
        let words = ["judi online", "Scam"].map(|word| BlockedWord::try_from(word.to_owned()).unwrap());
        let settings = ReviewSettings { blocked_words: words.to_vec(), ..ReviewSettings::default() };
        judge(&content(body), stars.try_into().unwrap(), &settings, NEW).1
    }

    use crate::BlockedWord;

    #[test]
    fn clean_words_wait_for_nobody() {
        for body in [
            "Bagus, harga 12.500.000 dan dibeli 01-12-2026.",
            "Good.It is what I ordered, size 42-44.",
            "Bahannya halus. Ukuran pas @ 2 potong.",
            "Nomor pesanan ORD-2026-00001",
        ] {
            assert_eq!(holds(body, 4), [], "{body}");
        }
    }

    #[test]
    fn links_addresses_numbers_and_blocked_words_hold_a_review_back() {
        for (body, reason) in [
            ("see https://evil.example", HoldReason::Link),
            ("lihat toko-sebelah.com", HoldReason::Link),
            ("chat wa.me/628123", HoldReason::Link),
            ("WWW.EVIL.EXAMPLE", HoldReason::Link),
            ("write to budi@toko.example", HoldReason::Address),
            ("hubungi 0812-3456-7890", HoldReason::Phone),
            ("hubungi +62 812 3456 789", HoldReason::Phone),
            ("hubungi ０８１２３４５６７８９", HoldReason::Phone),
            ("This is a SCAM!", HoldReason::BlockedWord),
            ("This is a sc\u{200d}am", HoldReason::BlockedWord),
            ("main judi  online, yuk", HoldReason::BlockedWord),
            ("ｓｃａｍ", HoldReason::BlockedWord),
        ] {
            assert!(holds(body, 3).contains(&reason), "{body}: {:?}", holds(body, 3));
        }
        assert_eq!(holds("scampi judi", 3), [], "a part of a word is another word");
    }

    #[test]
    fn stars_that_say_the_opposite_of_the_words_hold_a_review_back() {
        let bad = "Terrible quality, broke after two days. Do not buy!";
        let good = "Great, love it, best purchase, very happy!";
        assert_eq!(holds(bad, 5), [HoldReason::Contradiction]);
        assert_eq!(holds(good, 1), [HoldReason::Contradiction]);
        assert_eq!((holds(bad, 1), holds(good, 5), holds(bad, 4)), (vec![], vec![], vec![]));
    }

    #[test]
    fn the_same_words_are_found_again() {
        let hash = |body| text_hash(&content(body));
        let one = hash("Barangnya bagus sekali, terima kasih!");
        assert!(one.is_some());
        assert_eq!(one, hash("barangnya BAGUS sekali.\n\nTerima-kasih"));
        assert_ne!(one, hash("Barangnya bagus sekali, terima kasih ya!"));
        assert_eq!(hash("Bagus sekali!"), None, "short ones are alike by chance");
    }

    #[test]
    fn what_is_known_beside_the_words_holds_a_review_back_too() {
        let settings = ReviewSettings { approval: Approval::ByHand, ..ReviewSettings::default() };
        let image = "https://a.example/b.png".to_owned().try_into().unwrap();
        let content = ReviewContent { images: vec![image], ..content("Biasa saja") };
        let known = ReviewBackground { is_repeated: true, held_before: true };
        let (_, holds) = judge(&content, 3.try_into().unwrap(), &settings, known);
        assert_eq!(holds, [HoldReason::ByHand, HoldReason::HeldBefore, HoldReason::RepeatedText, HoldReason::Images]);
    }
}
