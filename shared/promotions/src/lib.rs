//! What a shop takes off: promotions with or without a code, and how often each is used.
//!
//! A [`Promotion`] is a benefit for some goods, in a time, as often as its limits allow. [`apply`] decides what those that are
//! known take off a [`Basket`]: pure, in minor units, and never more than there is. What an order takes is counted by
//! conditional writes in the transaction that places it ([`Promotions::use_once`]), so that no limit is passed by buyers at
//! the same time, and counted back when the order is cancelled or expires.

mod apply;
mod basket;
mod error;
#[cfg(test)]
mod golden;
mod promotion;
mod repo;
mod terms;
mod words;

pub use apply::{MOST_USED, apply};
pub use basket::{Basket, BasketLine, CodeRefusal, CodeRefused, PromotionUse, PromotionsApplied};
pub use error::PromotionError;
pub use promotion::{KnownPromotion, Promotion};
pub use repo::{MOST_AUTOMATIC, Promotions, UseSlots};
pub use terms::{Benefit, PromotionTarget, PromotionTerms, Stacking, TermsFault};
pub use words::{PromotionCode, PromotionCodeError, PromotionName};
