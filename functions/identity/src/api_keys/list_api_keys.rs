//! `GET /api/v1/api-keys`: the tenant's API keys, newest first, without their texts.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use identity::ApiKeys;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{ApiKeysRead, api_keys::api_key_view::ApiKeyView};

/// List API keys
///
/// Expired and revoked keys are listed for 90 days after they expired or would have.
#[utoipa::path(get, path = "/api/v1/api-keys", responses((status = 200, body = PageOf<ApiKeyView>)))]
pub async fn list_api_keys(
    State(api): State<Api>,
    caller: Caller<ApiKeysRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let page = ApiKeys::new(api.table(), caller.scope).list(&pager.request()).await?;
    let rows = page.items.iter().map(|key| ApiKeyView::at(key, api.now())).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use identity::{Role, User, UserStatus, Users};
    use table::{Condition, Write};
    use tenancy::Tenants;
    use testkit::{Answer, Client, Member, Stack};

    async fn list(client: &Client, key: &str) -> Answer {
        client.get("/api/v1/api-keys").bearer(key).send().await
    }

    fn code(answer: &Answer) -> (u16, String) {
        (answer.status.as_u16(), answer.text("/code"))
    }

    fn refused() -> (u16, String) {
        (401, "INVALID_TOKEN".to_owned())
    }

    async fn change(stack: &Stack, member: &Member, edit: impl FnOnce(User) -> User) {
        let users = Users::new(stack.ctx().table(), member.scope);
        let user = users.get(member.user).await.unwrap().unwrap();
        let changed = User { version: user.version + 1, ..edit(user) };
        table::write_alone(stack.ctx().table(), |tx| users.save(tx, &changed)).await.unwrap();
    }

    #[tokio::test]
    async fn keys_are_listed_newest_first_page_by_page_and_each_tenants_own() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, stranger) = stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        let mut texts = Vec::new();
        for _ in 0..3 {
            texts.insert(0, stack.api_key(&owner, &["usage:write"]).await);
        }
        let first = client.get("/api/v1/api-keys?limit=2").bearer(&owner.token).send().await;
        let hints = |answer: &Answer| -> Vec<String> {
            answer.at("/data").as_array().unwrap().iter().map(|key| key["hint"].as_str().unwrap().to_owned()).collect()
        };
        let next = format!("/api/v1/api-keys?limit=2&cursor={}", first.text("/page/next"));
        let second = client.get(next.clone()).bearer(&owner.token).send().await;
        let expected: Vec<String> = texts.iter().map(|text| format!("sk_test_…{}", &text[text.len() - 4..])).collect();
        assert_eq!([hints(&first), hints(&second)].concat(), expected);
        assert_eq!(hints(&list(&client, &stranger.token).await), Vec::<String>::new());
        assert_eq!(code(&client.get(next).bearer(&stranger.token).send().await).1, "INVALID_CURSOR");
        let manager = stack.user(owner.scope, "rina@example.com", Role::Manager).await;
        assert_eq!(code(&list(&client, &manager.token).await), (403, "FORBIDDEN".to_owned()));
    }

    #[tokio::test]
    async fn a_key_does_what_its_scopes_say_and_no_route_about_a_person_takes_it() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let reader = stack.api_key(&owner, &["api_keys:read"]).await;
        let writer = stack.api_key(&owner, &["usage:write"]).await;
        assert_eq!(list(&client, &reader).await.status, 200);
        assert_eq!(code(&list(&client, &writer).await), (403, "FORBIDDEN".to_owned()));
        let me = client.get("/api/v1/users/me").bearer(&stack.api_key(&owner, &["*"]).await).send().await;
        assert_eq!(code(&me), refused());
        // The refusal is in the trail under the key's id.
        let denied = client.get("/api/v1/audit?action=access.denied").bearer(&owner.token).send().await;
        assert_eq!(denied.text("/data/0/actor/type"), "api_key");
        assert_eq!(denied.text("/data/0/details/permission"), "api_keys:read");
    }

    #[tokio::test]
    async fn whatever_is_wrong_with_a_key_the_answer_is_one() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, stranger) = stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        let key = stack.api_key(&owner, &["*"]).await;
        let other = stack.api_key(&stranger, &["*"]).await;
        let body_of = async |key: &str| {
            let mut answer = list(&client, key).await;
            assert_eq!(code(&answer), refused(), "{key}");
            answer.headers.clear();
            let mut json = answer.json();
            json["requestId"] = "".into();
            json
        };
        let typo = format!("{}{}", &key[..key.len() - 1], if key.ends_with('a') { 'b' } else { 'a' });
        let texts = web::Api::new(stack.ctx().clone());
        let holder = texts.key_texts().holder_of(&key).unwrap();
        let new = |holder| identity::NewApiKey {
            holder,
            name: "forged".to_owned().try_into().unwrap(),
            scopes: vec!["*".parse().unwrap()],
            days: identity::KeyDays::default(),
        };
        let mint = |holder| texts.key_texts().mint(new(holder), stack.ctx().random(), stack.ctx().now()).1;
        let unknown = identity::KeyHolder { key: kernel::ApiKeyId::new(stack.ctx().new_ulid()), ..holder };
        let tenant = identity::KeyHolder { tenant: stranger.scope.tenant(), ..holder };
        let creator = identity::KeyHolder { creator: stranger.user, ..holder };
        let live = identity::ApiKeyTexts::new(stack.ctx().ports().keys.hmac("api keys 1"), "prod");
        let live = live.mint(new(holder), [0; 32], stack.ctx().now()).1;
        let made_up = [holder, unknown, tenant, creator].map(|holder| mint(holder).expose().clone());
        let mut bodies = vec![body_of(&typo).await, body_of(live.expose()).await, body_of("sk_").await];
        for text in &made_up {
            bodies.push(body_of(text).await);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1);
        assert_eq!(list(&client, &key).await.status, 200, "what strangers make up hurts nobody");
        assert_eq!(list(&client, &other).await.status, 200);
        let mismatch = client.get("/api/v1/api-keys").bearer(&key).tenant("toko-b").send().await;
        assert_eq!(code(&mismatch), (403, "TENANT_MISMATCH".to_owned()));
        // What was made up well enough to be looked for counts against the address, not the tenant.
        let guess = mint(unknown);
        for _ in 0..60 {
            list(&client, guess.expose()).await;
        }
        assert_eq!(code(&list(&client, guess.expose()).await).1, "RATE_LIMITED");
        assert_eq!(list(&client, &key).await.header("x-ratelimit-remaining"), "298");
    }

    #[tokio::test]
    async fn a_key_ends_with_its_time_and_narrows_with_its_creator() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let admin = stack.user(owner.scope, "rina@example.com", Role::Admin).await;
        let client = stack.serve(crate::function);
        let key = stack.api_key(&admin, &["*"]).await;
        assert_eq!(list(&client, &key).await.status, 200);
        change(&stack, &admin, |user| User { roles: vec![Role::Manager], ..user }).await;
        stack.set_clock("2026-11-21T01:00:31Z");
        assert_eq!(code(&list(&client, &key).await), (403, "FORBIDDEN".to_owned()), "demoted");
        change(&stack, &admin, |user| User { roles: vec![Role::Admin], ..user }).await;
        stack.set_clock("2026-11-21T01:01:02Z");
        assert_eq!(list(&client, &key).await.status, 200);
        change(&stack, &admin, |user| User { status: UserStatus::Suspended, ..user }).await;
        stack.set_clock("2026-11-21T01:01:33Z");
        assert_eq!(code(&list(&client, &key).await), refused(), "suspended");
        let owners = stack.api_key(&owner, &["*"]).await;
        stack.set_clock("2027-02-19T01:01:32.999Z");
        assert_eq!(list(&client, &owners).await.status, 200);
        stack.set_clock("2027-02-19T01:01:33Z");
        let over = (401, "API_KEY_EXPIRED".to_owned());
        assert_eq!(code(&list(&client, &owners).await), over, "90 days are over, known or not");
    }

    #[tokio::test]
    async fn a_key_comes_from_where_the_tenant_allows() {
        let stack = Stack::start().await;
        let (mut tenant, owner) = stack.tenant("toko-a").await;
        let key = stack.api_key(&owner, &["*"]).await;
        tenant.security.ip_allow_list = vec!["198.51.100.0/24".to_owned().try_into().unwrap()];
        tenant.version += 1;
        table::write_alone(stack.ctx().table(), |tx| Tenants::save(tx, &tenant)).await.unwrap();
        let answer = list(&stack.serve(crate::function), &key).await;
        assert_eq!(code(&answer), (403, "IP_NOT_ALLOWED".to_owned()));
    }

    #[tokio::test]
    async fn a_key_costs_one_read_when_new_and_a_note_an_hour() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let key = stack.api_key(&owner, &["api_keys:read"]).await;
        let cost = async || {
            let before = stack.ctx().ports().meter.total();
            let answer = list(&client, &key).await;
            assert_eq!(answer.status, 200, "{}", answer.snapshot());
            let used = answer.text("/data/0/lastUsedAt");
            (stack.ctx().ports().meter.total().since(before).round_trips, used)
        };
        let at = |time: &str| format!("2026-11-21T{time}.000Z");
        // The limiter's two first writes, the standing, the note, the list.
        assert_eq!(cost().await, (5, at("01:00:00")));
        assert_eq!(cost().await, (2, at("01:00:00")), "the limiter's write and the list");
        stack.set_clock("2026-11-21T01:00:31Z");
        assert_eq!(cost().await, (3, at("01:00:00")), "and one read when it is not known any more");
        stack.set_clock("2026-11-21T01:59:59Z");
        assert_eq!(cost().await.1, at("01:00:00"));
        stack.set_clock("2026-11-21T02:00:00Z");
        assert_eq!(cost().await.1, at("02:00:00"), "the next hour's note");
        let row = identity::ApiKeys::key(
            owner.scope,
            web::Api::new(stack.ctx().clone()).key_texts().holder_of(&key).unwrap().key,
        );
        stack.ctx().table().write(Write::delete(row).when(Condition::Exists)).await.unwrap();
        stack.set_clock("2026-11-21T02:00:31Z");
        assert_eq!(code(&list(&client, &key).await), refused(), "gone");
        let none = client.call(Method::GET, "/api/v1/api-keys").send().await;
        assert_eq!(none.text("/code"), "UNAUTHENTICATED");
    }
}
