//! Mails about an account: links that work once, and what is kept of whoever was erased.

use customers::Customers;
use identity::{LinkClaim, LinkKeys, LinkPurpose, Role, Users, VerifyToken};
use kernel::Party;
use serde_json::{Value, json};
use table::Transaction;
use testkit::Fault;

use crate::world::*;
#[tokio::test]
async fn a_new_user_gets_a_link_that_works_and_gets_it_once() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let users = Users::new(ctx.table(), world.scope());
    let verified = users.get(world.customer.user).await.unwrap().unwrap();
    let event = world.event('A', "user.registered", &json!({"userId": verified.id}));
    assert_eq!(world.deliver(std::slice::from_ref(&event)).await, NOTHING);
    assert_eq!(world.mails(), [], "the address is proven already");

    let open = VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], ctx.now());
    let unproven = identity::User {
        email_verified_at: None,
        verification: Some(open.clone()),
        version: verified.version + 1,
        ..verified
    };
    table::write_alone(ctx.table(), |tx| users.save(tx, &unproven)).await.unwrap();
    for _ in 0..3 {
        assert_eq!(world.deliver(std::slice::from_ref(&event)).await, NOTHING);
    }
    assert_eq!(
        world.mails(),
        [("budi@example.com".to_owned(), "Verifikasi alamat email Anda untuk Toko toko-a".to_owned())]
    );
    let text = world.stack.mail.all()[0].text.expose().clone();
    let token = text.split("token=").nth(1).unwrap().split_whitespace().next().unwrap();
    let token = kernel::Secret::new(token.to_owned());
    let keys = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL));
    let claim = LinkClaim { tenant: world.tenant, purpose: LinkPurpose::VerifyEmail, subject: unproven.id.ulid() };
    assert_eq!(keys.check(&token, claim, Some(&open), ctx.now()), Ok(()));
    assert!(text.contains("https://api.ruko.test/account/verify-email#tenant=toko-a&lang=id&token="));
    assert_eq!(world.chats(), Vec::<String>::new());
}

fn address_of(world: &World, user: &identity::User) -> Value {
    json!({"addressHash": world.stack.addresses().of(world.tenant, &user.email)})
}

/// The token of the newest mail.
fn mailed_token(world: &World) -> kernel::Secret<String> {
    let text = world.stack.mail.all().last().unwrap().text.expose().clone();
    kernel::Secret::new(text.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned())
}

#[tokio::test]
async fn a_user_is_written_to_in_the_language_that_the_user_chose() {
    let world = World::open().await;
    let users = Users::new(world.stack.ctx().table(), world.scope());
    let user = users.get(world.customer.user).await.unwrap().unwrap();
    let preferences = identity::Preferences { locale: Some(kernel::Locale::En), ..user.preferences.clone() };
    let english = identity::User { preferences, version: user.version + 1, ..user };
    table::write_alone(world.stack.ctx().table(), |tx| users.save(tx, &english)).await.unwrap();
    let event = world.event('A', "user.password_changed", &json!({"userId": english.id}));
    assert_eq!(world.deliver(&[event]).await, NOTHING);
    assert_eq!(
        world.mails(),
        [("budi@example.com".to_owned(), "Your password for Toko toko-a was changed".to_owned())]
    );
}

#[tokio::test]
async fn what_changes_how_an_account_is_opened_is_told_to_its_user() {
    for (name, subject) in [
        ("user.mfa_enabled", "Akun Anda di Toko toko-a kini dilindungi verifikasi dua langkah"),
        ("user.mfa_removed", "Verifikasi dua langkah akun Anda di Toko toko-a telah dimatikan"),
        ("user.impersonated", "Staf Toko toko-a melihat akun Anda"),
        ("user.telegram_linked", "Chat Telegram terhubung ke akun Anda di Toko toko-a"),
        ("user.recovery_codes_created", "Kode pemulihan baru untuk akun Anda di Toko toko-a"),
        ("user.claimed", "Akun Anda di Toko toko-a kini hanya milik Anda"),
        ("session.reuse_detected", "Kami mengakhiri satu sesi akun Anda di Toko toko-a"),
    ] {
        let world = World::open().await;
        let session = "ses_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
        let by = world.customer.user;
        let data =
            json!({"userId": by, "sessionId": session, "by": by, "impersonationId": "imp_01JD2Z3M4N5P6Q7R8S9T0V1W2X"});
        let event = world.event('A', name, &data);
        for _ in 0..2 {
            assert_eq!(world.deliver(std::slice::from_ref(&event)).await, NOTHING);
        }
        assert_eq!(world.mails(), [("budi@example.com".to_owned(), subject.to_owned())]);
    }
}

#[tokio::test]
async fn a_forgotten_password_gets_one_link_however_often_the_event_comes() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let users = Users::new(ctx.table(), world.scope());
    let user = users.get(world.customer.user).await.unwrap().unwrap();
    let first = world.event('A', "user.password_reset_requested", &address_of(&world, &user));
    let nobody = world.event('B', "user.password_reset_requested", &json!({"addressHash": "x"}));
    for _ in 0..3 {
        assert_eq!(world.deliver(&[first.clone(), nobody.clone()]).await, NOTHING);
    }
    assert_eq!(
        world.mails(),
        [("budi@example.com".to_owned(), "Atur ulang kata sandi Anda untuk Toko toko-a".to_owned())]
    );
    let text = world.stack.mail.all()[0].text.expose().clone();
    assert!(text.contains("https://api.ruko.test/account/reset-password#tenant=toko-a&lang=id&token="), "{text}");

    let user = users.get(world.customer.user).await.unwrap().unwrap();
    let keys = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL));
    let claim = LinkClaim { tenant: world.tenant, purpose: LinkPurpose::ResetPassword, subject: user.id.ulid() };
    assert_eq!(keys.check(&mailed_token(&world), claim, user.reset.as_ref(), ctx.now()), Ok(()));

    let hash = users.get_with_password(user.id).await.unwrap().unwrap().hash.unwrap();
    let done = user.with_reset_password(hash, ctx.now());
    let mut transaction = table::Transaction::new();
    users.save_with_password(&mut transaction, &done).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    world.deliver(&[first]).await;
    let user = users.get(world.customer.user).await.unwrap().unwrap();
    assert_eq!((user.reset, world.mails().len()), (None, 1), "a used link does not open again");
}

#[tokio::test]
async fn only_who_has_not_proven_the_address_gets_another_link_and_the_old_one_is_void() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let users = Users::new(ctx.table(), world.scope());
    let verified = users.get(world.customer.user).await.unwrap().unwrap();
    let event = world.event('A', "user.verification_requested", &address_of(&world, &verified));
    world.deliver(std::slice::from_ref(&event)).await;
    assert_eq!(world.mails(), [], "the address is proven already");

    let old = VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], ctx.now());
    let unproven = identity::User {
        email_verified_at: None,
        verification: Some(old.clone()),
        version: verified.version + 1,
        ..verified
    };
    table::write_alone(ctx.table(), |tx| users.save(tx, &unproven)).await.unwrap();
    world.deliver(std::slice::from_ref(&event)).await;
    assert_eq!(world.mails().len(), 1);
    let user = users.get(world.customer.user).await.unwrap().unwrap();
    let keys = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL));
    let claim = LinkClaim { tenant: world.tenant, purpose: LinkPurpose::VerifyEmail, subject: user.id.ulid() };
    let open = user.verification.as_ref();
    assert_eq!(keys.check(&mailed_token(&world), claim, open, ctx.now()), Ok(()));
    assert!(keys.check(&keys.token(claim, &old), claim, open, ctx.now()).is_err());
}

#[tokio::test]
async fn a_death_anywhere_loses_no_reset_link() {
    let calls = {
        let world = World::open().await;
        let user =
            Users::new(world.stack.ctx().table(), world.scope()).get(world.customer.user).await.unwrap().unwrap();
        let (ctx, table) = world.stack.breaking(None);
        let event = world.event('A', "user.password_reset_requested", &address_of(&world, &user));
        assert_eq!(world.post.deliver(&ctx, &[event]).await, NOTHING);
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let users = Users::new(world.stack.ctx().table(), world.scope());
        let user = users.get(world.customer.user).await.unwrap().unwrap();
        let event = world.event('A', "user.password_reset_requested", &address_of(&world, &user));
        world.deliver_in_spite_of(fault, &event).await;
        let user = users.get(world.customer.user).await.unwrap().unwrap();
        let keys = LinkKeys::new(world.stack.ctx().ports().keys.hmac(LinkKeys::LABEL));
        let claim = LinkClaim { tenant: world.tenant, purpose: LinkPurpose::ResetPassword, subject: user.id.ulid() };
        let checked = keys.check(&mailed_token(&world), claim, user.reset.as_ref(), world.stack.ctx().now());
        assert_eq!(checked, Ok(()), "{fault:?}");
    }
}

/// What is told of a registration that nobody kept.
fn registered(address: &Value) -> Value {
    let mut data = address.clone();
    data["userId"] = json!("usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    data
}

#[tokio::test]
async fn a_hidden_registration_of_a_new_address_gets_its_link_and_gets_it_again_on_request() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let known = Users::new(ctx.table(), world.scope()).get(world.customer.user).await.unwrap().unwrap();
    let waiting = identity::User {
        id: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        email: "siti@example.com".parse().unwrap(),
        username: "siti".parse().unwrap(),
        email_verified_at: None,
        verification: Some(VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], ctx.now())),
        version: 1,
        ..known
    };
    let mut transaction = Transaction::new();
    identity::Registrations::new(ctx.table(), world.scope()).insert(&mut transaction, &waiting).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let address = address_of(&world, &waiting);
    let asked = world.event('A', "user.verification_requested", &address);
    world.deliver(std::slice::from_ref(&asked)).await;
    assert_eq!(world.mails(), [], "nobody knows of it before its own mail is sent");
    for _ in 0..2 {
        let told = world.event('B', "user.registration_requested", &registered(&address));
        assert_eq!(world.deliver(&[told]).await, NOTHING);
    }
    assert_eq!(world.deliver(&[world.event('C', "user.verification_requested", &address)]).await, NOTHING);
    let subject = "Verifikasi alamat email Anda untuk Toko toko-a".to_owned();
    assert_eq!(world.mails(), vec![("siti@example.com".to_owned(), subject); 2]);
    let keys = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL));
    let claim = LinkClaim { tenant: world.tenant, purpose: LinkPurpose::VerifyEmail, subject: waiting.id.ulid() };
    assert_eq!(keys.check(&mailed_token(&world), claim, waiting.verification.as_ref(), ctx.now()), Ok(()));
}

#[tokio::test]
async fn a_registration_whose_link_was_used_alarms_nobody_when_its_event_comes_again() {
    let world = World::open().await;
    let user = Users::new(world.stack.ctx().table(), world.scope()).get(world.customer.user).await.unwrap().unwrap();
    let mut data = address_of(&world, &user);
    data["userId"] = json!(user.id);
    assert_eq!(world.deliver(&[world.event('A', "user.registration_requested", &data)]).await, NOTHING);
    assert_eq!(world.mails(), []);
}

#[tokio::test]
async fn an_older_registration_whose_event_comes_late_is_not_the_latest() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let known = Users::new(ctx.table(), world.scope()).get(world.customer.user).await.unwrap().unwrap();
    let registrations = identity::Registrations::new(ctx.table(), world.scope());
    let ids = ["usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y"];
    let address = world.stack.addresses().of(world.tenant, &"siti@example.com".parse().unwrap());
    for (number, id) in ids.into_iter().enumerate() {
        let waiting = identity::User {
            id: id.parse().unwrap(),
            email: "siti@example.com".parse().unwrap(),
            username: format!("siti-{number}").parse().unwrap(),
            email_verified_at: None,
            verification: Some(VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], ctx.now())),
            version: 1,
            ..known.clone()
        };
        let mut transaction = Transaction::new();
        registrations.insert(&mut transaction, &waiting).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }
    let event = |mark, id: &str| {
        world.event(mark, "user.registration_requested", &json!({"addressHash": address, "userId": id}))
    };
    for (mark, id, latest) in [('A', ids[0], ids[0]), ('B', ids[1], ids[1]), ('A', ids[0], ids[1])] {
        assert_eq!(world.deliver(&[event(mark, id)]).await, NOTHING);
        let found = registrations.latest(json!(address).as_str().unwrap()).await.unwrap().unwrap();
        assert_eq!(found.id.to_string(), latest);
    }
    assert_eq!(world.mails().len(), 2, "each has a link of its own");
}

#[tokio::test]
async fn a_user_hears_of_a_changed_password_and_of_a_repeated_registration() {
    let world = World::open().await;
    let users = Users::new(world.stack.ctx().table(), world.scope());
    let user = users.get(world.customer.user).await.unwrap().unwrap();
    let events = [
        world.event('A', "user.password_changed", &json!({"userId": user.id})),
        world.event('B', "user.registration_requested", &registered(&address_of(&world, &user))),
        world.event('C', "user.registration_requested", &registered(&json!({"addressHash": "x"}))),
    ];
    for _ in 0..2 {
        assert_eq!(world.deliver(&events).await, NOTHING);
    }
    let mut subjects: Vec<String> = world.mails().into_iter().map(|(_, subject)| subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["Anda sudah punya akun di Toko toko-a", "Kata sandi Anda di Toko toko-a telah diganti"]);
}

/// The platform's own name is what its operator calls it.
#[tokio::test]
async fn an_invited_address_gets_a_link_that_works_while_the_invitation_is_open() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let new = identity::NewInvitation {
        id: "ivt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        email: "siti@example.com".parse().unwrap(),
        roles: vec![Role::Manager].try_into().unwrap(),
        customer: None,
        to_member: false,
        invited_by: world.customer.user,
        nonce: [7; 16],
    };
    let invitation = identity::Invitation::open(new, ctx.now());
    let invitations = identity::Invitations::new(ctx.table(), world.scope());
    let mut transaction = Transaction::new();
    invitations.insert(&mut transaction, &world.stack.addresses(), &invitation, None).unwrap();
    ctx.table().transact(transaction).await.unwrap();

    let created = |id| world.event(id, "invitation.created", &json!({"invitationId": invitation.id}));
    for _ in 0..3 {
        assert_eq!(world.deliver(&[created('A')]).await, NOTHING);
    }
    let subject = "budi-at-example.com mengundang Anda ke Toko toko-a".to_owned();
    assert_eq!(world.mails(), [("siti@example.com".to_owned(), subject)]);
    let text = world.stack.mail.all()[0].text.expose().clone();
    let link = "https://api.ruko.test/account/accept-invitation#tenant=toko-a&lang=id&token=";
    let token = text.split(link).nth(1).unwrap().split_whitespace().next().unwrap();
    let claim = LinkClaim { tenant: world.tenant, purpose: LinkPurpose::Invitation, subject: invitation.id.ulid() };
    let keys = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL));
    assert_eq!(keys.check(&kernel::Secret::new(token.to_owned()), claim, Some(&invitation.link), ctx.now()), Ok(()));

    world.stack.set_clock("2026-11-28T01:00:00Z");
    world.deliver(&[created('B')]).await;
    world.stack.set_clock("2026-11-21T01:00:00Z");
    let mut transaction = Transaction::new();
    invitations
        .close(&mut transaction, &world.stack.addresses(), &invitation.clone().revoked().unwrap().unwrap())
        .unwrap();
    ctx.table().transact(transaction).await.unwrap();
    world.deliver(&[created('C')]).await;
    assert_eq!(world.mails().len(), 1, "neither an old nor a revoked invitation is mailed");
}

#[tokio::test]
async fn whoever_is_erased_or_proven_before_the_mail_is_sent_gets_none() {
    for is_erased in [true, false] {
        let world = World::open().await;
        let (ctx, scope) = (world.stack.ctx(), world.scope());
        let users = Users::new(ctx.table(), scope);
        let user = users.get(world.customer.user).await.unwrap().unwrap();
        let verification = Some(VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], ctx.now()));
        let unproven = identity::User { verification, version: user.version + 1, ..user };
        table::write_alone(ctx.table(), |tx| users.save(tx, &unproven)).await.unwrap();
        let events = ["user.registered", "user.password_changed"];
        let events = events.map(|name| world.event('A', name, &json!({"userId": unproven.id})));
        let events = if is_erased { events.to_vec() } else { vec![events[0].clone()] };
        assert_eq!(world.post.announce(ctx, &events).await, Vec::<usize>::new());
        let after = if is_erased {
            unproven.erased(ctx.now())
        } else {
            identity::User { verification: None, version: unproven.version + 1, ..unproven }
        };
        table::write_alone(ctx.table(), |tx| users.save(tx, &after)).await.unwrap();
        world.pump().await;
        assert_eq!((world.mails(), world.post.waits()), (Vec::new(), 0));
        let queued = world.stack.work.to(cloud::Queue::Messages(kernel::Priority::Critical)).len();
        assert_eq!(queued, if is_erased { 3 } else { 1 }, "and what stands in the list, which is not told either");
    }
}

#[tokio::test]
async fn nothing_is_sent_to_a_tombstone() {
    let world = World::open().await;
    let key = world.scope().key(format_args!("INV#{INVOICE}"), "INV");
    let email = kernel::Email::erased(world.customer.user);
    let bill_to = json!({ "party": world.party, "name": "erased", "email": email, "address": [] });
    let table = world.stack.ctx().table();
    let invoice = table.get(&key).await.unwrap().unwrap();
    table.write(testkit::raw::put(key, invoice).set("billTo", bill_to)).await.unwrap();
    let Party::Customer(id) = world.party else { panic!("a customer") };
    let customers = Customers::new(table, world.scope());
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let contact = customers::Contact { email: Some(email.clone()), ..before.contact.clone() };
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &customers::Customer { contact, version: 2, ..before.clone() }).unwrap();
    table.transact(transaction).await.unwrap();
    let erased = world.event('A', "user.erased", &json!({ "userId": world.customer.user }));
    let issued = world.issued(INVOICE);
    for event in [erased, issued] {
        assert_eq!(world.deliver(&[event]).await, NOTHING);
    }
    assert_eq!((world.mails(), world.chats()), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn whoever_was_erased_is_not_written_to_at_the_address_on_an_older_invoice() {
    let world = World::open().await;
    let users = Users::new(world.stack.ctx().table(), world.scope());
    let tombstone = users.get(world.customer.user).await.unwrap().unwrap().erased(world.stack.ctx().now());
    table::write_alone(world.stack.ctx().table(), |tx| users.save(tx, &tombstone)).await.unwrap();
    let issued = world.issued(INVOICE);
    assert_eq!(world.deliver(&[issued, world.paid()]).await, NOTHING);
    assert_eq!(world.mails(), []);
}
