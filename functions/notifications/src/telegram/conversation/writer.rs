//! Who writes to a bot.

use customers::Customers;
use identity::{Role, User, UserStatus, Users};
use kernel::{CustomerId, Party};
use messaging::{
    Contacts, TelegramContact,
    telegram::{BotName, Chat},
};
use table::{TableError, TenantScope, get_rows};
use web::Api;

/// The user whose chat it is, and for whom they act.
pub(super) struct Writer {
    pub(super) contact: TelegramContact,
    pub(super) user: User,
    /// Oldest first.
    pub(super) customers: Vec<CustomerId>,
}

impl Writer {
    /// Who is linked in a chat with a bot; `None` when nobody is. Two round trips, one when nobody is.
    pub(super) async fn of(
        api: &Api,
        scope: TenantScope,
        (bot, chat): (&BotName, Chat),
    ) -> Result<Option<Self>, TableError> {
        let contacts = Contacts::new(api.table(), scope);
        let Some(owner) = contacts.owner_of(bot, chat.id).await? else { return Ok(None) };
        let keys = [contacts.telegram_key(owner), Users::key(scope, owner), Customers::acts_for_key(scope, owner)];
        let [contact, user, acts_for] = get_rows(api.table(), keys).await?;
        let (Some(contact), Some(user)) = (contact, user) else { return Ok(None) };
        let contact = Contacts::read_telegram(contact)?;
        if contact.chat_id != chat.id || contact.bot != *bot {
            return Ok(None);
        }
        let user = Users::read(user)?;
        if user.status == UserStatus::Erased {
            return Ok(None);
        }
        Ok(Some(Self { contact, user, customers: Customers::read_acts_for(acts_for)?.customers }))
    }

    /// The same as parties.
    pub(super) fn parties(&self) -> Vec<Party> {
        self.customers.iter().copied().map(Party::Customer).collect()
    }

    /// Whether they belong to the tenant itself rather than to its customers.
    pub(super) fn is_member(&self) -> bool {
        Role::is_member(&self.user.roles)
    }

    /// Whether they may sign in.
    pub(super) fn is_active(&self) -> bool {
        self.user.status == UserStatus::Active
    }
}
