//! `GET /api/v1/features`: what is on for the caller.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use std::collections::BTreeSet;

use axum::extract::State;
use identity::Users;
use serde::Serialize;
use tenancy::{FlagKey, Parts, Tenants};
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, Reply, SignedIn};

/// What is on for a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeaturesView {
    /// Parts of the platform that are on in the tenant.
    pub parts: Parts,
    /// The tenant's own flags.
    pub flags: Vec<FlagView>,
}

/// Whether a feature is on for a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlagView {
    /// What the tenant's software calls it.
    pub key: FlagKey,
    /// Whether it is on.
    #[schema(example = true)]
    pub on: bool,
}

/// List the features
///
/// For everybody who is signed in: which of the tenant's flags are on for them, by their roles and the share of users that a
/// flag is rolled out to, and which parts of the platform are on. The answer stays the same for a user while a share grows.
#[utoipa::path(get, path = "/api/v1/features", responses((status = 200, body = Envelope<FeaturesView>)))]
pub async fn list_features(State(api): State<Api>, user: SignedIn) -> Result<Reply, Problem> {
    let tenants = Tenants::new(api.table());
    let users = Users::new(api.table(), user.scope);
    let (tenant, known) = tokio::try_join!(tenants.get(user.tenant.id), users.get(user.user))?;
    let features = tenant.ok_or_else(Problem::not_found)?.features;
    let roles = known.map(|known| known.roles).unwrap_or_default();
    let roles: BTreeSet<String> = roles.into_iter().map(String::from).collect();
    let id = user.user.to_string();
    let of = |flag: tenancy::FeatureFlag| FlagView { on: flag.is_on_for(&id, &roles), key: flag.key };
    let flags = features.flags.into_iter().map(of).collect();
    Reply::ok(&FeaturesView { parts: features.parts, flags })
}
