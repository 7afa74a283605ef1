//! The state of every HTTP function: the context, the token keys, and small caches with stated ages.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use cloud::{Ctx, EventError};
use identity::{Role, TokenKeys, User, UserStatus, Users};
use kernel::{TenantId, Timestamp, UserId};
use table::{TableError, TenantScope};

/// The context of an HTTP function. Dereferences to [`Ctx`].
#[derive(Clone)]
pub struct Api {
    ctx: Ctx,
    shared: Arc<Shared>,
}

struct Shared {
    tokens: TokenKeys,
    standings: Mutex<BTreeMap<(TenantId, UserId), (Timestamp, UserStanding)>>,
    tenants: Mutex<BTreeMap<String, (Timestamp, TenantId)>>,
}

/// What authorisation needs to know of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserStanding {
    pub(crate) auth_gen: u64,
    pub(crate) status: UserStatus,
    pub(crate) roles: Vec<Role>,
}

/// How long a revocation or a changed role may take to be felt by an environment that knows the user.
const STANDING_MILLIS: i64 = 30_000;
/// How long a slug may keep pointing to its former tenant.
const TENANT_MILLIS: i64 = 60_000;
/// When a cache holds more, it starts anew: bounded memory, and no eviction policy to get wrong.
const CACHE_ROWS: usize = 10_000;

impl Api {
    /// The state over a context.
    ///
    /// # Errors
    /// The signing key cannot be derived.
    pub fn new(ctx: Ctx) -> Result<Self, EventError> {
        let seed = ctx.ports().keys.derive("jwt 1");
        let issuer = if ctx.config().public_url.is_empty() { "ruko" } else { &ctx.config().public_url };
        let tokens = TokenKeys::new(&seed, issuer)?;
        Ok(Self { ctx, shared: Arc::new(Shared { tokens, standings: Mutex::default(), tenants: Mutex::default() }) })
    }

    /// The keys of access tokens.
    pub fn tokens(&self) -> &TokenKeys {
        &self.shared.tokens
    }

    /// How a user stands, at most 30 seconds old. One read, none when known.
    pub(crate) async fn standing(&self, tenant: TenantId, user: UserId) -> Result<Option<UserStanding>, TableError> {
        let now = self.now();
        let cache = || self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read_at, standing)) = cache().get(&(tenant, user))
            && fresh(*read_at, now, STANDING_MILLIS)
        {
            return Ok(Some(standing.clone()));
        }
        let user_row = Users::new(self.table(), TenantScope::new(tenant)).get(user).await?;
        let standing = user_row.map(|User { auth_gen, status, roles, .. }| UserStanding { auth_gen, status, roles });
        if let Some(standing) = &standing {
            keep(&mut cache(), (tenant, user), (now, standing.clone()));
        }
        Ok(standing)
    }

    /// The tenant of a name that was looked up within the last minute.
    pub(crate) fn known_tenant(&self, name: &str) -> Option<TenantId> {
        let tenants = self.shared.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.get(name).filter(|(read_at, _)| fresh(*read_at, self.now(), TENANT_MILLIS)).map(|(_, tenant)| *tenant)
    }

    pub(crate) fn remember_tenant(&self, name: String, tenant: TenantId) {
        let mut tenants = self.shared.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut tenants, name, (self.now(), tenant));
    }
}

/// Not older than `max_millis`, and not from the future of a clock that was set back.
fn fresh(read_at: Timestamp, now: Timestamp, max_millis: i64) -> bool {
    (0..=max_millis).contains(&(now.as_millis() - read_at.as_millis()))
}

fn keep<K: Ord, V>(cache: &mut BTreeMap<K, V>, key: K, value: V) {
    if cache.len() >= CACHE_ROWS {
        cache.clear();
    }
    cache.insert(key, value);
}

impl Deref for Api {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}
