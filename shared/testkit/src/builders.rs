//! Ready-made tenants and users, written through the domains' own code.

use identity::{Access, Hasher, NewUser, Password, Registration, Role, User, Users};
use kernel::{Currency, Secret, SessionId, Slug, TenantId, UserId};
use table::{TenantScope, Transaction};
use tenancy::{Country, NewTenant, Tenant, Tenants};

use crate::Stack;

/// A user who is signed in.
#[derive(Clone, Debug)]
pub struct Member {
    /// The tenant.
    pub scope: TenantScope,
    /// The user.
    pub user: UserId,
    /// A valid access token.
    pub token: String,
}

/// The password of every built user.
pub const PASSWORD: &str = "correct horse battery";

impl Stack {
    /// A tenant with this slug, and its signed-in owner.
    ///
    /// # Panics
    /// The rows cannot be written.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn tenant(&self, slug: &str) -> (Tenant, Member) {
        let ctx = self.ctx();
        let id = TenantId::new(ctx.new_ulid());
        let owner = UserId::new(ctx.new_ulid());
        let tenant = Tenant::sign_up(
            NewTenant {
                id,
                name: format!("Toko {slug}").parse().expect("a name"),
                slug: Slug::try_from(slug.to_owned()).expect("a slug"),
                owner,
                country: Country::ID,
                currency: Currency::IDR,
                timezone: "Asia/Jakarta".parse().expect("a zone"),
            },
            ctx.now(),
        );
        let mut transaction = Transaction::new();
        Tenants::insert(&mut transaction, &tenant).expect("a tenant row");
        ctx.table().transact(transaction).await.expect("the tenant");
        let member =
            self.user_with_id(TenantScope::new(id), owner, &format!("owner@{slug}.example"), Role::Admin).await;
        (tenant, member)
    }

    /// A signed-in user of a tenant with a verified address and [`PASSWORD`].
    pub async fn user(&self, scope: TenantScope, email: &str, role: Role) -> Member {
        let id = UserId::new(self.ctx().new_ulid());
        self.user_with_id(scope, id, email, role).await
    }

    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    async fn user_with_id(&self, scope: TenantScope, id: UserId, email: &str, role: Role) -> Member {
        let ctx = self.ctx();
        let username = email.replace('@', "-at-");
        let registration = Registration {
            email: email.parse().expect("an address"),
            username: username.parse().expect("a username"),
            password: Secret::new(PASSWORD.to_owned()),
            first_name: None,
            last_name: None,
        };
        let password = Password::typed(&registration.password);
        let hash = Hasher::new(ctx.ports().keys.derive("pepper 1")).hash(password, ctx.random()).await;
        let new = NewUser { id, password: hash, roles: vec![role], nonce: ctx.random(), now: ctx.now() };
        let user: User = registration.into_user(new).verified(ctx.now());
        let mut transaction = Transaction::new();
        Users::new(ctx.table(), scope).insert(&mut transaction, &user).expect("a user row");
        ctx.table().transact(transaction).await.expect("the user");
        Member { scope, user: id, token: self.token(scope, id) }
    }

    /// An access token for a user of generation 0.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub fn token(&self, scope: TenantScope, user: UserId) -> String {
        let ctx = self.ctx();
        let api = web::Api::new(ctx.clone()).expect("token keys");
        let session = SessionId::new(ctx.new_ulid());
        let access = Access { user, tenant: scope.tenant(), session, auth_gen: 0 };
        api.tokens().issue(access, ctx.new_ulid(), ctx.now()).expect("a token").0.expose().clone()
    }
}
