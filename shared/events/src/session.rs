//! Events about sessions.

use kernel::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A used refresh token came again: somebody may have a copy. The session was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionReuseDetected {
    /// Whose session.
    pub user_id: UserId,
    /// Which session.
    pub session_id: SessionId,
}

impl Payload for SessionReuseDetected {
    const NAME: &'static str = "session.reuse_detected";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SessionId;

    fn subject(&self) -> SessionId {
        self.session_id
    }
}
