//! `POST /api/v1/users/import`: take customers over from another system, with their bcrypt passwords.
//!
//! Each row is a transaction of its own. After a crash the same request goes on where it stopped: what was written reports
//! `exists`. Round trips: those of the caller, one read and one write of the tenant when passwords come along, and one
//! transaction a row.

use axum::extract::State;
use events::{
    tenant::{ImportSettings, SettingsSection, TenantSettingsChanged},
    user::UserImported,
};
use identity::{ImportFault, ImportRow, Imported, User, Users};
use jiff::SignedDuration;
use kernel::{Fault, Secret, UserId};
use serde::{Deserialize, Serialize};
use table::{Race, TransactError, Transaction, until_settled};
use tenancy::{Tenant, TenantError, Tenants};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{UsersWrite, audit::actions};

/// The customers to take over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportUsers {
    /// 1 to 100 rows.
    #[schema(min_items = 1, max_items = 100)]
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
/// Import users
///
/// Each row is taken or refused by itself, and sending the same rows again changes nothing. Imported passwords work for 90
/// days after the last import and are hashed anew at the first login. Whoever imports may know them: until its owner has set
/// a password by mail, an imported account gets no role beyond USER, and an invitation asks for a new password. Nobody is
/// written to. Needs a login of the last ten minutes.
#[utoipa::path(
    post, path = "/api/v1/users/import",
    responses(
        (status = 200, body = Envelope<ImportReport>), (status = 403, description = "STEP_UP_REQUIRED"),
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
    caller.must_reach_all()?;
    if !(1..=MAX_ROWS).contains(&body.users.len()) {
        return Err(Problem::invalid("/users", "INVALID_LENGTH", "send 1 to 100 rows"));
    }
    let rows: Vec<_> =
        body.users.into_iter().map(|row| ImportRow::from(row).parse(api.addresses(), caller.tenant())).collect();
    if rows.iter().flatten().any(Imported::has_password) {
        // First: a password that works too long is mended by time, one that does not work is not.
        accept_passwords(&api, &caller, &info).await?;
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
        let taken = users.insert(&mut transaction, api.addresses(), &user)?;
        caller.entry(api, info, actions::USERS_IMPORTED).about(user.id).insert(&mut transaction, caller.scope)?;
        api.insert_event(&mut transaction, caller.tenant(), info, user.version, &UserImported { user_id: user.id })?;
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
async fn accept_passwords(api: &Api, caller: &Caller<UsersWrite>, info: &RequestInfo) -> Result<(), Problem> {
    let until = api.now().plus(LEGACY_PASSWORDS);
    until_settled(Problem::conflict, || async {
        let tenant = Tenants::new(api.table()).get(caller.tenant()).await?.ok_or(TenantError::NotFound)?;
        if tenant.legacy_passwords_until >= Some(until) {
            return Ok(Race::Settled(()));
        }
        let next = Tenant { legacy_passwords_until: Some(until), version: tenant.version + 1, ..tenant };
        let mut transaction = Transaction::new();
        Tenants::save(&mut transaction, &next)?;
        let told = TenantSettingsChanged {
            tenant_id: next.id,
            settings: vec!["legacyPasswordsUntil".to_owned()],
            after: SettingsSection::Imports(ImportSettings { legacy_passwords_until: until }),
        };
        api.insert_event(&mut transaction, next.id, info, next.version, &told)?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(())),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use identity::{Role, Users};
    use serde_json::{Value, json};
    use testkit::{Answer, Client, Fault, Member, Stack};

    const OLD: &str = "kata sandi lama";

    fn bcrypted(cost: u32) -> String {
        bcrypt::hash_with_salt(OLD, cost, [7; 16]).unwrap().to_string()
    }

    async fn import(client: &Client, token: &str, users: Value) -> Answer {
        client.post("/api/v1/users/import", json!({ "users": users })).bearer(token).send().await
    }

    async fn login(client: &Client, email: &str, password: &str) -> u16 {
        let body = json!({ "email": email, "password": password });
        client.post("/api/v1/auth/login", body).tenant("toko-a").send().await.status.as_u16()
    }

    fn statuses(answer: &Answer) -> Vec<(String, String)> {
        let rows = answer.at("/data/rows");
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        rows.as_array().unwrap().iter().map(|row| (text(row, "status"), text(row, "code"))).collect()
    }

    async fn stored(stack: &Stack, owner: &Member, email: &str) -> identity::User {
        let users = Users::new(stack.ctx().table(), owner.scope);
        users.find_by_email(&stack.addresses(), &email.parse().unwrap()).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn each_row_is_taken_by_itself_and_only_once() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let rows = json!([
            { "email": "budi@example.com", "emailVerified": true, "firstName": "Budi" },
            { "email": "BUDI@example.com" },
            { "email": "budi@example.org" },
            { "email": "x" },
            { "email": "sri@example.com", "username": "budi" },
            { "email": "dewi@example.com", "passwordHash": "$2b$13$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW" },
        ]);
        let first = import(&client, &owner.token, rows.clone()).await;
        assert_eq!(first.status, 200, "{}", first.snapshot());
        let told = |status: &str, code: &str| (status.to_owned(), code.to_owned());
        let refused = [
            told("invalid", "INVALID_EMAIL"),
            told("invalid", "USERNAME_TAKEN"),
            told("invalid", "INVALID_PASSWORD_HASH"),
        ];
        let created = [told("created", ""), told("exists", ""), told("created", "")];
        assert_eq!(statuses(&first), [created, refused.clone()].concat());
        assert_eq!(first.at("/data/rows/0/userId"), first.at("/data/rows/1/userId"));
        let again = import(&client, &owner.token, rows).await;
        assert_eq!(statuses(&again), [[told("exists", ""), told("exists", ""), told("exists", "")], refused].concat());
        let budi = stored(&stack, &owner, "budi@example.com").await;
        assert!(budi.email_verified_at.is_some() && budi.verification.is_none());
        assert_eq!((budi.roles, budi.username.as_str()), (vec![Role::User], "budi"));
        assert!(stored(&stack, &owner, "budi@example.org").await.username.as_str().starts_with("budi-"));
    }

    #[tokio::test]
    async fn an_imported_password_works_for_ninety_days_and_is_hashed_anew() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let row = |email: &str, cost| json!({ "email": email, "passwordHash": bcrypted(cost) });
        let rows = json!([row("budi@example.com", 10), row("sri@example.com", 12)]);
        assert_eq!(import(&client, &owner.token, rows).await.status, 200);
        let client = stack.serve(crate::function);
        assert_eq!(login(&client, "budi@example.com", "kata sandi baru").await, 401);
        assert_eq!(login(&client, "nobody@example.com", OLD).await, 401);
        assert_eq!(login(&client, "owner@toko-a.example", testkit::PASSWORD).await, 200, "their own still work");
        let at_once = [login(&client, "budi@example.com", OLD), login(&client, "budi@example.com", OLD)];
        assert_eq!(futures::future::join_all(at_once).await, [200, 200]);
        stack.set_clock("2027-02-19T01:00:00Z");
        let client = stack.serve(crate::function);
        assert_eq!(login(&client, "sri@example.com", OLD).await, 401, "too late: a reset by mail is left");
        assert_eq!(login(&client, "budi@example.com", OLD).await, 200, "hashed anew in time");
    }

    #[tokio::test]
    async fn a_crash_in_the_middle_is_made_good_by_the_same_request() {
        let rows = || json!([{ "email": "a@example.com", "passwordHash": bcrypted(10) }, { "email": "b@example.com" }]);
        let calls = {
            let stack = Stack::start().await;
            let (_, owner) = stack.tenant("toko-a").await;
            let (ctx, table) = stack.breaking(None);
            assert_eq!(import(&Client::new(crate::function(ctx)), &owner.token, rows()).await.status, 200);
            table.calls()
        };
        for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
            let stack = Stack::start().await;
            let (_, owner) = stack.tenant("toko-a").await;
            let (ctx, _) = stack.breaking(Some(fault));
            let client = Client::new(crate::function(ctx));
            import(&client, &owner.token, rows()).await;
            let again = import(&client, &owner.token, rows()).await;
            assert_eq!(again.status, 200, "{fault:?}");
            assert!(statuses(&again).iter().all(|(status, _)| status != "invalid"), "{fault:?}");
            stored(&stack, &owner, "a@example.com").await;
            stored(&stack, &owner, "b@example.com").await;
            let tenant = tenancy::Tenants::new(stack.ctx().table()).get(owner.scope.tenant()).await.unwrap().unwrap();
            assert!(tenant.legacy_passwords_until.is_some(), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn it_takes_the_permission_a_recent_login_and_a_bearable_list() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let one = || json!([{ "email": "a@example.com" }]);
        assert_eq!(import(&client, &budi.token, one()).await.text("/code"), "FORBIDDEN");
        for rows in [json!([]), Value::from(vec![json!({ "email": "a@example.com" }); 101])] {
            assert_eq!(import(&client, &owner.token, rows).await.text("/errors/0/code"), "INVALID_LENGTH");
        }
        stack.set_clock("2026-11-21T01:10:01Z");
        assert_eq!(import(&client, &owner.token, one()).await.text("/code"), "STEP_UP_REQUIRED");
    }

    #[tokio::test]
    async fn a_repeated_request_gets_the_same_report() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let body = json!({ "users": [{ "email": "a@example.com" }] });
        let call =
            || client.post("/api/v1/users/import", body.clone()).bearer(&owner.token).idempotency_key("k1").send();
        let (first, again) = (call().await, call().await);
        assert_eq!((&first.body, again.header("idempotent-replayed")), (&again.body, "true"));
        assert_eq!(first.text("/data/rows/0/status"), "created");
    }

    #[tokio::test]
    async fn until_when_imported_passwords_count_is_in_the_tenants_history() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let rows = json!([{ "email": "budi@example.com", "passwordHash": bcrypted(10) }]);
        assert_eq!(import(&client, &owner.token, rows).await.status, 200);
        let history = table::outbox::history(stack.ctx().table(), owner.scope).await.unwrap();
        let stored = tenancy::Tenants::new(stack.ctx().table()).get(tenant.id).await.unwrap().unwrap();
        let [told] = history.as_slice() else { panic!("{history:?}") };
        assert_eq!((told.name.as_str(), told.subject_version), ("tenant.settings_changed", stored.version));
        let until = json!(stored.legacy_passwords_until);
        assert_eq!(told.data["after"], json!({ "section": "imports", "legacyPasswordsUntil": until }));
    }
}
