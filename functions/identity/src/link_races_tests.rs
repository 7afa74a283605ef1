//! Mailed links against changes of their user, in every order of their store calls: no change voids a link that it does
//! not use up.

use http::Method;
use identity::{LinkClaim, LinkKeys, LinkPurpose, Role, User, Users, VerifyToken};
use serde_json::json;

use testkit::{Beginning, Client, Interleaving, Member, Stack, task};

use crate::{invitations::invitations_tests::no, roles::roles_tests::code};

const NEW: &str = "kuda benar baterai";

/// A link of a user who has not proven the address, used while the user changes the profile.
async fn used_meanwhile(purpose: LinkPurpose) -> Beginning<Member, (u16, String)> {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let (ctx, tenant) = (stack.ctx(), budi.scope.tenant());
    let users = Users::new(ctx.table(), budi.scope);
    let user = users.get(budi.user).await.unwrap().unwrap();
    let link = VerifyToken::new(purpose, [1; 16], ctx.now());
    let claim = LinkClaim { tenant, purpose, subject: user.id.ulid() };
    let token = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL)).token(claim, &link).expose().clone();
    let (verification, reset) = (Some(link.clone()), Some(link));
    let user = User { verification, reset, email_verified_at: None, version: user.version + 1, ..user };
    table::write_alone(ctx.table(), |tx| users.save(tx, &user)).await.unwrap();

    let (path, body) = match purpose {
        LinkPurpose::ResetPassword => ("reset-password", json!({ "token": token, "password": NEW })),
        LinkPurpose::VerifyEmail | LinkPurpose::Invitation => ("verify-email", json!({ "token": token })),
    };
    let use_link = task(async move |ctx| {
        let client = Client::new(crate::function(ctx));
        let call = client.post(format!("/api/v1/auth/{path}"), body);
        code(&call.tenant(tenant.to_string()).send().await)
    });
    let access = budi.token.clone();
    let change = task(async move |ctx| {
        let client = Client::new(crate::function(ctx));
        let call = client.call(Method::PATCH, "/api/v1/users/me").json(json!({ "firstName": "Budi" }));
        code(&call.bearer(&access).header("if-match", "*").send().await)
    });
    Beginning { stack, facts: budi, tasks: vec![use_link, change] }
}

#[tokio::test]
async fn a_change_of_the_profile_voids_no_link_in_any_order_of_events() {
    for purpose in [LinkPurpose::ResetPassword, LinkPurpose::VerifyEmail] {
        let orders = Interleaving::every().passing("#RL#").passing("#TENANT").passing("#ACT#");
        let played = orders.run(
            async || used_meanwhile(purpose).await,
            async |ended| {
                assert_eq!(ended.results[0], no(200, ""));
                // Whoever had the old password may be signed out by then, or lose the race for good.
                assert!([200, 401, 409].contains(&ended.results[1].0), "{:?}", ended.results);
                let budi = &ended.facts;
                let user = Users::new(ended.stack.ctx().table(), budi.scope).get(budi.user).await.unwrap().unwrap();
                assert!(user.email_verified_at.is_some() && user.verification.is_none());
                assert_eq!(user.first_name.is_some(), ended.results[1].0 == 200);
            },
        );
        assert!(played.await >= 10);
    }
}
