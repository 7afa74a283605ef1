//! Giving and taking roles, over the router.

use futures::future::join_all;
use http::Method;
use identity::{Role, Users};
use kernel::UserId;
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Beginning, Client, Interleaving, Member, Stack, task};

use crate::roles::roles_tests::{World, code};

impl World {
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
    let world = World::open().await;
    let (budi, owner) = (world.stack.user(world.scope, "budi@example.com", Role::User).await, &world.owner);
    let roles = || world.client.get("/api/v1/roles").bearer(&budi.token).send();
    assert_eq!(roles().await.status, 403);
    for _ in 0..2 {
        let path = format!("/api/v1/users/{}/roles", budi.user);
        let given = world.post(&path, json!({ "role": "MANAGER" }), owner).await;
        assert_eq!((given.at("/data/roles"), given.header("etag")), (json!(["USER", "MANAGER"]), "\"3\""));
    }
    assert_eq!(roles().await.status, 200, "no new login, no wait in this environment");
    for _ in 0..2 {
        assert_eq!(world.take(budi.user, "MANAGER", owner).await, done());
    }
    assert_eq!(roles().await.status, 403);
    let trail: Vec<Value> = world.trail().await.into_iter().filter(|entry| entry[2] == json!(budi.user)).collect();
    let entry = |action: &str| json!([action, "done", budi.user, { "role": "MANAGER" }]);
    assert_eq!(trail, [entry("user.role_granted"), entry("user.role_revoked")]);
    let user = Users::new(world.stack.ctx().table(), world.scope).get(budi.user).await.unwrap().unwrap();
    assert_eq!((user.auth_gen, user.version), (0, 4), "a role ends no session");
    // Everybody keeps at least USER.
    assert_eq!(world.take(budi.user, "USER", owner).await, done());
    assert_eq!(world.roles_of(budi.user).await, ["USER"]);
    assert_eq!(world.take(world.deputy.user, "MANAGER", owner).await, done());
    assert_eq!(world.take(world.deputy.user, "DEPUTY", owner).await, done());
    assert_eq!(world.roles_of(world.deputy.user).await, ["USER"]);
}

#[tokio::test]
async fn nobody_gives_or_takes_what_they_lack() {
    let world = World::open().await;
    let budi = world.stack.user(world.scope, "budi@example.com", Role::User).await;
    let by = &world.deputy;
    assert_eq!(world.give(budi.user, "ADMIN", by).await, no(403, "FORBIDDEN"));
    assert_eq!(world.give(by.user, "ADMIN", by).await, no(403, "FORBIDDEN"));
    assert_eq!(world.take(world.owner.user, "ADMIN", by).await, no(403, "FORBIDDEN"));
    assert_eq!(world.give(budi.user, "MANAGER", by).await, done());
    assert_eq!(world.take(budi.user, "MANAGER", by).await, done());
    assert_eq!(world.give(budi.user, "NOBODY", by).await, no(422, "UNKNOWN_ROLE"));
    assert_eq!(world.take(budi.user, "NOBODY", by).await, no(422, "UNKNOWN_ROLE"));
    assert_eq!(world.take(budi.user, "no%20name", by).await, no(404, "NOT_FOUND"));
    assert_eq!(world.give(budi.user, "no name", by).await, no(422, "VALIDATION_FAILED"));
    let denied = world.trail().await.into_iter().filter(|entry| entry[1] == "denied").count();
    assert_eq!(denied, 3);
    // MANAGER alone gives nothing.
    let manager = world.stack.user(world.scope, "m@toko-a.example", Role::Manager).await;
    assert_eq!(world.give(budi.user, "USER", &manager).await, no(403, "FORBIDDEN"));
    // A role that was deleted grants nothing, can be taken and not be given.
    assert_eq!(world.delete("/api/v1/roles/DEPUTY", &world.owner).await.status, 200);
    assert_eq!(world.give(budi.user, "DEPUTY", &world.owner).await, no(422, "UNKNOWN_ROLE"));
    assert_eq!(world.take(by.user, "DEPUTY", &world.owner).await, done());
    assert_eq!(world.roles_of(by.user).await, ["MANAGER"]);
}

#[tokio::test]
async fn nothing_is_given_to_or_taken_from_somebody_who_was_erased() {
    let world = World::open().await;
    let budi = world.stack.user(world.scope, "budi@example.com", Role::User).await;
    assert_eq!(world.delete(&format!("/api/v1/users/{}", budi.user), &world.owner).await.status, 200);
    assert_eq!(world.give(budi.user, "MANAGER", &world.owner).await, no(409, "USER_ERASED"));
    assert_eq!(world.take(budi.user, "USER", &world.owner).await, no(409, "USER_ERASED"));
}

#[tokio::test]
async fn another_tenants_user_is_as_absent_as_none() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let mut details = Vec::new();
    for id in [world.deputy.user.to_string(), "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(), "x".to_owned()] {
        let path = format!("/api/v1/users/{id}/roles");
        let given = world.post(&path, json!({ "role": "ADMIN" }), &stranger).await;
        let taken = world.delete(&format!("{path}/MANAGER"), &stranger).await;
        for answer in [given, taken] {
            assert_eq!(code(&answer), no(404, "NOT_FOUND"));
            details.push(answer.text("/detail"));
        }
    }
    details.dedup();
    assert_eq!(details.len(), 1);
    assert_eq!(world.roles_of(world.deputy.user).await, ["MANAGER", "DEPUTY"]);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let world = World::open().await;
    let (owner, second) = (&world.owner, &world.deputy);
    assert_eq!(world.take(owner.user, "ADMIN", owner).await, no(409, "LAST_ADMIN"));
    assert_eq!(world.give(second.user, "ADMIN", owner).await, done());
    assert_eq!(world.give(second.user, "ADMIN", owner).await, done());
    assert_eq!(world.take(owner.user, "ADMIN", owner).await, done());
    assert_eq!(world.take(second.user, "ADMIN", second).await, no(409, "LAST_ADMIN"), "counted once");
    assert_eq!(world.take(second.user, "ADMIN", owner).await, no(403, "FORBIDDEN"), "the owner is none any more");
    // A suspended administrator is not counted: taking the role away changes no count.
    let users = Users::new(world.stack.ctx().table(), world.scope);
    let third = world.stack.user(world.scope, "t@toko-a.example", Role::Admin).await;
    let user = users.get(third.user).await.unwrap().unwrap();
    let suspended = identity::User { status: identity::UserStatus::Suspended, version: user.version + 1, ..user };
    let mut transaction = table::Transaction::new();
    users.save(&mut transaction, &suspended).unwrap();
    users.one_admin_less(&mut transaction);
    world.stack.ctx().table().transact(transaction).await.unwrap();
    assert_eq!(world.take(third.user, "ADMIN", second).await, done());
    assert_eq!(world.take(second.user, "ADMIN", second).await, no(409, "LAST_ADMIN"));
    assert_eq!(world.give(third.user, "ADMIN", second).await, done());
    assert_eq!(world.take(second.user, "ADMIN", second).await, no(409, "LAST_ADMIN"));
}

#[tokio::test]
async fn roles_given_at_once_all_land() {
    let world = World::open().await;
    let budi = world.stack.user(world.scope, "budi@example.com", Role::User).await;
    let answers = join_all(
        ["ADMIN", "MANAGER", "DEPUTY", "MANAGER", "ADMIN"].map(|role| world.give(budi.user, role, &world.owner)),
    );
    assert!(answers.await.iter().all(|answer| *answer == done()));
    let mut roles = world.roles_of(budi.user).await;
    roles.sort();
    assert_eq!(roles, ["ADMIN", "DEPUTY", "MANAGER", "USER"]);
    assert_eq!(world.take(world.owner.user, "ADMIN", &budi).await, done());
    assert_eq!(world.take(budi.user, "ADMIN", &budi).await, no(409, "LAST_ADMIN"), "ADMIN was counted once");
}

/// Two administrators, and whom each of them demotes.
async fn demotions(whom: fn(&[Member; 2]) -> [UserId; 2]) -> Beginning<TenantScope, (u16, String)> {
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
    Beginning { stack, facts: scope, tasks }
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
