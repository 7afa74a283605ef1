//! Looks up how whoever calls stands: user, session or key, roles, tenant and plan, read at once and known for half a
//! minute.

use std::sync::{Arc, atomic::AtomicBool};

use allowances::{Allowance, InForce, PlanTerms, PlanVersion, Quota};
use customers::Customers;
use futures::future::try_join_all;
use identity::{Access, ApiKeys, KeyHolder, Role, Roles, Session, Sessions, Users};
use kernel::{ApiKeyId, Party, Resource, SessionId, TenantId, Timestamp, UserId};
use table::{Item, OperatorScope, TableError, TenantScope, get_rows};
use tenancy::{
    Tenants,
    limits::{CalendarMonth, ResourceCounts, ResourceLimits},
};

use crate::{
    Api,
    callers::known::standing::{CallsUsedUp, SignedInBy, Standing, StoredMeans},
    lifetimes,
};

impl Api {
    /// How the user of a token stands, at most 30 seconds old. One read of seven rows, none when known; a customer's plans
    /// take one more, and each version of a plan one in the life of this environment, for it never changes.
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
        let of_tenant = allowances::of_tenant_key(tenant);
        let of_calls = ResourceCounts::key(scope, Resource::ApiCalls, now);
        let keys = [
            Users::key(scope, user),
            means.key(scope),
            Roles::key(scope),
            acts_for,
            Tenants::key(tenant),
            of_tenant,
            of_calls,
        ];
        let [user, proof, roles, acts_for, tenant_row, tenants_plan, calls] = get_rows(self.table(), keys).await?;
        let (Some(user), Some(tenant_row)) = (user, tenant_row) else { return Ok(None) };
        let user = Users::read(user)?;
        let all = Roles::read(roles)?.grants(tenant, &user.roles);
        let tenant_known = Arc::new(Tenants::read(tenant_row)?);
        let (grants, means_known) = match means {
            SignedInBy::Session(_) => {
                // A session's row is another user's only if the token was not ours to begin with.
                let session = proof.map(Sessions::read).transpose()?.filter(|session| session.user == user.id);
                let session = session.map(|session| session.under(lifetimes(&tenant_known)));
                (all, StoredMeans::Session(self.acted_by_staff_still(scope, session).await?))
            }
            SignedInBy::Key(_) => {
                // What the text of a key says of its creator is believed only when the row says so too.
                let key = proof.map(ApiKeys::read).transpose()?.filter(|key| key.creator == user.id);
                let Some(key) = key else { return Ok(None) };
                (all.within(&key.scopes), StoredMeans::Key { key, noted: AtomicBool::new(false) })
            }
        };
        let parties: Vec<Party> = Customers::read_acts_for(acts_for)?.parties().collect();
        let calls = ResourceCounts::read(calls)?.units();
        let is_customer = matches!(means, SignedInBy::Session(_)) && !Role::is_member(&user.roles);
        // Of a customer's call nothing depends on it, as long as the tenant has made none.
        let plan = tenants_plan.filter(|_| !is_customer || calls > 0);
        let terms = self.terms_of_tenant(plan).await?;
        let calls_used_up = calls_used_up(terms, calls, now);
        let allowance =
            if is_customer { self.allowance_of_customers(scope, &parties).await? } else { Allowance::of_member(terms) };
        let standing =
            Standing { user, means: means_known, grants, parties, tenant: tenant_known, allowance, calls_used_up };
        let standing = Arc::new(standing);
        self.remember_standing((tenant, means), now, Arc::clone(&standing));
        Ok(Some(standing))
    }

    /// The session, unless staff acts by it who is out since: suspended, or signed out everywhere. One read for such a session, none
    /// for others.
    async fn acted_by_staff_still(
        &self,
        scope: TenantScope,
        session: Option<Session>,
    ) -> Result<Option<Session>, TableError> {
        let Some(acting) = session.as_ref().and_then(|session| session.acting) else { return Ok(session) };
        let staff = Users::new(self.table(), scope).get(acting.user).await?;
        Ok(session.filter(|_| staff.is_some_and(|staff| staff.is_active_in(acting.auth_gen))))
    }

    /// What those may who act for these customers of a tenant. One round trip for each, side by side.
    pub(crate) async fn allowance_of_customers(
        &self,
        scope: TenantScope,
        parties: &[Party],
    ) -> Result<Allowance, TableError> {
        let plans = allowances::of_customers(self.table(), scope, parties).await?;
        let terms = try_join_all(plans.iter().map(|plan| self.plan_terms(scope, plan))).await?;
        Ok(Allowance::of_customer(&terms))
    }

    async fn terms_of_tenant(&self, tenants_plan: Option<Item>) -> Result<Option<PlanTerms>, TableError> {
        let books = OperatorScope::assume("the plans of tenants are the platform's").platform();
        match tenants_plan.map(InForce::read).transpose()? {
            Some(InForce { plan, .. }) => self.plan_terms(books, &plan).await.map(Some),
            None => Ok(None),
        }
    }

    /// What a version of a plan says. One read in the life of this environment.
    async fn plan_terms(&self, scope: TenantScope, plan: &PlanVersion) -> Result<PlanTerms, TableError> {
        if let Some(known) = self.known_plan_terms(scope.tenant(), plan) {
            return Ok(known);
        }
        let terms = allowances::terms_of(self.table(), scope, plan).await?;
        self.remember_plan_terms(scope.tenant(), plan.clone(), terms);
        Ok(terms)
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

/// That a tenant has made all calls of the month, where its plan blocks more; `None` also without any.
fn calls_used_up(terms: Option<PlanTerms>, calls: u64, now: Timestamp) -> Option<CallsUsedUp> {
    match ResourceLimits::of(terms).quota(Resource::ApiCalls) {
        Quota::AtMost(limit) if calls > 0 && calls >= limit => {
            Some(CallsUsedUp { limit, resets_at: CalendarMonth::end_after(now) })
        }
        Quota::AtMost(_) | Quota::Including(_) | Quota::Unlimited => None,
    }
}
