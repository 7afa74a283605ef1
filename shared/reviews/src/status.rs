//! How a review stands, and what it can become.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How a review stands")]
pub enum ProductReviewStatus {
    /// It waits for a person.
    Pending,
    /// It is shown, and counts.
    Approved,
    /// It is not shown.
    Rejected,
    /// It was shown, was reported, and waits for a person.
    Flagged,
    /// It is gone.
    Deleted,
}

impl ProductReviewStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Rejected, Self::Flagged, Self::Deleted];

    /// As it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Flagged => "flagged",
            Self::Deleted => "deleted",
        }
    }

    /// What it can become, unless its author writes it anew.
    pub const fn allowed(self) -> &'static [Self] {
        match self {
            Self::Pending | Self::Flagged => &[Self::Approved, Self::Rejected, Self::Deleted],
            Self::Approved => &[Self::Rejected, Self::Flagged, Self::Deleted],
            Self::Rejected => &[Self::Approved, Self::Deleted],
            Self::Deleted => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_stored() {
        for status in ProductReviewStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            assert_eq!(
                status.allowed().contains(&ProductReviewStatus::Deleted),
                status != ProductReviewStatus::Deleted
            );
            assert!(!status.allowed().contains(&status));
        }
    }
}
