//! Keys of providers: in the secret store under a name that is used once, so that none is ever overwritten and a new one holds at
//! once.

use ai_budget::{AiRows, ProviderKey};
use jiff::SignedDuration;
use kernel::{AiKeyId, Secret};
use table::TenantScope;
use web::{Api, Problem};

/// For how long a key may be on its way into the settings.
const YOUNG: SignedDuration = SignedDuration::from_mins(10);
/// How many characters a key may have.
const LONGEST: usize = 500;
const SHORTEST: usize = 8;

/// Whether a text can be a key: it goes into a header.
pub(crate) fn is_key(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What is told of a key.
pub(crate) fn noted(api: &Api, key: &Secret<String>) -> ProviderKey {
    let text = key.expose();
    let last4 = text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    ProviderKey { id: AiKeyId::new(api.new_ulid()), last4, created_at: api.now() }
}

/// Puts a key into the secret store. Its row comes first, so that an erasure finds it whatever happens in between.
pub(crate) async fn keep(
    api: &Api,
    scope: TenantScope,
    (note, key): &(ProviderKey, Secret<String>),
) -> Result<(), Problem> {
    AiRows::new(api.table(), scope).note_key(note).await?;
    Ok(api.create_ai_key(scope.tenant(), note.id, key).await?)
}

/// Takes keys out of the secret store that the settings do not name. What fails is found by the next change.
pub(crate) async fn sweep(api: &Api, scope: TenantScope) {
    if let Err(error) = try_sweep(api, scope).await {
        tracing::warn!(code = error.code(), "keys of providers that are used no more could not be deleted");
    }
}

async fn try_sweep(api: &Api, scope: TenantScope) -> Result<(), Problem> {
    let rows = AiRows::new(api.table(), scope);
    let noted = rows.keys().await?;
    // Read after the notes: a key that is named by now is not taken for one that is not.
    let settings = rows.settings().await?;
    let used: Vec<AiKeyId> = settings.keys().map(|key| key.id).collect();
    // A key that another change is about to name is young.
    let is_old = |key: &&ProviderKey| api.now().since(key.created_at) > YOUNG;
    for key in noted.iter().filter(is_old).filter(|key| !used.contains(&key.id)) {
        api.delete_ai_key(scope.tenant(), key.id).await?;
        rows.forget_key(key.id).await?;
    }
    Ok(())
}
