//! A while in which staff acts as a user, as staff sees it.

use identity::{Impersonation, Reason};
use kernel::{ImpersonationId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A while in which staff acts as a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpersonationView {
    pub id: ImpersonationId,
    /// Who acts.
    pub by: UserId,
    /// As whom.
    pub user_id: UserId,
    /// Why.
    pub reason: Reason,
    /// Whether it goes on.
    #[schema(example = true)]
    pub running: bool,
    pub started_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When somebody ended it before; null otherwise.
    pub ended_at: Option<Timestamp>,
    /// Who did.
    pub ended_by: Option<UserId>,
}

impl ImpersonationView {
    /// As it is at `now`.
    pub(crate) fn at(one: &Impersonation, now: Timestamp) -> Self {
        Self {
            id: one.id,
            by: one.by,
            user_id: one.user,
            reason: one.reason.clone(),
            running: one.is_running(now),
            started_at: one.started_at,
            ends_at: one.ends_at,
            ended_at: one.ended.map(|end| end.at),
            ended_by: one.ended.map(|end| end.by),
        }
    }
}
