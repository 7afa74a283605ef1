//! What a claim takes away beside the user's row: the chat that somebody else may have linked, the API keys that they may
//! have made, the tries at their second factor, what they chose to be told. Their list of messages and their devices go when
//! `user.claimed` is delivered. One function for every way in that proves an address for the first time:
//! an invitation, a reset by mail, a verification without a session.

use events::user::UserClaimed;
use identity::{ApiKeys, User, Users};
use kernel::{ApiKeyId, UserId};
use messaging::{Contacts, preferences::PreferenceRows};
use table::{Key, Slot, TableError, TenantScope, Transaction};
use web::{Api, Problem, RequestInfo};

/// What a claim found beside the user's row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    /// The keys that it takes back.
    keys: Vec<ApiKeyId>,
    chat: bool,
}

impl Taken {
    /// Whether there was anything.
    pub(crate) const fn is_something(&self) -> bool {
        self.chat || !self.keys.is_empty()
    }

    /// Forgets in this environment what the transaction, which is done, took back.
    pub(crate) fn forget(&self, api: &Api, scope: TenantScope) {
        for key in &self.keys {
            api.forget_key(scope.tenant(), *key);
        }
    }
}

/// Adds the writes that take everything from whoever held the account of `user`; they fail when more is linked or made in
/// between. Three reads, and one more where there are keys.
///
/// # Errors
/// Those of the table.
pub(crate) async fn take_all(
    api: &Api,
    scope: TenantScope,
    user: UserId,
    transaction: &mut Transaction,
) -> Result<Taken, TableError> {
    let chat = take_chat(api, scope, user, transaction).await?;
    let keys = take_keys(api, scope, user, transaction).await?;
    Users::new(api.table(), scope).delete_mfa_tries(transaction, user);
    PreferenceRows::new(api.table(), scope).delete(transaction, user);
    Ok(Taken { keys, chat })
}

/// Tells the user that everything of a former holder is gone.
///
/// # Errors
/// The event does not serialise.
pub(crate) fn tell(
    transaction: &mut Transaction,
    api: &Api,
    info: &RequestInfo,
    scope: TenantScope,
    user: &User,
) -> Result<Slot, Problem> {
    Ok(api.insert_event(transaction, scope.tenant(), info, user.version, &UserClaimed { user_id: user.id })?)
}

async fn take_chat(
    api: &Api,
    scope: TenantScope,
    user: UserId,
    transaction: &mut Transaction,
) -> Result<bool, TableError> {
    let contacts = Contacts::new(api.table(), scope);
    let Some(contact) = contacts.telegram_of(user).await? else {
        contacts.check_no_chat(transaction, user);
        return Ok(false);
    };
    contacts.unlink(transaction, &contact);
    Ok(true)
}

async fn take_keys(
    api: &Api,
    scope: TenantScope,
    user: UserId,
    transaction: &mut Transaction,
) -> Result<Vec<ApiKeyId>, TableError> {
    let (keys, now) = (ApiKeys::new(api.table(), scope), api.now());
    let roster = keys.roster().await?;
    let rows: Vec<Key> = roster.live.keys().map(|id| ApiKeys::key(scope, *id)).collect();
    let mut theirs = Vec::new();
    if !rows.is_empty() {
        for row in api.table().batch_get(&rows).await?.into_iter().flatten() {
            let key = ApiKeys::read(row)?;
            if key.creator == user && key.revoked_at.is_none() {
                theirs.push(key);
            }
        }
    }
    if theirs.is_empty() {
        keys.check_roster(transaction, &roster);
        return Ok(Vec::new());
    }
    let mut next = roster;
    for key in &theirs {
        keys.revoke(transaction, key, now);
        next.live.remove(&key.id);
    }
    next.version += 1;
    keys.save_roster(transaction, &next)?;
    Ok(theirs.into_iter().map(|key| key.id).collect())
}
