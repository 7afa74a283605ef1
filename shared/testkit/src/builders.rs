//! Ready-made tenants and users, written through the domains' own code.

use std::collections::BTreeMap;

use allowances::{PlanVersion, Quota};
use customers::{Contact, Customer, Customers, NewCustomer};
use identity::{
    Access, ApiKeys, Device, Hasher, KeyDays, KeyHolder, Lifetimes, NewApiKey, NewSession, NewUser, Password,
    Registration, Role, Session, Sessions, Totp, User, Users,
};
use jiff::SignedDuration;
use kernel::{
    ApiKeyId, Country, Currency, CustomerId, Party, Resource, Secret, SessionId, Slug, SubscriptionId, TenantId, UserId,
};
use table::{Condition, TenantScope, Transaction};
use tenancy::{NewTenant, SecurityPolicy, Tenant, Tenants, limits::ResourceCounts};

use crate::{Stack, raw};

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

/// What a session was opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factors {
    Password,
    Two,
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

    /// Tenant zero and its signed-in administrator, the platform's operator.
    ///
    /// # Panics
    /// The rows cannot be written.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn operator(&self) -> Member {
        let (ctx, id) = (self.ctx(), UserId::new(self.ctx().new_ulid()));
        let mut transaction = Transaction::new();
        Tenants::insert(&mut transaction, &Tenant::platform(id, ctx.now())).expect("a tenant row");
        ctx.table().transact(transaction).await.expect("tenant zero");
        self.user_with_id(TenantScope::new(TenantId::PLATFORM), id, "operator@ruko.example", Role::Admin).await
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
            phone: None,
            locale: None,
        };
        let password = Password::typed(&registration.password);
        let hash =
            Hasher::derived(|label| ctx.ports().keys.derive(label)).hash(password, ctx.random()).await.expect("a hash");
        let new = NewUser { id, password: hash, roles: vec![role], nonce: ctx.random(), now: ctx.now() };
        let user: User = registration.into_user(new).verified(ctx.now());
        let mut transaction = Transaction::new();
        Users::new(ctx.table(), scope).insert(&mut transaction, &self.addresses(), &user).expect("a user row");
        if user.is_active_member() {
            ResourceCounts::new(ctx.table(), scope).count(&mut transaction, Resource::Users, 1, ctx.now());
        }
        ctx.table().transact(transaction).await.expect("the user");
        Member { scope, user: id, token: self.session(scope, &user, Factors::Password).await }
    }

    /// Puts a plan in force for the customer that a user acts for: one that says nothing, and so gives full access.
    ///
    /// # Panics
    /// The rows cannot be written.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn with_full_access(&self, member: &Member) {
        let (ctx, party) = (self.ctx(), Party::Customer(self.customer_of(member).await));
        let (subscription, plan) = (SubscriptionId::new(ctx.new_ulid()), PlanVersion::new("FULL", 1));
        let mut transaction = Transaction::new();
        allowances::in_force(&mut transaction, member.scope, party, subscription, Some(plan.into())).expect("a row");
        ctx.table().transact(transaction).await.expect("the plan");
    }

    /// Puts a plan that says nothing but these quotas in force for a tenant, in the platform's books; each time in another
    /// version, for a version never changes.
    ///
    /// # Panics
    /// The rows cannot be written.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn limited(&self, scope: TenantScope, version: u32, quotas: &[(&str, Quota)]) {
        let (ctx, books) = (self.ctx(), TenantScope::new(TenantId::PLATFORM));
        let quotas: BTreeMap<&str, Quota> = quotas.iter().copied().collect();
        let plan = PlanVersion::new("LIMITED", version);
        let row = table::to_item(&serde_json::json!({ "quotas": quotas })).expect("a row");
        let mut transaction = Transaction::new();
        transaction.add(raw::put(allowances::plan_key(books, &plan), row).when(Condition::NotExists));
        let (party, subscription) = (Party::Tenant(scope.tenant()), SubscriptionId::new(ctx.new_ulid()));
        allowances::in_force(&mut transaction, books, party, subscription, Some(plan.into())).expect("a row");
        ctx.table().transact(transaction).await.expect("the plan");
    }

    /// A plan in force of the tenant of `scope` that blocks more calls than a month's, which are used.
    ///
    /// # Panics
    /// There is a plan, or the store fails.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn calls_used_up(&self, scope: TenantScope) {
        self.limited(scope, 7, &[("apiCallsPerMonth", Quota::AtMost(1_000))]).await;
        let (ctx, counts) = (self.ctx(), ResourceCounts::new(self.ctx().table(), scope));
        let write = table::write_alone(ctx.table(), |tx| Ok(counts.count(tx, Resource::ApiCalls, 1_000, ctx.now())));
        write.await.expect("the count");
    }

    /// The customer that a user acts for: made when there is none, by the name and the address of the user.
    ///
    /// # Panics
    /// The rows cannot be written.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn customer_of(&self, member: &Member) -> CustomerId {
        let ctx = self.ctx();
        let customers = Customers::new(ctx.table(), member.scope);
        let acts_for = customers.of_user(member.user).await.expect("the table");
        if let Some(known) = acts_for.customers.first() {
            return *known;
        }
        let user = Users::new(ctx.table(), member.scope).get(member.user).await.expect("the table").expect("a user");
        let id = CustomerId::new(ctx.new_ulid());
        let contact = Contact {
            name: user.display_name().parse().expect("a name"),
            company: None,
            email: Some(user.email),
            phone: None,
            address: None,
            tax_id: None,
            identity: None,
        };
        let new = NewCustomer {
            id,
            contact,
            external_id: None,
            locale: None,
            zone: None,
            tax_exemption: None,
            user: Some(member.user),
        };
        let mut transaction = Transaction::new();
        customers.insert(&mut transaction, &Customer::new(new, ctx.now())).expect("a customer's row");
        let acts_for = acts_for.with(id).expect("few customers");
        customers.save_acts_for(&mut transaction, member.user, &acts_for).expect("a row");
        ctx.table().transact(transaction).await.expect("the customer");
        id
    }

    /// The tenant with other security settings, in the table; a function's environment knows them 30 seconds later.
    ///
    /// # Panics
    /// The row cannot be written.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn demand(&self, tenant: Tenant, settings: SecurityPolicy) -> Tenant {
        let tenant = tenant.secured(settings);
        table::write_alone(self.ctx().table(), |tx| Tenants::save(tx, &tenant)).await.expect("the tenant");
        tenant
    }

    /// A new access token for a user whose last one may have expired.
    ///
    /// # Panics
    /// There is no such user.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn sign_in(&self, member: &Member) -> String {
        let user = Users::new(self.ctx().table(), member.scope).get(member.user).await.expect("the table");
        self.session(member.scope, &user.expect("a user"), Factors::Password).await
    }

    /// A new access token for a user who showed a second factor too.
    ///
    /// # Panics
    /// There is no such user.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn sign_in_with_second_factor(&self, member: &Member) -> String {
        let ctx = self.ctx();
        let users = Users::new(ctx.table(), member.scope);
        let user = users.get(member.user).await.expect("the table").expect("a user");
        // A factor that no code opens: only that there is one counts here.
        let totp = Totp { secret: String::new(), confirmed_at: Some(ctx.now()), recovery: Vec::new() };
        let user = User { totp: Some(totp), version: user.version + 1, ..user };
        table::write_alone(ctx.table(), |tx| users.save(tx, &user)).await.expect("the user");
        self.session(member.scope, &user, Factors::Two).await
    }

    /// The text of a new API key that a member made.
    ///
    /// # Panics
    /// The scopes are no permissions, or the key cannot be written.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub async fn api_key(&self, member: &Member, scopes: &[&str]) -> String {
        let ctx = self.ctx();
        let key = ApiKeyId::new(ctx.new_ulid());
        let new = NewApiKey {
            holder: KeyHolder { tenant: member.scope.tenant(), key, creator: member.user },
            name: "built".to_owned().try_into().expect("a name"),
            scopes: scopes.iter().map(|scope| scope.parse().expect("a permission")).collect(),
            days: KeyDays::default(),
        };
        let (key, text) = web::Api::new(ctx.clone()).key_texts().mint(new, ctx.random(), ctx.now());
        let keys = ApiKeys::new(ctx.table(), member.scope);
        let roster = keys.roster().await.expect("the roster").with(&key, ctx.now()).expect("room for a key");
        let mut transaction = Transaction::new();
        keys.insert(&mut transaction, &key).expect("a key's row");
        keys.save_roster(&mut transaction, &roster).expect("the roster's row");
        ctx.table().transact(transaction).await.expect("the key");
        text.expose().clone()
    }

    /// A session of a user, just opened, and its access token.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    async fn session(&self, scope: TenantScope, user: &User, factors: Factors) -> String {
        let mfa = factors == Factors::Two;
        let (ctx, now) = (self.ctx(), self.ctx().now());
        let id = SessionId::new(ctx.new_ulid());
        let lifetimes = Lifetimes {
            access_seconds: 900,
            idle: SignedDuration::from_hours(7 * 24),
            absolute: SignedDuration::from_hours(30 * 24),
        };
        let refresh_token = Secret::new("not a token".to_owned());
        let (auth_gen, device) = (user.auth_gen, Device::default());
        let new = NewSession { id, user: user.id, auth_gen, refresh_token: &refresh_token, mfa, device, lifetimes };
        let (sessions, session) = (Sessions::new(ctx.table(), scope), Session::open(new, now));
        table::write_alone(ctx.table(), |tx| sessions.insert(tx, &session)).await.expect("the session");
        let (user_id, tenant) = (user.id, scope.tenant());
        let access = Access { user: user_id, tenant, session: id, auth_gen, signed_in_at: now, mfa, acting: None };
        let api = web::Api::new(ctx.clone());
        let token = api.tokens().issue(access, &user.roles, 900, ctx.new_ulid(), now).expect("a token");
        token.expose().clone()
    }
}
