//! Who still reads a message when it is sent, by which name, in which language, and what it says by then.

use customers::{Customer, Customers};
use identity::{Invitation, Invitations, LinkPurpose, NewInvitation, Role, User, UserStatus, Users, VerifyToken};
use kernel::{CustomerId, Locale, Party};
use serde_json::json;
use table::{Transaction, Write};

use crate::scene::*;

impl Scene {
    async fn change_user(&self, change: impl FnOnce(User) -> User) {
        let users = Users::new(self.stack.ctx().table(), self.scope());
        let user = users.get(self.customer.user).await.unwrap().unwrap();
        let version = user.version + 1;
        let changed = User { version, ..change(user) };
        self.stack.ctx().table().write(users.replace(&changed).unwrap()).await.unwrap();
    }

    fn customer_id(&self) -> CustomerId {
        let Party::Customer(id) = self.party else { panic!("a customer pays") };
        id
    }

    async fn change_customer(&self, change: impl FnOnce(Customer) -> Customer) {
        let customers = Customers::new(self.stack.ctx().table(), self.scope());
        let before = customers.get(self.customer_id()).await.unwrap().unwrap().trusted("a test changes it");
        let after = Customer { version: before.version + 1, ..change(before.clone()) };
        let mut transaction = Transaction::new();
        customers.save(&mut transaction, &before, &after).unwrap();
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    async fn invite(&self, customer: Option<CustomerId>) -> Invitation {
        let ctx = self.stack.ctx();
        let new = NewInvitation {
            id: "ivt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            email: "siti@example.com".parse().unwrap(),
            roles: vec![Role::User].try_into().unwrap(),
            customer,
            invited_by: self.customer.user,
            nonce: [7; 16],
        };
        let invitation = Invitation::open(new, ctx.now());
        let mut transaction = Transaction::new();
        let invitations = Invitations::new(ctx.table(), self.scope());
        invitations.insert(&self.stack.addresses(), &mut transaction, &invitation, None).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        invitation
    }
}

#[tokio::test]
async fn whoever_acts_for_the_customer_no_more_hears_nothing_in_the_chat() {
    for what in ["suspended", "left", "stays"] {
        let scene = Scene::open().await;
        let events = [scene.issued(INVOICE), scene.paid()];
        assert_eq!(scene.post.announce(scene.stack.ctx(), &events).await, Vec::<usize>::new());
        match what {
            "suspended" => scene.change_user(|user| User { status: UserStatus::Suspended, ..user }).await,
            "left" => scene.change_customer(|customer| Customer { users: Vec::new(), ..customer }).await,
            _ => {}
        }
        scene.pump().await;
        let chats = if what == "stays" { 2 } else { 0 };
        assert_eq!((scene.chats().len(), scene.mails().len(), scene.post.waits()), (chats, 2, 0), "{what}");
    }
}

#[tokio::test]
async fn what_is_left_to_pay_is_what_is_left_when_the_message_is_sent() {
    let scene = Scene::open().await;
    assert_eq!(scene.post.announce(scene.stack.ctx(), &[scene.issued(INVOICE)]).await, Vec::<usize>::new());
    let key = scene.scope().key(format_args!("INV#{INVOICE}"), "INV");
    let table = scene.stack.ctx().table();
    let mut invoice: billing::Invoice = table::from_item(table.get(&key).await.unwrap().unwrap()).unwrap();
    invoice.credits_applied = kernel::Money::new(100_000, kernel::Currency::IDR);
    table.write(Write::put(key, &invoice).unwrap()).await.unwrap();
    scene.pump().await;
    let mail = scene.stack.mail.all()[0].text.expose().clone();
    assert!(mail.contains("Jumlah: Rp398.390"), "{mail}");
    assert!(scene.chats()[0].contains("Amount: Rp398\\.390"), "{:?}", scene.chats());
}

#[tokio::test]
async fn a_chat_greets_its_user_in_the_language_that_the_user_chose() {
    let scene = Scene::open().await;
    scene
        .change_user(|user| User {
            first_name: Some("Siti".to_owned().try_into().unwrap()),
            preferences: identity::Preferences { locale: Some(Locale::Id), ..user.preferences.clone() },
            ..user
        })
        .await;
    // The chat speaks English, and the invoice is addressed to Budi.
    assert_eq!(scene.deliver(&[scene.paid()]).await, NOTHING);
    assert!(scene.chats()[0].starts_with("Halo Siti,"), "{:?}", scene.chats());
    assert!(scene.stack.mail.all()[0].text.expose().starts_with("Halo Budi,"));
}

#[tokio::test]
async fn a_bot_that_is_absent_or_unreadable_is_waited_for() {
    let name = |scene: &Scene| format!("ruko/test/tenants/{}/telegram", scene.tenant);
    for secret in [r#"{"bots":{}}"#, r#"{"bots":"#] {
        let scene = Scene::open().await;
        scene.stack.secrets.put(name(&scene), secret);
        assert_eq!(scene.deliver(&[scene.paid()]).await, Again { events: Vec::new(), messages: 1 }, "{secret}");
        let mended = r#"{"bots":{"default":{"token":"123456789:AAx","webhookSecret":"s","username":"toko_bot"}}}"#;
        scene.stack.secrets.put(name(&scene), mended);
        scene.pump().await;
        assert_eq!((scene.chats().len(), scene.mails().len(), scene.post.waits()), (1, 1, 0), "{secret}");
    }
}

#[tokio::test]
async fn an_invitation_to_act_for_a_customer_says_so_in_the_customers_language() {
    let scene = Scene::open().await;
    scene.change_customer(|customer| Customer { locale: Some(Locale::En), ..customer }).await;
    scene.change_user(|user| User { first_name: Some("Budi".to_owned().try_into().unwrap()), ..user }).await;
    let invitation = scene.invite(Some(scene.customer_id())).await;
    let created = scene.event('A', "invitation.created", &json!({"invitationId": invitation.id}));
    assert_eq!(scene.deliver(&[created]).await, NOTHING);
    let subject = "Budi invites you to the invoices of budi-at-example.com".to_owned();
    assert_eq!(scene.mails(), [("siti@example.com".to_owned(), subject)]);
    let text = scene.stack.mail.all()[0].text.expose().clone();
    assert!(text.contains("see and pay the invoices of budi-at-example.com from Toko toko-a."), "{text}");
    assert!(text.contains("/account/accept-invitation#tenant=toko-a&token="), "{text}");
}

#[tokio::test]
async fn an_erased_inviter_signs_no_invitation() {
    let scene = Scene::open().await;
    let invitation = scene.invite(None).await;
    let now = scene.stack.ctx().now();
    scene.change_user(|user| user.erased(now)).await;
    let created = scene.event('A', "invitation.created", &json!({"invitationId": invitation.id}));
    assert_eq!(scene.deliver(&[created]).await, NOTHING);
    let subject = "Toko toko-a mengundang Anda ke Toko toko-a".to_owned();
    assert_eq!(scene.mails(), [("siti@example.com".to_owned(), subject)]);
}

#[tokio::test]
async fn mail_to_an_unproven_address_does_not_say_the_name_that_was_given_with_it() {
    let scene = Scene::open().await;
    let now = scene.stack.ctx().now();
    scene
        .change_user(|user| User {
            first_name: Some("You won".to_owned().try_into().unwrap()),
            email_verified_at: None,
            verification: Some(VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], now)),
            ..user
        })
        .await;
    let user = json!({"userId": scene.customer.user});
    let events = [scene.event('A', "user.registered", &user), scene.event('B', "user.password_changed", &user)];
    assert_eq!(scene.deliver(&events).await, NOTHING);
    let mails = scene.stack.mail.all();
    assert_eq!(mails.len(), 2);
    for mail in mails {
        let text = mail.text.expose();
        assert!(text.starts_with("Halo budi@example.com,") && !text.contains("You won"), "{text}");
        assert!(!mail.subject.contains("You won") && !mail.html.expose().contains("You won"));
    }
}
