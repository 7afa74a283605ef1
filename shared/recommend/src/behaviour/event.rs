//! One thing that somebody did with a product.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{ProductId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many events come at once, at most.
pub const MOST_AT_ONCE: usize = 100;
/// How many bytes of its hash stand for an event's id: enough that two of one shopper's never meet.
const MARK_BYTES: usize = 12;

/// What somebody did, from what says least of a wish to what says most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(
    description = "What somebody did with a product: looked at it, put it on a list, put it into a cart, bought it"
)]
pub enum BehaviourKind {
    /// Looked at it.
    View,
    /// Put it on a list of wishes.
    Wishlist,
    /// Put it into a cart.
    AddToCart,
    /// Bought it.
    Purchase,
}

/// Something that somebody did, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BehaviourEvent {
    /// What stands for its id.
    pub id: String,
    /// What it was.
    pub kind: BehaviourKind,
    /// With which product.
    pub product_id: ProductId,
    /// When.
    pub at: Timestamp,
}

/// The sender's name of an event: `^[A-Za-z0-9_.:-]{1,100}$`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Your name of an event, which counts it once for each person",
    value_type = String, pattern = "^[A-Za-z0-9_.:-]{1,100}$", example = "view-4711"
)]
pub struct BehaviourEventId(String);

/// A text is no event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 100 of A-Z, a-z, 0-9 and _ . : -")]
pub struct EventIdError;

impl BehaviourKind {
    /// How much it says of a wish.
    pub const fn weight(self) -> u32 {
        match self {
            Self::View => 1,
            Self::Wishlist => 2,
            Self::AddToCart => 3,
            Self::Purchase => 5,
        }
    }
}

impl BehaviourEventId {
    /// What stands for it in a row: as short for every id, and nothing of what the sender wrote into it.
    pub fn mark(&self) -> String {
        let hash = digest::digest(&digest::SHA256, self.0.as_bytes());
        let (mark, _) = hash.as_ref().split_at_checked(MARK_BYTES).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(mark)
    }
}

impl TryFrom<String> for BehaviourEventId {
    type Error = EventIdError;

    fn try_from(text: String) -> Result<Self, EventIdError> {
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
        let fits = (1..=100).contains(&text.len()) && text.bytes().all(is_fit);
        if fits { Ok(Self(text)) } else { Err(EventIdError) }
    }
}

impl From<BehaviourEventId> for String {
    fn from(id: BehaviourEventId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_by_its_mark() {
        let id = |text: &str| BehaviourEventId::try_from(text.to_owned());
        let marks = ["a", "b", "view-4711"].map(|text| id(text).unwrap().mark());
        assert!(marks.iter().all(|mark| mark.len() == 16), "{marks:?}");
        assert!(marks[0] != marks[1] && marks[1] != marks[2]);
        assert_eq!(id("a").unwrap().mark(), marks[0]);
        for bad in ["", "a b", "ü", &"x".repeat(101)] {
            assert_eq!(id(bad), Err(EventIdError), "{bad}");
        }
    }
}
