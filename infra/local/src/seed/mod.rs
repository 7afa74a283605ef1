//! What a fresh deployment needs before anybody can sign up: tenant zero, its operator and the tenant plans.
//!
//! The local cloud seeds itself; a deployed stack is seeded once by `cargo dev -- bootstrap`. Running it again changes
//! nothing: an operator who changed the password keeps it.

pub(crate) mod sandbox_accounts;

use std::sync::Arc;

use cloud::{Ctx, config::Limits};
use identity::{AddressIndex, Hasher, NewUser, PasswordRules, Registration, Role, Sighting, Users};
use kernel::{Resource, Secret, TenantId, UserId};
use table::{TableError, TenantScope, TransactError, Transaction};
use tenancy::{Tenant, Tenants, limits::ResourceCounts};

use crate::{Seed, Surroundings, functions};

/// The operator's e-mail address in the local cloud and in test deployments.
pub const OPERATOR: &str = "operator@ruko.local";

/// Seeds the local cloud at its start and after every reset.
pub fn seeding(operator_email: &str, password: &str) -> Seed {
    let (email, password) = (operator_email.to_owned(), Secret::new(password.to_owned()));
    Arc::new(move |control| {
        let (email, password) = (email.clone(), password.clone());
        Box::pin(async move {
            let surroundings = Surroundings { endpoints: control.endpoints(), clock: control.clock() };
            let ctx = functions::context(surroundings, Limits::Loose).await?;
            Ok(seed(&ctx, &email, password.expose()).await?)
        })
    })
}

/// Why a deployment could not be seeded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The operator's address cannot be used.
    #[error("the operator cannot be made: {0}")]
    Operator(String),
    /// The operator's password cannot be used.
    #[error("the operator's password cannot be used: {0}")]
    Password(String),
    /// The table does not take the rows.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Writes tenant zero, its operator and the tenant plans in one transaction, unless they are there.
///
/// # Errors
/// `Operator` for an address and `Password` for a password that the rules refuse, `Table`.
pub async fn seed(ctx: &Ctx, operator_email: &str, password: &str) -> Result<(), SeedError> {
    let refused = |error: &dyn std::fmt::Display| SeedError::Operator(error.to_string());
    let registration = Registration {
        email: operator_email.parse().map_err(|error: kernel::EmailError| refused(&error))?,
        username: "operator".parse().map_err(|error: identity::UsernameError| refused(&error))?,
        password: Secret::new(password.to_owned()),
        first_name: None,
        last_name: None,
        phone: None,
        locale: None,
    };
    // Nobody is asked whether it leaked: seeding must work without a network.
    let chosen = registration.choose_password(PasswordRules::default());
    let chosen = chosen.and_then(|candidate| candidate.settle(Sighting::Unknown));
    let chosen = chosen.map_err(|error| SeedError::Password(error.to_string()))?;
    let hash = Hasher::derived(|label| ctx.ports().keys.derive(label)).hash(chosen, ctx.random()).await;
    let hash = hash.map_err(|error| refused(&error))?;
    let id = UserId::new(ctx.new_ulid());
    let new = NewUser { id, password: hash, roles: vec![Role::Admin], nonce: ctx.random(), now: ctx.now() };
    let operator = registration.into_user(new).verified(ctx.now());

    let platform = TenantScope::new(TenantId::PLATFORM);
    let addresses = AddressIndex::new(&ctx.ports().keys.derive(AddressIndex::LABEL));
    let mut transaction = Transaction::new();
    Tenants::insert(&mut transaction, &Tenant::platform(id, ctx.now()))?;
    Users::new(ctx.table(), platform).insert(&mut transaction, &addresses, &operator)?;
    ResourceCounts::new(ctx.table(), platform).count(&mut transaction, Resource::Users, 1, ctx.now());
    billing::Plans::insert_all(&mut transaction, platform, &billing::tenant_catalogue())?;
    match ctx.table().transact(transaction).await {
        // Already there.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
