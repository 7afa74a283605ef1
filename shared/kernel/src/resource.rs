//! What a tenant's plan limits.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that a tenant uses and whose plan says how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Active members: users with a role beyond USER.
    Users,
    /// What is stored in files, in bytes.
    StorageBytes,
    /// Calls of the API in a month of UTC.
    ApiCalls,
    /// Interactions with AI functions in a month of UTC.
    AiInteractions,
}

impl Resource {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Users, Self::StorageBytes, Self::ApiCalls, Self::AiInteractions];

    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::StorageBytes => "storage_bytes",
            Self::ApiCalls => "api_calls",
            Self::AiInteractions => "ai_interactions",
        }
    }

    /// Whether it starts again from zero every month; what does not is given back.
    pub const fn is_monthly(self) -> bool {
        match self {
            Self::Users | Self::StorageBytes => false,
            Self::ApiCalls | Self::AiInteractions => true,
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_stored() {
        for resource in Resource::ALL {
            assert_eq!(serde_json::to_value(resource).unwrap(), resource.as_str());
        }
    }
}
