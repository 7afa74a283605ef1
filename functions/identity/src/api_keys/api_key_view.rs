//! An API key, as callers see one.

use identity::{ApiKey, KeyStatus, Permission};
use kernel::{ApiKeyId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// An API key. Never its text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    pub id: ApiKeyId,
    /// What it is called.
    #[schema(example = "usage reporter")]
    pub name: String,
    /// How its text begins and ends, to know it by.
    #[schema(example = "sk_test_…4kQz")]
    pub hint: String,
    /// What it may do at most, as far as who made it may.
    pub scopes: Vec<Permission>,
    pub status: KeyStatus,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it does not work.
    pub expires_at: Timestamp,
    /// When it was last used, to the hour; null before its first use.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked; null while it is not.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKeyView {
    /// The key as it stands at an instant.
    pub(crate) fn at(key: &ApiKey, now: Timestamp) -> Self {
        Self {
            id: key.id,
            name: key.name.clone().into(),
            hint: key.hint.clone(),
            scopes: key.scopes.clone(),
            status: key.status_at(now),
            created_by: key.creator,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
        }
    }
}
