//! How whoever calls stands: user, session or key, roles and tenant.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use allowances::Allowance;
use http::header;
use identity::{Access, ApiKey, ApiKeys, Grants, KeyStatus, Role, Session, Sessions, User, UserStatus};
use jiff::SignedDuration;
use kernel::{ApiKeyId, Party, Resource, SessionId, Timestamp, UserId};
use table::{Key, TenantScope};
use tenancy::{Tenant, limits::LimitError};

use crate::{Problem, callers::needs::Needs};

/// What a call is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SignedInBy {
    /// The access token of a session.
    Session(SessionId),
    /// An API key, or a token made with one.
    Key(ApiKeyId),
}

/// What authorisation needs to know of who calls.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) user: User,
    pub(crate) means: StoredMeans,
    /// All that the user holds, and for a key what its scopes leave of it.
    pub(crate) grants: Grants,
    /// For whom the user acts: what is theirs is the user's own.
    pub(crate) parties: Vec<Party>,
    pub(crate) tenant: Arc<Tenant>,
    /// How often they may call, and how much of the API: by the tenant's plan, or that of the customers they act for.
    pub(crate) allowance: Allowance,
    /// That no call of the month is left to the tenant, where its plan blocks more.
    pub(crate) calls_used_up: Option<CallsUsedUp>,
}

/// That a tenant has used all calls of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallsUsedUp {
    /// How many its plan allows.
    pub(crate) limit: u64,
    /// When the next month begins.
    pub(crate) resets_at: Timestamp,
}

impl CallsUsedUp {
    /// The refusal of a call; `None` once the month is over.
    fn refusal(self, now: Timestamp) -> Option<Problem> {
        let Self { limit, resets_at } = self;
        let left = resets_at.since(now);
        (left > SignedDuration::ZERO).then(|| {
            let problem = Problem::from(LimitError::UsedUp { resource: Resource::ApiCalls, limit, resets_at });
            // Rather a second late than one early.
            problem.with_header(header::RETRY_AFTER, left.as_secs().saturating_add(1))
        })
    }
}

/// What a call was made with, as it is stored.
#[derive(Debug)]
pub(crate) enum StoredMeans {
    /// `None` when there is no such session of the user; with its ends as the tenant's policy wants them.
    Session(Option<Session>),
    /// A key that the user made, and whether this environment has seen to the note of its use.
    Key { key: ApiKey, noted: AtomicBool },
}

impl Standing {
    /// Whether a token of this session still speaks for its user, under the tenant's present policy.
    pub(crate) fn admits(&self, access: Access, now: Timestamp) -> bool {
        self.user.status == UserStatus::Active
            && self.user.auth_gen == access.auth_gen
            && self.session().is_some_and(|session| {
                let is_its_actor = session.acting.map(|acting| acting.user) == access.acting;
                is_its_actor && session.is_live(access.auth_gen, now)
            })
    }

    /// The key, while it works and its creator may sign in.
    pub(crate) fn working_key(&self, now: Timestamp) -> Option<&ApiKey> {
        match &self.means {
            StoredMeans::Key { key, .. } if key.status_at(now) == KeyStatus::Active => {
                (self.user.status == UserStatus::Active).then_some(key)
            }
            StoredMeans::Key { .. } | StoredMeans::Session(_) => None,
        }
    }

    /// The key, when its days are over and nothing else speaks against it.
    pub(crate) fn expired_key(&self, now: Timestamp) -> Option<&ApiKey> {
        match &self.means {
            StoredMeans::Key { key, .. } if key.status_at(now) == KeyStatus::Expired => {
                (self.user.status == UserStatus::Active).then_some(key)
            }
            StoredMeans::Key { .. } | StoredMeans::Session(_) => None,
        }
    }

    /// The key whose use is to be noted now; answers it once.
    pub(crate) fn key_to_note(&self, now: Timestamp) -> Option<&ApiKey> {
        match &self.means {
            StoredMeans::Key { key, noted } if key.is_use_due(now) && !noted.swap(true, Ordering::Relaxed) => Some(key),
            StoredMeans::Key { .. } | StoredMeans::Session(_) => None,
        }
    }

    /// Whether the session was opened or confirmed with the user's second factor. One that was taken away since counts
    /// no more.
    pub(crate) fn mfa(&self) -> bool {
        self.user.has_second_factor() && self.session().is_some_and(|session| session.mfa)
    }

    /// The same, where the tenant has calls of the month left, or what is asked for goes through without.
    ///
    /// # Errors
    /// 429 `QUOTA_EXCEEDED`.
    pub(crate) fn with_calls_left<P: Needs>(self: Arc<Self>, now: Timestamp) -> Result<Arc<Self>, Problem> {
        let used_up = self.calls_used_up.filter(|_| !P::PAST_CALL_LIMIT);
        used_up.and_then(|used_up| used_up.refusal(now)).map_or(Ok(self), Err)
    }

    /// Whether it is how this user stands.
    pub(crate) fn is_of(&self, user: UserId) -> bool {
        self.user.id == user
    }

    /// The generation of the user's account that the credential was held against.
    pub(crate) const fn generation(&self) -> u64 {
        self.user.auth_gen
    }

    pub(crate) fn roles(&self) -> &[Role] {
        &self.user.roles
    }

    /// Who really acts and until when, where staff acts as the user.
    pub(crate) fn impersonated(&self) -> Option<(UserId, Timestamp)> {
        self.session().and_then(|session| Some((session.acting?.user, session.ends_at)))
    }

    const fn session(&self) -> Option<&Session> {
        match &self.means {
            StoredMeans::Session(session) => session.as_ref(),
            StoredMeans::Key { .. } => None,
        }
    }
}

impl SignedInBy {
    /// Where it is stored.
    pub(crate) fn key(self, scope: TenantScope) -> Key {
        match self {
            Self::Session(session) => Sessions::key(scope, session),
            Self::Key(key) => ApiKeys::key(scope, key),
        }
    }
}
