//! A role, as callers see one.

use identity::{Role, RoleBook, RoleError};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Problem, Reply};

/// A role.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleView {
    /// The name, unique in the tenant.
    #[schema(example = "CASHIER")]
    pub name: String,
    /// What it is for.
    #[schema(example = "Takes payments at the counter")]
    pub description: String,
    /// What it grants over everything in the tenant.
    #[schema(example = json!(["invoices:read", "payments:*"]))]
    pub permissions: Vec<String>,
    /// What it grants over what is the user's own; only USER grants such.
    #[schema(example = json!([]))]
    pub own_permissions: Vec<String>,
    /// Whether every tenant has it, and nobody can change it.
    #[schema(example = false)]
    pub built_in: bool,
    /// When it was made; null for a built-in one.
    pub created_at: Option<Timestamp>,
    /// When it was last changed; null for a built-in one.
    pub updated_at: Option<Timestamp>,
    /// Raised by every change, for `If-Match: "<version>"`; null for a built-in one.
    #[schema(example = 1)]
    pub version: Option<u64>,
}

impl RoleView {
    /// A role of a tenant; `None` when the book does not know it.
    pub fn of(book: &RoleBook, role: &Role) -> Option<Self> {
        let permissions = book.permissions_of(role)?.into_iter().map(String::from).collect();
        let custom = match role {
            Role::Custom(name) => book.roles.get(name),
            Role::Admin | Role::Manager | Role::User => None,
        };
        Some(Self {
            name: role.to_string(),
            description: custom.map_or(role.description(), |custom| &custom.description).to_owned(),
            permissions,
            own_permissions: role.own_grants().iter().map(|&grant| grant.to_owned()).collect(),
            built_in: custom.is_none(),
            created_at: custom.map(|custom| custom.created_at),
            updated_at: custom.map(|custom| custom.updated_at),
            version: custom.map(|custom| custom.version),
        })
    }
}

/// Answers with one role and its version.
pub(crate) fn answer(
    book: &RoleBook,
    role: &Role,
    reply: impl Fn(&RoleView) -> Result<Reply, Problem>,
) -> Result<Reply, Problem> {
    let view = RoleView::of(book, role).ok_or(RoleError::NotFound)?;
    let reply = reply(&view)?;
    Ok(match view.version {
        Some(version) => reply.version(version),
        None => reply,
    })
}
