//! Administrators and users over HTTP: who may see, change, suspend, activate and unlock whom.

use futures::future::join_all;
use http::Method;
use identity::{Role, RoleBook, Roles, Users};
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Answer, Client, Fault, Member, PASSWORD, Stack};

struct World {
    stack: Stack,
    client: Client,
    owner: Member,
    budi: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, client, owner, budi }
    }

    async fn user(&self, email: &str, role: Role) -> Member {
        self.stack.user(self.owner.scope, email, role).await
    }

    /// A role that may do everything with users and nothing else.
    async fn support(&self) -> Member {
        let book: RoleBook = serde_json::from_value(json!({ "roles": { "SUPPORT": { "permissions": ["users:*"],
            "createdAt": "2026-11-21T00:00:00.000Z", "updatedAt": "2026-11-21T00:00:00.000Z" } }, "version": 1 }))
        .unwrap();
        let roles = Roles::new(self.stack.ctx().table(), self.owner.scope);
        table::write_alone(self.stack.ctx().table(), |tx| roles.save(tx, &book)).await.unwrap();
        self.user("support@example.com", "SUPPORT".parse().unwrap()).await
    }

    async fn post(&self, who: &Member, target: &Member, verb: &str) -> Answer {
        post(&self.client, who, target, verb).await
    }

    async fn patch(&self, who: &Member, target: &Member, body: Value) -> Answer {
        let path = format!("/api/v1/users/{}", target.user);
        self.client.call(Method::PATCH, path).json(body).bearer(&who.token).send().await
    }

    async fn get(&self, who: &Member, path: &str) -> Answer {
        self.client.get(format!("/api/v1/users{path}")).bearer(&who.token).send().await
    }

    async fn login(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.client.post("/api/v1/auth/login", body).tenant("toko-a").send().await
    }

    /// How many active administrators the counter says there are, and how many there are.
    async fn admins(&self) -> (i64, usize) {
        admins(&self.stack, self.owner.scope).await
    }

    /// The actions in the audit trail about a user.
    async fn trail(&self, about: &Member) -> Vec<String> {
        let rows = self.stack.rows().await;
        let about = about.user.to_string();
        let entries = rows.iter().filter(|row| row["SK"].as_str().is_some_and(|sk| sk.starts_with("AUD#")));
        let entries = entries.filter(|row| row["target"] == json!(about));
        let mut actions: Vec<String> = entries.map(|row| row["action"].as_str().unwrap().to_owned()).collect();
        actions.sort();
        actions
    }
}

async fn post(client: &Client, who: &Member, target: &Member, verb: &str) -> Answer {
    let path = format!("/api/v1/users/{}/{verb}", target.user);
    client.post(path, json!({})).bearer(&who.token).send().await
}

pub(crate) async fn admins(stack: &Stack, scope: TenantScope) -> (i64, usize) {
    let table = stack.ctx().table();
    let row = table.get(&scope.key("ADMINS", "ADMINS")).await.unwrap().unwrap();
    let (users, all) = (Users::new(table, scope), identity::UserFilter::default());
    let page = users.list(&all, &table::pages::PageRequest::default()).await.unwrap();
    let active = page.items.iter().filter(|user| user.is_active_admin()).count();
    (row["count"].as_i64().unwrap(), active)
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

#[tokio::test]
async fn a_suspended_user_is_out_until_they_are_activated() {
    let world = World::open().await;
    let (owner, budi) = (&world.owner, &world.budi);
    let path = format!("/api/v1/users/{}/suspend", budi.user);
    let body = json!({ "reason": "Chargeback under review" });
    let answer = world.client.post(path.clone(), body).bearer(&owner.token).send().await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status")), (200, "suspended".to_owned()));
    assert_eq!(answer.text("/data/suspensionReason"), "Chargeback under review");
    assert_eq!(answer.text("/data/suspendedAt"), "2026-11-21T01:00:00.000Z");
    assert_eq!(code(&world.get(budi, "/me").await), (401, "INVALID_TOKEN".to_owned()));
    assert_eq!(code(&world.login("budi@example.com", PASSWORD).await), (403, "ACCOUNT_NOT_ACTIVE".to_owned()));

    // Twice is once: the same version, and no second entry.
    let again = world.post(owner, budi, "suspend").await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, answer.header("etag")));
    assert_eq!(again.text("/data/suspensionReason"), "Chargeback under review");
    let active = world.post(owner, budi, "activate").await;
    assert_eq!((active.text("/data/status"), active.at("/data/suspendedAt")), ("active".to_owned(), json!(null)));
    assert_eq!(world.post(owner, budi, "activate").await.header("etag"), active.header("etag"));
    assert_eq!(code(&world.get(budi, "/me").await).0, 401, "the old sessions stay ended");
    assert_eq!(world.login("budi@example.com", PASSWORD).await.status, 200);
    assert_eq!(world.trail(budi).await, ["login.failed", "user.activated", "user.suspended"]);
    let long = json!({ "reason": "x".repeat(201) });
    let answer = world.client.post(path, long).bearer(&owner.token).send().await;
    assert_eq!(
        (code(&answer), answer.text("/errors/0/pointer")),
        ((422, "VALIDATION_FAILED".to_owned()), "/reason".to_owned())
    );
}

#[tokio::test]
async fn a_repeated_call_with_its_key_gets_the_same_bytes() {
    let world = World::open().await;
    let path = format!("/api/v1/users/{}/suspend", world.budi.user);
    let call = || world.client.post(path.clone(), json!({})).bearer(&world.owner.token).idempotency_key("k1").send();
    let first = call().await;
    assert_eq!(world.post(&world.owner, &world.budi, "activate").await.status, 200);
    let again = call().await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&first.body, "true"));
    let now = world.get(&world.owner, &format!("/{}", world.budi.user)).await;
    assert_eq!(now.text("/data/status"), "active", "a replay has no second effect");
}

#[tokio::test]
async fn of_the_last_two_administrators_one_stays() {
    let world = World::open().await;
    let other = world.user("siti@example.com", Role::Admin).await;
    assert_eq!(code(&world.post(&other, &other, "suspend").await), (403, "FORBIDDEN".to_owned()), "not oneself");
    assert_eq!(world.admins().await, (2, 2));
    // Each suspends the other at once.
    let both = join_all([world.post(&world.owner, &other, "suspend"), world.post(&other, &world.owner, "suspend")]);
    let mut codes: Vec<(u16, String)> = both.await.iter().map(code).collect();
    codes.sort();
    assert_eq!(codes[0].0, 200);
    assert!(codes[1] == (409, "LAST_ADMIN".to_owned()) || codes[1] == (401, "INVALID_TOKEN".to_owned()), "{codes:?}");
    assert_eq!(world.admins().await, (1, 1));
}

#[tokio::test]
async fn the_last_administrator_cannot_be_suspended_by_anybody() {
    let world = World::open().await;
    let third = world.user("third@example.com", Role::Admin).await;
    let siti = world.user("siti@example.com", Role::Admin).await;
    assert_eq!(world.post(&siti, &third, "suspend").await.status, 200);
    // Calls at once on the same user count once.
    let many = join_all((0..4).map(|_| world.post(&siti, &world.owner, "suspend"))).await;
    assert!(many.iter().all(|answer| answer.status == 200), "{:?}", many.iter().map(code).collect::<Vec<_>>());
    assert_eq!(world.admins().await, (1, 1));
    let many = join_all((0..4).map(|_| world.post(&siti, &third, "activate"))).await;
    assert!(many.iter().all(|answer| answer.status == 200));
    assert_eq!(world.admins().await, (2, 2));
    let third = Member { token: world.stack.sign_in(&third).await, ..third };
    assert_eq!(world.post(&third, &siti, "suspend").await.status, 200);
    assert_eq!(world.trail(&world.owner).await, ["user.suspended"]);
    assert_eq!(world.admins().await, (1, 1));
}

#[tokio::test]
async fn nobody_changes_who_holds_more_and_customers_nobody() {
    let world = World::open().await;
    let support = world.support().await;
    let manager = world.user("manager@example.com", Role::Manager).await;
    let siti = world.user("siti@example.com", Role::User).await;
    let forbidden = (403, "FORBIDDEN".to_owned());
    for verb in ["suspend", "activate", "unlock"] {
        for target in [&world.owner, &manager] {
            assert_eq!(code(&world.post(&support, target, verb).await), forbidden, "{verb}");
        }
        assert_eq!(world.post(&support, &siti, verb).await.status, 200, "{verb}");
        for actor in [&manager, &world.budi] {
            assert_eq!(code(&world.post(actor, &siti, verb).await), forbidden, "{verb}");
        }
    }
    let budi = &world.budi;
    let name = json!({ "firstName": "X" });
    assert_eq!(code(&world.patch(&support, &world.owner, name.clone()).await), forbidden);
    assert_eq!(code(&world.patch(budi, budi, name.clone()).await), forbidden);
    assert_eq!(world.patch(&support, budi, name).await.text("/data/firstName"), "X");
    for path in ["", "/analytics", &format!("/{}", budi.user)] {
        assert_eq!(code(&world.get(budi, path).await), forbidden, "{path}");
        assert_eq!(world.get(&manager, path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn somebody_elses_users_are_as_absent_as_nobody() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let nobody = Member { user: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), ..stranger.clone() };
    let without_instance = |answer: Answer| {
        let mut body = answer.json();
        (body["instance"], body["requestId"]) = (json!(""), json!(""));
        (answer.status.as_u16(), body)
    };
    let absent = without_instance(world.get(&world.owner, &format!("/{}", nobody.user)).await);
    assert_eq!(absent.0, 404);
    for target in [&stranger, &nobody] {
        let mut answers = vec![world.get(&world.owner, &format!("/{}", target.user)).await];
        for verb in ["suspend", "activate", "unlock"] {
            answers.push(world.post(&world.owner, target, verb).await);
        }
        answers.push(world.patch(&world.owner, target, json!({})).await);
        let path = format!("/api/v1/users/{}", target.user);
        answers.push(world.client.call(Method::DELETE, path).bearer(&world.owner.token).send().await);
        for answer in answers {
            assert_eq!(without_instance(answer), absent);
        }
    }
    assert_eq!(without_instance(world.get(&world.owner, "/x").await), absent);
    assert_eq!(world.get(&stranger, "").await.at("/data").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_users_names_are_changed_as_they_were_seen() {
    let world = World::open().await;
    let path = format!("/api/v1/users/{}", world.budi.user);
    let seen = world.get(&world.owner, &format!("/{}", world.budi.user)).await.header("etag").to_owned();
    let patch = |etag: &str, body: Value| {
        let call = world.client.call(Method::PATCH, path.clone()).json(body).bearer(&world.owner.token);
        call.header("if-match", etag).send()
    };
    let body = json!({ "firstName": "Budi", "lastName": "Santoso" });
    let answer = patch(&seen, body.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/lastName")), (200, "Santoso".to_owned()));
    assert_eq!(code(&patch(&seen, body.clone()).await), (412, "PRECONDITION_FAILED".to_owned()));
    assert_eq!(code(&patch("3", body.clone()).await), (400, "INVALID_HEADER".to_owned()));
    assert_eq!(patch(answer.header("etag"), body).await.header("etag"), answer.header("etag"), "nothing changed");
    assert_eq!(code(&patch("*", json!({ "username": "x" })).await), (400, "UNKNOWN_FIELD".to_owned()));
    assert_eq!(world.trail(&world.budi).await, ["user.updated"]);
}

#[tokio::test]
async fn unlocking_ends_the_wait_after_failed_logins() {
    let world = World::open().await;
    let client = world.stack.serve(crate::function);
    let login = |password: &'static str| {
        let body = json!({ "email": "budi@example.com", "password": password });
        client.post("/api/v1/auth/login", body).tenant("toko-a").send()
    };
    for _ in 0..6 {
        assert_eq!(login("wrong horse battery").await.status, 401);
    }
    assert_eq!(login(PASSWORD).await.status, 429);
    for _ in 0..2 {
        assert_eq!(world.post(&world.owner, &world.budi, "unlock").await.status, 200);
    }
    assert_eq!(login(PASSWORD).await.status, 200);
    assert_eq!(world.trail(&world.budi).await, ["user.unlocked"]);
}

#[tokio::test]
async fn users_are_listed_filtered_and_paged() {
    let world = World::open().await;
    for n in 0..4 {
        world.user(&format!("customer{n}@example.com"), Role::User).await;
    }
    let manager = world.user("manager@example.com", Role::Manager).await;
    world.post(&world.owner, &world.budi, "suspend").await;
    let names = async |query: &str| {
        let (mut names, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let answer = world.get(&world.owner, &format!("?limit=2{query}{cursor}")).await;
            assert_eq!(answer.status, 200, "{}", answer.snapshot());
            let rows = answer.at("/data");
            let rows = rows.as_array().unwrap();
            assert!(rows.len() <= 2);
            names.extend(rows.iter().map(|row| row["username"].as_str().unwrap().to_owned()));
            pages += 1;
            if answer.at("/page/next").is_null() {
                return (
                    names.iter().map(|name| name.split('-').next().unwrap().to_owned()).collect::<Vec<_>>(),
                    pages,
                );
            }
            cursor = format!("&cursor={}", answer.text("/page/next"));
        }
    };
    let all = ["owner", "budi", "customer0", "customer1", "customer2", "customer3", "manager"].map(str::to_owned);
    assert_eq!(names("").await, (all.to_vec(), 4));
    assert_eq!(names("&status=suspended").await.0, ["budi"]);
    assert_eq!(names("&role=MANAGER").await.0, ["manager"]);
    assert_eq!(names("&q=Customer").await, (all[2..6].to_vec(), 2));
    assert_eq!(names("&q=customer2").await.0, ["customer2"]);
    assert_eq!(names("&q=Manager@example.com").await, (vec!["manager".to_owned()], 1));
    assert_eq!(names("&q=manager@example.com&role=USER").await.0.len(), 0);
    assert_eq!(names("&q=nobody@example.com").await.0.len(), 0);
    assert_eq!(names("&status=erased").await.0.len(), 0);
    assert_eq!(names("&role=USER&status=active&q=c").await.0.len(), 4);
    for query in ["status=gone", "role=admin", "q=", "q=a%20b", "q=x@", "q=a&q=b", "limit=0"] {
        assert_eq!(
            code(&world.get(&world.owner, &format!("?{query}")).await),
            (422, "VALIDATION_FAILED".to_owned()),
            "{query}"
        );
    }
    // A cursor is for its own filter and caller.
    let next = world.get(&world.owner, "?limit=2").await.text("/page/next");
    for (who, query) in [(&world.owner, "&role=USER"), (&manager, "")] {
        let answer = world.get(who, &format!("?limit=2&cursor={next}{query}")).await;
        assert_eq!(code(&answer), (400, "INVALID_CURSOR".to_owned()));
    }
}

/// The call dies at each call of the store; asked again, it is done once.
#[tokio::test]
async fn a_suspension_that_dies_anywhere_is_done_by_the_next() {
    let mut faults = vec![None];
    while let Some(fault) = faults.pop() {
        let world = World::open().await;
        let siti = world.user("siti@example.com", Role::Admin).await;
        let (ctx, table) = world.stack.breaking(fault);
        let client = Client::new(crate::function(ctx));
        let first = post(&client, &world.owner, &siti, "suspend").await.status.as_u16();
        assert!(fault.is_none() || [200, 503].contains(&first), "{fault:?} {first}");
        if fault.is_none() {
            assert!(table.calls() >= 4, "{}", table.calls());
            faults.extend((0..table.calls()).flat_map(|at| [Some(Fault::Before(at)), Some(Fault::After(at))]));
        }
        let again = post(&client, &world.owner, &siti, "suspend").await;
        assert_eq!((again.status.as_u16(), again.text("/data/status")), (200, "suspended".to_owned()), "{fault:?}");
        assert_eq!(world.admins().await, (1, 1), "{fault:?}");
        assert_eq!(world.trail(&siti).await, ["user.suspended"], "{fault:?}");
    }
}
