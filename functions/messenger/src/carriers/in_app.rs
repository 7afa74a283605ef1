//! In the user's list, inside the product.

use async_trait::async_trait;
use messaging::{Inbox, InboxItem, Outcome};

use crate::{MessengerError, carriers::carrier::Carrier, letters::letter::Letter, office::Office};

/// Into the list of the reader. One round trip; twice is as once.
pub(crate) struct InApp<'a>(pub(crate) &'a Office<'a>);

#[async_trait]
impl Carrier for InApp<'_> {
    async fn send(&self, letter: &Letter) -> Result<Outcome, MessengerError> {
        let user = letter.reader.user.ok_or(MessengerError::Void("there is no user to write to"))?;
        let rendered = letter.render(letter.reader.language)?;
        let item = InboxItem::of(&letter.notification, &rendered, self.0.ctx.now());
        Inbox::new(self.0.ctx.table(), self.0.scope, user).deliver(&item).await?;
        Ok(Outcome::Sent { id: item.id.to_string() })
    }
}
