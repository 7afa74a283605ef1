//! The state of every HTTP function: the context, the token keys, and small caches with stated ages.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use cloud::Ctx;
use identity::{Access, Grants, KeyRing, Lifetimes, Role, Roles, Session, Sessions, User, UserStatus, Users};
use jiff::SignedDuration;
use kernel::{SessionId, TenantId, Timestamp, UserId};
use table::{TableError, TenantScope};
use tenancy::{Tenant, Tenants};

/// The context of an HTTP function. Dereferences to [`Ctx`].
#[derive(Clone)]
pub struct Api {
    ctx: Ctx,
    shared: Arc<Shared>,
}

struct Shared {
    tokens: KeyRing,
    standings: Cache<(TenantId, SessionId), Standing>,
    tenants: Cache<String, Tenant>,
}

/// Values by name, each with the instant at which it was read.
type Cache<K, V> = Mutex<BTreeMap<K, (Timestamp, Arc<V>)>>;

/// What authorisation needs to know of who signed in.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    user: User,
    session: Option<Session>,
    pub(crate) grants: Grants,
    pub(crate) tenant: Arc<Tenant>,
}

impl Standing {
    /// Whether a token of this session still speaks for its user.
    pub(crate) fn admits(&self, access: Access, now: Timestamp) -> bool {
        self.user.status == UserStatus::Active
            && self.user.auth_gen == access.auth_gen
            && self.session.as_ref().is_some_and(|session| session.is_live(access.auth_gen, now))
    }

    /// Whether the session was opened or confirmed with a second factor.
    pub(crate) fn mfa(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.mfa)
    }

    pub(crate) fn roles(&self) -> &[Role] {
        &self.user.roles
    }
}

/// How long a revocation, a changed role or a changed setting may take to be felt by an environment that knows better.
const STANDING_MILLIS: i64 = 30_000;
/// When a cache holds more, it starts anew: bounded memory, and no eviction policy to get wrong.
const CACHE_ROWS: usize = 10_000;

impl Api {
    /// The state over a context.
    pub fn new(ctx: Ctx) -> Self {
        let issuer = if ctx.config().public_url.is_empty() { "ruko" } else { &ctx.config().public_url };
        let keys = ctx.ports().keys.clone();
        let tokens = KeyRing::new(move |purpose| keys.derive(purpose), issuer);
        Self { ctx, shared: Arc::new(Shared { tokens, standings: Mutex::default(), tenants: Mutex::default() }) }
    }

    /// The keys of tokens.
    pub fn tokens(&self) -> &KeyRing {
        &self.shared.tokens
    }

    /// How the user of a token stands, at most 30 seconds old. One read of four rows, none when known.
    pub(crate) async fn standing(&self, access: Access) -> Result<Option<Arc<Standing>>, TableError> {
        let now = self.now();
        let name = (access.tenant, access.session);
        let cache = || self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read_at, standing)) = cache().get(&name)
            && fresh(*read_at, now, STANDING_MILLIS)
        {
            return Ok(Some(Arc::clone(standing)));
        }
        let scope = TenantScope::new(access.tenant);
        let keys = [
            Users::key(scope, access.user),
            Sessions::key(scope, access.session),
            Roles::key(scope),
            Tenants::key(access.tenant),
        ];
        let rows: [_; 4] = match self.table().batch_get(&keys).await?.try_into() {
            Ok(rows) => rows,
            Err(_) => return Err(TableError::Corrupt("a batch of another size than its keys".to_owned())),
        };
        let [user, session, roles, tenant] = rows;
        let (Some(user), Some(tenant)) = (user, tenant) else { return Ok(None) };
        let user = Users::read(user)?;
        // A session's row is another user's only if the token was not ours to begin with.
        let session = session.map(Sessions::read).transpose()?.filter(|session| session.user == user.id);
        let grants = Roles::read(roles)?.grants(access.tenant, &user.roles);
        let tenant = Arc::new(Tenants::read(tenant)?);
        let standing = Arc::new(Standing { user, session, grants, tenant });
        keep(&mut cache(), name, (now, Arc::clone(&standing)));
        Ok(Some(standing))
    }

    /// Forgets how a session stands, after this environment itself changed it.
    pub fn forget_session(&self, tenant: TenantId, session: SessionId) {
        self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner).remove(&(tenant, session));
    }

    /// Forgets how a user stands in every session, after this environment itself changed what they may do.
    pub fn forget_user(&self, tenant: TenantId, user: UserId) {
        let mut standings = self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner);
        standings.retain(|(of, _), (_, standing)| *of != tenant || standing.user.id != user);
    }

    /// Forgets how everybody of a tenant stands, after this environment itself changed what roles grant there.
    pub fn forget_standings(&self, tenant: TenantId) {
        let mut standings = self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner);
        standings.retain(|(of, _), _| *of != tenant);
    }

    /// The tenant of a name that was looked up within the last half minute.
    pub(crate) fn known_tenant(&self, name: &str) -> Option<Arc<Tenant>> {
        let tenants = self.shared.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tenants.get(name).filter(|(read_at, _)| fresh(*read_at, self.now(), STANDING_MILLIS));
        known.map(|(_, tenant)| Arc::clone(tenant))
    }

    pub(crate) fn remember_tenant(&self, name: String, tenant: Arc<Tenant>) {
        let mut tenants = self.shared.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut tenants, name, (self.now(), tenant));
    }
}

/// An administrator of the platform holds the keys of every tenant: short tokens, short sessions
/// (facts/security.md §2.5).
const OPERATOR: Lifetimes =
    Lifetimes { access_seconds: 300, idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(12) };

/// How long sessions of a tenant live.
pub fn lifetimes(tenant: &Tenant) -> Lifetimes {
    if tenant.id == TenantId::PLATFORM {
        return OPERATOR;
    }
    let policy = &tenant.security;
    Lifetimes {
        access_seconds: policy.access_token_seconds.into(),
        idle: SignedDuration::from_secs(policy.session_idle_seconds.into()),
        absolute: SignedDuration::from_secs(policy.session_max_seconds.into()),
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
