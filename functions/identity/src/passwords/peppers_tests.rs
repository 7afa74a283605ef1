//! A rotation of the pepper: hashes of the former one check, and are replaced as their users sign in.

use cloud::{Ctx, Function};
use identity::{Hasher, Password, Pepper, Role, User, UserWithPassword, Users};
use kernel::Secret;
use serde_json::json;
use table::Transaction;
use testkit::{PASSWORD, Stack};

fn pepper(ctx: &Ctx, version: &'static str, label: &str) -> Pepper {
    Pepper { version, key: ctx.ports().keys.derive(label) }
}

/// The function after a rotation.
fn rotated(ctx: Ctx) -> Function {
    let former = vec![pepper(&ctx, "pk1", "pepper 1")];
    let hasher = Hasher::with_former(pepper(&ctx, "pk2", "pepper 2"), former);
    web::serve(ctx, crate::endpoints().layer(axum::Extension(hasher)))
}

#[tokio::test]
async fn a_hash_of_a_former_pepper_still_checks_and_is_replaced_at_a_login() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let found = async || -> UserWithPassword {
        Users::new(stack.ctx().table(), budi.scope).get_with_password(budi.user).await.unwrap().unwrap()
    };
    let version_of =
        |found: &UserWithPassword| serde_json::to_value(&found.hash).unwrap().as_str().unwrap()[..4].to_owned();
    let login = async |function: fn(Ctx) -> Function, password: &str| {
        let body = json!({ "email": "budi@example.com", "password": password });
        stack.serve(function).post("/api/v1/auth/login", body).tenant("toko-a").send().await.status.as_u16()
    };
    assert_eq!(version_of(&found().await), "pk1$");
    assert_eq!(login(rotated, "wrong horse battery").await, 401);
    assert_eq!(version_of(&found().await), "pk1$");
    assert_eq!(login(rotated, PASSWORD).await, 200);
    let replaced = found().await;
    assert_eq!(version_of(&replaced), "pk2$");
    let new = Hasher::with_former(pepper(stack.ctx(), "pk2", "pepper 2"), Vec::new());
    assert!(new.verify(Password::typed(&Secret::new(PASSWORD.to_owned())), replaced.hash.as_ref()).await);
    assert_eq!(login(rotated, PASSWORD).await, 200);
    assert_eq!(found().await.user.version, replaced.user.version, "and once");
    assert_eq!(login(crate::function, PASSWORD).await, 401, "who does not know the new pepper cannot check it");
}

#[tokio::test]
async fn a_password_in_the_row_of_its_user_still_checks_and_moves_to_its_own_at_a_login() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let users = Users::new(stack.ctx().table(), budi.scope);
    let found = users.get_with_password(budi.user).await.unwrap().unwrap();
    let before = User { password: found.hash, version: found.user.version + 1, ..found.user };
    let mut transaction = Transaction::new();
    users.save(&mut transaction, &before).unwrap();
    users.delete_password(&mut transaction, budi.user);
    stack.ctx().table().transact(transaction).await.unwrap();

    let client = stack.serve(crate::function);
    let login = async |password: &str| {
        let body = json!({ "email": "budi@example.com", "password": password });
        client.post("/api/v1/auth/login", body).tenant("toko-a").send().await.status.as_u16()
    };
    assert_eq!(login("wrong horse battery").await, 401);
    assert!(users.get(budi.user).await.unwrap().unwrap().password.is_some(), "nothing moves for a guess");
    assert_eq!(login(PASSWORD).await, 200);
    let after = users.get_with_password(budi.user).await.unwrap().unwrap();
    assert_eq!((after.user.password, after.hash), (None, before.password));
    assert_eq!(login(PASSWORD).await, 200);
    assert_eq!(users.get(budi.user).await.unwrap().unwrap().version, after.user.version, "and once");
}
