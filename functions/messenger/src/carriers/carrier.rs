//! What a channel is: it takes a letter and says what came of it. Another channel is a file beside `mail.rs` and a line in
//! [`dispatch::carrier`](crate::dispatch::carrier).

use async_trait::async_trait;
use messaging::Outcome;

use crate::{MessengerError, letters::letter::Letter};

/// Carries letters over one channel.
#[async_trait]
pub(crate) trait Carrier: Send + Sync {
    /// Sends a letter; called once for each claim. Whatever happens once the channel was reached is an outcome.
    ///
    /// # Errors
    /// What keeps the channel from being reached: the letter surely did not leave.
    async fn send(&self, letter: &Letter) -> Result<Outcome, MessengerError>;
}
