//! The settings for reviews, as staff gives and sees them.

use reviews::{Approval, BlockedWord, CountsFrom, EditDays, MOST_BLOCKED, ReportsToFlag, ReviewSettings, Unverified};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;

/// How reviews are taken. What is left out goes back to its default.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ReplaceReviewSettings, example = json!({ "unverified": "allowed", "blockedWords": ["scam"], "reportsToFlag": 3 }))]
pub struct ReviewSettingsBody {
    /// Whether reviews without a purchase are taken; `refused` when left out.
    pub unverified: Option<Unverified>,
    /// From when on a purchase can be reviewed; `paid` when left out.
    pub counts_from: Option<CountsFrom>,
    /// Whether clean reviews are shown at once; `automatic` when left out.
    pub approval: Option<Approval>,
    /// Words that hold a review back; none when left out.
    #[schema(max_items = 500)]
    pub blocked_words: Option<Vec<BlockedWord>>,
    /// How many customers must report a review until it is hidden; 3 when left out.
    pub reports_to_flag: Option<ReportsToFlag>,
    /// For how many days authors can change a review; 30 when left out.
    pub edit_days: Option<EditDays>,
}

/// How reviews are taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReviewSettings)]
pub struct ReviewSettingsView {
    pub unverified: Unverified,
    pub counts_from: CountsFrom,
    pub approval: Approval,
    /// Words that hold a review back.
    pub blocked_words: Vec<BlockedWord>,
    pub reports_to_flag: ReportsToFlag,
    pub edit_days: EditDays,
}

impl ReviewSettingsBody {
    /// The settings after the version before.
    ///
    /// # Errors
    /// 422 for too many words.
    pub(crate) fn after(self, version: u64) -> Result<ReviewSettings, Problem> {
        let blocked_words = self.blocked_words.unwrap_or_default();
        if blocked_words.len() > MOST_BLOCKED {
            let detail = format!("block at most {MOST_BLOCKED} words");
            return Err(Problem::invalid("/blockedWords", "INVALID_LENGTH", detail));
        }
        Ok(ReviewSettings {
            unverified: self.unverified.unwrap_or_default(),
            counts_from: self.counts_from.unwrap_or_default(),
            approval: self.approval.unwrap_or_default(),
            blocked_words,
            reports_to_flag: self.reports_to_flag.unwrap_or_default(),
            edit_days: self.edit_days.unwrap_or_default(),
            version: version + 1,
        })
    }
}

impl From<ReviewSettings> for ReviewSettingsView {
    fn from(settings: ReviewSettings) -> Self {
        Self {
            unverified: settings.unverified,
            counts_from: settings.counts_from,
            approval: settings.approval,
            blocked_words: settings.blocked_words,
            reports_to_flag: settings.reports_to_flag,
            edit_days: settings.edit_days,
        }
    }
}
