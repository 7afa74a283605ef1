//! What a tenant sells to its customers limits each of them.

use identity::audit::Actor;

use crate::{Api, Caller, Limit, Needs, Problem, Subject, limits::take_sold};

impl<P: Needs> Caller<P> {
    /// Counts the call as so many, all or none, against a limit that the tenant set for this user or API key.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit_sold(&self, api: &Api, limit: Limit, many: u32) -> Result<(), Problem> {
        take_sold(api, limit, &Subject::User(self.scope, self.name()), many).await.map(drop)
    }

    /// Who it is: the id of the API key or the user.
    pub fn name(&self) -> String {
        match self.actor {
            Actor::ApiKey(key) => key.to_string(),
            Actor::User(_) | Actor::Anonymous => self.user.to_string(),
        }
    }
}
