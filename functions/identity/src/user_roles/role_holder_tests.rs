//! Giving and taking roles, over the router.

use futures::future::join_all;
use http::Method;
use identity::{Role, Users};
use kernel::UserId;
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Client, Interleaving, Member, Scene, Stack, task};

use crate::roles::roles_tests::{Office, code};

impl Office {
    async fn give(&self, user: UserId, role: &str, by: &Member) -> (u16, String) {
        code(&self.post(&format!("/api/v1/users/{user}/roles"), json!({ "role": role }), by).await)
    }

    async fn take(&self, user: UserId, role: &str, by: &Member) -> (u16, String) {
        code(&self.delete(&format!("/api/v1/users/{user}/roles/{role}"), by).await)
    }
}

fn done() -> (u16, String) {
    (200, String::new())
}

fn no(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_role_is_given_and_taken_once_and_felt_at_once() {
    let office = Office::open().await;
    let (budi, owner) = (office.stack.user(office.scope, "budi@example.com", Role::User).await, &office.owner);
    let roles = || office.client.get("/api/v1/roles").bearer(&budi.token).send();
    assert_eq!(roles().await.status, 403);
    for _ in 0..2 {
        let path = format!("/api/v1/users/{}/roles", budi.user);
        let given = office.post(&path, json!({ "role": "MANAGER" }), owner).await;
        assert_eq!((given.at("/data/roles"), given.header("etag")), (json!(["USER", "MANAGER"]), "\"3\""));
    }
    assert_eq!(roles().await.status, 200, "no new login, no wait in this environment");
    for _ in 0..2 {
        assert_eq!(office.take(budi.user, "MANAGER", owner).await, done());
    }
    assert_eq!(roles().await.status, 403);
    let trail: Vec<Value> = office.trail().await.into_iter().filter(|entry| entry[2] == json!(budi.user)).collect();
    let entry = |action: &str| json!([action, "done", budi.user, { "role": "MANAGER" }]);
    assert_eq!(trail, [entry("user.role_granted"), entry("user.role_revoked")]);
    let user = Users::new(office.stack.ctx().table(), office.scope).get(budi.user).await.unwrap().unwrap();
    assert_eq!((user.auth_gen, user.version), (0, 4), "a role ends no session");
    // Everybody keeps at least USER.
    assert_eq!(office.take(budi.user, "USER", owner).await, done());
    assert_eq!(office.roles_of(budi.user).await, ["USER"]);
    assert_eq!(office.take(office.deputy.user, "MANAGER", owner).await, done());
    assert_eq!(office.take(office.deputy.user, "DEPUTY", owner).await, done());
    assert_eq!(office.roles_of(office.deputy.user).await, ["USER"]);
}

#[tokio::test]
async fn nobody_gives_or_takes_what_they_lack() {
    let office = Office::open().await;
    let budi = office.stack.user(office.scope, "budi@example.com", Role::User).await;
    let by = &office.deputy;
    assert_eq!(office.give(budi.user, "ADMIN", by).await, no(403, "FORBIDDEN"));
    assert_eq!(office.give(by.user, "ADMIN", by).await, no(403, "FORBIDDEN"));
    assert_eq!(office.take(office.owner.user, "ADMIN", by).await, no(403, "FORBIDDEN"));
    assert_eq!(office.give(budi.user, "MANAGER", by).await, done());
    assert_eq!(office.take(budi.user, "MANAGER", by).await, done());
    assert_eq!(office.give(budi.user, "NOBODY", by).await, no(422, "UNKNOWN_ROLE"));
    assert_eq!(office.take(budi.user, "NOBODY", by).await, no(422, "UNKNOWN_ROLE"));
    assert_eq!(office.take(budi.user, "no%20name", by).await, no(422, "UNKNOWN_ROLE"));
    assert_eq!(office.give(budi.user, "no name", by).await, no(422, "VALIDATION_FAILED"));
    let denied = office.trail().await.into_iter().filter(|entry| entry[1] == "denied").count();
    assert_eq!(denied, 3);
    // MANAGER alone gives nothing.
    let manager = office.stack.user(office.scope, "m@toko-a.example", Role::Manager).await;
    assert_eq!(office.give(budi.user, "USER", &manager).await, no(403, "FORBIDDEN"));
    // A role that was deleted grants nothing, can be taken and not be given.
    assert_eq!(office.delete("/api/v1/roles/DEPUTY", &office.owner).await.status, 200);
    assert_eq!(office.give(budi.user, "DEPUTY", &office.owner).await, no(422, "UNKNOWN_ROLE"));
    assert_eq!(office.take(by.user, "DEPUTY", &office.owner).await, done());
    assert_eq!(office.roles_of(by.user).await, ["MANAGER"]);
}

#[tokio::test]
async fn nothing_is_given_to_or_taken_from_somebody_who_was_erased() {
    let office = Office::open().await;
    let budi = office.stack.user(office.scope, "budi@example.com", Role::User).await;
    assert_eq!(office.delete(&format!("/api/v1/users/{}", budi.user), &office.owner).await.status, 200);
    assert_eq!(office.give(budi.user, "MANAGER", &office.owner).await, no(409, "USER_ERASED"));
    assert_eq!(office.take(budi.user, "USER", &office.owner).await, no(409, "USER_ERASED"));
}

#[tokio::test]
async fn another_tenants_user_is_as_absent_as_none() {
    let office = Office::open().await;
    let (_, stranger) = office.stack.tenant("toko-b").await;
    let mut details = Vec::new();
    for id in [office.deputy.user.to_string(), "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(), "x".to_owned()] {
        let path = format!("/api/v1/users/{id}/roles");
        let given = office.post(&path, json!({ "role": "ADMIN" }), &stranger).await;
        let taken = office.delete(&format!("{path}/MANAGER"), &stranger).await;
        for answer in [given, taken] {
            assert_eq!(code(&answer), no(404, "NOT_FOUND"));
            details.push(answer.text("/detail"));
        }
    }
    details.dedup();
    assert_eq!(details.len(), 1);
    assert_eq!(office.roles_of(office.deputy.user).await, ["MANAGER", "DEPUTY"]);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let office = Office::open().await;
    let (owner, second) = (&office.owner, &office.deputy);
    assert_eq!(office.take(owner.user, "ADMIN", owner).await, no(409, "LAST_ADMIN"));
    assert_eq!(office.give(second.user, "ADMIN", owner).await, done());
    assert_eq!(office.give(second.user, "ADMIN", owner).await, done());
    assert_eq!(office.take(owner.user, "ADMIN", owner).await, done());
    assert_eq!(office.take(second.user, "ADMIN", second).await, no(409, "LAST_ADMIN"), "counted once");
    assert_eq!(office.take(second.user, "ADMIN", owner).await, no(403, "FORBIDDEN"), "the owner is none any more");
    // A suspended administrator is not counted: taking the role away changes no count.
    let users = Users::new(office.stack.ctx().table(), office.scope);
    let third = office.stack.user(office.scope, "t@toko-a.example", Role::Admin).await;
    let user = users.get(third.user).await.unwrap().unwrap();
    let suspended = identity::User { status: identity::UserStatus::Suspended, version: user.version + 1, ..user };
    let mut transaction = table::Transaction::new();
    transaction.add(users.replace(&suspended).unwrap());
    transaction.add(users.one_admin_less());
    office.stack.ctx().table().transact(transaction).await.unwrap();
    assert_eq!(office.take(third.user, "ADMIN", second).await, done());
    assert_eq!(office.take(second.user, "ADMIN", second).await, no(409, "LAST_ADMIN"));
    assert_eq!(office.give(third.user, "ADMIN", second).await, done());
    assert_eq!(office.take(second.user, "ADMIN", second).await, no(409, "LAST_ADMIN"));
}

#[tokio::test]
async fn roles_given_at_once_all_land() {
    let office = Office::open().await;
    let budi = office.stack.user(office.scope, "budi@example.com", Role::User).await;
    let answers = join_all(
        ["ADMIN", "MANAGER", "DEPUTY", "MANAGER", "ADMIN"].map(|role| office.give(budi.user, role, &office.owner)),
    );
    assert!(answers.await.iter().all(|answer| *answer == done()));
    let mut roles = office.roles_of(budi.user).await;
    roles.sort();
    assert_eq!(roles, ["ADMIN", "DEPUTY", "MANAGER", "USER"]);
    assert_eq!(office.take(office.owner.user, "ADMIN", &budi).await, done());
    assert_eq!(office.take(budi.user, "ADMIN", &budi).await, no(409, "LAST_ADMIN"), "ADMIN was counted once");
}

/// Two administrators, and whom each of them demotes.
async fn demotions(whom: fn(&[Member; 2]) -> [UserId; 2]) -> Scene<TenantScope, (u16, String)> {
    let stack = Stack::start().await;
    let (tenant, one) = stack.tenant("toko-a").await;
    let scope = TenantScope::new(tenant.id);
    let two = stack.user(scope, "dewi@toko-a.example", Role::Admin).await;
    let admins = [one, two];
    let targets = whom(&admins);
    let demote = |by: Member, target: UserId| {
        task(async move |ctx| {
            let client = Client::new(crate::function(ctx));
            let call = client.call(Method::DELETE, format!("/api/v1/users/{target}/roles/ADMIN"));
            code(&call.bearer(&by.token).send().await)
        })
    };
    let tasks = admins.into_iter().zip(targets).map(|(by, target)| demote(by, target)).collect();
    Scene { stack, facts: scope, tasks }
}

#[tokio::test]
async fn of_two_administrators_who_are_demoted_at_once_one_stays() {
    let each_other: fn(&[Member; 2]) -> [UserId; 2] = |admins| [admins[1].user, admins[0].user];
    let themselves: fn(&[Member; 2]) -> [UserId; 2] = |admins| [admins[0].user, admins[1].user];
    for whom in [each_other, themselves] {
        let orders = Interleaving::every().passing("#RL#").passing("#AUDIT#");
        let played = orders.run(
            async || demotions(whom).await,
            async |ended| {
                let mut results = ended.results;
                results.sort();
                assert_eq!(results[0], done());
                // The other one comes too late, or is no administrator any more.
                assert!([no(403, "FORBIDDEN"), no(409, "LAST_ADMIN")].contains(&results[1]), "{results:?}");
                let rows =
                    ended.stack.ctx().table().query(table::Query::gsi1(ended.facts.partition("USERS"))).await.unwrap();
                let users = rows.items.into_iter().map(|row| Users::read(row).unwrap());
                assert_eq!(users.filter(identity::User::is_active_admin).count(), 1);
            },
        );
        let played = played.await;
        assert_eq!(played, 20, "three calls each");
    }
}
