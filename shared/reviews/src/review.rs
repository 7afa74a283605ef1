//! A review, as stored, and what becomes of it.

use events::review::ReviewFacts;
use jiff::SignedDuration;
use kernel::{CustomerId, OrderId, Party, ProductId, ProductReviewId, Timestamp, UserId, VariantId};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::{
    HoldReason, ProductReviewError, ProductReviewStatus, Purchase, ReviewContent, ReviewSettings, Sentiment, ShopWords,
    Stars,
};

/// How many steps of its history are kept: the first, and the last ones.
const MOST_STEPS: usize = 50;

/// What a customer says of a product. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductReview {
    /// Its id.
    pub id: ProductReviewId,
    /// Of which product.
    pub product_id: ProductId,
    /// What that was called when the review was written.
    pub product_title: String,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// The user who wrote it; none where a server did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The order in which they bought it; none where nobody knows that they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// The variant that they bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<VariantId>,
    /// How many stars.
    pub rating: Stars,
    /// What it says; none once it is forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub content: Option<ReviewContent>,
    /// How that feels.
    pub sentiment: Sentiment,
    /// How it stands.
    pub status: ProductReviewStatus,
    /// Why it waited for a person when it was last written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HoldReason>,
    /// How many found it helpful.
    pub helpful: u32,
    /// How many customers reported it since a person last approved it.
    pub reports: u32,
    /// How many reported it since then whose word hides nothing.
    #[serde(default)]
    pub complaints: u32,
    /// What the shop answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReviewReply>,
    /// What stands for its words, where it was the first with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_hash: Option<String>,
    /// How it came to stand as it does, oldest first.
    #[serde(with = "table::personal")]
    pub history: Vec<ReviewStep>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its author last changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The version with which it came to say what it says; 0 where nobody noted it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub text_version: u64,
    /// The version with which a person last approved it, and heard those who had reported it; 0 when nobody did.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub heard_version: u64,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What a shop answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewReply {
    /// The words.
    pub body: ShopWords,
    /// When it answered first.
    pub created_at: Timestamp,
    /// When it last changed the answer.
    pub updated_at: Timestamp,
    /// The version of the review with which it said so last; 0 where nobody noted it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub review_version: u64,
}

/// When a review came to stand so, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewStep {
    /// How.
    pub status: ProductReviewStatus,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: ReviewActor,
    /// Why it waited, where it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HoldReason>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RefusalReason>,
    /// What staff noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<ShopWords>,
}

/// Who moved a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ReviewActor {
    /// Its author, by writing or deleting it.
    Author,
    /// So many reports.
    Reports,
    /// A member of the tenant, or a server that acts as one; by writing it too, for its author.
    Staff {
        /// Which.
        user: UserId,
    },
    /// The erasure of its author.
    Erasure,
}

/// Why a review is not fit to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Why a review is not fit to be shown")]
pub enum RefusalReason {
    /// It sells something else.
    Spam,
    /// It insults somebody.
    Offensive,
    /// It is about something else.
    OffTopic,
    /// Whoever wrote it does not know the product.
    Fake,
    /// It tells of somebody what is nobody's business.
    PersonalData,
    /// Something else.
    Other,
}

/// A review that is about to be written.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// Its id.
    pub id: ProductReviewId,
    /// Of which product.
    pub product_id: ProductId,
    /// What that is called.
    pub product_title: String,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// The user who writes it.
    pub user_id: Option<UserId>,
    /// What they bought.
    pub purchase: Option<Purchase>,
}

/// What is written, and how it was judged.
#[derive(Clone, Debug)]
pub struct Written {
    /// Who writes it: its author, or staff for them.
    pub by: ReviewActor,
    /// How many stars.
    pub rating: Stars,
    /// What it says.
    pub content: ReviewContent,
    /// How that feels.
    pub sentiment: Sentiment,
    /// Why it waits for a person; nothing where it is clean.
    pub holds: Vec<HoldReason>,
    /// What stands for its words, where nobody wrote them before.
    pub text_hash: Option<String>,
}

/// What a person decides.
#[derive(Clone, Debug)]
pub struct ProductReviewDecision {
    /// What the review becomes.
    pub to: ProductReviewStatus,
    /// Who decides.
    pub by: ReviewActor,
    /// Why it is refused.
    pub reason: Option<RefusalReason>,
    /// What they note.
    pub note: Option<ShopWords>,
}

impl Record for ProductReview {
    const ROWS: &'static [&'static str] = &["REV#{review} / REV"];
}

impl Written {
    const fn status(&self) -> ProductReviewStatus {
        if self.holds.is_empty() { ProductReviewStatus::Approved } else { ProductReviewStatus::Pending }
    }

    fn step(&self, at: Timestamp) -> ReviewStep {
        let (status, holds) = (self.status(), self.holds.clone());
        ReviewStep { status, at, by: self.by, holds, reason: None, note: None }
    }
}

impl ProductReview {
    /// A new one: shown where it is clean, else it waits.
    pub fn new(new: NewReview, written: Written, now: Timestamp) -> Self {
        let (status, first) = (written.status(), written.step(now));
        Self {
            id: new.id,
            product_id: new.product_id,
            product_title: new.product_title,
            customer_id: new.customer_id,
            user_id: new.user_id,
            order_id: new.purchase.map(|purchase| purchase.order_id),
            variant_id: new.purchase.map(|purchase| purchase.variant_id),
            rating: written.rating,
            content: Some(written.content),
            sentiment: written.sentiment,
            status,
            history: vec![first],
            holds: written.holds,
            helpful: 0,
            reports: 0,
            complaints: 0,
            reply: None,
            text_hash: written.text_hash,
            created_at: now,
            edited_at: None,
            updated_at: now,
            text_version: 1,
            heard_version: 0,
            version: 1,
        }
    }

    /// Whose it is.
    pub const fn party(&self) -> Party {
        Party::Customer(self.customer_id)
    }

    /// Whether the customer bought it, as far as is known.
    pub const fn is_verified(&self) -> bool {
        self.order_id.is_some()
    }

    /// What every event says of it.
    pub fn told(&self) -> ReviewFacts {
        ReviewFacts {
            review_id: self.id,
            product_id: self.product_id,
            product_title: self.product_title.clone(),
            customer_id: self.customer_id,
            rating: self.rating.get(),
            verified: self.is_verified(),
            status: self.status.as_str().to_owned(),
        }
    }

    /// The stars that it counts with; none while it is not shown.
    pub fn counted(&self) -> Option<Stars> {
        (self.status == ProductReviewStatus::Approved).then_some(self.rating)
    }

    /// Whether a person, or enough reports, held it back: what is written instead waits for a person too, however often it is written,
    /// until one approves it.
    pub fn held_before(&self) -> bool {
        match self.status {
            ProductReviewStatus::Rejected | ProductReviewStatus::Flagged => true,
            ProductReviewStatus::Pending => self.holds.contains(&HoldReason::HeldBefore),
            ProductReviewStatus::Approved | ProductReviewStatus::Deleted => false,
        }
    }

    /// Whether its author may review the same anew once they deleted it: while they could also change it, and unless it was held
    /// back or reported, which would be undone by it.
    pub fn may_be_written_again(&self, settings: &ReviewSettings, now: Timestamp) -> bool {
        !self.held_before() && self.reports == 0 && self.may_be_edited(settings, now).is_ok()
    }

    /// Whether its author wrote it themselves: then nobody else changes what it says.
    pub const fn is_in_own_words(&self) -> bool {
        self.user_id.is_some()
    }

    /// Whether its author can still change it.
    ///
    /// # Errors
    /// `WrongMove` for one that is gone, `EditOver`.
    pub fn may_be_edited(&self, settings: &ReviewSettings, now: Timestamp) -> Result<(), ProductReviewError> {
        if self.status == ProductReviewStatus::Deleted {
            return Err(ProductReviewError::WrongMove { from: self.status, to: ProductReviewStatus::Pending });
        }
        let days = settings.edit_days.get();
        let end = self.created_at.plus(SignedDuration::from_hours(24 * i64::from(days)));
        if now < end { Ok(()) } else { Err(ProductReviewError::EditOver { days }) }
    }

    /// Written anew, which nobody has found helpful yet; none where nothing changes.
    #[must_use]
    pub fn edited(&self, written: Written, now: Timestamp) -> Option<Self> {
        if self.content.as_ref() == Some(&written.content) && self.rating == written.rating {
            return None;
        }
        let next = self.stepped(written.step(now));
        Some(Self {
            rating: written.rating,
            content: Some(written.content),
            sentiment: written.sentiment,
            holds: written.holds,
            text_hash: written.text_hash,
            helpful: 0,
            edited_at: Some(now),
            text_version: next.version,
            ..next
        })
    }

    /// As somebody decided; none where it stands so.
    ///
    /// # Errors
    /// `WrongMove`.
    pub fn decided(&self, decision: ProductReviewDecision, now: Timestamp) -> Result<Option<Self>, ProductReviewError> {
        let ProductReviewDecision { to, by, reason, note } = decision;
        if self.status == to {
            return Ok(None);
        }
        if !self.status.allowed().contains(&to) {
            return Err(ProductReviewError::WrongMove { from: self.status, to });
        }
        let next = self.stepped(ReviewStep { status: to, at: now, by, holds: Vec::new(), reason, note });
        // Those who reported it before were heard.
        let is_approved = to == ProductReviewStatus::Approved;
        let (reports, complaints, heard_version) =
            if is_approved { (0, 0, next.version) } else { (next.reports, next.complaints, next.heard_version) };
        let text_hash = next.text_hash.clone().filter(|_| to != ProductReviewStatus::Deleted);
        Ok(Some(Self { reports, complaints, text_hash, heard_version, ..next }))
    }

    /// With one report more of somebody whose word hides nothing: staff sees that it is there.
    #[must_use]
    pub fn complained_of(&self, now: Timestamp) -> Self {
        Self { complaints: self.complaints.saturating_add(1), ..self.changed(now) }
    }

    /// With one report more; hidden where there are enough.
    #[must_use]
    pub fn reported(&self, settings: &ReviewSettings, now: Timestamp) -> Self {
        let reports = self.reports.saturating_add(1);
        let is_enough = self.status == ProductReviewStatus::Approved && reports >= settings.reports_to_flag.get();
        let next = if is_enough {
            let by = ReviewActor::Reports;
            let status = ProductReviewStatus::Flagged;
            self.stepped(ReviewStep { status, at: now, by, holds: Vec::new(), reason: None, note: None })
        } else {
            self.changed(now)
        };
        Self { reports, ..next }
    }

    /// With one more who found it helpful, or one less.
    #[must_use]
    pub fn found_helpful(&self, is_helpful: bool, now: Timestamp) -> Self {
        let helpful = if is_helpful { self.helpful.saturating_add(1) } else { self.helpful.saturating_sub(1) };
        Self { helpful, ..self.changed(now) }
    }

    /// With the shop's answer, in the place of the one before; none where that is the same, and of what the review says now.
    ///
    /// # Errors
    /// `WrongMove` for one that is gone.
    pub fn replied(&self, body: ShopWords, now: Timestamp) -> Result<Option<Self>, ProductReviewError> {
        if self.status == ProductReviewStatus::Deleted {
            return Err(ProductReviewError::WrongMove { from: self.status, to: self.status });
        }
        if !self.is_reply_outdated() && self.reply.as_ref().is_some_and(|reply| reply.body == body) {
            return Ok(None);
        }
        let created_at = self.reply.as_ref().map_or(now, |reply| reply.created_at);
        let next = self.changed(now);
        let reply = ReviewReply { body, created_at, updated_at: now, review_version: next.version };
        Ok(Some(Self { reply: Some(reply), ..next }))
    }

    /// Without the shop's answer; none where there is none.
    #[must_use]
    pub fn without_reply(&self, now: Timestamp) -> Option<Self> {
        self.reply.as_ref().map(|_| Self { reply: None, ..self.changed(now) })
    }

    /// Whether the review was written anew since the shop answered it.
    pub fn is_reply_outdated(&self) -> bool {
        self.reply.as_ref().is_some_and(|reply| match (self.text_version, reply.review_version) {
            (0, _) | (_, 0) => self.edited_at.is_some_and(|at| at > reply.updated_at),
            (text, answer) => text > answer,
        })
    }

    /// Gone, with all that it says and what was noted of it; none where that is so. That it was there, and of whom, stays. What
    /// stands for words that were held back stays too, so that they are known when they come again, unless its author is erased.
    #[must_use]
    pub fn forgotten(&self, by: ReviewActor, now: Timestamp) -> Option<Self> {
        let knows_words = self.text_hash.is_some() && by == ReviewActor::Erasure;
        if self.status == ProductReviewStatus::Deleted && self.content.is_none() && !knows_words {
            return None;
        }
        let text_hash = self.text_hash.clone().filter(|_| self.held_before() && by != ReviewActor::Erasure);
        let status = ProductReviewStatus::Deleted;
        let mut next = self.stepped(ReviewStep { status, at: now, by, holds: Vec::new(), reason: None, note: None });
        for step in &mut next.history {
            step.note = None;
        }
        Some(Self { content: None, user_id: None, reply: None, text_hash, ..next })
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }

    fn stepped(&self, step: ReviewStep) -> Self {
        let mut next = self.changed(step.at);
        next.status = step.status;
        if next.history.len() >= MOST_STEPS {
            next.history.remove(1);
        }
        next.history.push(step);
        next
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
#[path = "review_tests.rs"]
pub(crate) mod tests;
