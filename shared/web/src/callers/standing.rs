//! How whoever calls stands: user, session or key, roles and tenant, read at once and known for half a minute.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use customers::Customers;
use identity::{
    Access, ApiKey, ApiKeys, Grants, KeyHolder, KeyStatus, Role, Roles, Session, Sessions, User, UserStatus, Users,
};
use kernel::{ApiKeyId, Party, SessionId, TenantId, Timestamp, UserId};
use table::{Key, TableError, TenantScope, get_rows};
use tenancy::{Tenant, Tenants};

use crate::{Api, lifetimes};

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
    user: User,
    means: Known,
    /// All that the user holds, and for a key what its scopes leave of it.
    pub(crate) grants: Grants,
    /// For whom the user acts: what is theirs is the user's own.
    pub(crate) parties: Vec<Party>,
    pub(crate) tenant: Arc<Tenant>,
}

#[derive(Debug)]
enum Known {
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
            && self.session().is_some_and(|session| session.is_live(access.auth_gen, now))
    }

    /// The key, while it works and its creator may sign in.
    pub(crate) fn working_key(&self, now: Timestamp) -> Option<&ApiKey> {
        match &self.means {
            Known::Key { key, .. } if key.status_at(now) == KeyStatus::Active => {
                (self.user.status == UserStatus::Active).then_some(key)
            }
            Known::Key { .. } | Known::Session(_) => None,
        }
    }

    /// The key, when its days are over and nothing else speaks against it.
    pub(crate) fn expired_key(&self, now: Timestamp) -> Option<&ApiKey> {
        match &self.means {
            Known::Key { key, .. } if key.status_at(now) == KeyStatus::Expired => {
                (self.user.status == UserStatus::Active).then_some(key)
            }
            Known::Key { .. } | Known::Session(_) => None,
        }
    }

    /// The key whose use is to be noted now; answers it once.
    pub(crate) fn key_to_note(&self, now: Timestamp) -> Option<&ApiKey> {
        match &self.means {
            Known::Key { key, noted } if key.is_use_due(now) && !noted.swap(true, Ordering::Relaxed) => Some(key),
            Known::Key { .. } | Known::Session(_) => None,
        }
    }

    /// Whether the session was opened or confirmed with the user's second factor. One that was taken away since counts
    /// no more.
    pub(crate) fn mfa(&self) -> bool {
        self.user.has_second_factor() && self.session().is_some_and(|session| session.mfa)
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

    const fn session(&self) -> Option<&Session> {
        match &self.means {
            Known::Session(session) => session.as_ref(),
            Known::Key { .. } => None,
        }
    }
}

impl SignedInBy {
    fn key(self, scope: TenantScope) -> Key {
        match self {
            Self::Session(session) => Sessions::key(scope, session),
            Self::Key(key) => ApiKeys::key(scope, key),
        }
    }
}

impl Api {
    /// How the user of a token stands, at most 30 seconds old. One read of five rows, none when known.
    pub(crate) async fn standing(&self, access: Access) -> Result<Option<Arc<Standing>>, TableError> {
        self.standing_by(access.tenant, access.user, SignedInBy::Session(access.session)).await
    }

    /// How an API key stands, as [`Api::standing`]; `None` when it is not there or not of who it says.
    pub(crate) async fn standing_of_key(&self, holder: KeyHolder) -> Result<Option<Arc<Standing>>, TableError> {
        self.standing_by(holder.tenant, holder.creator, SignedInBy::Key(holder.key)).await
    }

    async fn standing_by(
        &self,
        tenant: TenantId,
        user: UserId,
        means: SignedInBy,
    ) -> Result<Option<Arc<Standing>>, TableError> {
        if let Some(known) = self.known_standing((tenant, means)) {
            return Ok(Some(known).filter(|known| known.user.id == user));
        }
        let (now, scope) = (self.now(), TenantScope::new(tenant));
        let acts_for = Customers::acts_for_key(scope, user);
        let keys = [Users::key(scope, user), means.key(scope), Roles::key(scope), acts_for, Tenants::key(tenant)];
        let [user, proof, roles, acts_for, tenant_row] = get_rows(self.table(), keys).await?;
        let (Some(user), Some(tenant_row)) = (user, tenant_row) else { return Ok(None) };
        let user = Users::read(user)?;
        let all = Roles::read(roles)?.grants(tenant, &user.roles);
        let tenant_known = Arc::new(Tenants::read(tenant_row)?);
        let (grants, means_known) = match means {
            SignedInBy::Session(_) => {
                // A session's row is another user's only if the token was not ours to begin with.
                let session = proof.map(Sessions::read).transpose()?.filter(|session| session.user == user.id);
                (all, Known::Session(session.map(|session| session.under(lifetimes(&tenant_known)))))
            }
            SignedInBy::Key(_) => {
                // What the text of a key says of its creator is believed only when the row says so too.
                let key = proof.map(ApiKeys::read).transpose()?.filter(|key| key.creator == user.id);
                let Some(key) = key else { return Ok(None) };
                (all.within(&key.scopes), Known::Key { key, noted: AtomicBool::new(false) })
            }
        };
        let parties = Customers::read_acts_for(acts_for)?.parties().collect();
        let standing = Arc::new(Standing { user, means: means_known, grants, parties, tenant: tenant_known });
        self.remember_standing((tenant, means), now, Arc::clone(&standing));
        Ok(Some(standing))
    }

    /// Forgets how a session stands, after this environment itself changed it.
    pub fn forget_session(&self, tenant: TenantId, session: SessionId) {
        self.forget_standing((tenant, SignedInBy::Session(session)));
    }

    /// Forgets how an API key stands, after this environment itself changed it.
    pub fn forget_key(&self, tenant: TenantId, key: ApiKeyId) {
        self.forget_standing((tenant, SignedInBy::Key(key)));
    }
}
