//! `POST /api/v1/users/import`: take customers over from another system, with their bcrypt passwords.
//!
//! Each row is a transaction of its own. After a crash the same request goes on where it stopped: what was written reports
//! `exists`. Round trips: those of the caller, one read and one write of the tenant when passwords come along, and one
//! transaction a row.

use axum::extract::State;
use identity::{
    ImportFault, ImportRow, Imported, Reach, User, Users,
    audit::Action,
};
use jiff::SignedDuration;
use kernel::{Fault, Secret, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{TransactError, Transaction, WriteError};
use tenancy::{Tenant, TenantError, Tenants};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{UsersWrite, event::event};

/// The customers to take over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportUsers {
    /// 1 to 100 rows.
    pub users: Vec<ImportedUser>,
}

/// One customer of the other system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ImportedUser {
    /// The address.
    #[schema(example = "budi@example.com")]
    pub email: String,
    /// The name to be seen by; made of the address when missing.
    #[schema(example = "budi")]
    pub username: Option<String>,
    /// Given name, up to 80 characters.
    #[schema(example = "Budi")]
    pub first_name: Option<String>,
    /// Family name, up to 80 characters.
    #[schema(example = "Santoso")]
    pub last_name: Option<String>,
    /// A bcrypt hash of cost 10 to 12. Without one the customer sets a password by mail.
    #[schema(value_type = Option<String>, example = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW")]
    pub password_hash: Option<Secret<String>>,
    /// Whether the other system has proven the address; false when missing.
    #[serde(default)]
    #[schema(example = true)]
    pub email_verified: bool,
}

/// What came of each row.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// In the order of the request.
    pub rows: Vec<RowReport>,
}

/// What came of one row.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowReport {
    /// Its place in the request, from 0.
    #[schema(example = 0)]
    pub row: usize,
    /// Whether it is there now.
    #[schema(example = "created")]
    pub status: RowStatus,
    /// Why it is invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "INVALID_EMAIL")]
    pub code: Option<&'static str>,
    /// The customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub user_id: Option<UserId>,
}

/// Whether a row is there now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowStatus {
    /// A new customer.
    Created,
    /// The address was known; nothing was changed.
    Exists,
    /// It cannot be taken; see `code`.
    Invalid,
}

/// How many rows a request may have.
const MAX_ROWS: usize = 100;
/// How long after an import its passwords work: whoever has not signed in by then sets a new one by mail.
const LEGACY_PASSWORDS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How often a lost race for the tenant's row is run again.
const RACES: u8 = 4;

/// Import customers
///
/// Each row is taken or refused by itself, and sending the same rows again changes nothing. Imported passwords work for 90
/// days after the last import and are hashed anew at the first login. Nobody is written to. Needs a login of the last ten
/// minutes.
#[utoipa::path(
    post, path = "/api/v1/users/import", tag = "identity", security(("bearer" = ["users:write"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same report")),
    request_body = ImportUsers,
    responses(
        (status = 200, body = Envelope<ImportReport>),
        (status = 403, description = "FORBIDDEN, STEP_UP_REQUIRED"),
        (status = 422, description = "VALIDATION_FAILED: INVALID_LENGTH")
    )
)]
pub async fn import_users(
    State(api): State<Api>,
    caller: Caller<UsersWrite>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<ImportUsers>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    if caller.reach != Reach::Tenant {
        return Err(Problem::forbidden());
    }
    if !(1..=MAX_ROWS).contains(&body.users.len()) {
        return Err(Problem::invalid("/users", "INVALID_LENGTH", "send 1 to 100 rows"));
    }
    let rows: Vec<_> = body.users.into_iter().map(|row| ImportRow::from(row).parse()).collect();
    if rows.iter().flatten().any(Imported::has_password) {
        // First: a password that works too long is mended by time, one that does not work is not.
        accept_passwords(&api, &caller).await?;
    }
    let mut reports = Vec::with_capacity(rows.len());
    for (place, row) in rows.into_iter().enumerate() {
        let taken = match row {
            Ok(row) => take(&api, &caller, &info, row).await?,
            Err(fault) => Row::Invalid(fault),
        };
        reports.push(taken.report(place));
    }
    let reply = Reply::ok(&ImportReport { rows: reports })?;
    key.commit(&api, Transaction::new(), reply, |_| Problem::conflict()).await
}

impl From<ImportedUser> for ImportRow {
    fn from(row: ImportedUser) -> Self {
        Self {
            email: row.email,
            username: row.username,
            first_name: row.first_name,
            last_name: row.last_name,
            password_hash: row.password_hash.map(|hash| hash.expose().clone()),
            email_verified: row.email_verified,
        }
    }
}

/// What came of a row.
enum Row {
    Created(UserId),
    Exists(Option<UserId>),
    Invalid(ImportFault),
}

impl Row {
    fn report(self, row: usize) -> RowReport {
        match self {
            Self::Created(id) => RowReport { row, status: RowStatus::Created, code: None, user_id: Some(id) },
            Self::Exists(user_id) => RowReport { row, status: RowStatus::Exists, code: None, user_id },
            Self::Invalid(fault) => {
                RowReport { row, status: RowStatus::Invalid, code: Some(fault.code()), user_id: None }
            }
        }
    }
}

/// Writes one customer under the first of the row's names that is free.
async fn take(api: &Api, caller: &Caller<UsersWrite>, info: &RequestInfo, row: Imported) -> Result<Row, Problem> {
    let users = Users::new(api.table(), caller.scope);
    for username in row.usernames.clone() {
        let user: User = row.clone().into_user(UserId::new(api.new_ulid()), username, api.now());
        let mut transaction = Transaction::new();
        let taken = users.insert(&mut transaction, &user)?;
        transaction.add(caller.entry(api, info, Action::UsersImported).about(user.id).write(caller.scope)?);
        transaction.add(event(api, info, caller.tenant(), "user.imported", json!({ "userId": user.id }))?);
        match api.table().transact(transaction).await {
            Ok(()) => return Ok(Row::Created(user.id)),
            Err(TransactError::Cancelled(cancelled)) if taken.is_by_address(&cancelled) => {
                return Ok(Row::Exists(taken.by_address_of(&cancelled)));
            }
            Err(TransactError::Cancelled(cancelled)) if taken.is_by_name(&cancelled) => {}
            Err(TransactError::Cancelled(_)) => return Err(Problem::conflict()),
            Err(TransactError::Table(error)) => return Err(error.into()),
        }
    }
    Ok(Row::Invalid(ImportFault::UsernameTaken))
}

/// Lets logins check imported passwords from now on for 90 days.
async fn accept_passwords(api: &Api, caller: &Caller<UsersWrite>) -> Result<(), Problem> {
    let until = api.now().plus(LEGACY_PASSWORDS);
    for _ in 0..RACES {
        let tenant = Tenants::new(api.table()).get(caller.tenant()).await?.ok_or(TenantError::NotFound)?;
        if tenant.legacy_passwords_until >= Some(until) {
            return Ok(());
        }
        let next = Tenant { legacy_passwords_until: Some(until), version: tenant.version + 1, ..tenant };
        match api.table().write(Tenants::replace(&next)?).await {
            Ok(_) => return Ok(()),
            Err(WriteError::ConditionFailed { .. }) => {}
            Err(WriteError::Table(error)) => return Err(error.into()),
        }
    }
    Err(Problem::conflict())
}
