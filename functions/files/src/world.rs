//! A tenant, its customers, and the files that they send.

use files::{ContentHash, KeptAt, StoredFile, StoredFiles};
use http::Method;
use identity::Role;
use kernel::FileId;
use serde_json::{Value, json};
use table::{TenantScope, Transaction};
use testkit::{Answer, Client, Member, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    pub(crate) other: Member,
    pub(crate) stranger: Member,
    pub(crate) client: Client,
}

/// A picture of so many bytes.
pub(crate) fn picture(size_bytes: u64) -> Value {
    json!({ "name": "Kain batik.jpg", "contentType": "image/jpeg", "sizeBytes": size_bytes })
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, stranger) = stack.tenant("toko-b").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let other = stack.user(owner.scope, "siti@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, customer, other, stranger, client }
    }

    pub(crate) async fn upload(&self, who: &Member, body: Value) -> Answer {
        let key = format!("k{}", self.stack.ctx().new_ulid());
        self.client.post("/api/v1/files/upload", body).bearer(&who.token).idempotency_key(&key).send().await
    }

    /// The id of a file that may be sent.
    pub(crate) async fn pending(&self, who: &Member, body: Value) -> String {
        let made = self.upload(who, body).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        made.text("/data/file/id")
    }

    /// The id of a file that can be fetched, as the worker leaves it.
    pub(crate) async fn ready(&self, who: &Member, body: Value) -> String {
        let id = self.pending(who, body).await;
        self.change(who.scope, &id, |file, now| {
            let sha256 = ContentHash::of(b"hello");
            file.ready(KeptAt { home: file.own_home(&sha256), sha256, variants: Vec::new() }, now).unwrap()
        })
        .await;
        id
    }

    pub(crate) async fn change(
        &self,
        scope: TenantScope,
        id: &str,
        change: impl Fn(&StoredFile, kernel::Timestamp) -> StoredFile,
    ) {
        let ctx = self.stack.ctx();
        let stored = StoredFiles::new(ctx.table(), scope);
        let file = stored.get(id.parse::<FileId>().unwrap()).await.unwrap().unwrap();
        let mut transaction = Transaction::new();
        stored.save(&mut transaction, Some(&file), &change(&file, ctx.now())).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    pub(crate) async fn call(&self, who: &Member, method: Method, path: &str) -> Answer {
        let token = self.stack.sign_in(who).await;
        self.client.call(method, format!("/api/v1/files{path}")).bearer(&token).send().await
    }

    pub(crate) async fn get(&self, who: &Member, path: &str) -> Answer {
        self.call(who, Method::GET, path).await
    }

    /// How many bytes the tenant stores.
    pub(crate) async fn stored(&self) -> i64 {
        let ctx = self.stack.ctx();
        let counts = tenancy::limits::ResourceCounts::new(ctx.table(), self.owner.scope);
        counts.state(kernel::Resource::StorageBytes, ctx.now()).await.unwrap().count.used
    }

    /// The events about files, in the order in which they happened.
    pub(crate) async fn events(&self) -> Vec<String> {
        let rows = self.stack.rows().await;
        let told = rows.iter().filter(|row| row["SK"].as_str().is_some_and(|key| key.starts_with("OUT#")));
        let mut told: Vec<(&str, &str)> =
            told.map(|row| (row["SK"].as_str().unwrap(), row["type"].as_str().unwrap())).collect();
        told.sort_unstable();
        told.into_iter().filter(|(_, name)| name.starts_with("file.")).map(|(_, name)| name.to_owned()).collect()
    }
}
