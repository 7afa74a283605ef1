//! Idempotency keys: one effect for a request, however often it arrives
//! (draft-ietf-httpapi-idempotency-key-header; docs/decisions/0003-idempotency-reads-first.md).
//!
//! The record of an answer commits in the transaction of its effect, so that there is no moment in which one exists
//! without the other. Where a provider must be called between two transactions, the first leaves the record in
//! progress with the id of the operation, and a retry takes up that operation.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{
    digest::{self, digest},
    hmac,
};
use axum::extract::{FromRequestParts, MatchedPath};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cloud::{Ctx, PlatformKeys};
use http::{StatusCode, header, request::Parts};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Cancelled, Condition, Item, Key, Record, Slot, Table, TransactError, Transaction, Write, WriteError, from_item,
};
use utoipa::openapi::{Required, path::Operation};

use crate::{
    Api, Argument, NeverReplayed, Principal, Problem, RawBody, Reply,
    answers::problem::missing,
    arguments::{Place, TextHeader},
    requests::{body::canonical, early::Early},
    seal::TextSeal,
};

/// The `Idempotency-Key` of a request, required. Comes after [`crate::Caller`] or [`crate::Visitor`].
#[derive(Clone, Debug)]
pub struct IdempotencyKey(Idempotency);

/// The `Idempotency-Key` of a request, if it has one.
#[derive(Clone, Debug)]
pub struct Optional(Option<Idempotency>);

/// A key that has not been answered yet.
#[derive(Clone, Debug)]
pub struct Idempotency {
    keys: PlatformKeys,
    row: Key,
    fingerprint: String,
    now: Timestamp,
    resumed: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyUse {
    fingerprint: String,
    expires_at: i64,
    /// The answer: what it says of people and secrets is for whoever repeats the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default)]
    lease_until: i64,
}

impl Record for KeyUse {
    const ROWS: &'static [&'static str] = &["IDEM#{key} / IDEM"];
}

/// How long an answer is kept: 24 hours.
const KEPT_MILLIS: i64 = 24 * 3600 * 1000;
/// How long one try of an operation with a provider may take before a retry may take it up: 30 s, the longest that API
/// Gateway waits, and one more.
const LEASE_MILLIS: i64 = 31_000;

/// What a request finds under its key.
enum Found {
    Nothing,
    Answered(Reply),
    Open { operation: String, lease_until: i64 },
}

/// Where a key that has not been answered yet is left in the request, so that the answer can be kept for it even if it is a
/// refusal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unanswered(Arc<Mutex<Option<Idempotency>>>);

impl Unanswered {
    fn leave(&self, key: Idempotency) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }

    /// The key that was left, if any.
    pub(crate) fn key(&self) -> Option<Idempotency> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What the document says of the header.
fn header(required: Required, description: &'static str) -> TextHeader {
    TextHeader {
        name: "Idempotency-Key",
        description,
        required,
        pattern: r#"^("[A-Za-z0-9_-]{1,255}"|[A-Za-z0-9_-]{1,255})$"#,
        max_length: 257,
    }
}

impl Argument for Optional {
    const NEEDS: Place = Place::PRINCIPAL;
    const LEAVES: Place = Place::REPLAY;

    fn describe(operation: &mut Operation, _: &str) {
        header(Required::False, "Makes it safe to send the request again: a repetition gets the first answer")
            .add_to(operation);
    }
}

impl Argument for IdempotencyKey {
    const NEEDS: Place = Optional::NEEDS;
    const LEAVES: Place = Optional::LEAVES;

    fn describe(operation: &mut Operation, _: &str) {
        header(Required::True, "A new one for each thing that you want done; a repetition gets the first answer")
            .add_to(operation);
    }
}

impl FromRequestParts<Api> for Optional {
    type Rejection = Early;

    /// One read, for a request with a key.
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Early> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = parse_key(value.to_str().unwrap_or_default())?;
        if parts.extensions.get::<NeverReplayed>().is_some() {
            return Ok(Self(None));
        }
        Idempotency::taken(parts, api, key).await.map(|key| Self(Some(key)))
    }
}

impl FromRequestParts<Api> for IdempotencyKey {
    type Rejection = Early;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Early> {
        let detail = "this call needs the header Idempotency-Key, a new one for each thing that you want done";
        let none = || Problem::new(StatusCode::BAD_REQUEST, "IDEMPOTENCY_KEY_REQUIRED", detail);
        let value = parts.headers.get("idempotency-key").ok_or_else(none)?;
        let key = parse_key(value.to_str().unwrap_or_default())?;
        Idempotency::taken(parts, api, key).await.map(Self)
    }
}

impl Idempotency {
    /// The key of a request, unless it was answered before.
    async fn taken(parts: &Parts, api: &Api, key: &str) -> Result<Self, Early> {
        let principal = parts.extensions.get::<Principal>().ok_or_else(|| missing("Caller before IdempotencyKey"))?;
        let RawBody(body) = parts.extensions.get::<RawBody>().ok_or_else(|| missing("RawBody"))?;
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let name =
            hash(&[principal.name.as_bytes(), parts.method.as_str().as_bytes(), route.as_bytes(), key.as_bytes()]);
        // The order in which a client puts its parameters is none of its request.
        let mut query: Vec<&str> = parts.uri.query().unwrap_or_default().split('&').collect();
        query.sort_unstable();
        let target = match query.join("&") {
            none if none.is_empty() => parts.uri.path().to_owned(),
            query => [parts.uri.path(), &query].join("?"),
        };
        let method = parts.method.as_str().as_bytes();
        // Nor is the order of its members: a client that writes the same object anew gets the same answer.
        let fingerprint = fingerprint(&api.ports().keys, &[method, target.as_bytes(), &canonical(body)]);
        let row = principal.scope.key(format_args!("IDEM#{name}"), "IDEM");
        let mut idempotency =
            Idempotency { keys: api.ports().keys.clone(), row, fingerprint, now: api.now(), resumed: None };
        match idempotency.look(api.table().get(&idempotency.row).await?)? {
            Found::Nothing => {}
            Found::Answered(reply) => return Err(Early::Replay(reply.replayed())),
            Found::Open { operation, lease_until } => {
                idempotency.take_lease(api.table(), lease_until).await?;
                idempotency.resumed = Some(operation);
            }
        }
        parts.extensions.get::<Unanswered>().ok_or_else(|| missing("Unanswered"))?.leave(idempotency.clone());
        Ok(idempotency)
    }
}

/// 1 to 255 of letters, digits, `_` and `-`, bare or as a quoted string.
fn parse_key(text: &str) -> Result<&str, Problem> {
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let well_formed =
        (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let detail = "an Idempotency-Key is 1 to 255 letters, digits, underscores or hyphens";
    if well_formed { Ok(key) } else { Err(Problem::new(StatusCode::BAD_REQUEST, "IDEMPOTENCY_KEY_INVALID", detail)) }
}

/// What is kept of a request to know it again: keyed, since a body may hold a password, which whoever reads the table
/// could otherwise guess at the speed of SHA-256 instead of argon2's.
fn fingerprint(keys: &PlatformKeys, parts: &[&[u8]]) -> String {
    let tag = hmac::sign(&keys.hmac("idempotency fingerprints 1"), hash(parts).as_bytes());
    URL_SAFE_NO_PAD.encode(tag)
}

fn hash(parts: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        // Lengths first: no two lists of parts give the same bytes.
        context.update(digest(&digest::SHA256, part).as_ref());
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}

fn in_progress() -> Problem {
    let detail = "the first request with this Idempotency-Key is still running; ask again in a second";
    Problem::new(StatusCode::CONFLICT, "IDEMPOTENCY_IN_PROGRESS", detail).with_header(header::RETRY_AFTER, 1)
}

impl IdempotencyKey {
    /// Commits the effect and its answer together. `refusal` turns a failed condition of the effect into a problem.
    ///
    /// # Errors
    /// What `refusal` says, or the store's failure.
    pub async fn commit(
        &self,
        ctx: &Ctx,
        transaction: Transaction,
        reply: Reply,
        refusal: impl FnOnce(&Cancelled) -> Problem,
    ) -> Result<Reply, Problem> {
        self.try_commit(ctx, transaction, reply).await?.map_err(|cancelled| refusal(&cancelled))
    }

    /// As [`Optional::try_commit`].
    ///
    /// # Errors
    /// The store's failure.
    pub async fn try_commit(
        &self,
        ctx: &Ctx,
        transaction: Transaction,
        reply: Reply,
    ) -> Result<Result<Reply, Cancelled>, Problem> {
        self.0.try_commit(ctx, transaction, reply).await
    }

    /// As [`Optional::settle`].
    ///
    /// # Errors
    /// The refusal, or the store's failure.
    pub async fn settle(&self, ctx: &Ctx, outcome: Result<Reply, Problem>) -> Result<Reply, Problem> {
        self.0.settle(ctx, outcome).await
    }

    /// The operation that an earlier try of this request began with a provider and did not finish.
    pub fn resumed(&self) -> Option<&str> {
        self.0.resumed.as_deref()
    }

    /// Commits the beginning of an operation with a provider: `operation` is what a retry takes up.
    ///
    /// # Errors
    /// Another try began it in between (409), what `refusal` says, or the store's failure.
    pub async fn begin(
        &self,
        ctx: &Ctx,
        mut transaction: Transaction,
        operation: &str,
        refusal: impl FnOnce(&Cancelled) -> Problem,
    ) -> Result<(), Problem> {
        let record = KeyUse {
            operation: Some(operation.to_owned()),
            lease_until: self.0.now.as_millis() + LEASE_MILLIS,
            ..self.0.record(None)?
        };
        let slot = transaction.add(self.0.row(&record)?);
        match ctx.table().transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancelled)) => Err(match cancelled.failed(slot) {
                Some(_) => in_progress(),
                None => refusal(&cancelled),
            }),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }

    /// Ends this try of an operation without an answer, so that a retry need not wait until its time has run out. Does
    /// nothing when another try has taken the operation up meanwhile.
    pub async fn release(&self, ctx: &Ctx) {
        let ours = self.0.now.as_millis() + LEASE_MILLIS;
        let released = Write::update::<KeyUse>(self.0.row.clone())
            .set("leaseUntil", 0)
            .when(Condition::Equals("leaseUntil", json!(ours)));
        if let Err(error) = ctx.table().write(released).await {
            tracing::warn!(%error, "a lease was not released; it ends by itself");
        }
    }

    /// Gives an operation its answer; goes into the transaction that ends it.
    ///
    /// # Errors
    /// The answer cannot be stored.
    pub fn finish(&self, transaction: &mut Transaction, reply: &Reply) -> Result<Slot, Problem> {
        let answered = self.0.record(Some(reply))?;
        let row =
            Write::update::<KeyUse>(self.0.row.clone()).set("sealed", json!(answered.sealed)).set("leaseUntil", 0);
        Ok(transaction.add(row.when(Condition::Equals("fingerprint", json!(self.0.fingerprint)))))
    }
}

impl Optional {
    /// As [`IdempotencyKey::commit`]; without a key the effect commits alone.
    ///
    /// # Errors
    /// What `refusal` says, or the store's failure.
    pub async fn commit(
        &self,
        ctx: &Ctx,
        transaction: Transaction,
        reply: Reply,
        refusal: impl FnOnce(&Cancelled) -> Problem,
    ) -> Result<Reply, Problem> {
        self.try_commit(ctx, transaction, reply).await?.map_err(|cancelled| refusal(&cancelled))
    }

    /// Commits the effect and its answer together, if there is a key. The inner error says which conditions of the effect
    /// did not hold, for who lost a race to decide again.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn try_commit(
        &self,
        ctx: &Ctx,
        transaction: Transaction,
        reply: Reply,
    ) -> Result<Result<Reply, Cancelled>, Problem> {
        if let Some(key) = &self.0 {
            return key.try_commit(ctx, transaction, reply).await;
        }
        match ctx.table().transact(transaction).await {
            Ok(()) => Ok(Ok(reply)),
            Err(TransactError::Cancelled(cancelled)) => Ok(Err(cancelled)),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }

    /// The outcome of a request whose handler decided on what it read. Of one request sent twice at once, the second may
    /// read what the first just left, after it looked at the key: then its refusal is the first one's doing, and it gets
    /// the first one's answer. One read, for a refusal of a request with a key.
    ///
    /// # Errors
    /// The refusal, or the store's failure.
    pub async fn settle(&self, ctx: &Ctx, outcome: Result<Reply, Problem>) -> Result<Reply, Problem> {
        match &self.0 {
            Some(key) => key.settle(ctx, outcome).await,
            None => outcome,
        }
    }
}

impl Idempotency {
    async fn settle(&self, ctx: &Ctx, outcome: Result<Reply, Problem>) -> Result<Reply, Problem> {
        match outcome {
            Err(refusal) if refusal.status().is_client_error() => {
                match self.look(ctx.table().get(&self.row).await?)? {
                    Found::Answered(reply) => Ok(reply.replayed()),
                    Found::Nothing | Found::Open { .. } => Err(refusal),
                }
            }
            outcome => outcome,
        }
    }

    /// Keeps a refusal as the answer of this key, unless the key has an answer or an operation under way. It changed
    /// nothing, so that a refusal which is not kept is merely decided again.
    pub(crate) async fn keep(&self, ctx: &Ctx, refusal: &Reply) {
        let kept = match self.record(Some(refusal)).and_then(|record| self.row(&record)) {
            Ok(write) => ctx.table().write(write).await,
            Err(_) => return,
        };
        if let Err(WriteError::Table(error)) = kept {
            tracing::warn!(%error, "a refusal is not kept for its idempotency key");
        }
    }

    async fn try_commit(
        &self,
        ctx: &Ctx,
        mut transaction: Transaction,
        reply: Reply,
    ) -> Result<Result<Reply, Cancelled>, Problem> {
        let slot = transaction.add(self.row(&self.record(Some(&reply))?)?);
        match ctx.table().transact(transaction).await {
            Ok(()) => Ok(Ok(reply)),
            Err(TransactError::Cancelled(cancelled)) => match cancelled.failed(slot) {
                // The same request, sent twice at once: the other one won, and this is its answer.
                Some(failed) => match self.look(failed.current.clone())? {
                    Found::Answered(reply) => Ok(Ok(reply.replayed())),
                    Found::Nothing | Found::Open { .. } => Err(in_progress()),
                },
                None => Ok(Err(cancelled)),
            },
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }

    /// The record of an answer, or of none yet.
    fn record(&self, reply: Option<&Reply>) -> Result<KeyUse, Problem> {
        let sealed = reply.map(|reply| {
            let bytes = serde_json::to_vec(reply).map_err(|_| missing("an answer"))?;
            self.seal()?.close(bytes, &self.binding())
        });
        Ok(KeyUse {
            fingerprint: self.fingerprint.clone(),
            expires_at: self.now.as_millis() + KEPT_MILLIS,
            sealed: sealed.transpose()?,
            operation: None,
            lease_until: 0,
        })
    }

    fn seal(&self) -> Result<TextSeal, Problem> {
        TextSeal::new(&self.keys, "idempotency answers 1")
    }

    /// A sealed answer is of no use in another row, or for another request.
    fn binding(&self) -> String {
        format!("{}\n{}", self.row.pk(), self.fingerprint)
    }

    /// The answer that a record keeps.
    fn answer(&self, record: &KeyUse) -> Result<Option<Reply>, Problem> {
        let Some(sealed) = &record.sealed else { return Ok(None) };
        let bytes = self.seal()?.open(sealed, &self.binding()).ok_or_else(|| missing("an answer that opens"))?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| missing("an answer that can be read"))
    }

    /// Takes the key: it was never used, or so long ago that it counts as new.
    fn row(&self, record: &KeyUse) -> Result<Write, Problem> {
        let expired = Condition::Below("expiresAt", self.now.as_millis());
        let put = Write::put(self.row.clone(), record)?;
        let expires = Timestamp::from_millis(record.expires_at).unwrap_or(self.now);
        Ok(put.ttl(expires).when(Condition::AnyOf(vec![Condition::NotExists, expired])))
    }

    fn look(&self, row: Option<Item>) -> Result<Found, Problem> {
        let Some(record) = row.map(from_item::<KeyUse>).transpose()? else { return Ok(Found::Nothing) };
        if record.expires_at < self.now.as_millis() {
            return Ok(Found::Nothing);
        }
        if record.fingerprint != self.fingerprint {
            let detail =
                "this Idempotency-Key was used for another request; make a new one for each thing that you want done";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED", detail));
        }
        Ok(match (self.answer(&record)?, record.operation) {
            (Some(reply), _) => Found::Answered(reply),
            (None, Some(operation)) => Found::Open { operation, lease_until: record.lease_until },
            (None, None) => Found::Nothing,
        })
    }

    /// Takes an operation over whose last try ran out of time.
    async fn take_lease(&self, table: &dyn Table, lease_until: i64) -> Result<(), Problem> {
        if lease_until > self.now.as_millis() {
            return Err(in_progress());
        }
        let lease = Write::update::<KeyUse>(self.row.clone())
            .set("leaseUntil", self.now.as_millis() + LEASE_MILLIS)
            .when(Condition::Equals("leaseUntil", json!(lease_until)));
        match table.write(lease).await {
            Ok(_) => Ok(()),
            Err(WriteError::ConditionFailed { .. }) => Err(in_progress()),
            Err(WriteError::Table(error)) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Secret;

    use super::*;

    #[test]
    fn a_fingerprint_tells_nothing_to_who_lacks_the_key() {
        let (ours, theirs) = ("a", "b");
        let of = |key: &str, parts: &[&[u8]]| fingerprint(&PlatformKeys::new(&Secret::new(key.repeat(64))), parts);
        let parts: &[&[u8]] = &[b"POST", b"/api/v1/tenants", br#"{"password":"correct horse battery"}"#];
        assert_eq!(of(ours, parts), of(ours, parts));
        assert_ne!(of(ours, parts), of(theirs, parts));
        assert_ne!(of(ours, parts), hash(parts));
        assert_ne!(of(ours, &[b"POST", b"/a", b"b"]), of(ours, &[b"POST", b"/ab", b""]));
    }
}
