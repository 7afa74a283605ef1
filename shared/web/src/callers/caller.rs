//! Who calls: a signed-in user, or a server with an API key, with the permission that the handler needs. A handler cannot
//! name a tenant but through this argument, and cannot forget to ask for a permission.

use std::{marker::PhantomData, sync::Arc};

use allowances::PlanAccess;
use axum::extract::FromRequestParts;
use customers::Customers;
use http::{Method, StatusCode, request::Parts};
use identity::{
    Access, Grants, KeyHolder, Reach, Role, TokenError, User, UserWithPassword, Users,
    audit::{Action, Actor, AuditEntry},
};
use kernel::{CustomerId, Owned, Party, SessionId, TenantId, Timestamp, UserId};
use table::TenantScope;
use tenancy::{MfaPolicy, Tenant, Tenants};
use utoipa::openapi::{SecurityRequirement, extensions::ExtensionsBuilder, path::Operation};

use crate::{
    Api, Argument, Limit, Problem, RequestInfo, Subject,
    arguments::Place,
    callers::{
        credential::{Credential, by_key, by_session},
        denial::{ACCESS_DENIED, record_denial},
        gate::Asking,
        known::{impersonated::is_themselves, recent::recently, standing::Standing, stepped_up::SignedInAt},
        needs::{NeededPermission, Needs, WhileSuspended},
    },
    limits::{take, take_many},
    openapi::{NO_SCOPES, PERMISSION, PLAN_ACCESS, SESSION},
};

/// Somebody who has the permission `P`: a signed-in user, or a tenant's server with an API key.
#[derive(Clone, Debug)]
pub struct Caller<P> {
    /// The tenant, from the token alone.
    pub scope: TenantScope,
    /// The user; for an API key the one who made it.
    pub user: UserId,
    /// Who it is in the audit trail.
    pub actor: Actor,
    /// Whether the permission covers the whole tenant or only what is the user's own.
    pub reach: Reach,
    /// All roles of the user.
    pub roles: Vec<Role>,
    /// All that the caller holds.
    pub grants: Grants,
    /// The tenant as it was at most 30 seconds ago.
    pub tenant: Arc<Tenant>,
    parties: Vec<Party>,
    access: PlanAccess,
    signed_in_at: Option<Timestamp>,
    impersonator: Option<UserId>,
    second_factor: bool,
    generation: u64,
    permission: PhantomData<P>,
}

/// A signed-in user, on a route about themselves that needs no permission. Never an API key.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The tenant, from the token alone.
    pub scope: TenantScope,
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The tenant as it was at most 30 seconds ago.
    pub tenant: Arc<Tenant>,
    access: Access,
    standing: Arc<Standing>,
}

/// Whose things a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's in the tenant.
    Everybodys,
    /// Those of one party.
    Partys(Party),
    /// Nobody's: the caller acts for no customer yet.
    Nobodys,
}

impl<P: Needs> Caller<P> {
    /// A caller whose permission is yet to be looked for, and who has not signed in.
    fn new(tenant: TenantId, user: UserId, actor: Actor, standing: &Standing) -> Self {
        Self {
            scope: TenantScope::new(tenant),
            user,
            actor,
            reach: Reach::Own,
            roles: standing.roles().to_vec(),
            grants: standing.grants.clone(),
            tenant: Arc::clone(&standing.tenant),
            parties: standing.parties.clone(),
            access: standing.allowance.access,
            signed_in_at: None,
            impersonator: standing.impersonated().map(|(by, _)| by),
            second_factor: standing.mfa(),
            generation: standing.generation(),
            permission: PhantomData,
        }
    }

    /// The tenant's id.
    pub const fn tenant(&self) -> TenantId {
        self.scope.tenant()
    }

    /// `Ok` when this user is within reach; a 404 otherwise, as if there were none.
    ///
    /// # Errors
    /// Not found.
    pub fn may_reach_user(&self, user: UserId) -> Result<(), Problem> {
        match self.reach {
            Reach::Tenant => Ok(()),
            Reach::Own if user == self.user => Ok(()),
            Reach::Own => Err(Problem::not_found()),
        }
    }

    /// `Ok` for a caller whose permission covers the whole tenant; a 403 for one who may only touch their own.
    ///
    /// # Errors
    /// Forbidden.
    pub fn must_reach_all(&self) -> Result<(), Problem> {
        match self.reach {
            Reach::Tenant => Ok(()),
            Reach::Own => Err(self.lacks(P::PERMISSION)),
        }
    }

    /// The refusal for want of a permission, or of its reach over the whole tenant.
    pub fn lacks(&self, permission: &str) -> Problem {
        let is_own = self.grants.reach(permission) == Some(Reach::Own);
        let over = if is_own { " over the whole organisation" } else { "" };
        Problem::forbidden(match self.actor {
            Actor::ApiKey(_) => format!(
                "this needs {permission}{over}, which the API key does not have: its scopes lack it, or its maker does"
            ),
            Actor::User(_) if Role::is_member(&self.roles) => format!(
                "this needs {permission}{over}, which none of your roles grants; ask an administrator of your organisation"
            ),
            Actor::User(_) | Actor::Anonymous => {
                format!("this needs {permission}{over}, which the account of a customer does not have")
            }
        })
    }

    /// What belongs to a customer, when it is within reach; a 404 otherwise, as if it were not there. One read before a
    /// caller with reach over their own is refused: the user may act for the customer since a moment ago.
    ///
    /// # Errors
    /// Not found, or those of the table.
    pub async fn open<T>(&self, api: &Api, owned: Owned<T>) -> Result<T, Problem> {
        match self.reach {
            Reach::Tenant => Ok(owned.trusted("the permission covers the whole tenant")),
            Reach::Own if self.parties.contains(&owned.owner()) => {
                owned.open_for(&self.parties).ok_or_else(Problem::not_found)
            }
            Reach::Own => owned.open_for(&self.parties_now(api).await?).ok_or_else(Problem::not_found),
        }
    }

    /// Whose things a list is of: all of the tenant, those of the customer that was asked for, or of the one customer that
    /// the caller acts for. One read where the caller acts for nobody as far as is known, or not for the one asked for.
    ///
    /// # Errors
    /// Not found for a customer out of reach; 422 when the caller acts for several and names none.
    pub async fn whose(&self, api: &Api, asked: Option<CustomerId>) -> Result<Whose, Problem> {
        let asked = asked.map(Party::Customer);
        if self.reach == Reach::Tenant {
            return Ok(asked.map_or(Whose::Everybodys, Whose::Partys));
        }
        let known = match asked {
            Some(party) => self.parties.contains(&party),
            None => !self.parties.is_empty(),
        };
        let parties = if known { self.parties.clone() } else { self.parties_now(api).await? };
        match (asked, parties.as_slice()) {
            (Some(party), all) if all.contains(&party) => Ok(Whose::Partys(party)),
            (Some(_), _) => Err(Problem::not_found().named_at("customerId")),
            (None, []) => Ok(Whose::Nobodys),
            (None, [party]) => Ok(Whose::Partys(*party)),
            (None, _) => Err(Problem::invalid("customerId", "REQUIRED", "you act for several customers: name one")),
        }
    }

    /// For whom a caller with reach over their own acts, as it is now. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn parties_now(&self, api: &Api) -> Result<Vec<Party>, Problem> {
        let acts_for = Customers::new(api.table(), self.scope).of_user(self.user).await?;
        Ok(acts_for.parties().collect())
    }

    /// `Ok` for a user who proved who they are within the last ten minutes. An API key never did.
    ///
    /// # Errors
    /// 403 `STEP_UP_REQUIRED`; `IMPERSONATED` for staff who acts as the user.
    pub fn signed_in_recently(&self, api: &Api) -> Result<(), Problem> {
        is_themselves(self.impersonator)?;
        recently(self.signed_in_at, api.now())
    }

    /// Whether the session was opened or confirmed with a second factor. Never for an API key.
    pub const fn has_second_factor(&self) -> bool {
        self.second_factor
    }

    /// The generation of the user's account in which the call was let in, at most 30 seconds ago. What is made for longer
    /// than a call is bound to it, so that it ends with the sessions.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// An entry for the audit trail about what this caller does.
    pub fn entry(&self, api: &Api, info: &RequestInfo, action: Action) -> AuditEntry {
        info.entry(api, self.actor, action)
    }
}

impl SignedIn {
    /// The user's roles, as of at most 30 seconds ago.
    pub fn roles(&self) -> &[Role] {
        self.standing.roles()
    }

    /// Who really acts and until when, where staff acts as the user.
    pub fn impersonated(&self) -> Option<(UserId, Timestamp)> {
        self.standing.impersonated()
    }

    /// The generation of the account that the session belongs to.
    pub const fn generation(&self) -> u64 {
        self.access.auth_gen
    }

    /// The user as they are now, for a change of how the account is opened: a session that was ended a moment ago, which
    /// this environment may not have heard of, changes nothing any more. One round trip.
    ///
    /// # Errors
    /// 401 `INVALID_TOKEN`.
    pub async fn user_now(&self, api: &Api) -> Result<User, Problem> {
        let user = Users::new(api.table(), self.scope).get(self.user).await?;
        Ok(user.filter(|user| user.is_active_in(self.access.auth_gen)).ok_or(TokenError::Invalid)?)
    }

    /// As [`Caller::user_now`], with their password. One round trip.
    ///
    /// # Errors
    /// As [`Caller::user_now`].
    pub async fn password_now(&self, api: &Api) -> Result<UserWithPassword, Problem> {
        let found = Users::new(api.table(), self.scope).get_with_password(self.user).await?;
        Ok(found.filter(|found| found.user.is_active_in(self.access.auth_gen)).ok_or(TokenError::Invalid)?)
    }

    /// Counts the call against a tighter limit of this user than that of all their calls.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit(&self, api: &Api, limit: Limit) -> Result<(), Problem> {
        take(api, limit, &Subject::User(self.scope, self.user.to_string())).await.map(drop)
    }

    /// As [`Caller::limit_tenant`].
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit_tenant(&self, api: &Api, limit: Limit) -> Result<(), Problem> {
        limit_tenant(api, self.scope, limit).await
    }

    /// `Ok` where the user may change more than how they sign in: the tenant's place in its life allows it, and the session
    /// has shown the second factor if one is demanded.
    ///
    /// # Errors
    /// 403 `TENANT_SUSPENDED` or `MFA_ENROLMENT_REQUIRED`.
    pub async fn may_change_profile(&self, api: &Api) -> Result<(), Problem> {
        let standing = with_second_factor(api, self.access, Arc::clone(&self.standing)).await?;
        let (actor, suspended) = (Actor::User(self.user), WhileSuspended::Reads);
        let asking = Asking { actor, roles: standing.roles(), method: &Method::PATCH, suspended };
        let_in(api, &standing.tenant, asking).await.map(drop)
    }

    /// `Ok` for a user who proved who they are within the last ten minutes.
    ///
    /// # Errors
    /// 403 `STEP_UP_REQUIRED`.
    pub fn signed_in_recently(&self, api: &Api) -> Result<(), Problem> {
        recently(Some(self.access.signed_in_at), api.now())
    }

    /// An entry for the audit trail about what this user does.
    pub fn entry(&self, api: &Api, info: &RequestInfo, action: Action) -> AuditEntry {
        info.entry(api, Actor::User(self.user), action)
    }
}

async fn limit_tenant(api: &Api, scope: TenantScope, limit: Limit) -> Result<(), Problem> {
    take(api, limit, &Subject::User(scope, "all".to_owned())).await.map(drop)
}

impl Argument for SignedIn {
    const LEAVES: Place = Place::PRINCIPAL;

    fn describe(operation: &mut Operation, _: &str) {
        operation.security = Some(vec![SecurityRequirement::new(SESSION, NO_SCOPES)]);
    }
}

impl<P: Needs> Argument for Caller<P> {
    const LEAVES: Place = Place::PRINCIPAL.and(Place::CALLER);

    /// The permission, for a session; [`crate::openapi::complete`] adds API keys.
    fn describe(operation: &mut Operation, _: &str) {
        operation.security = Some(vec![SecurityRequirement::new(SESSION, [P::PERMISSION])]);
        let extensions = ExtensionsBuilder::new().add(PERMISSION, P::PERMISSION);
        let is_planned = !P::is_basic() && NeededPermission::of::<P>().is_customers();
        let extensions = if is_planned { extensions.add(PLAN_ACCESS, "full") } else { extensions };
        operation.extensions = Some(extensions.build());
    }
}

impl FromRequestParts<Api> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Credential::Session(access) = Credential::of(parts, api).await? else {
            return Err(TokenError::NotOfUser.into());
        };
        let standing = by_session(parts, api, access).await?;
        // A token changes nothing by itself. Of a tenant that is over, which nothing opens again, only administrators are let in.
        let (actor, suspended) = (Actor::User(access.user), WhileSuspended::Reads);
        let asking = Asking { actor, roles: standing.roles(), method: &Method::GET, suspended };
        asking.of(&standing.tenant, api.now())?;
        // These routes are about the account itself: staff who acts as the user looks, and changes nothing.
        if !parts.method.is_safe() {
            is_themselves(access.acting)?;
        }
        Ok(Self {
            scope: TenantScope::new(access.tenant),
            user: access.user,
            session: access.session,
            tenant: Arc::clone(&standing.tenant),
            access,
            standing,
        })
    }
}

impl<P: Needs> FromRequestParts<Api> for Caller<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = match Credential::of(parts, api).await? {
            Credential::Session(access) => {
                let standing = by_session(parts, api, access).await?.with_calls_left::<P>(api.now())?;
                let standing = with_second_factor(api, access, standing).await?;
                let caller = Self::new(access.tenant, access.user, Actor::User(access.user), &standing);
                Self { signed_in_at: Some(access.signed_in_at), ..caller }
            }
            Credential::Key(shown) => {
                let standing = by_key(parts, api, &shown).await?.with_calls_left::<P>(api.now())?;
                let KeyHolder { tenant, key, creator } = shown.holder;
                let caller = Self::new(tenant, creator, Actor::ApiKey(key), &standing);
                Self { grants: shown.narrowed(&standing.grants), ..caller }
            }
        };
        let (actor, method, suspended) = (caller.actor, &parts.method, P::WHILE_SUSPENDED);
        let tenant = let_in(api, &caller.tenant, Asking { actor, roles: &caller.roles, method, suspended }).await?;
        let caller = Self { tenant, ..caller };
        if !P::WHILE_IMPERSONATED {
            is_themselves(caller.impersonator)?;
        }
        if let Some(reach) = caller.grants.reach(P::PERMISSION) {
            caller.plan_reaches(api, &parts.method).await?;
            parts.extensions.insert(SignedInAt(caller.signed_in_at));
            return Ok(Self { reach, ..caller });
        }
        let entry = caller.entry(api, RequestInfo::of(parts)?, ACCESS_DENIED).with("permission", P::PERMISSION);
        caller.record_denial(api, entry).await;
        Err(caller.lacks(P::PERMISSION))
    }
}

impl<P: Needs> Caller<P> {
    /// `Ok` when the plans of the customers that the caller acts for reach this call. Taking away what is one's own needs no
    /// plan. They are looked up anew before the call is refused: one may have been subscribed to a moment ago. Two round
    /// trips for a refusal.
    async fn plan_reaches(&self, api: &Api, method: &Method) -> Result<(), Problem> {
        if self.access.is_full() || P::is_basic() || method == Method::DELETE {
            return Ok(());
        }
        let parties = self.parties_now(api).await?;
        if !api.allowance_of_customers(self.scope, &parties).await?.access.is_full() {
            return Err(Problem::plan_too_small());
        }
        api.forget_user(self.tenant(), self.user);
        Ok(())
    }

    /// Counts the call against a tighter limit of this user or API key than that of all their calls.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit(&self, api: &Api, limit: Limit) -> Result<(), Problem> {
        take(api, limit, &Subject::User(self.scope, self.name())).await.map(drop)
    }

    /// Counts the call against a limit of the whole tenant, over all its callers.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit_tenant(&self, api: &Api, limit: Limit) -> Result<(), Problem> {
        limit_tenant(api, self.scope, limit).await
    }

    /// As [`Self::limit_tenant`], for a call that counts as so many: all or none are counted.
    ///
    /// # Errors
    /// As there.
    pub async fn limit_tenant_for(&self, api: &Api, limit: Limit, many: usize) -> Result<(), Problem> {
        let many = u32::try_from(many).unwrap_or(u32::MAX);
        take_many(api, limit, &Subject::User(self.scope, "all".to_owned()), many).await.map(drop)
    }

    /// Puts what the caller tried, and may not do, into the trail. Denied attempts belong there too; that one cannot be
    /// written must not turn a 403 into a 503.
    pub async fn record_denial(&self, api: &Api, attempt: AuditEntry) {
        record_denial(api, self.scope, attempt).await;
    }
}

/// The standing of a session that showed the second factor where one is demanded. Whether it did is looked up anew
/// before it is refused: another function may have confirmed the factor a moment ago.
async fn with_second_factor(api: &Api, access: Access, standing: Arc<Standing>) -> Result<Arc<Standing>, Problem> {
    if has_second_factor(&standing).is_ok() {
        return Ok(standing);
    }
    api.forget_session(access.tenant, access.session);
    let standing = api.standing(access).await?.filter(|standing| standing.admits(access, api.now()));
    let standing = standing.ok_or(TokenError::Invalid)?;
    has_second_factor(&standing)?;
    Ok(standing)
}

/// Whether a tenant's policy demands a second factor of a user with these roles.
pub fn demands_second_factor(tenant: &Tenant, roles: &[Role]) -> bool {
    match tenant.policy().mfa {
        MfaPolicy::Optional => false,
        MfaPolicy::Members => Role::is_member(roles),
        MfaPolicy::Everyone => true,
    }
}

/// Where the tenant demands a second factor, a session without one can only set one up.
fn has_second_factor(standing: &Standing) -> Result<(), Problem> {
    // Staff who acts as a user showed their own when they began.
    let is_staff = standing.impersonated().is_some();
    let needed = !is_staff && demands_second_factor(&standing.tenant, standing.roles());
    let detail = "your organisation demands a second factor: set one up by POST /api/v1/auth/mfa/totp";
    if needed && !standing.mfa() {
        Err(Problem::new(StatusCode::FORBIDDEN, "MFA_ENROLMENT_REQUIRED", detail))
    } else {
        Ok(())
    }
}

/// The tenant, if its place in its life allows the call. It is looked up anew before the call is refused: it may have been
/// converted or paid for a moment ago, by a call that the refusal itself asked for. One read for a refusal.
async fn let_in(api: &Api, known: &Arc<Tenant>, asking: Asking<'_>) -> Result<Arc<Tenant>, Problem> {
    let Err(refusal) = asking.of(known, api.now()) else { return Ok(Arc::clone(known)) };
    let tenant = Tenants::new(api.table()).get(known.id).await?.ok_or(refusal)?;
    asking.of(&tenant, api.now())?;
    api.forget_standings(tenant.id);
    Ok(Arc::new(tenant))
}
