//! Looks up how whoever calls stands: user, session or key, roles and tenant, read at once and known for half a minute.

use std::sync::{Arc, atomic::AtomicBool};

use customers::Customers;
use identity::{Access, ApiKeys, KeyHolder, Roles, Sessions, Users};
use kernel::{ApiKeyId, SessionId, TenantId, UserId};
use table::{TableError, TenantScope, get_rows};
use tenancy::Tenants;

use crate::{
    Api,
    callers::standing::{SignedInBy, Standing, StoredMeans},
    lifetimes,
};

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
                (all, StoredMeans::Session(session.map(|session| session.under(lifetimes(&tenant_known)))))
            }
            SignedInBy::Key(_) => {
                // What the text of a key says of its creator is believed only when the row says so too.
                let key = proof.map(ApiKeys::read).transpose()?.filter(|key| key.creator == user.id);
                let Some(key) = key else { return Ok(None) };
                (all.within(&key.scopes), StoredMeans::Key { key, noted: AtomicBool::new(false) })
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
