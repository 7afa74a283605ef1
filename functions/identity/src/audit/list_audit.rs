//! `GET /api/v1/audit`: who did what in the tenant, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, and up to nine
//! more where a filter leaves few in a hundred.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::extract::State;
use identity::{
    AuditFilter, AuditTrail,
    audit::{Action, Actor, AuditEntry, AuditOutcome, ChainLink},
};
use kernel::{AuditId, Date, RequestId, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Day, PageOf, Pager, Problem, QueryString, Reply};

use crate::AuditRead;

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActorView {
    /// Which of them.
    #[serde(rename = "type")]
    pub kind: ActorKind,
    /// The user or the key; null for nobody known.
    #[schema(example = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub id: Option<String>,
}

/// Who can do something.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A user.
    User,
    /// A server with an API key.
    ApiKey,
    /// Somebody who proved nothing.
    Anonymous,
}

/// An entry's place in the chain of its day.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    /// 1 for the first of the day.
    #[schema(example = 17)]
    pub number: u64,
    /// The hash of the entry before; for the first, that of the day's beginning.
    #[schema(example = "3q2-7w…")]
    pub previous: String,
    /// SHA-256 in base64url over `previous`, a line feed and the entry.
    #[schema(example = "LCa0a2…")]
    pub hash: String,
}

/// One entry of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntryView {
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorView,
    /// The member of staff who acted as the user; null where the actor acted.
    pub impersonator: Option<UserId>,
    /// What.
    pub action: Action,
    pub outcome: AuditOutcome,
    /// To whom or what; null where that says itself.
    #[schema(example = "key_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub target: Option<String>,
    /// More about it.
    #[schema(example = json!({ "scopes": "usage:write" }))]
    pub details: BTreeMap<String, String>,
    /// The address that the call came from; null where there was none.
    #[schema(example = "203.0.113.9")]
    pub ip: Option<String>,
    /// The request.
    pub request_id: RequestId,
    /// What its caller called it in `X-Request-Id`; null where it was given none.
    #[schema(example = "checkout-7f3a")]
    pub given_request_id: Option<String>,
    /// Its place in the day's chain; null for the seconds until it has one.
    pub link: Option<LinkView>,
}

impl From<AuditEntry> for AuditEntryView {
    fn from(entry: AuditEntry) -> Self {
        let kind = match entry.actor {
            Actor::User(_) => ActorKind::User,
            Actor::ApiKey(_) => ActorKind::ApiKey,
            Actor::Anonymous => ActorKind::Anonymous,
        };
        let view_of = |ChainLink { number, previous, hash }| LinkView { number, previous, hash };
        Self {
            id: entry.id,
            at: entry.at,
            actor: ActorView { kind, id: entry.actor.id() },
            impersonator: entry.impersonator,
            action: entry.action,
            outcome: entry.outcome,
            target: entry.target,
            details: entry.details,
            ip: entry.ip,
            request_id: entry.request_id,
            given_request_id: entry.given_request_id,
            link: entry.link.map(view_of),
        }
    }
}

/// Those that all groups record, gathered by `cargo xtask openapi`; a test keeps them true.
static ACTIONS: LazyLock<Vec<Action>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../../docs/audit-actions.json")).unwrap_or_default());

/// Which entries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Only this action.
    action: Option<Action>,
    /// Only what this user or API key did, by its id; of a user also what they did as another.
    #[schema(example = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    actor: Option<String>,
    /// The first day, in UTC.
    from: Option<Day>,
    /// The last day, in UTC.
    to: Option<Day>,
}

/// List audit entries
///
/// Entries are kept for 400 days, or as many as the tenant's compliance settings say. Only where a filter leaves fewer entries than the limit in nine hundred does a page hold
/// fewer and still have a next one.
#[utoipa::path(get, path = "/api/v1/audit", responses((status = 200, body = PageOf<AuditEntryView>)))]
pub async fn list_audit(
    State(api): State<Api>,
    caller: Caller<AuditRead>,
    pager: Pager,
    QueryString(query): QueryString<AuditQuery>,
) -> Result<Reply, Problem> {
    let filter = filter_of(query)?.kept_from(caller.tenant.compliance.kept_from(api.now()));
    let page = AuditTrail::new(api.table(), caller.scope).list(&filter, &pager.request()).await?;
    let rows = page.items.into_iter().map(AuditEntryView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

pub(crate) fn filter_of(query: AuditQuery) -> Result<AuditFilter, Problem> {
    let wrong = |name, detail| Problem::invalid(name, "INVALID_VALUE", detail);
    let known = |action: Action| {
        let known = ACTIONS.contains(&action).then_some(action);
        known.ok_or_else(|| wrong("action", "this is no action that is recorded"))
    };
    let action = query.action.map(known).transpose()?;
    let days = "use days between 1970 and 9999";
    let start_of = |day: Date| Zone::utc().start_of(day).ok();
    let from = query.from.map(|Day(day)| start_of(day).ok_or_else(|| wrong("from", days)));
    let until = query.to.map(|Day(day)| day.tomorrow().ok().and_then(start_of).ok_or_else(|| wrong("to", days)));
    let (from, until) = (from.transpose()?, until.transpose()?);
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        return Err(wrong("from", "the first day must not be after the last"));
    }
    Ok(AuditFilter { action, actor: query.actor, from, until })
}

#[cfg(test)]
mod tests {
    use identity::{
        Role,
        audit::{Action, Actor, AuditEntry, AuditOutcome},
    };
    use kernel::{ApiKeyId, AuditId, RequestId};
    use serde_json::json;
    use table::outbox;
    use testkit::{Answer, Client, Member, Stack};

    use crate::audit::actions;

    async fn write(stack: &Stack, member: &Member, at: &str, action: Action, actor: Actor) -> AuditId {
        stack.set_clock(at);
        let ctx = stack.ctx();
        let entry = AuditEntry {
            id: AuditId::new(ctx.new_ulid()),
            at: ctx.now(),
            actor,
            impersonator: None,
            action,
            outcome: AuditOutcome::Done,
            target: Some("CLERK".to_owned()),
            details: [("permissions".to_owned(), "invoices:*".to_owned())].into(),
            ip: Some("203.0.113.9".to_owned()),
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            link: None,
        };
        table::write_alone(ctx.table(), |tx| entry.insert(tx, member.scope)).await.unwrap();
        entry.id
    }

    async fn read(client: &Client, token: &str, query: &str) -> Answer {
        client.get(format!("/api/v1/audit{query}")).bearer(token).send().await
    }

    fn ids(answer: &Answer) -> Vec<String> {
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        answer.at("/data").as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn entries_come_newest_first_and_filtered() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, stranger) = stack.tenant("toko-b").await;
        let key = Actor::ApiKey(ApiKeyId::new(stack.ctx().new_ulid()));
        let user = Actor::User(owner.user);
        let client = stack.serve(crate::function);
        let mut all = Vec::new();
        for (at, action, actor) in [
            ("2026-11-21T23:59:59.999Z", actions::ROLE_CREATED, user),
            ("2026-11-22T00:00:00Z", actions::ROLE_DELETED, key),
            ("2026-11-22T23:59:59.999Z", actions::ROLE_CREATED, key),
            ("2026-11-23T00:00:00Z", actions::ROLE_UPDATED, user),
        ] {
            all.insert(0, write(&stack, &owner, at, action, actor).await.to_string());
        }
        let token = stack.sign_in(&owner).await;
        let some = |places: &[usize]| places.iter().map(|place| all[*place].clone()).collect::<Vec<_>>();
        for (query, places) in [
            (String::new(), vec![0, 1, 2, 3]),
            ("?action=role.created".to_owned(), vec![1, 3]),
            (format!("?actor={}", owner.user), vec![0, 3]),
            (format!("?actor={}&action=role.created", key.id().unwrap()), vec![1]),
            ("?actor=nobody".to_owned(), vec![]),
            ("?from=2026-11-22".to_owned(), vec![0, 1, 2]),
            ("?to=2026-11-22".to_owned(), vec![1, 2, 3]),
            ("?from=2026-11-22&to=2026-11-22".to_owned(), vec![1, 2]),
        ] {
            assert_eq!(ids(&read(&client, &token, &query).await), some(&places), "{query}");
        }
        // A filter that leaves one entry a page still finds them all, each once.
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = read(&client, &token, &format!("?action=role.created&limit=1{cursor}")).await;
            seen.extend(ids(&page));
            if page.at("/page/next").is_null() {
                break;
            }
            cursor = format!("&cursor={}", page.text("/page/next"));
        }
        assert_eq!(seen, some(&[1, 3]));
        let stranger = stack.sign_in(&stranger).await;
        assert_eq!(ids(&read(&client, &stranger, "").await), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_page_of_a_filter_that_leaves_few_is_full_while_there_are_more() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let user = Actor::User(owner.user);
        let mut deleted = Vec::new();
        for minute in 0..60 {
            let is_deletion = minute % 12 == 3;
            let action = if is_deletion { actions::ROLE_DELETED } else { actions::ROLE_CREATED };
            let id = write(&stack, &owner, &format!("2026-11-21T02:{minute:02}:00Z"), action, user).await;
            if is_deletion {
                deleted.insert(0, id.to_string());
            }
        }
        let token = stack.sign_in(&owner).await;
        let client = stack.serve(crate::function);
        let first = read(&client, &token, "?action=role.deleted&limit=3").await;
        assert_eq!(ids(&first), deleted[..3]);
        let cursor = first.text("/page/next");
        let second = read(&client, &token, &format!("?action=role.deleted&limit=3&cursor={cursor}")).await;
        assert_eq!((ids(&second), second.at("/page/next")), (deleted[3..].to_vec(), json!(null)));
    }

    #[tokio::test]
    async fn an_entry_says_who_what_and_whence() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let id = write(&stack, &owner, "2026-11-21T01:00:00Z", actions::ROLE_CREATED, Actor::Anonymous).await;
        let answer = read(&stack.serve(crate::function), &owner.token, "").await;
        let mut row = answer.at("/data/0");
        row["requestId"] = json!("");
        let expected = json!({
            "id": id, "at": "2026-11-21T01:00:00.000Z", "actor": { "type": "anonymous", "id": null },
            "impersonator": null, "action": "role.created", "outcome": "done", "target": "CLERK", "details": { "permissions": "invoices:*" },
            "ip": "203.0.113.9", "requestId": "", "givenRequestId": null, "link": null,
        });
        assert_eq!(row, expected);
    }

    #[tokio::test]
    async fn what_the_caller_calls_the_request_is_found_in_its_entry_and_its_event() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let give = async |role: &str, id: &str| {
            let call = client.post(format!("/api/v1/users/{}/roles", budi.user), json!({ "role": role }));
            assert_eq!(call.bearer(&owner.token).header("x-request-id", id).send().await.status, 200);
        };
        give("MANAGER", "checkout-7f3a").await;
        give("ADMIN", "not well formed").await;
        let trail = read(&client, &owner.token, "?action=user.role_granted").await;
        assert_eq!(trail.at("/data/1/givenRequestId"), "checkout-7f3a");
        assert!(trail.text("/data/1/requestId").starts_with("req_"), "ours stands beside it");
        assert!(trail.at("/data/0/givenRequestId").is_null());
        let events = outbox::of_hour(stack.ctx().table(), owner.scope, stack.ctx().now(), None).await.unwrap();
        let changed = events.iter().filter(|event| event.name == "user.roles_changed");
        let names: Vec<_> =
            changed.map(|event| (event.request_id.to_string(), event.given_request_id.as_deref())).collect();
        let ids = |place: &str| trail.text(&format!("/data/{place}/requestId"));
        assert_eq!(names, [(ids("1"), Some("checkout-7f3a")), (ids("0"), None)]);
    }

    #[tokio::test]
    async fn who_may_not_read_it_is_refused_and_bad_filters_say_where() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let manager = stack.user(owner.scope, "rina@example.com", Role::Manager).await;
        let client = stack.serve(crate::function);
        assert_eq!(read(&client, &manager.token, "").await.text("/code"), "FORBIDDEN");
        for (query, pointer) in [
            ("?action=role.made", "action"),
            ("?from=21.11.2026", "from"),
            ("?from=20261121", "from"),
            ("?to=2026-02-30", "to"),
            ("?to=0001-01-01", "to"),
            ("?from=2026-11-21&to=2026-11-20", "from"),
            ("?actor=a&actor=b", "actor"),
        ] {
            let answer = read(&client, &owner.token, query).await;
            assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (422, pointer), "{query}");
        }
    }

    #[tokio::test]
    async fn what_is_older_than_the_days_that_are_kept_is_not_shown() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let actor = Actor::User(owner.user);
        let mut all = Vec::new();
        for at in ["2026-11-21T23:59:59Z", "2026-11-22T00:00:00Z"] {
            all.push(write(&stack, &owner, at, actions::ROLE_CREATED, actor).await.to_string());
        }
        let compliance = tenancy::Compliance { gdpr: true, retention_days: Some(30), ..tenancy::Compliance::default() };
        let row = table::Write::update::<tenancy::Tenant>(tenancy::Tenants::key(tenant.id));
        stack.ctx().table().write(row.set("compliance", json!(compliance))).await.unwrap();
        stack.set_clock("2026-12-22T12:00:00Z");
        let (token, operator) = (stack.sign_in(&owner).await, stack.operator().await);
        let client = stack.serve(crate::function);
        let filter = "?action=role.created";
        assert_eq!(ids(&read(&client, &token, filter).await), all[1..]);
        let path = format!("/api/v1/tenants/{}/audit{filter}", tenant.id);
        let theirs = client.get(path).bearer(&stack.sign_in(&operator).await).send().await;
        assert_eq!(ids(&theirs), all[1..]);
        assert_eq!(ids(&read(&client, &token, "?to=2026-11-21").await), [""; 0], "a range that is gone");
        let chain = |day: &'static str| client.get(format!("/api/v1/audit/chain?day={day}")).bearer(&token).send();
        assert_eq!(chain("2026-11-21").await.at("/data/entries"), json!(0));
        assert_eq!(chain("2026-11-22").await.at("/data/entries"), json!(1));
    }
}
