//! `POST /api/v1/auth/verify-email`: prove an address with the link that was mailed to it.
//!
//! A GET consumes nothing: mail scanners open links. A second click is refused like any other used link: to say that the
//! address is proven would tell who has an account. A first verification that comes without a session of the account is a
//! claim: whoever registered with the address need not be whoever has the mailbox. Round trips: one rate-limit write (and
//! those of a signed-in caller), one read of the idempotency key if there is one, one read of the user, one of their
//! activity and for a claim two or three of what it takes away, one transaction; from the user on again for every race that
//! is lost.

use axum::extract::State;
use events::user::{UserEmailVerified, UserRegistered};
use identity::{
    LinkClaim, LinkKeys, LinkPurpose, LinkUser, Registrations, User, UserError, Users, VerificationError,
    activity::Activities, audit::Actor,
};
use kernel::{Secret, UserId};
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use tenancy::Gate;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, PerhapsSignedIn, Problem, Reply, RequestInfo, SignedIn, Visitor};

use crate::registrations::claim::{self, Taken};

use crate::audit::actions;

/// The token of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// What stands behind `token=` in the link.
    #[schema(value_type = String, example = "AZq1cXkQd5S0pP6u…")]
    pub token: Secret<String>,
}

/// The answer to a verification.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmailVerified {
    /// Always true.
    #[schema(example = true)]
    pub email_verified: bool,
}

/// Verify an e-mail address
///
/// A link works once, for 24 hours. Show the access token of the account where there is one: without it every session of
/// the account ends, and second factor, recovery codes, phone number, Telegram chat and API keys go, for whoever set them
/// up need not be whoever has the mailbox. The password stays. Where the tenant hides which addresses are known, the account
/// begins here.
#[utoipa::path(
    post, path = "/api/v1/auth/verify-email",
    responses(
        (status = 200, body = Envelope<EmailVerified>), (status = 400, description = "INVALID_OR_EXPIRED_LINK"),
        (status = 403, description = "TENANT_SUSPENDED"),
        (status = 409, description = "USERNAME_TAKEN: the account was to begin, but its reservation of the name ran out")
    )
)]
pub async fn verify_email(
    State(api): State<Api>,
    visitor: Visitor,
    PerhapsSignedIn(session): PerhapsSignedIn,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<VerifyEmail>,
) -> Result<Reply, Problem> {
    let door = Door { api: &api, visitor: &visitor, session: session.as_ref(), info: &info };
    let outcome = door.verify(&key, &body.token).await;
    // The link may have been used by the same request, sent twice at once.
    key.settle(&api, outcome).await
}

/// Where the link is used, and who uses it.
struct Door<'a> {
    api: &'a Api,
    visitor: &'a Visitor,
    session: Option<&'a SignedIn>,
    info: &'a RequestInfo,
}

impl Door<'_> {
    async fn verify(&self, key: &Optional, token: &Secret<String>) -> Result<Reply, Problem> {
        let (api, scope) = (self.api, self.visitor.scope);
        let users = Users::new(api.table(), scope);
        let id = UserId::new(LinkKeys::subject_of(token)?);
        let keys = self.keys();
        let link = LinkClaim { tenant: scope.tenant(), purpose: LinkPurpose::VerifyEmail, subject: id.ulid() };
        until_settled(Problem::conflict, || async {
            let Some(user) = users.get(id).await? else {
                if let Some(reply) = self.confirm(key, token, link).await? {
                    return Ok(Race::Settled(reply));
                }
                return Ok(Race::Lost);
            };
            keys.check(token, link, user.verification.as_ref(), api.now())?;
            let by = self.link_user(&user);
            let verified = user.clone().verified_by(by, api.now());

            let mut transaction = Transaction::new();
            users.save(&mut transaction, &verified)?;
            self.info.entry(api, Actor::User(id), actions::EMAIL_VERIFIED).about(id).insert(&mut transaction, scope)?;
            Activities::new(api.table(), scope).verify(&mut transaction, &user, api.now()).await?;
            let taken = match by {
                LinkUser::OfTheAccount => Taken::default(),
                LinkUser::OfTheMailbox => claim::take_all(api, scope, id, &mut transaction).await?,
            };
            if user.email_verified_at.is_none() {
                let told = UserEmailVerified { user_id: id };
                api.insert_event(&mut transaction, scope.tenant(), self.info, verified.version, &told)?;
            }
            if by == LinkUser::OfTheMailbox && (user.has_set_up_something() || taken.is_something()) {
                claim::tell(&mut transaction, api, self.info, scope, &verified)?;
            }
            let reply = Reply::ok(&EmailVerified { email_verified: true })?;
            if let Ok(reply) = key.try_commit(api, transaction, reply).await? {
                api.forget_user(scope.tenant(), id);
                taken.forget(api, scope);
                return Ok(Race::Settled(reply));
            }
            // The user changed in between. Whether the link still works is seen next.
            Ok(Race::Lost)
        })
        .await
    }

    /// Makes a user of a registration that waited for its link; `None` when another call came first.
    async fn confirm(&self, key: &Optional, token: &Secret<String>, link: LinkClaim) -> Result<Option<Reply>, Problem> {
        let (api, scope) = (self.api, self.visitor.scope);
        let registrations = Registrations::new(api.table(), scope);
        let waiting = registrations.get(UserId::new(link.subject)).await?.ok_or(VerificationError)?;
        self.keys().check(token, link, waiting.verification.as_ref(), api.now())?;
        if self.visitor.tenant.gate(api.now()) != Gate::Open {
            return Err(Problem::tenant_suspended());
        }
        let user = User { version: 1, ..waiting.verified(api.now()) };
        let mut transaction = Transaction::new();
        let taken = registrations.confirm(&mut transaction, api.addresses(), &user)?;
        Activities::new(api.table(), scope).sign_up_verified(&mut transaction, user.id, api.now())?;
        let told = UserRegistered { user_id: user.id };
        api.insert_event(&mut transaction, scope.tenant(), self.info, user.version, &told)?;
        let told = UserEmailVerified { user_id: user.id };
        api.insert_event(&mut transaction, scope.tenant(), self.info, user.version, &told)?;
        let entry = self.info.entry(api, Actor::User(user.id), actions::USER_REGISTERED).about(user.id);
        entry.insert(&mut transaction, scope)?;
        let reply = Reply::ok(&EmailVerified { email_verified: true })?;
        match key.try_commit(api, transaction, reply).await? {
            Ok(reply) => Ok(Some(reply)),
            // Somebody registered with the address meanwhile, by another link or an invitation.
            Err(cancelled) if taken.is_by_address(&cancelled) => Err(VerificationError.into()),
            Err(cancelled) if taken.is_by_name(&cancelled) => Err(UserError::UsernameTaken.into()),
            Err(_) => Ok(None),
        }
    }

    fn keys(&self) -> LinkKeys {
        LinkKeys::new(self.api.ports().keys.hmac(LinkKeys::LABEL))
    }

    /// Whoever is signed in to the account in its present generation may keep what is there.
    fn link_user(&self, user: &User) -> LinkUser {
        let session = self.session.filter(|session| session.scope == self.visitor.scope && session.user == user.id);
        match session {
            Some(session) if user.is_active_in(session.generation()) => LinkUser::OfTheAccount,
            Some(_) | None => LinkUser::OfTheMailbox,
        }
    }
}

#[cfg(test)]
mod tests {
    use identity::{LinkClaim, LinkKeys, LinkPurpose, Users};
    use serde_json::json;
    use table::TenantScope;
    use testkit::Stack;

    #[tokio::test]
    async fn a_link_verifies_once() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let body = json!({ "email": "budi@example.com", "username": "budi", "password": "correct horse battery" });
        let id = client.post("/api/v1/auth/register", body).tenant("toko-a").send().await.text("/data/user/id");
        let scope = TenantScope::new(tenant.id);
        let user = Users::new(stack.ctx().table(), scope).get(id.parse().unwrap()).await.unwrap().unwrap();
        let keys = LinkKeys::new(stack.ctx().ports().keys.hmac(LinkKeys::LABEL));
        let link = LinkClaim { tenant: tenant.id, purpose: LinkPurpose::VerifyEmail, subject: user.id.ulid() };
        let token = keys.token(link, user.verification.as_ref().unwrap());
        let verify =
            |token: &str| client.post("/api/v1/auth/verify-email", json!({ "token": token })).tenant("toko-a").send();
        for bad in ["", "x", &"A".repeat(64), &"A".repeat(100_000)] {
            assert_eq!(verify(bad).await.text("/code"), "INVALID_OR_EXPIRED_LINK");
        }
        let body = json!({ "token": token.expose() });
        let keyed = || client.post("/api/v1/auth/verify-email", body.clone()).tenant("toko-a").idempotency_key("k1");
        let (first, again) = (keyed().send().await, keyed().send().await);
        assert_eq!((first.at("/data/emailVerified"), &first.body), (json!(true), &again.body));
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(verify(token.expose()).await.text("/code"), "INVALID_OR_EXPIRED_LINK");
    }
}
