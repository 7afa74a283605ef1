//! Events in, messages out: to whom, how often, and what happens when something on the way is down.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::StatusCode, http::Uri, response::IntoResponse};
use cloud::{Ctx, EventHandler, Function, config::ProviderUrls};
use identity::{LinkClaim, LinkKeys, Purpose, Role, Users, VerifyToken};
use kernel::TenantId;
use messaging::{Contacts, Language, LinkCode, TelegramContact};
use serde_json::{Value, json};
use table::{TenantScope, Transaction, Write, to_item};
use testkit::{Fault, Member, Stack};

/// A Telegram that takes messages, or answers as told.
#[derive(Clone, Default)]
struct FakeTelegram {
    sent: Arc<Mutex<Vec<Value>>>,
    refusal: Arc<Mutex<Option<Value>>>,
}

async fn answer(State(telegram): State<FakeTelegram>, uri: Uri, body: String) -> axum::response::Response {
    assert_eq!(uri.path(), "/bot123456789:AAx/sendMessage");
    let message: Value = serde_json::from_str(&body).unwrap();
    let refusal = telegram.refusal.lock().unwrap().clone();
    // A chat that moved takes messages in its new place.
    let refusal = refusal.filter(|refusal| refusal["parameters"]["migrate_to_chat_id"] != message["chat_id"]);
    if let Some(refusal) = refusal {
        let code = refusal["error_code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap();
        return (StatusCode::from_u16(code).unwrap(), refusal.to_string()).into_response();
    }
    let mut sent = telegram.sent.lock().unwrap();
    sent.push(message);
    json!({"ok": true, "result": {"message_id": sent.len()}}).to_string().into_response()
}

/// A tenant with a bot, and a customer with a linked chat and an invoice that was paid.
struct Scene {
    stack: Stack,
    telegram: FakeTelegram,
    tenant: TenantId,
    customer: Member,
}

const INVOICE: &str = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
const PAYMENT: &str = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

impl Scene {
    async fn open() -> Self {
        let telegram = FakeTelegram::default();
        let router = Router::new().fallback(answer).with_state(telegram.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let stack = Stack::with(ProviderUrls { telegram: Some(url), ..ProviderUrls::default() }).await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let customer = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let secret = r#"{"bots":{"default":{"token":"123456789:AAx","webhookSecret":"s","username":"toko_bot"}}}"#;
        stack.secrets.put(format!("ruko/test/tenants/{}/telegram", tenant.id), secret);
        let scene = Self { stack, telegram, tenant: tenant.id, customer };
        scene.link().await;
        scene.books().await;
        scene
    }

    fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant)
    }

    async fn link(&self) {
        let contacts = Contacts::new(self.stack.ctx().table(), self.scope());
        let (now, bot) = (self.stack.ctx().now(), "default".parse().unwrap());
        let code = LinkCode::new("lnk_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), self.customer.user, bot, now);
        self.stack.ctx().table().write(contacts.issue(&code).unwrap()).await.unwrap();
        let contact = code.redeem(&code.bot, 42, Language::En, now).unwrap();
        let mut transaction = Transaction::new();
        for write in contacts.link(&code, &contact, None, None).unwrap() {
            transaction.add(write);
        }
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    async fn books(&self) {
        let idr = |amount: i64| json!({"amount": amount, "currency": "IDR"});
        let invoice: billing::Invoice = serde_json::from_value(json!({
            "id": INVOICE, "kind": "recurring", "subscriber": self.customer.user,
            "subscription": "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "plan": {"key": "PREMIUM", "version": 1},
            "period": {"start": "2026-11-01", "end": "2026-12-01"}, "zone": "Asia/Jakarta", "currency": "IDR",
            "lines": [], "subtotal": idr(449_000), "taxes": [], "total": idr(498_390),
            "seller": {"name": "Toko A", "zone": "Asia/Jakarta"},
            "buyer": {"name": "Budi", "email": "budi@example.com"},
            "issued": {"number": "INV-2026-11-0001", "at": "2026-11-20T18:00:00.000Z", "date": "2026-11-21",
                "dueDate": "2026-12-05"},
            "state": {"status": "open"}, "version": 1
        }))
        .unwrap();
        let payment: payments::Payment = serde_json::from_value(json!({
            "id": PAYMENT, "tenantId": self.tenant, "customerId": self.customer.user,
            "purpose": {"kind": "invoice", "invoiceId": INVOICE}, "amount": idr(498_390), "provider": "midtrans",
            "method": "bca_va", "status": "success", "refunded": idr(0), "settledAt": "2026-11-20T18:30:00.000Z",
            "createdAt": "2026-11-20T18:00:00.000Z", "updatedAt": "2026-11-20T18:30:00.000Z", "version": 3
        }))
        .unwrap();
        let rows = [
            (self.scope().key(format_args!("INV#{INVOICE}"), "INV"), to_item(&invoice).unwrap()),
            (self.scope().key(format_args!("PAY#{PAYMENT}"), "PAYMENT"), to_item(&payment).unwrap()),
        ];
        for (key, item) in rows {
            self.stack.ctx().table().write(Write::put(key, item)).await.unwrap();
        }
    }

    fn event(&self, id: char, name: &str, data: &Value) -> Value {
        json!({"detail-type": name, "source": "ruko", "detail": {
            "id": format!("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2{id}"), "type": name, "tenantId": self.tenant,
            "occurredAt": "2026-11-21T01:00:00.000Z", "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "data": data}})
    }

    fn paid(&self) -> Value {
        self.event('P', "payment.succeeded", &json!({"paymentId": PAYMENT, "invoiceId": INVOICE}))
    }

    /// Delivers messages and answers which come again, by their place.
    async fn deliver(&self, messages: &[Value]) -> Vec<usize> {
        deliver(self.stack.ctx().clone(), messages).await
    }

    fn mails(&self) -> Vec<(String, String)> {
        let mails = self.stack.mail.all();
        mails.iter().map(|mail| (mail.to.to_string(), mail.subject.clone())).collect()
    }

    fn chats(&self) -> Vec<String> {
        let sent = self.telegram.sent.lock().unwrap();
        sent.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    fn refuse(&self, refusal: Option<Value>) {
        *self.telegram.refusal.lock().unwrap() = refusal;
    }

    async fn contact(&self) -> TelegramContact {
        let contacts = Contacts::new(self.stack.ctx().table(), self.scope());
        contacts.telegram_of(self.customer.user).await.unwrap().unwrap()
    }
}

fn handler(ctx: Ctx) -> EventHandler {
    match crate::function(ctx) {
        Function::Event(handler) => handler,
        Function::Http(_) => panic!("woken by a queue"),
    }
}

async fn deliver(ctx: Ctx, messages: &[Value]) -> Vec<usize> {
    let records: Vec<Value> = messages
        .iter()
        .enumerate()
        .map(|(place, body)| {
            let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            json!({"messageId": place.to_string(), "body": body})
        })
        .collect();
    let answer = handler(ctx)(json!({ "Records": records })).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_new_user_gets_a_link_that_works_and_gets_it_once() {
    let scene = Scene::open().await;
    let ctx = scene.stack.ctx();
    let users = Users::new(ctx.table(), scene.scope());
    let verified = users.get(scene.customer.user).await.unwrap().unwrap();
    let event = scene.event('A', "user.registered", &json!({"userId": verified.id}));
    assert_eq!(scene.deliver(std::slice::from_ref(&event)).await, Vec::<usize>::new());
    assert_eq!(scene.mails(), [], "the address is proven already");

    let open = VerifyToken::new(Purpose::VerifyEmail, [7; 16], ctx.now());
    let unproven = identity::User {
        email_verified_at: None,
        verification: Some(open.clone()),
        version: verified.version + 1,
        ..verified
    };
    ctx.table().write(users.replace(&unproven).unwrap()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(scene.deliver(std::slice::from_ref(&event)).await, Vec::<usize>::new());
    }
    assert_eq!(
        scene.mails(),
        [("budi@example.com".to_owned(), "Konfirmasi alamat email Anda untuk Toko toko-a".to_owned())]
    );
    let text = scene.stack.mail.all()[0].text.expose().clone();
    let token = text.split("token=").nth(1).unwrap().split_whitespace().next().unwrap();
    let token = kernel::Secret::new(token.to_owned());
    let keys = LinkKeys::new(ctx.ports().keys.hmac("links 1"));
    let claim = LinkClaim { tenant: scene.tenant, purpose: Purpose::VerifyEmail, subject: unproven.id.ulid() };
    assert_eq!(keys.check(&token, claim, Some(&open), ctx.now()), Ok(()));
    assert!(text.contains("https://api.ruko.test/account/verify-email#tenant=toko-a&token="));
    assert_eq!(scene.chats(), Vec::<String>::new());
}

fn address_of(user: &identity::User) -> Value {
    json!({"addressHash": Users::address_hash(&user.email)})
}

/// The token of the newest mail.
fn mailed_token(scene: &Scene) -> kernel::Secret<String> {
    let text = scene.stack.mail.all().last().unwrap().text.expose().clone();
    kernel::Secret::new(text.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned())
}

#[tokio::test]
async fn a_forgotten_password_gets_one_link_however_often_the_event_comes() {
    let scene = Scene::open().await;
    let ctx = scene.stack.ctx();
    let users = Users::new(ctx.table(), scene.scope());
    let user = users.get(scene.customer.user).await.unwrap().unwrap();
    let first = scene.event('A', "user.password_reset_requested", &address_of(&user));
    let nobody = scene.event('B', "user.password_reset_requested", &json!({"addressHash": "x"}));
    for _ in 0..3 {
        assert_eq!(scene.deliver(&[first.clone(), nobody.clone()]).await, Vec::<usize>::new());
    }
    assert_eq!(scene.mails(), [("budi@example.com".to_owned(), "Atur kata sandi baru untuk Toko toko-a".to_owned())]);
    let text = scene.stack.mail.all()[0].text.expose().clone();
    assert!(text.contains("https://api.ruko.test/account/reset-password#tenant=toko-a&token="), "{text}");

    let user = users.get(scene.customer.user).await.unwrap().unwrap();
    let keys = LinkKeys::new(ctx.ports().keys.hmac("links 1"));
    let claim = LinkClaim { tenant: scene.tenant, purpose: Purpose::ResetPassword, subject: user.id.ulid() };
    assert_eq!(keys.check(&mailed_token(&scene), claim, user.reset.as_ref(), ctx.now()), Ok(()));

    let hash = user.password.clone().unwrap();
    let done = user.with_reset_password(hash, ctx.now());
    ctx.table().write(users.replace(&done).unwrap()).await.unwrap();
    scene.deliver(&[first]).await;
    let user = users.get(scene.customer.user).await.unwrap().unwrap();
    assert_eq!((user.reset, scene.mails().len()), (None, 1), "a used link does not open again");
}

#[tokio::test]
async fn only_who_has_not_proven_the_address_gets_another_link_and_the_old_one_is_void() {
    let scene = Scene::open().await;
    let ctx = scene.stack.ctx();
    let users = Users::new(ctx.table(), scene.scope());
    let verified = users.get(scene.customer.user).await.unwrap().unwrap();
    let event = scene.event('A', "user.verification_requested", &address_of(&verified));
    scene.deliver(std::slice::from_ref(&event)).await;
    assert_eq!(scene.mails(), [], "the address is proven already");

    let old = VerifyToken::new(Purpose::VerifyEmail, [7; 16], ctx.now());
    let unproven = identity::User {
        email_verified_at: None,
        verification: Some(old.clone()),
        version: verified.version + 1,
        ..verified
    };
    ctx.table().write(users.replace(&unproven).unwrap()).await.unwrap();
    scene.deliver(std::slice::from_ref(&event)).await;
    assert_eq!(scene.mails().len(), 1);
    let user = users.get(scene.customer.user).await.unwrap().unwrap();
    let keys = LinkKeys::new(ctx.ports().keys.hmac("links 1"));
    let claim = LinkClaim { tenant: scene.tenant, purpose: Purpose::VerifyEmail, subject: user.id.ulid() };
    let open = user.verification.as_ref();
    assert_eq!(keys.check(&mailed_token(&scene), claim, open, ctx.now()), Ok(()));
    assert!(keys.check(&keys.token(claim, &old), claim, open, ctx.now()).is_err());
}

#[tokio::test]
async fn a_death_anywhere_loses_no_reset_link() {
    let calls = {
        let scene = Scene::open().await;
        let user =
            Users::new(scene.stack.ctx().table(), scene.scope()).get(scene.customer.user).await.unwrap().unwrap();
        let (ctx, table) = scene.stack.breaking(None);
        deliver(ctx, &[scene.event('A', "user.password_reset_requested", &address_of(&user))]).await;
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let scene = Scene::open().await;
        let users = Users::new(scene.stack.ctx().table(), scene.scope());
        let user = users.get(scene.customer.user).await.unwrap().unwrap();
        let event = [scene.event('A', "user.password_reset_requested", &address_of(&user))];
        let (ctx, _) = scene.stack.breaking(Some(fault));
        assert_eq!(deliver(ctx.clone(), &event).await, [0], "{fault:?}");
        scene.stack.set_clock("2026-11-21T01:04:00Z");
        assert_eq!(deliver(ctx, &event).await, Vec::<usize>::new(), "{fault:?}");
        let user = users.get(scene.customer.user).await.unwrap().unwrap();
        let keys = LinkKeys::new(scene.stack.ctx().ports().keys.hmac("links 1"));
        let claim = LinkClaim { tenant: scene.tenant, purpose: Purpose::ResetPassword, subject: user.id.ulid() };
        let checked = keys.check(&mailed_token(&scene), claim, user.reset.as_ref(), scene.stack.ctx().now());
        assert_eq!(checked, Ok(()), "{fault:?}");
    }
}

#[tokio::test]
async fn a_user_hears_of_a_changed_password_and_of_a_repeated_registration() {
    let scene = Scene::open().await;
    let users = Users::new(scene.stack.ctx().table(), scene.scope());
    let user = users.get(scene.customer.user).await.unwrap().unwrap();
    let events = [
        scene.event('A', "user.password_changed", &json!({"userId": user.id})),
        scene.event('B', "user.registration_repeated", &address_of(&user)),
        scene.event('C', "user.registration_repeated", &json!({"addressHash": "x"})),
    ];
    for _ in 0..2 {
        assert_eq!(scene.deliver(&events).await, Vec::<usize>::new());
    }
    let mut subjects: Vec<String> = scene.mails().into_iter().map(|(_, subject)| subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["Anda sudah punya akun di Toko toko-a", "Kata sandi Anda di Toko toko-a telah diganti"]);
}

#[tokio::test]
async fn the_owner_of_a_new_tenant_is_written_to_by_the_platform() {
    let scene = Scene::open().await;
    let ctx = scene.stack.ctx();
    let users = Users::new(ctx.table(), scene.scope());
    let tenant = tenancy::Tenants::new(ctx.table()).get(scene.tenant).await.unwrap().unwrap();
    let owner = users.get(tenant.owner).await.unwrap().unwrap();
    let verification = Some(VerifyToken::new(Purpose::VerifyEmail, [7; 16], ctx.now()));
    let unproven = identity::User { verification, version: owner.version + 1, ..owner };
    ctx.table().write(users.replace(&unproven).unwrap()).await.unwrap();
    scene.deliver(&[scene.event('B', "tenant.created", &json!({"ownerId": tenant.owner}))]).await;
    assert_eq!(
        scene.mails(),
        [("owner@toko-a.example".to_owned(), "Konfirmasi alamat email Anda untuk Ruko".to_owned())]
    );
}

#[tokio::test]
async fn an_invited_address_gets_a_link_that_works_while_the_invitation_is_open() {
    let scene = Scene::open().await;
    let ctx = scene.stack.ctx();
    let new = identity::NewInvitation {
        id: "ivt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        email: "siti@example.com".parse().unwrap(),
        roles: vec![Role::Manager].try_into().unwrap(),
        invited_by: scene.customer.user,
        nonce: [7; 16],
    };
    let invitation = identity::Invitation::open(new, ctx.now());
    let invitations = identity::Invitations::new(ctx.table(), scene.scope());
    let mut transaction = Transaction::new();
    invitations.insert(&mut transaction, &invitation, None).unwrap();
    ctx.table().transact(transaction).await.unwrap();

    let created = |id| scene.event(id, "invitation.created", &json!({"invitationId": invitation.id}));
    for _ in 0..3 {
        assert_eq!(scene.deliver(&[created('A')]).await, Vec::<usize>::new());
    }
    let subject = "budi-at-example.com mengundang Anda ke Toko toko-a".to_owned();
    assert_eq!(scene.mails(), [("siti@example.com".to_owned(), subject)]);
    let text = scene.stack.mail.all()[0].text.expose().clone();
    let link = "https://api.ruko.test/account/accept-invitation#tenant=toko-a&token=";
    let token = text.split(link).nth(1).unwrap().split_whitespace().next().unwrap();
    let claim = LinkClaim { tenant: scene.tenant, purpose: Purpose::Invitation, subject: invitation.id.ulid() };
    let keys = LinkKeys::new(ctx.ports().keys.hmac("links 1"));
    assert_eq!(keys.check(&kernel::Secret::new(token.to_owned()), claim, Some(&invitation.link), ctx.now()), Ok(()));

    scene.stack.set_clock("2026-11-28T01:00:00Z");
    scene.deliver(&[created('B')]).await;
    scene.stack.set_clock("2026-11-21T01:00:00Z");
    let mut transaction = Transaction::new();
    invitations.close(&mut transaction, &invitation.clone().revoked().unwrap().unwrap()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    scene.deliver(&[created('C')]).await;
    assert_eq!(scene.mails().len(), 1, "neither an old nor a revoked invitation is mailed");
}

#[tokio::test]
async fn a_chat_of_before_an_account_was_claimed_is_let_go_and_one_of_after_stays() {
    let scene = Scene::open().await;
    let contacts = Contacts::new(scene.stack.ctx().table(), scene.scope());
    let mut claimed = scene.event('A', "user.claimed", &json!({"userId": scene.customer.user}));
    claimed["detail"]["occurredAt"] = json!("2026-11-21T00:59:59.000Z");
    assert_eq!(scene.deliver(std::slice::from_ref(&claimed)).await, Vec::<usize>::new());
    assert!(contacts.telegram_of(scene.customer.user).await.unwrap().is_some(), "linked since");
    claimed["detail"]["occurredAt"] = json!("2026-11-21T01:00:00.000Z");
    for _ in 0..2 {
        assert_eq!(scene.deliver(std::slice::from_ref(&claimed)).await, Vec::<usize>::new());
    }
    assert_eq!(contacts.telegram_of(scene.customer.user).await.unwrap(), None);
    assert_eq!(contacts.owner_of(&"default".parse().unwrap(), 42).await.unwrap(), None);
}

#[tokio::test]
async fn a_customer_hears_of_invoice_and_payment_by_mail_and_in_telegram() {
    let scene = Scene::open().await;
    let issued = scene.event('J', "invoice.issued", &json!({"invoiceId": INVOICE}));
    let batch = [issued, scene.paid()];
    for _ in 0..3 {
        assert_eq!(scene.deliver(&batch).await, Vec::<usize>::new());
    }
    let to = |subject: &str| ("budi@example.com".to_owned(), subject.to_owned());
    let mut mails = scene.mails();
    mails.sort();
    assert_eq!(mails, [to("Pembayaran diterima: Rp498.390"), to("Tagihan INV-2026-11-0001 dari Toko A")]);
    let mut chats = scene.chats();
    chats.sort();
    assert_eq!(chats.len(), 2);
    // In the language of the chat, escaped; the day is that of the tenant's zone.
    assert!(chats[0].contains("Invoice INV\\-2026\\-11\\-0001 from Toko A is ready\\."), "{}", chats[0]);
    assert!(chats[1].contains("Received: 21 November 2026"), "{}", chats[1]);
    assert_eq!(scene.telegram.sent.lock().unwrap()[0]["chat_id"], 42);
}

#[tokio::test]
async fn a_user_who_blocked_the_bot_is_left_alone() {
    let scene = Scene::open().await;
    let said = "Forbidden: bot was blocked by the user";
    scene.refuse(Some(json!({"ok": false, "error_code": 403, "description": said})));
    assert_eq!(scene.deliver(&[scene.paid()]).await, Vec::<usize>::new());
    assert!(scene.contact().await.blocked_at.is_some());
    scene.refuse(None);
    let issued = scene.event('J', "invoice.issued", &json!({"invoiceId": INVOICE}));
    scene.deliver(&[scene.paid(), issued]).await;
    assert_eq!((scene.chats().len(), scene.mails().len()), (0, 2));
}

#[tokio::test]
async fn a_passing_fault_brings_the_event_again_and_repeats_no_mail() {
    let scene = Scene::open().await;
    for refusal in [
        json!({"ok": false, "error_code": 429, "parameters": {"retry_after": 34}}),
        json!({"ok": false, "error_code": 502, "description": "Bad Gateway"}),
        json!({"ok": false, "error_code": 401, "description": "Unauthorized"}),
    ] {
        scene.refuse(Some(refusal));
        assert_eq!(scene.deliver(&[scene.paid()]).await, [0]);
    }
    scene.refuse(None);
    assert_eq!(scene.deliver(&[scene.paid()]).await, Vec::<usize>::new());
    assert_eq!((scene.chats().len(), scene.mails().len()), (1, 1));
}

#[tokio::test]
async fn a_chat_that_moved_is_remembered() {
    let scene = Scene::open().await;
    scene.refuse(Some(json!({"ok": false, "error_code": 400, "parameters": {"migrate_to_chat_id": -10_042}})));
    assert_eq!(scene.deliver(&[scene.paid()]).await, Vec::<usize>::new());
    assert_eq!((scene.contact().await.chat_id, scene.chats().len()), (-10_042, 1));
    let contacts = Contacts::new(scene.stack.ctx().table(), scene.scope());
    assert_eq!(contacts.owner_of(&"default".parse().unwrap(), -10_042).await.unwrap(), Some(scene.customer.user));
}

#[tokio::test]
async fn one_bad_message_does_not_hold_up_the_others() {
    let scene = Scene::open().await;
    let mut foreign = scene.paid();
    foreign["detail"]["tenantId"] = json!("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2Z");
    let batch = [
        json!("{"),
        json!({}),
        scene.event('C', "payment.succeeded", &json!({})),
        scene.event('D', "payment.succeeded", &json!({"paymentId": PAYMENT, "invoiceId": "x"})),
        scene.event('E', "something.else", &json!({})),
        scene.event('F', "invoice.issued", &json!({"invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z"})),
        scene.event('G', "user.registered", &json!({"userId": "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2Z"})),
        foreign,
        scene.paid(),
    ];
    assert_eq!(scene.deliver(&batch).await, [0, 1, 2, 3]);
    assert_eq!((scene.mails().len(), scene.chats().len()), (1, 1));
}

/// Dies at every call of the store. The event comes again after the claim has run out; everybody is told, and twice only
/// when the death fell between sending and marking.
#[tokio::test]
async fn a_death_anywhere_loses_no_message() {
    let calls = {
        let scene = Scene::open().await;
        let (ctx, table) = scene.stack.breaking(None);
        deliver(ctx, &[scene.paid()]).await;
        table.calls()
    };
    assert!(calls >= 8, "{calls} calls of the store");
    let mut twice = 0;
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let scene = Scene::open().await;
        let (ctx, _) = scene.stack.breaking(Some(fault));
        assert_eq!(deliver(ctx.clone(), &[scene.paid()]).await, [0], "{fault:?}");
        scene.stack.set_clock("2026-11-21T01:04:00Z");
        assert_eq!(deliver(ctx, &[scene.paid()]).await, Vec::<usize>::new(), "{fault:?}");
        let told = (scene.mails().len(), scene.chats().len());
        assert!((1..=2).contains(&told.0) && (1..=2).contains(&told.1), "{fault:?}: {told:?}");
        twice += told.0 + told.1 - 2;
    }
    // Each channel has one call that marks its message as sent, and only its failure before it happened repeats one.
    assert_eq!(twice, 2);
}

#[tokio::test]
async fn two_deliveries_at_once_send_one_message() {
    let scene = Scene::open().await;
    let paid = [scene.paid()];
    let (first, second) = tokio::join!(scene.deliver(&paid), scene.deliver(&paid));
    assert!(first.len() + second.len() <= 1, "one of them may have to come again");
    scene.stack.set_clock("2026-11-21T01:04:00Z");
    scene.deliver(&paid).await;
    assert_eq!((scene.mails().len(), scene.chats().len()), (1, 1));
}

#[tokio::test]
async fn a_claim_that_ran_out_is_taken_by_one() {
    let scene = Scene::open().await;
    let deliveries = messaging::Deliveries::new(scene.stack.ctx().table(), scene.scope());
    let at = |text: &str| text.parse().unwrap();
    let claim = async |now: &str| deliveries.claim("d", messaging::Channel::Email, at(now)).await.unwrap();
    assert_eq!(claim("2026-11-21T01:00:00Z").await, messaging::Claim::Yours);
    assert_eq!(claim("2026-11-21T01:00:59Z").await, messaging::Claim::Theirs);
    assert_eq!(claim("2026-11-21T01:01:00Z").await, messaging::Claim::Yours);
    assert_eq!(claim("2026-11-21T01:01:00Z").await, messaging::Claim::Theirs);
    deliveries.release("d", at("2026-11-21T01:01:01Z")).await.unwrap();
    assert_eq!(claim("2026-11-21T01:01:01Z").await, messaging::Claim::Yours);
    deliveries.sent("d", "m-1", at("2026-11-21T01:01:02Z")).await.unwrap();
    assert_eq!(claim("2026-11-21T09:00:00Z").await, messaging::Claim::Done);
    // Nothing is left of the claim in the row.
    let key = scene.scope().key("SENT#d", "DELIVERY");
    let row = scene.stack.ctx().table().get(&key).await.unwrap().unwrap();
    assert!(row.get("until").is_none() && row["messageId"] == "m-1");
}

/// Dies at every call of the store. The event comes again, and in the end nothing leads to the person any more.
#[tokio::test]
async fn an_erased_user_is_forgotten_whatever_dies_on_the_way() {
    let mut faults = vec![None];
    while let Some(fault) = faults.pop() {
        let scene = Scene::open().await;
        let erased = [scene.event('A', "user.erased", &json!({ "userId": scene.customer.user }))];
        let (ctx, table) = scene.stack.breaking(fault);
        let first = deliver(ctx.clone(), &erased).await;
        assert_eq!(first.is_empty(), fault.is_none(), "{fault:?}");
        if fault.is_none() {
            assert_eq!(table.calls(), 4, "the chat, the chat's two rows, the sessions, and their rows");
            faults.extend((0..table.calls()).flat_map(|at| [Some(Fault::Before(at)), Some(Fault::After(at))]));
        }
        assert_eq!(deliver(ctx, &erased).await, Vec::<usize>::new(), "{fault:?}");
        let left = scene.stack.rows().await.into_iter().map(|row| row["PK"].as_str().unwrap().to_owned());
        let left: Vec<String> =
            left.filter(|pk| ["#CONTACT#", "#CHAT#"].iter().any(|mark| pk.contains(mark))).collect();
        assert_eq!(left, Vec::<String>::new(), "{fault:?}");
        let sessions = identity::Sessions::listed(scene.scope(), scene.customer.user);
        let page = scene.stack.ctx().table().query(table::Query::gsi1(sessions)).await.unwrap();
        assert!(page.items.is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_to_a_tombstone() {
    let scene = Scene::open().await;
    let key = scene.scope().key(format_args!("INV#{INVOICE}"), "INV");
    let buyer = json!({ "name": "erased", "email": kernel::Email::erased(scene.customer.user) });
    scene.stack.ctx().table().write(Write::update(key).set("buyer", buyer)).await.unwrap();
    let erased = scene.event('A', "user.erased", &json!({ "userId": scene.customer.user }));
    let issued = scene.event('J', "invoice.issued", &json!({ "invoiceId": INVOICE }));
    for event in [erased, issued] {
        assert_eq!(scene.deliver(&[event]).await, Vec::<usize>::new());
    }
    assert_eq!((scene.mails(), scene.chats()), (Vec::new(), Vec::new()));
}
