//! A promotion, and how often it was used.

use kernel::{PromotionId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{PromotionCode, PromotionTerms};

/// A promotion. Its code never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Promotion {
    /// Its id.
    pub id: PromotionId,
    /// What buyers type to use it; one without is used by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<PromotionCode>,
    /// What it does.
    pub terms: PromotionTerms,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts up with each change.
    pub version: u64,
}

/// A promotion, with how often it was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPromotion {
    /// Which.
    pub promotion: Promotion,
    /// By how many orders.
    pub uses: u32,
    /// By how many of the customer who asks.
    pub by_customer: u32,
}

impl Promotion {
    /// A new one.
    pub const fn new(id: PromotionId, code: Option<PromotionCode>, terms: PromotionTerms, now: Timestamp) -> Self {
        Self { id, code, terms, created_at: now, version: 1 }
    }

    /// The same with other terms; `None` when they are as they were.
    pub fn changed(&self, terms: PromotionTerms) -> Option<Self> {
        (terms != self.terms).then(|| Self { terms, version: self.version + 1, ..self.clone() })
    }

    /// The same, over; `None` when it is over. One that has not begun never does.
    pub fn ended(&self, now: Timestamp) -> Option<Self> {
        if self.terms.ends_at.is_some_and(|end| end <= now) {
            return None;
        }
        let starts_at = self.terms.starts_at.min(now);
        self.changed(PromotionTerms { starts_at, ends_at: Some(now), ..self.terms.clone() })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ulid::Ulid;

    use super::*;
    use crate::{Benefit, PromotionTarget, Stacking};

    pub(crate) fn terms(benefit: Benefit) -> PromotionTerms {
        PromotionTerms {
            name: "Sale".to_owned().try_into().unwrap(),
            benefit,
            target: PromotionTarget::All,
            minimum: Vec::new(),
            starts_at: "2026-12-01T00:00:00Z".parse().unwrap(),
            ends_at: None,
            max_uses: None,
            max_uses_per_customer: None,
            stacking: Stacking::Stackable,
            priority: 100,
        }
    }

    pub(crate) fn promotion(number: u128, code: Option<&str>, terms: PromotionTerms) -> Promotion {
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        Promotion::new(PromotionId::new(Ulid::from(number)), code.map(|code| code.parse().unwrap()), terms, now)
    }

    #[test]
    fn what_ends_is_over_and_ends_once() {
        let now: Timestamp = "2026-12-05T00:00:00Z".parse().unwrap();
        let ended = promotion(1, None, terms(Benefit::FreeShipping)).ended(now).unwrap();
        assert_eq!((ended.terms.ends_at, ended.version), (Some(now), 2));
        assert_eq!(ended.ended(now), None);
        let later =
            PromotionTerms { starts_at: "2027-01-01T00:00:00Z".parse().unwrap(), ..terms(Benefit::FreeShipping) };
        assert_eq!(promotion(1, None, later).ended(now).unwrap().terms.starts_at, now);
    }
}
