//! The erasure of all that a tenant has: wished for, thirty days off, and then done in turns.
//!
//! What is in `Tenant` says that it is to be erased; the row of the erasure itself is the platform's, and begins with its first
//! turn. From then on there is no way back, and nobody gets in.

use events::tenant::{TenantDeleted, TenantErasureScheduled, TenantErasureWithdrawn};
use jiff::SignedDuration;
use kernel::{Fault, FaultKind, Slug, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{Cancellation, ScheduledErasure, Tenant, TenantError, TenantStatus, privacy::walk::Position};

/// How long it can be withdrawn: 30 days.
pub const ERASED_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long after an erasure is due copies of what it deleted may be there at most: the table's backups and the former versions of
/// objects, 35 days, with two days for the erasure itself and for what S3 expires once a day.
const COPIES_LAST: SignedDuration = SignedDuration::from_hours((35 + 2) * 24);
/// After how long the second look for rows follows the first: an hour, longer than any work that had begun goes on.
const LOOKED_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Why a tenant is not, or cannot be, on its way to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErasureError {
    /// The slug is another one.
    #[error("this is not the slug of the tenant; say which one is to be erased")]
    OtherSlug,
    /// It is to be erased already.
    #[error("this tenant is to be erased already")]
    Scheduled,
    /// It is not to be erased.
    #[error("this tenant is not to be erased")]
    NotScheduled,
}

impl Fault for ErasureError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::OtherSlug => FaultKind::Invalid,
            Self::Scheduled | Self::NotScheduled => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::OtherSlug => "OTHER_SLUG",
            Self::Scheduled => "ERASURE_SCHEDULED",
            Self::NotScheduled => "ERASURE_NOT_SCHEDULED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::OtherSlug => true,
            Self::Scheduled | Self::NotScheduled => false,
        }
    }
}

impl Tenant {
    /// The tenant, over and to be erased, in one step; with whether it was not over before.
    ///
    /// # Errors
    /// The inner one: `OtherSlug`, `Scheduled`; the outer one `Platform`.
    pub fn to_be_erased(
        self,
        slug: &Slug,
        cancellation: Cancellation,
    ) -> Result<Result<(Self, bool), ErasureError>, TenantError> {
        if *slug != self.slug {
            return Ok(Err(ErasureError::OtherSlug));
        }
        if self.erasure.is_some() {
            return Ok(Err(ErasureError::Scheduled));
        }
        let version = self.version + 1;
        let erasure = ScheduledErasure {
            reason: cancellation.reason.clone(),
            requested_at: cancellation.at,
            erase_at: cancellation.at.plus(ERASED_AFTER),
        };
        let (tenant, ends) = match self.status {
            TenantStatus::Cancelled => (self, false),
            TenantStatus::Trial | TenantStatus::Active | TenantStatus::Suspended => {
                (self.cancelled(cancellation)?, true)
            }
        };
        Ok(Ok((Self { erasure: Some(erasure), version, ..tenant }, ends)))
    }

    /// The tenant, still over, and not to be erased.
    ///
    /// # Errors
    /// `NotScheduled`.
    pub fn not_to_be_erased(self) -> Result<Self, ErasureError> {
        match self.erasure {
            Some(_) => Ok(Self { erasure: None, version: self.version + 1, ..self }),
            None => Err(ErasureError::NotScheduled),
        }
    }

    /// That it is to be erased; `None` when it is not.
    pub fn told_erasure_scheduled(&self) -> Option<TenantErasureScheduled> {
        let ScheduledErasure { reason, requested_at, erase_at } = self.erasure.clone()?;
        Some(TenantErasureScheduled { tenant_id: self.id, reason, requested_at, erase_at })
    }

    /// That it is not to be erased any more.
    pub const fn told_erasure_withdrawn(&self) -> TenantErasureWithdrawn {
        TenantErasureWithdrawn { tenant_id: self.id }
    }
}

impl ScheduledErasure {
    /// From when on no copy of what it deletes is left either.
    pub fn copies_gone_at(&self) -> Timestamp {
        self.erase_at.plus(COPIES_LAST)
    }
}

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStep {
    /// What the law keeps is copied into the platform's archive, as rows.
    KeepBooks,
    /// And as documents.
    KeepDocuments,
    /// All rows are deleted.
    DeleteRows,
    /// Objects, secrets and what is left on the agenda are deleted.
    DeleteRest,
    /// Rows, objects, secrets and work that came meanwhile are deleted, and last of all the data key.
    LookAgain,
    /// Nothing is left.
    Done,
}

/// An erasure, as stored in the platform's own partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantErasure {
    /// Whose.
    pub tenant: TenantId,
    /// The name that is given free at the end; not there any more after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<Slug>,
    /// When the tenant signed up: its oldest rows.
    pub signed_up_at: Timestamp,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// What is done next.
    pub step: ErasureStep,
    /// Within a step that walks over rows: how far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Within a step that goes through objects: behind which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_object: Option<String>,
    /// How many rows were deleted, some of them maybe twice.
    pub rows: u64,
    /// When nothing was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// Raised by every turn.
    pub version: u64,
}

impl Record for TenantErasure {
    const ROWS: &'static [&'static str] = &["ERASURE#{tenant} / ERASURE"];
}

impl TenantErasure {
    /// The erasure of a tenant whose time has come; `None` before that, and for one that is not to be erased.
    pub fn begun(tenant: &Tenant, now: Timestamp) -> Option<Self> {
        tenant.erasure.as_ref().filter(|erasure| erasure.erase_at <= now)?;
        Some(Self {
            tenant: tenant.id,
            slug: Some(tenant.slug.clone()),
            signed_up_at: tenant.created_at,
            begun_at: now,
            step: ErasureStep::KeepBooks,
            position: None,
            after_object: None,
            rows: 0,
            done_at: None,
            version: 1,
        })
    }

    /// The erasure after a turn that walked up to a position and deleted so many rows.
    pub fn walked(self, position: Position, rows: u64) -> Self {
        Self { position: Some(position), rows: self.rows + rows, version: self.version + 1, ..self }
    }

    /// The erasure after a turn that went through objects up to this one.
    pub fn handled(self, object: String) -> Self {
        Self { after_object: Some(object), version: self.version + 1, ..self }
    }

    /// The erasure after the last turn of a step, which deleted so many rows; with when the next step begins, `None` after the
    /// last.
    pub fn stepped(self, rows: u64, now: Timestamp) -> (Self, Option<Timestamp>) {
        let (step, next) = match self.step {
            ErasureStep::KeepBooks => (ErasureStep::KeepDocuments, Some(now)),
            ErasureStep::KeepDocuments => (ErasureStep::DeleteRows, Some(now)),
            ErasureStep::DeleteRows => (ErasureStep::DeleteRest, Some(now)),
            ErasureStep::DeleteRest => (ErasureStep::LookAgain, Some(now.plus(LOOKED_AGAIN_AFTER))),
            ErasureStep::LookAgain | ErasureStep::Done => (ErasureStep::Done, None),
        };
        let over = step == ErasureStep::Done;
        let after = Self {
            step,
            position: None,
            after_object: None,
            slug: self.slug.clone().filter(|_| !over),
            done_at: over.then_some(now),
            rows: self.rows + rows,
            version: self.version + 1,
            ..self
        };
        (after, next)
    }

    /// That nothing is left; `None` while there is.
    pub fn told_deleted(&self) -> Option<TenantDeleted> {
        Some(TenantDeleted { tenant_id: self.tenant, rows: self.rows, deleted_at: self.done_at? })
    }

    /// The folder of what is kept.
    pub fn archive(&self) -> String {
        format!("kept/{}", self.tenant)
    }
}

#[cfg(test)]
mod tests {
    use events::tenant::CancelledBy;

    use super::*;

    fn tenant() -> Tenant {
        serde_json::from_str(include_str!("../golden/tenant.json")).unwrap()
    }

    fn cancellation() -> Cancellation {
        let at = "2026-12-01T00:00:00Z".parse().unwrap();
        Cancellation { by: CancelledBy::Tenant, reason: "We moved".to_owned(), at }
    }

    #[test]
    fn a_tenant_is_cancelled_and_marked_in_one_step_and_the_mark_is_taken_away_alone() {
        let slug = tenant().slug;
        let (marked, ends) = tenant().to_be_erased(&slug, cancellation()).unwrap().unwrap();
        assert_eq!((marked.status, marked.version, ends), (TenantStatus::Cancelled, tenant().version + 1, true));
        let at = marked.erasure.as_ref().unwrap().erase_at;
        assert_eq!(at, "2026-12-31T00:00:00Z".parse().unwrap());
        let again = marked.clone().to_be_erased(&slug, cancellation()).unwrap();
        assert_eq!(again.unwrap_err(), ErasureError::Scheduled);
        let back = marked.not_to_be_erased().unwrap();
        assert_eq!(
            (back.status, back.erasure.as_ref(), back.version),
            (TenantStatus::Cancelled, None, tenant().version + 2)
        );
        assert_eq!(back.clone().not_to_be_erased().unwrap_err(), ErasureError::NotScheduled);
        let (_, ends) = back.to_be_erased(&slug, cancellation()).unwrap().unwrap();
        assert!(!ends, "it was over before");
        let other = "toko-lain".parse().unwrap();
        assert_eq!(tenant().to_be_erased(&other, cancellation()).unwrap().unwrap_err(), ErasureError::OtherSlug);
    }

    #[test]
    fn no_copy_lasts_longer_than_the_answer_says() {
        const DATA: &str = include_str!("../../../../infra/data.yaml");
        let (_, recovery) = DATA.split_once("  RecoveryDays:").unwrap();
        let number = |text: &str| text.trim().parse::<i64>().ok();
        let most = recovery.lines().find_map(|line| number(line.trim().strip_prefix("MaxValue:")?)).unwrap();
        assert_eq!(COPIES_LAST, SignedDuration::from_hours((most + 2) * 24));
        let former: Vec<&str> =
            DATA.split("NoncurrentDays:").skip(1).filter_map(|rest| rest.split('}').next()).collect();
        assert!(former.len() >= 3, "{former:?}");
        for days in former {
            let days = days.trim();
            assert!(days == "!Ref RecoveryDays" || number(days).is_some_and(|days| days <= most), "{days}");
        }
        let slug = tenant().slug;
        let (marked, _) = tenant().to_be_erased(&slug, cancellation()).unwrap().unwrap();
        let gone = marked.erasure.map(|erasure| erasure.copies_gone_at());
        assert_eq!(gone, Some("2027-02-06T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn it_begins_when_its_time_has_come_and_ends_after_a_second_look() {
        let slug = tenant().slug;
        let (marked, _) = tenant().to_be_erased(&slug, cancellation()).unwrap().unwrap();
        let (early, now) = ("2026-12-30T23:59:59.999Z".parse().unwrap(), "2026-12-31T00:00:00Z".parse().unwrap());
        assert_eq!((TenantErasure::begun(&marked, early), TenantErasure::begun(&tenant(), now)), (None, None));
        let mut erasure = TenantErasure::begun(&marked, now).unwrap();
        let mut steps = Vec::new();
        loop {
            steps.push(erasure.step);
            let (after, next) = erasure.stepped(1, now);
            assert_eq!(next.is_some_and(|next| next > now), after.step == ErasureStep::LookAgain);
            erasure = after;
            if next.is_none() {
                break;
            }
        }
        assert_eq!((steps.len(), erasure.step, erasure.rows, erasure.version), (5, ErasureStep::Done, 5, 6));
        assert_eq!((erasure.slug.as_ref(), erasure.done_at), (None, Some(now)));
        assert_eq!(erasure.told_deleted().unwrap().rows, 5);
    }
}
