//! `POST /api/v1/invitations`: invite somebody to become a member, or to act for a customer.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), four to five reads (one more for a customer, two
//! more for a new member, and the open invitations where the plan limits members), one
//! write of the limit of mails, one transaction of invitation, address, the invitation that it replaces, audit entry,
//! event and idempotency row; two reads and the transaction again for every race that is lost.

use axum::extract::State;
use customers::{CustomerError, Customers};
use events::{invitation::InvitationCreated, tenant::limits::LimitPolicy};
use identity::{
    Invitation, InvitationError, Invitations, InvitedRoles, MAY_HAND_OVER, NewInvitation, Reach, RoleError, Roles,
    User, Users, audit::Actor, beyond_user,
};
use kernel::{CustomerId, Email, InvitationId, Resource};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use tenancy::limits::ResourceCounts;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Limit, Optional, Problem, Reply, RequestInfo};

use crate::{InvitationsWrite, audit::actions, invitations::invitation_view::InvitationView};

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateInvitation {
    /// The address; the link goes there, and whoever opens it has proven it.
    pub email: Email,
    /// 1 to 5 roles, none that grants what you lack; USER when left out, for somebody who is to act for a customer.
    pub roles: Option<InvitedRoles>,
    /// The customer that whoever accepts comes to act for; needs `customers:write`.
    pub customer_id: Option<CustomerId>,
}

/// Create an invitation
///
/// Mails a link that works once, for seven days, while you are active and hold what the roles grant. Inviting an address
/// again voids the link before. Where the plan refuses more members, open invitations count as members. Users need a login of the last ten minutes. At most 50 an hour and tenant.
#[utoipa::path(
    post, path = "/api/v1/invitations",
    responses(
        (status = 201, body = Envelope<InvitationView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "ALREADY_MEMBER, CUSTOMER_ERASED, MEMBER_LIMIT_REACHED"), (status = 422, description = "UNKNOWN_ROLE")
    )
)]
pub async fn create_invitation(
    State(api): State<Api>,
    caller: Caller<InvitationsWrite>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<CreateInvitation>,
) -> Result<Reply, Problem> {
    if let Actor::User(_) = caller.actor {
        // An API key never signed in; its scopes are what bounds it.
        caller.signed_in_recently(&api)?;
    }
    let roles = roles(&body)?;
    let user = may_invite(&api, &caller, &info, &body, &roles).await?;
    let to_member = user.as_ref().is_some_and(User::is_active_member);
    if roles.make_a_member() && !to_member {
        has_a_seat(&api, &caller, &body.email).await?;
    }
    if let Some(customer) = body.customer_id {
        may_hand_over(&api, &caller, customer).await?;
    }
    caller.limit_tenant(&api, Limit::INVITATIONS).await?;
    let new = NewInvitation {
        id: InvitationId::new(api.new_ulid()),
        email: body.email,
        roles,
        customer: body.customer_id,
        to_member,
        invited_by: caller.user,
        nonce: api.random(),
    };
    let invitation = Invitation::open(new, api.now());
    let invitations = Invitations::new(api.table(), caller.scope);
    let reply = Reply::created(&InvitationView::at(&invitation, api.now()))?;
    until_settled(Problem::conflict, || async {
        let before = invitations.pending(api.addresses(), &invitation.email).await?;
        let mut transaction = Transaction::new();
        invitations.insert(&mut transaction, api.addresses(), &invitation, before)?;
        let entry = caller.entry(&api, &info, actions::INVITATION_CREATED).about(invitation.id);
        entry.with("roles", names(&invitation.roles)).insert(&mut transaction, caller.scope)?;
        let told = InvitationCreated { invitation_id: invitation.id };
        api.insert_event(&mut transaction, caller.tenant(), &info, invitation.version, &told)?;
        if let Ok(reply) = key.try_commit(&api, transaction, reply.clone()).await? {
            return Ok(Race::Settled(reply));
        }
        Ok(Race::Lost)
    })
    .await
}

/// The roles that were asked for; that of a customer's user where none are and a customer is named.
fn roles(body: &CreateInvitation) -> Result<InvitedRoles, Problem> {
    match &body.roles {
        Some(roles) if roles.make_a_member() || body.customer_id.is_some() => Ok(roles.clone()),
        Some(_) => {
            let detail = "users register; invite with a role beyond USER, or name the customer to act for";
            Err(Problem::invalid("/roles", "INVALID_VALUE", detail))
        }
        None if body.customer_id.is_some() => Ok(InvitedRoles::of_a_customer()),
        None => Err(Problem::invalid("/roles", "REQUIRED", "give roles, or name the customer to act for")),
    }
}

/// Whether the caller may let others act for this customer, and there is one.
async fn may_hand_over(api: &Api, caller: &Caller<InvitationsWrite>, id: CustomerId) -> Result<(), Problem> {
    if caller.grants.reach(MAY_HAND_OVER) != Some(Reach::Tenant) {
        return Err(caller.lacks(MAY_HAND_OVER));
    }
    let found = Customers::new(api.table(), caller.scope).get(id).await?;
    let found = found.ok_or_else(|| Problem::not_found().named_at("/customerId"))?;
    let customer = found.trusted("the caller may change every customer of the tenant");
    if customer.is_erased() { Err(CustomerError::Erased.into()) } else { Ok(()) }
}

/// Whether the plan has room for one more member beside those who may still come: nobody is mailed a link that is refused. What
/// holds the limit is the acceptance. One or two reads; for a limit one more for every hundred open invitations.
///
/// # Errors
/// `MEMBER_LIMIT_REACHED`; those of the table.
async fn has_a_seat(api: &Api, caller: &Caller<InvitationsWrite>, email: &Email) -> Result<(), Problem> {
    let now = api.now();
    let state = ResourceCounts::new(api.table(), caller.scope).state(Resource::Users, now).await?;
    match state.policy() {
        Some(LimitPolicy::Blocked) => {
            let invited = Invitations::new(api.table(), caller.scope).awaited(email, now).await?;
            Ok(state.invite(invited)?)
        }
        Some(LimitPolicy::Billed) | None => Ok(()),
    }
}

/// Whether the caller may invite this address with these roles; answers whose it is.
async fn may_invite(
    api: &Api,
    caller: &Caller<InvitationsWrite>,
    info: &RequestInfo,
    body: &CreateInvitation,
    roles: &InvitedRoles,
) -> Result<Option<User>, Problem> {
    let (books, users) = (Roles::new(api.table(), caller.scope), Users::new(api.table(), caller.scope));
    let (book, user) = tokio::join!(books.get(), users.find_by_email(api.addresses(), &body.email));
    let wanted = roles.as_slice();
    if let Err(error) = book?.may_hand_out(caller.tenant(), &beyond_user(wanted), &caller.grants) {
        if error == RoleError::Lacking {
            let attempt = caller.entry(api, info, actions::INVITATION_CREATED).with("roles", names(wanted));
            caller.record_denial(api, attempt).await;
        }
        return Err(error.into());
    }
    match user? {
        Some(user) if body.customer_id.is_none() && wanted.iter().all(|role| user.roles.contains(role)) => {
            Err(InvitationError::AlreadyMember.into())
        }
        user => Ok(user),
    }
}

/// Roles with spaces between, as the audit trail has them.
pub(crate) fn names(roles: &[identity::Role]) -> String {
    roles.iter().map(identity::Role::as_str).collect::<Vec<_>>().join(" ")
}
