//! Set-up of tests about sessions: a tenant whose owner is signed in with a pair of tokens.

use cloud::Ctx;
use identity::{Device, Session, Sessions, User, Users, audit::SORT_PREFIX};
use kernel::SessionId;
use serde_json::{Value, json};
use table::{Query, Table, TenantScope};
use tenancy::{Tenant, Tenants};
use testkit::{Answer, Client, Stack};
use web::Api;

use crate::tokens::pair;

/// Who is signed in, and with which first tokens.
#[derive(Clone)]
pub(crate) struct SignedInOwner {
    pub(crate) scope: TenantScope,
    pub(crate) user: kernel::UserId,
    pub(crate) session: SessionId,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// A stack with a tenant `toko-a`, and its owner in a session that was just opened.
pub(crate) async fn signed_in() -> (Stack, SignedInOwner) {
    let stack = Stack::start().await;
    let (tenant, member) = stack.tenant("toko-a").await;
    let owner = open(&stack, &tenant, member.user).await;
    (stack, owner)
}

/// One more session of a user.
pub(crate) async fn open(stack: &Stack, tenant: &Tenant, user: kernel::UserId) -> SignedInOwner {
    let api = Api::new(stack.ctx().clone());
    let scope = TenantScope::new(tenant.id);
    let user = Users::new(api.table(), scope).get(user).await.unwrap().unwrap();
    let (session, pair) = pair::open(&api, tenant, &user, false, Device::default()).unwrap();
    table::write_alone(api.table(), |tx| Sessions::new(api.table(), scope).insert(tx, &session)).await.unwrap();
    SignedInOwner { scope, user: user.id, session: session.id, access: pair.access_token, refresh: pair.refresh_token }
}

impl SignedInOwner {
    pub(crate) async fn refresh(&self, client: &Client, token: &str) -> Answer {
        let call = client.post("/api/v1/auth/refresh", json!({ "refreshToken": token }));
        call.tenant(self.scope.to_string()).send().await
    }

    /// The session as stored.
    pub(crate) async fn stored(&self, stack: &Stack) -> Session {
        Sessions::new(stack.ctx().table(), self.scope).get(self.session).await.unwrap().unwrap()
    }

    /// Stores the user changed.
    pub(crate) async fn change_user(&self, ctx: &Ctx, change: impl FnOnce(User) -> User) {
        let users = Users::new(ctx.table(), self.scope);
        let user = change(users.get(self.user).await.unwrap().unwrap());
        let user = User { version: user.version + 1, ..user };
        table::write_alone(ctx.table(), |tx| users.save(tx, &user)).await.unwrap();
    }

    /// The tenant as stored.
    pub(crate) async fn tenant(&self, stack: &Stack) -> Tenant {
        Tenants::new(stack.ctx().table()).get(self.scope.tenant()).await.unwrap().unwrap()
    }

    /// Stores the tenant changed.
    pub(crate) async fn change_tenant(&self, stack: &Stack, change: impl FnOnce(&mut Tenant)) {
        let table: &dyn Table = stack.ctx().table();
        let mut tenant = self.tenant(stack).await;
        change(&mut tenant);
        tenant.version += 1;
        table::write_alone(table, |tx| Tenants::save(tx, &tenant)).await.unwrap();
    }

    /// The actions in the audit trail of the stack's first day, oldest first.
    pub(crate) async fn audited(&self, stack: &Stack) -> Vec<Value> {
        let query = Query::partition(self.scope.partition("AUDIT#2026-11-21")).begins_with(SORT_PREFIX);
        let rows = stack.ctx().table().query(query).await.unwrap().items;
        rows.into_iter().map(|row| json!([row.get("action"), row.get("target"), row.get("details")])).collect()
    }
}

pub(crate) fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

pub(crate) fn invalid() -> (u16, String) {
    (401, "INVALID_TOKEN".to_owned())
}
