//! The rows of choices: `NOTIFY#USER#<usr id>` / `PREFERENCES` of a user, `NOTIFY#SETTINGS` / `SETTINGS` of a tenant.

use std::collections::BTreeMap;

use kernel::{UserId, Zone};
use table::{Condition, Key, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use super::{NotificationPreferences, NotificationSettings, Wishes};

/// What a tenant and some of its users chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The tenant.
    pub tenant: NotificationSettings,
    /// The users who chose anything.
    pub users: BTreeMap<UserId, NotificationPreferences>,
}

impl Choices {
    /// What is wished of messages to one reader, in the tenant's zone; `None` for a reader who is no user.
    pub fn wishes<'a>(&'a self, reader: Option<UserId>, zone: &'a Zone) -> Wishes<'a> {
        Wishes { tenant: &self.tenant, reader: reader.and_then(|user| self.users.get(&user)), zone }
    }
}

/// The choices of one tenant and its users.
#[derive(Clone, Copy)]
pub struct PreferenceRows<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// How many rows are read at once (a limit of DynamoDB).
const READ_AT_ONCE: usize = 100;

impl<'a> PreferenceRows<'a> {
    /// The choices of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// What a user chose; nothing before the first choice. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of(&self, user: UserId) -> Result<NotificationPreferences, TableError> {
        let row = self.table.get(&self.user_key(user)).await?;
        Ok(row.map(from_item).transpose()?.unwrap_or_default())
    }

    /// What the tenant chose; nothing before the first choice. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn settings(&self) -> Result<NotificationSettings, TableError> {
        let row = self.table.get(&self.settings_key()).await?;
        Ok(row.map(from_item).transpose()?.unwrap_or_default())
    }

    /// What the tenant and these users chose. One round trip for each hundred.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn choices(&self, users: &[UserId]) -> Result<Choices, TableError> {
        let mut choices = Choices::default();
        let (mut users, mut keys) = (users.to_vec(), vec![self.settings_key()]);
        users.sort_unstable();
        users.dedup();
        keys.extend(users.iter().map(|user| self.user_key(*user)));
        let mut rows = Vec::with_capacity(keys.len());
        for keys in keys.chunks(READ_AT_ONCE) {
            rows.extend(self.table.batch_get(keys).await?);
        }
        let mut rows = rows.into_iter();
        if let Some(row) = rows.next().flatten() {
            choices.tenant = from_item(row)?;
        }
        for (user, row) in users.into_iter().zip(rows) {
            if let Some(row) = row {
                choices.users.insert(user, from_item(row)?);
            }
        }
        Ok(choices)
    }

    /// Saves what a user chose; it fails unless it follows the version that is there.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        preferences: &NotificationPreferences,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.user_key(user), preferences)?;
        Ok(transaction.add(row.when(Condition::follows(preferences.version))))
    }

    /// Saves what the tenant chose; it fails unless it follows the version that is there.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_settings(
        &self,
        transaction: &mut Transaction,
        settings: &NotificationSettings,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.settings_key(), settings)?;
        Ok(transaction.add(row.when(Condition::follows(settings.version))))
    }

    /// Forgets what a user chose.
    pub fn delete(&self, transaction: &mut Transaction, user: UserId) -> Slot {
        transaction.add(Write::delete(self.user_key(user)))
    }

    fn user_key(&self, user: UserId) -> Key {
        self.scope.key(format_args!("NOTIFY#USER#{user}"), "PREFERENCES")
    }

    fn settings_key(&self) -> Key {
        self.scope.key("NOTIFY#SETTINGS", "SETTINGS")
    }
}
