//! What the tests of bots begin with: a tenant with its bots, and a Telegram that takes what they say, or answers as told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use allowances::PlanVersion;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use cloud::config::ProviderUrls;
use kernel::{Party, SubscriptionId, UserId};
use messaging::{Contacts, TelegramContact};
use serde_json::{Value, json};
use table::{TenantScope, Transaction};
use tenancy::Tenant;
use testkit::{Answer, Client, Member, Stack};

/// A bot that the tests' tenants have.
pub(crate) const SECRET: &str =
    r#"{"bots":{"default":{"token":"123456789:AAx","webhookSecret":"s3cret","username":"toko_bot"}}}"#;
/// A bot for each tier.
pub(crate) const BOTS: &str = r#"{"bots":{
    "default":{"token":"123456789:AAx","webhookSecret":"s3cret","username":"toko_bot"},
    "premium":{"token":"123456790:AAx","webhookSecret":"s3cret","username":"toko_premium_bot"},
    "enterprise":{"token":"123456791:AAx","webhookSecret":"s3cret","username":"toko_enterprise_bot"}}}"#;

/// A Telegram that takes everything unless told otherwise, and remembers it.
#[derive(Clone, Default)]
pub(crate) struct Telegram {
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Telegram {
    pub(crate) fn answers(&self, answers: impl IntoIterator<Item = (u16, Value)>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Methods and what they were called with.
    pub(crate) fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().unwrap().clone()
    }
}

pub(crate) fn done() -> (u16, Value) {
    (200, json!({"ok": true, "result": true}))
}

pub(crate) fn refused(code: u16, description: &str) -> (u16, Value) {
    (code, json!({"ok": false, "error_code": code, "description": description}))
}

async fn answer(State(telegram): State<Telegram>, uri: Uri, body: String) -> Response {
    let method = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    telegram.asked.lock().unwrap().push((method, serde_json::from_str(&body).unwrap_or(Value::Null)));
    let (status, body) = telegram.answers.lock().unwrap().pop_front().unwrap_or_else(done);
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

/// Puts a plan of this key in force for whom a user acts for.
pub(crate) async fn with_plan(stack: &Stack, member: &Member, key: &str) {
    let (ctx, party) = (stack.ctx(), Party::Customer(stack.customer_of(member).await));
    let (subscription, plan) = (SubscriptionId::new(ctx.new_ulid()), PlanVersion::new(key, 1));
    let mut transaction = Transaction::new();
    allowances::in_force(&mut transaction, member.scope, party, subscription, Some(plan.into())).unwrap();
    ctx.table().transact(transaction).await.unwrap();
}

/// A tenant with a bot, whose owner is called by the tests.
pub(crate) struct Room {
    pub(crate) stack: Stack,
    pub(crate) client: Client,
    pub(crate) owner: Member,
    pub(crate) tenant: Tenant,
    pub(crate) telegram: Telegram,
}

impl Room {
    pub(crate) async fn open() -> Self {
        let telegram = Telegram::default();
        let router = Router::new().fallback(answer).with_state(telegram.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let stack = Stack::with(ProviderUrls { telegram: Some(url), ..ProviderUrls::default() }).await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let room = Self { stack, client, owner, tenant, telegram };
        room.keep(SECRET);
        room
    }

    /// Another secret of the tenant.
    pub(crate) fn keep(&self, secret: &str) {
        self.stack.secrets.put(format!("ruko/test/tenants/{}/telegram", self.tenant.id), secret);
    }

    pub(crate) async fn code(&self, member: &Member) -> String {
        let token = self.stack.sign_in(member).await;
        let answer = self.client.post("/api/v1/telegram/link", json!({})).bearer(&token).send().await;
        answer.text("/data/code")
    }

    pub(crate) async fn hear(&self, body: Value) -> Answer {
        self.hear_at(&self.client, body).await
    }

    pub(crate) async fn hear_at(&self, client: &Client, body: Value) -> Answer {
        self.hear_by(client, "default", body).await
    }

    pub(crate) async fn hear_by(&self, client: &Client, bot: &str, body: Value) -> Answer {
        let path = format!("/api/v1/webhooks/telegram/{}/{bot}", self.tenant.id);
        client.post(path, body).header("x-telegram-bot-api-secret-token", "s3cret").send().await
    }

    pub(crate) async fn contact(&self, user: UserId) -> Option<TelegramContact> {
        let contacts = Contacts::new(self.stack.ctx().table(), TenantScope::new(self.tenant.id));
        contacts.telegram_of(user).await.unwrap()
    }

    pub(crate) async fn chat_of(&self, user: UserId) -> Option<i64> {
        self.contact(user).await.map(|contact| contact.chat_id)
    }

    /// The member, with a linked chat.
    pub(crate) async fn linked(&self, member: &Member, chat: i64) -> Member {
        let code = self.code(member).await;
        let answer = self.hear(wrote(700_000 + chat, chat, &format!("/start {code}"))).await;
        assert!(answer.text("/text").contains("/unlink"), "{}", answer.snapshot());
        member.clone()
    }
}

/// Somebody writes in a private chat.
pub(crate) fn wrote(update: i64, chat: i64, text: &str) -> Value {
    json!({"update_id": update, "message": {"message_id": 12, "date": 1_750_000_000, "text": text,
        "from": {"id": chat, "is_bot": false, "first_name": "Budi", "language_code": "id"},
        "chat": {"id": chat, "first_name": "Budi", "type": "private"}}})
}

/// Somebody presses a button in a private chat.
pub(crate) fn pressed(update: i64, chat: i64, data: &str) -> Value {
    json!({"update_id": update, "callback_query": {"id": format!("q{update}"), "chat_instance": "-3", "data": data,
        "from": {"id": chat, "is_bot": false, "first_name": "Budi", "language_code": "id"},
        "message": {"message_id": 101, "date": 1_750_000_001, "text": "..",
            "chat": {"id": chat, "first_name": "Budi", "type": "private"}}}})
}
