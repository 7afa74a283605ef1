//! `POST /api/v1/auth/accept-invitation`: become a member by the link that was mailed.
//!
//! The link proves the mailbox. A GET consumes nothing: mail scanners open links. Round trips: one rate-limit write, four
//! reads, one of the activity of a user who had not proven the address and two or three of what is taken from them, one question to the range API about a password that
//! is set, one or two reads of the plan and its count of members for who becomes one, one transaction of invitation, address, user,
//! counts of administrators and members, audit entry, event and idempotency row; all but the first reads again for every
//! race that is lost.

use axum::{Extension, extract::State};
use customers::Customers;
use events::{
    customer::CustomerUserAdded,
    user::{UserClaimed, UserRegistered},
};
use identity::{
    AddressClaim, Candidate, Hasher, Invitation, Invitations, Invitee, LinkClaim, LinkKeys, LinkPurpose, NewUser,
    Ownership, Password, PasswordError, PasswordHash, PersonName, Registration, User, UserError, Username, Users,
    VerificationError, activity::Activities, audit::Actor,
};
use kernel::{CustomerId, InvitationId, Locale, Secret, TenantId, UserId};
use members::Seats;
use serde::{Deserialize, Serialize};
use table::{Race, Slot, TableError, TenantScope, Transaction, until_settled};
use tenancy::Gate;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply, RequestInfo, Visitor};

use crate::{
    audit::actions,
    invitations::create_invitation::names,
    registrations::{
        claim::{self, Taken},
        register_user::password_rules,
    },
    user_roles::role_holder::{load, roles_changed},
    users::{seat, user_view::UserView},
};

/// The token of a link, and who comes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AcceptInvitation {
    /// What stands behind `token=` in the link.
    #[schema(value_type = String, example = "AZqz…")]
    pub token: Secret<String>,
    /// The name to be seen by; needed when the address is new here, and otherwise left as it is.
    pub username: Option<Username>,
    /// 12 to 128 characters, or as the tenant's policy says; needed unless somebody has proven the address by mail before,
    /// whose password stays.
    #[schema(value_type = Option<String>, format = Password, min_length = 8, max_length = 128, example = "correct horse battery")]
    pub password: Option<Secret<String>>,
    /// Given name, up to 80 characters; as the username.
    pub first_name: Option<PersonName>,
    /// Family name, up to 80 characters; as the username.
    pub last_name: Option<PersonName>,
    /// The language of mails, `id` or `en`; as the username.
    pub locale: Option<Locale>,
}

/// The answer to an acceptance.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationAccepted {
    /// The new member.
    pub user: UserView,
}

/// Accept an invitation
///
/// A link works once, for seven days. Where the invitation names a customer, the user acts for it from then on. A new address becomes a user with the roles. A user who has proven the address
/// before gets the roles and keeps the password. One who has not, or who was imported and has not set a password by mail
/// since, sets a new one, and all that was set up goes, sessions, second factor, phone number, Telegram chat and API keys:
/// whoever registered or imported the address need not be whoever has the mailbox.
#[utoipa::path(
    post, path = "/api/v1/auth/accept-invitation",
    responses(
        (status = 201, body = Envelope<InvitationAccepted>), (status = 400, description = "INVALID_OR_EXPIRED_LINK"),
        (status = 403, description = "ACCOUNT_NOT_ACTIVE, TENANT_SUSPENDED"),
        (status = 409, description = "USER_EXISTS, TOO_MANY_ROLES, TOO_MANY_CUSTOMERS, TOO_MANY_USERS, CUSTOMER_ERASED, MEMBER_LIMIT_REACHED"),
        (status = 422, description = "VALIDATION_FAILED: PASSWORD_LENGTH, PASSWORD_TOO_COMMON, PASSWORD_BREACHED and others")
    )
)]
pub async fn accept_invitation(
    State(api): State<Api>,
    Extension(hasher): Extension<Hasher>,
    visitor: Visitor,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<AcceptInvitation>,
) -> Result<Reply, Problem> {
    let door = Door { api: &api, hasher: &hasher, visitor: &visitor, body: &body };
    let outcome = accept(&door, &info, &key).await;
    // The link may have been used by the same request, sent twice at once.
    key.settle(&api, outcome).await
}

async fn accept(door: &Door<'_>, info: &RequestInfo, key: &Optional) -> Result<Reply, Problem> {
    let Door { api, visitor, .. } = *door;
    if visitor.tenant.gate(api.now()) != Gate::Open {
        return Err(Problem::tenant_suspended());
    }
    let invitation = invitation_of(api, visitor, &door.body.token).await?;
    let (users, invitations) = (Users::new(api.table(), visitor.scope), Invitations::new(api.table(), visitor.scope));
    let tenant = visitor.scope.tenant();
    until_settled(Problem::conflict, || async {
        let (inviter, book) = load(api, visitor.scope, invitation.invited_by).await?;
        if !invitation.stands(tenant, inviter.as_ref(), &book) {
            return Err(VerificationError.into());
        }
        let before = users.find_by_email(api.addresses(), &invitation.email).await?;
        let invitee = Invitee::of(before.clone())?;
        let account = Account::of(&invitee);
        let user = door.enter(invitee, &invitation).await?;
        let seats = Seats::new(api.table(), visitor.scope, api.now());
        let seat = seats.of(before.as_ref(), &user).await?;

        let mut transaction = Transaction::new();
        let mut lost = Taken::default();
        seats.add(&mut transaction, &seat, || seat::cause(api, info))?;
        let accepted = invitations.close(&mut transaction, api.addresses(), &invitation.clone().accepted(user.id))?;
        let taken = match &before {
            None => Some(users.insert(&mut transaction, api.addresses(), &user)?),
            Some(before) => {
                if user != *before {
                    users.change(&mut transaction, before, &user)?;
                    roles_changed(&mut transaction, api, info, tenant, &user)?;
                    Activities::new(api.table(), visitor.scope).verify(&mut transaction, before, api.now()).await?;
                    if before.ownership() == Ownership::Claimable {
                        lost = claim::take_all(api, visitor.scope, user.id, &mut transaction).await?;
                    }
                }
                None
            }
        };
        if let Some(customer) = invitation.customer {
            let handover = Handover { user: user.id, customer };
            act_for(api, info, visitor.scope, handover, &mut transaction).await?;
        }
        account.tell(&mut transaction, api, info, tenant, &user)?;
        let entry = info.entry(api, Actor::User(user.id), actions::INVITATION_ACCEPTED).about(invitation.id);
        let entry = entry.with("roles", names(&invitation.roles)).with("account", account.name());
        entry.insert(&mut transaction, visitor.scope)?;
        let reply = Reply::created(&InvitationAccepted { user: UserView::from(&user) })?;
        let cancelled = match key.try_commit(api, transaction, reply).await? {
            Ok(reply) => {
                api.forget_user(tenant, user.id);
                lost.forget(api, visitor.scope);
                return Ok(Race::Settled(reply));
            }
            Err(cancelled) => cancelled,
        };
        if cancelled.failed(accepted).is_some() {
            // It was accepted, taken back or replaced in between.
            return Err(VerificationError.into());
        }
        if taken.is_some_and(|taken| !taken.is_by_address(&cancelled) && taken.is_by_name(&cancelled)) {
            return Err(UserError::Exists.into());
        }
        // Somebody registered with the address, or the user changed, in between.
        Ok(Race::Lost)
    })
    .await
}

/// Who comes to act for which customer.
struct Handover {
    user: UserId,
    customer: CustomerId,
}

/// Adds to a transaction that a user acts for a customer from now on; nothing when the user does already. Two reads.
///
/// # Errors
/// `TOO_MANY_CUSTOMERS`, `TOO_MANY_USERS`, `CUSTOMER_ERASED`; the link is void when the customer is gone.
async fn act_for(
    api: &Api,
    info: &RequestInfo,
    scope: TenantScope,
    Handover { user, customer }: Handover,
    transaction: &mut Transaction,
) -> Result<(), Problem> {
    let customers = Customers::new(api.table(), scope);
    let (found, acts_for) = tokio::try_join!(customers.get(customer), customers.of_user(user))?;
    let before = found.ok_or(VerificationError)?.trusted("the invitation was made by somebody who may hand it over");
    if let Some(after) = before.clone().with_user(user, api.now())? {
        customers.save(transaction, &before, &after)?;
        let told = CustomerUserAdded { customer_id: customer, user_id: user };
        api.insert_event(transaction, scope.tenant(), info, after.version, &told)?;
    }
    if !acts_for.customers.contains(&customer) {
        customers.save_acts_for(transaction, user, &acts_for.with(customer)?)?;
    }
    Ok(())
}

/// The open invitation that a token is the right one of.
async fn invitation_of(api: &Api, visitor: &Visitor, token: &Secret<String>) -> Result<Invitation, Problem> {
    let id = InvitationId::new(LinkKeys::subject_of(token)?);
    let found = Invitations::new(api.table(), visitor.scope).get(id).await?.ok_or(VerificationError)?;
    let keys = LinkKeys::new(api.ports().keys.hmac(LinkKeys::LABEL));
    let link = LinkClaim { tenant: visitor.scope.tenant(), purpose: LinkPurpose::Invitation, subject: id.ulid() };
    keys.check(token, link, found.open_link(), api.now())?;
    Ok(found)
}

/// What becomes of the invitee's account.
#[derive(Clone, Copy)]
enum Account {
    New,
    Known,
    Claimed,
}

impl Account {
    const fn of(invitee: &Invitee) -> Self {
        match invitee {
            Invitee::New => Self::New,
            Invitee::Known(_) => Self::Known,
            Invitee::Unproven(_) => Self::Claimed,
        }
    }

    /// What the audit trail calls it.
    const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
            Self::Claimed => "claimed",
        }
    }

    /// What others are told of it beside the roles.
    fn tell(
        self,
        transaction: &mut Transaction,
        api: &Api,
        info: &RequestInfo,
        tenant: TenantId,
        user: &User,
    ) -> Result<Option<Slot>, TableError> {
        let (user_id, version) = (user.id, user.version);
        match self {
            Self::New => api.insert_event(transaction, tenant, info, version, &UserRegistered { user_id }).map(Some),
            Self::Known => Ok(None),
            Self::Claimed => api.insert_event(transaction, tenant, info, version, &UserClaimed { user_id }).map(Some),
        }
    }
}

/// Where invitees come in.
struct Door<'a> {
    api: &'a Api,
    hasher: &'a Hasher,
    visitor: &'a Visitor,
    body: &'a AcceptInvitation,
}

impl Door<'_> {
    /// The invitee as the user they will be.
    async fn enter(&self, invitee: Invitee, invitation: &Invitation) -> Result<User, Problem> {
        match invitee {
            Invitee::New => self.newcomer(invitation).await,
            Invitee::Known(user) => Ok(user.joined(&invitation.roles)?),
            Invitee::Unproven(user) => {
                let mut rules = password_rules(&self.visitor.tenant);
                rules.context.extend([user.email.as_str().to_owned(), user.username.as_str().to_owned()]);
                let password = self.hash(Password::choose(self.password()?, &rules)).await?;
                let (first_name, last_name) = (self.body.first_name.clone(), self.body.last_name.clone());
                let claim = AddressClaim { password, first_name, last_name };
                Ok(user.claimed(&invitation.roles, claim, self.api.now())?)
            }
        }
    }

    async fn newcomer(&self, invitation: &Invitation) -> Result<User, Problem> {
        let username = self.body.username.clone();
        let username = username.ok_or_else(|| Problem::invalid("/username", "REQUIRED", "choose a username"))?;
        let registration = Registration {
            email: invitation.email.clone(),
            username,
            password: self.password()?.clone(),
            first_name: self.body.first_name.clone(),
            last_name: self.body.last_name.clone(),
            phone: None,
            locale: self.body.locale,
        };
        let password = self.hash(registration.choose_password(password_rules(&self.visitor.tenant))).await?;
        let new = NewUser {
            id: UserId::new(self.api.new_ulid()),
            password,
            roles: invitation.roles.clone(),
            nonce: self.api.random(),
            now: self.api.now(),
        };
        Ok(registration.into_user(new).verified(self.api.now()))
    }

    fn password(&self) -> Result<&Secret<String>, Problem> {
        let password = self.body.password.as_ref();
        password.ok_or_else(|| Problem::invalid("/password", "REQUIRED", "choose a password"))
    }

    async fn hash(&self, chosen: Result<Candidate, PasswordError>) -> Result<PasswordHash, Problem> {
        self.api.new_password_hash(self.hasher, "/password", chosen).await
    }
}
