//! The state of every HTTP function: the context, the token keys, and small caches with stated ages.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use allowances::{PlanTerms, PlanVersion};
use cloud::Ctx;
use identity::{AddressIndex, ApiKeyTexts, BreachedPasswords, KeyRing};
use kernel::{TenantId, Timestamp, UserId};

use crate::{
    callers::known::standing::{SignedInBy, Standing},
    limits::leases::Leases,
};

/// The context of an HTTP function. Dereferences to [`Ctx`].
#[derive(Clone)]
pub struct Api {
    ctx: Ctx,
    shared: Arc<Shared>,
}

struct Shared {
    tokens: KeyRing,
    addresses: AddressIndex,
    key_texts: ApiKeyTexts,
    breached_passwords: BreachedPasswords,
    standings: Cache<(TenantId, SignedInBy), Standing>,
    tenant_ids: Cache<String, TenantId>,
    plan_terms: Mutex<BTreeMap<(TenantId, PlanVersion), PlanTerms>>,
    leases: Leases,
}

/// Values by name, each with the instant at which it was read.
type Cache<K, V> = Mutex<BTreeMap<K, (Timestamp, Arc<V>)>>;

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
        let key_texts = ApiKeyTexts::new(ctx.ports().keys.hmac("api keys 1"), &ctx.config().stage);
        let http = ctx.ports().http.clone();
        let breached_passwords =
            BreachedPasswords::new(ctx.config().providers.breached_passwords.clone(), move || http.client());
        let shared = Shared {
            tokens,
            addresses: AddressIndex::new(&ctx.ports().keys.derive(AddressIndex::LABEL)),
            key_texts,
            breached_passwords,
            standings: Mutex::default(),
            tenant_ids: Mutex::default(),
            plan_terms: Mutex::default(),
            leases: Leases::default(),
        };
        Self { ctx, shared: Arc::new(shared) }
    }

    /// The keys of tokens.
    pub fn tokens(&self) -> &KeyRing {
        &self.shared.tokens
    }

    /// What stands for e-mail addresses.
    pub fn addresses(&self) -> &AddressIndex {
        &self.shared.addresses
    }

    /// The texts of API keys.
    pub fn key_texts(&self) -> &ApiKeyTexts {
        &self.shared.key_texts
    }

    /// Who knows which passwords leaked.
    pub(crate) fn breached_passwords(&self) -> &BreachedPasswords {
        &self.shared.breached_passwords
    }

    /// A standing that was read within the last half minute.
    pub(crate) fn known_standing(&self, name: (TenantId, SignedInBy)) -> Option<Arc<Standing>> {
        let standings = self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner);
        let known = standings.get(&name).filter(|(read_at, _)| fresh(*read_at, self.now(), STANDING_MILLIS));
        known.map(|(_, standing)| Arc::clone(standing))
    }

    pub(crate) fn remember_standing(&self, name: (TenantId, SignedInBy), read_at: Timestamp, standing: Arc<Standing>) {
        let mut standings = self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut standings, name, (read_at, standing));
    }

    pub(crate) fn forget_standing(&self, name: (TenantId, SignedInBy)) {
        self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
    }

    /// Forgets how all sessions of a user stand, after this environment itself changed the user.
    pub fn forget_user(&self, tenant: TenantId, user: UserId) {
        let mut standings = self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner);
        standings.retain(|(of, _), (_, standing)| *of != tenant || !standing.is_of(user));
    }

    /// Forgets how everybody of a tenant stands, after this environment itself changed what roles grant there.
    pub fn forget_standings(&self, tenant: TenantId) {
        let mut standings = self.shared.standings.lock().unwrap_or_else(PoisonError::into_inner);
        standings.retain(|(of, _), _| *of != tenant);
    }

    /// What a version of a plan says, when it was read before: it never changes.
    pub(crate) fn known_plan_terms(&self, tenant: TenantId, plan: &PlanVersion) -> Option<PlanTerms> {
        let terms = self.shared.plan_terms.lock().unwrap_or_else(PoisonError::into_inner);
        terms.get(&(tenant, plan.clone())).copied()
    }

    pub(crate) fn remember_plan_terms(&self, tenant: TenantId, plan: PlanVersion, terms: PlanTerms) {
        let mut known = self.shared.plan_terms.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut known, (tenant, plan), terms);
    }

    /// Permits that were taken in advance.
    pub(crate) fn leases(&self) -> &Leases {
        &self.shared.leases
    }

    /// Whose name a slug is, when it was looked up within the last half minute.
    pub(crate) fn known_tenant_id(&self, slug: &str) -> Option<TenantId> {
        let ids = self.shared.tenant_ids.lock().unwrap_or_else(PoisonError::into_inner);
        let known = ids.get(slug).filter(|(read_at, _)| fresh(*read_at, self.now(), STANDING_MILLIS));
        known.map(|(_, id)| **id)
    }

    pub(crate) fn remember_tenant_id(&self, slug: String, id: TenantId) {
        let mut ids = self.shared.tenant_ids.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut ids, slug, (self.now(), Arc::new(id)));
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
