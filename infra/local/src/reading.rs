//! What the pages read the product's records through: its own repositories, over the local endpoints.

use cloud::{Ctx, PortError, config::Limits};
use tokio::sync::Mutex;

use crate::{Surroundings, functions, stack::Stack};

/// A context that is made when somebody first looks.
#[derive(Default)]
pub(crate) struct Reading(Mutex<Option<Ctx>>);

impl Reading {
    /// The context.
    ///
    /// # Errors
    /// The local services do not answer.
    pub(crate) async fn ctx(&self, stack: &Stack) -> Result<Ctx, PortError> {
        let mut known = self.0.lock().await;
        if let Some(ctx) = known.as_ref() {
            return Ok(ctx.clone());
        }
        let surroundings = Surroundings { endpoints: stack.endpoints(), clock: std::sync::Arc::clone(&stack.clock) };
        let ctx = functions::context(surroundings, Limits::Loose).await?;
        *known = Some(ctx.clone());
        Ok(ctx)
    }

    /// Forgets the keys and secrets of a cloud that is gone.
    pub(crate) async fn forget(&self) {
        *self.0.lock().await = None;
    }
}
