//! Who may do what: every operation of the document, with and without the one permission that it asks for.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    company::{Company, PASSWORD, sign_in},
    completeness::same_kind,
    operations::{self, Operation},
    sandbox::{Answer, Call, Sandbox, World, in_the_world},
};

/// The operations that ask for a permission that tenants can grant, and the permissions.
fn guarded() -> (Vec<Operation>, BTreeSet<String>) {
    let asks = |one: &Operation| one.permission.as_ref().is_some_and(|asked| !asked.starts_with("platform:"));
    let operations: Vec<Operation> = operations::all().into_iter().filter(asks).collect();
    let permissions = operations.iter().filter_map(|one| one.permission.clone()).collect();
    (operations, permissions)
}

#[test]
fn every_permission_is_asked_for_and_explained() {
    let explained: BTreeSet<String> = identity::PERMISSIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(guarded().1, explained);
}

#[test]
fn another_tenants_token_opens_nothing_of_ours() {
    in_the_world(|World { sandbox, ours, theirs }| async move {
        let token = sign_in(sandbox, &theirs.slug, &format!("owner@{}.example", theirs.slug)).await;
        for operation in operations::all().iter().filter(|one| !one.public) {
            let path = operation.path_with(|name| ours.value_for(&operation.path, name));
            let call = Call::of(&token).tenant(&ours.slug).key("theirs").body(json!({}));
            let answer = sandbox.send(&operation.method, &path, call).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "TENANT_MISMATCH"), "{}", operation.id);
        }
    });
}

#[test]
fn one_permission_opens_what_asks_for_it_and_nothing_else_does() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let (operations, permissions) = guarded();
        assert!(permissions.len() >= 12, "{permissions:?}");
        let with = Staff::of("toko-with", sandbox).await;
        let without = Staff::of("toko-without", sandbox).await;
        for (number, permission) in permissions.iter().enumerate() {
            let others: Vec<&String> = permissions.iter().filter(|other| *other != permission).collect();
            let holder = with.hire(number, &[permission]).await;
            let lacker = without.hire(number, &others).await;
            for operation in operations.iter().filter(|one| one.permission.as_ref() == Some(permission)) {
                let what = format!("{} {} with {permission}", operation.method, operation.path);
                let nameless = call(sandbox, ours, operation, None).await;
                assert_eq!((nameless.status, nameless.code().as_str()), (401, "UNAUTHENTICATED"), "{what}");
                let refused = call(sandbox, ours, operation, Some(&lacker)).await;
                assert_eq!((refused.status, refused.code().as_str()), (403, "FORBIDDEN"), "all others, {what}");
                let allowed = call(sandbox, ours, operation, Some(&holder)).await;
                assert!(![401, 403].contains(&allowed.status), "{what}: {:?}", allowed.json);
                assert!(allowed.status < 500, "{what}: {:?}", allowed.json);
            }
        }
    });
}

/// A call of an operation with an empty body, about a thing that nobody has: whoever may make it destroys nothing.
async fn call(sandbox: &Sandbox, ours: &Company, operation: &Operation, token: Option<&str>) -> Answer {
    let path = operation.path_with(|name| same_kind(&ours.value_for(&operation.path, name)));
    let call = Call { token: token.map(str::to_owned), ..Call::default() };
    sandbox.send(&operation.method, &path, call.key("matrix").body(json!({}))).await
}

/// A tenant whose users have one role each, made for them.
struct Staff<'a> {
    sandbox: &'a Sandbox,
    slug: &'static str,
    admin: String,
}

impl<'a> Staff<'a> {
    async fn of(slug: &'static str, sandbox: &'a Sandbox) -> Self {
        let email = format!("owner@{slug}.example");
        let body =
            json!({ "name": format!("Toko {slug}"), "slug": slug, "owner": { "email": email, "password": PASSWORD } });
        let made = sandbox.send("POST", "/api/v1/tenants", Call::default().key(slug).body(body)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        Self { sandbox, slug, admin: sign_in(sandbox, slug, &email).await }
    }

    /// The token of a new user who holds these permissions and no others.
    async fn hire(&self, number: usize, permissions: &[&String]) -> String {
        let Self { sandbox, slug, admin } = self;
        let role = format!("ROLE_{number}");
        let body = json!({ "name": role, "permissions": permissions });
        let made = sandbox.send("POST", "/api/v1/roles", Call::of(admin).body(body)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);

        let email = format!("user{number}@{slug}.example");
        let body = json!({ "email": email, "username": format!("user{number}"), "password": PASSWORD });
        let user = sandbox.send("POST", "/api/v1/auth/register", Call::default().tenant(slug).body(body)).await;
        assert_eq!(user.status, 201, "{:?}", user.json);
        let roles = format!("/api/v1/users/{}/roles", user.text("/data/user/id"));
        let given = sandbox.send("POST", &roles, Call::of(admin).body(json!({ "role": role }))).await;
        assert!((200..300).contains(&given.status), "{:?}", given.json);
        let taken = sandbox.send("DELETE", &format!("{roles}/USER"), Call::of(admin)).await;
        assert!((200..300).contains(&taken.status), "{:?}", taken.json);
        sign_in(sandbox, slug, &email).await
    }
}
