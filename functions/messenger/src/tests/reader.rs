//! Who still reads a message when it is sent, by which name, in which language, and what it says by then.

use customers::{Customer, Customers};
use identity::{Invitation, Invitations, LinkPurpose, NewInvitation, Role, User, UserStatus, Users, VerifyToken};
use kernel::{CustomerId, Locale, Party};
use serde_json::json;
use table::{Transaction, Write};

use crate::world::*;

impl World {
    async fn change_user(&self, change: impl FnOnce(User) -> User) {
        let users = Users::new(self.stack.ctx().table(), self.scope());
        let user = users.get(self.customer.user).await.unwrap().unwrap();
        let version = user.version + 1;
        let changed = User { version, ..change(user) };
        table::write_alone(self.stack.ctx().table(), |tx| users.save(tx, &changed)).await.unwrap();
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
            to_member: false,
            invited_by: self.customer.user,
            nonce: [7; 16],
        };
        let invitation = Invitation::open(new, ctx.now());
        let mut transaction = Transaction::new();
        let invitations = Invitations::new(ctx.table(), self.scope());
        invitations.insert(&mut transaction, &self.stack.addresses(), &invitation, None).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        invitation
    }
}

#[tokio::test]
async fn whoever_acts_for_the_customer_no_more_hears_nothing_in_the_chat() {
    for what in ["suspended", "left", "stays"] {
        let world = World::open().await;
        let events = [world.issued(INVOICE), world.paid()];
        assert_eq!(world.post.announce(world.stack.ctx(), &events).await, Vec::<usize>::new());
        match what {
            "suspended" => world.change_user(|user| User { status: UserStatus::Suspended, ..user }).await,
            "left" => world.change_customer(|customer| Customer { users: Vec::new(), ..customer }).await,
            _ => {}
        }
        world.pump().await;
        let chats = if what == "stays" { 2 } else { 0 };
        assert_eq!((world.chats().len(), world.mails().len(), world.post.waits()), (chats, 2, 0), "{what}");
    }
}

#[tokio::test]
async fn what_is_left_to_pay_is_what_is_left_when_the_message_is_sent() {
    let world = World::open().await;
    assert_eq!(world.post.announce(world.stack.ctx(), &[world.issued(INVOICE)]).await, Vec::<usize>::new());
    let key = world.scope().key(format_args!("INV#{INVOICE}"), "INV");
    let table = world.stack.ctx().table();
    let mut invoice: billing::Invoice = table::from_item(table.get(&key).await.unwrap().unwrap()).unwrap();
    invoice.credits_applied = kernel::Money::new(100_000, kernel::Currency::IDR);
    table.write(Write::put(key, &invoice).unwrap()).await.unwrap();
    world.pump().await;
    let mail = world.stack.mail.all()[0].text.expose().clone();
    assert!(mail.contains("Jumlah: Rp398.390"), "{mail}");
    assert!(world.chats()[0].contains("Jumlah: Rp398\\.390"), "{:?}", world.chats());
}

#[tokio::test]
async fn a_chat_about_an_invoice_speaks_the_language_of_the_invoice() {
    let world = World::open().await;
    world
        .change_user(|user| User {
            first_name: Some("Siti".to_owned().try_into().unwrap()),
            preferences: identity::Preferences { locale: Some(Locale::En), ..user.preferences.clone() },
            ..user
        })
        .await;
    // The chat and its user speak English; the invoice is Indonesian and addressed to Budi.
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    assert!(world.chats()[0].starts_with("Halo Siti,"), "{:?}", world.chats());
    assert!(world.stack.mail.all()[0].text.expose().starts_with("Halo Budi,"));
}

#[tokio::test]
async fn a_bot_that_is_absent_or_unreadable_is_waited_for() {
    let name = |world: &World| format!("ruko/test/tenants/{}/telegram", world.tenant);
    for secret in [r#"{"bots":{}}"#, r#"{"bots":"#] {
        let world = World::open().await;
        world.stack.secrets.put(name(&world), secret);
        assert_eq!(world.deliver(&[world.paid()]).await, Again { events: Vec::new(), messages: 1 }, "{secret}");
        let mended = r#"{"bots":{"default":{"token":"123456789:AAx","webhookSecret":"s","username":"toko_bot"}}}"#;
        world.stack.secrets.put(name(&world), mended);
        world.pump().await;
        assert_eq!((world.chats().len(), world.mails().len(), world.post.waits()), (1, 1, 0), "{secret}");
    }
}

#[tokio::test]
async fn an_invitation_to_act_for_a_customer_says_so_in_the_customers_language() {
    let world = World::open().await;
    world.change_customer(|customer| Customer { locale: Some(Locale::En), ..customer }).await;
    world.change_user(|user| User { first_name: Some("Budi".to_owned().try_into().unwrap()), ..user }).await;
    let invitation = world.invite(Some(world.customer_id())).await;
    let created = world.event('A', "invitation.created", &json!({"invitationId": invitation.id}));
    assert_eq!(world.deliver(&[created]).await, NOTHING);
    let subject = "Budi invites you to the invoices of budi-at-example.com".to_owned();
    assert_eq!(world.mails(), [("siti@example.com".to_owned(), subject)]);
    let text = world.stack.mail.all()[0].text.expose().clone();
    assert!(text.contains("see and pay the invoices of budi-at-example.com from Toko toko-a."), "{text}");
    assert!(text.contains("/account/accept-invitation#tenant=toko-a&lang=en&token="), "{text}");
}

#[tokio::test]
async fn an_erased_inviter_signs_no_invitation() {
    let world = World::open().await;
    let invitation = world.invite(None).await;
    let now = world.stack.ctx().now();
    world.change_user(|user| user.erased(now)).await;
    let created = world.event('A', "invitation.created", &json!({"invitationId": invitation.id}));
    assert_eq!(world.deliver(&[created]).await, NOTHING);
    let subject = "Toko toko-a mengundang Anda ke Toko toko-a".to_owned();
    assert_eq!(world.mails(), [("siti@example.com".to_owned(), subject)]);
}

#[tokio::test]
async fn mail_to_an_unproven_address_says_of_the_name_that_was_given_with_it_a_single_word_alone() {
    for (name, greeting) in [("You won", "Halo,"), ("Budi", "Halo Budi,")] {
        let world = World::open().await;
        let now = world.stack.ctx().now();
        world
            .change_user(|user| User {
                first_name: Some(name.to_owned().try_into().unwrap()),
                last_name: Some("a lot of money".to_owned().try_into().unwrap()),
                email_verified_at: None,
                verification: Some(VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], now)),
                ..user
            })
            .await;
        let user = json!({"userId": world.customer.user});
        let events = [world.event('A', "user.registered", &user), world.event('B', "user.password_changed", &user)];
        assert_eq!(world.deliver(&events).await, NOTHING);
        let mails = world.stack.mail.all();
        assert_eq!(mails.len(), 2);
        for mail in mails {
            let text = mail.text.expose();
            assert!(text.starts_with(&format!("{greeting}\n")) && !text.contains("money"), "{text}");
            assert!(!text.contains("You won") && !mail.subject.contains("You won"), "{text}");
            assert!(!mail.html.expose().contains("You won") && !mail.html.expose().contains("money"));
        }
    }
}

#[tokio::test]
async fn nobody_is_greeted_by_a_username() {
    let world = World::open().await;
    let changed = world.event('A', "user.password_changed", &json!({"userId": world.customer.user}));
    assert_eq!(world.deliver(&[world.paid(), changed]).await, NOTHING);
    assert!(world.chats()[0].starts_with("Halo,\n"), "{:?}", world.chats());
    let mut mails: Vec<String> = world.stack.mail.all().iter().map(|mail| mail.text.expose().clone()).collect();
    mails.sort();
    assert!(mails[0].starts_with("Halo Budi,\n"), "the name on the invoice: {}", mails[0]);
    assert!(mails[1].starts_with("Halo,\n"), "{}", mails[1]);
}
