//! `PATCH /api/v1/users/me`: change one's own profile and preferences.
//!
//! The address cannot be changed here: it would have to be proven first. Round trips: one rate-limit write beside one
//! read of the caller's standing (none when known; one look anew before a refusal), one read, one transaction.

use axum::extract::State;
use identity::{
    NotChanged, PersonName, PreferencesChange, ProfileChange, RiskTolerance, User, UserError, Username, Users,
    Watchlist,
};
use kernel::{Currency, Field, Locale, Zone};
use serde::Deserialize;
use table::{Race, TransactError, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Envelope, IfMatch, Json, Problem, Reply, RequestInfo, SignedIn};

use crate::{audit::actions, profile::profile_view::Profile};

/// What changes; what is left out stays, and null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateCurrentUser {
    /// Given name, up to 80 characters.
    #[serde(default)]
    pub first_name: Field<PersonName>,
    /// Family name, up to 80 characters.
    #[serde(default)]
    pub last_name: Field<PersonName>,
    /// Another name to be seen by, unique in the tenant; it cannot be taken away.
    #[serde(default)]
    #[schema(value_type = Username, required = false)]
    pub username: Field<Username>,
    /// What the user wants; null goes back to the tenant's own in everything.
    #[serde(default)]
    pub preferences: Field<UpdatePreferences>,
}

/// What changes of the preferences; null goes back to the tenant's.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdatePreferences {
    /// The language: `id` or `en`.
    #[serde(default)]
    pub locale: Field<Locale>,
    #[serde(default)]
    pub timezone: Field<Zone>,
    #[serde(default)]
    pub currency: Field<Currency>,
    #[serde(default)]
    pub risk_tolerance: Field<RiskTolerance>,
    /// The whole list: up to 50 symbols of 1 to 20 of `A-Z0-9.:-`, each once.
    #[serde(default)]
    pub watchlist: Field<Watchlist>,
}

/// Update your profile
///
/// Send the `ETag` of `GET /users/me` in `If-Match` to change only what you have seen.
#[utoipa::path(
    patch, path = "/api/v1/users/me",
    responses(
        (status = 200, body = Envelope<Profile>),
        (status = 403, description = "MFA_ENROLMENT_REQUIRED, TENANT_SUSPENDED"),
        (status = 409, description = "CONFLICT, USER_EXISTS")
    )
)]
pub async fn update_current_user(
    State(api): State<Api>,
    caller: SignedIn,
    info: RequestInfo,
    if_match: IfMatch,
    Json(body): Json<UpdateCurrentUser>,
) -> Result<Reply, Problem> {
    caller.may_change_profile(&api).await?;
    let change = change_of(body)?;
    let users = Users::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let old = caller.user_now(&api).await?;
        if_match.check(old.version)?;
        let Some(new) = old.clone().with_profile(change.clone())? else { return Ok(Race::Settled(show(&old)?)) };

        let mut transaction = Transaction::new();
        let changed = users.change(&mut transaction, &old, &new)?;
        let mut renamed = None;
        if new.username != old.username {
            renamed = Some(users.rename(&mut transaction, &old, &new, api.now())?);
        }
        let entry = caller.entry(&api, &info, actions::USER_UPDATED).about(new.id);
        entry.with("fields", new.differences(&old)).insert(&mut transaction, caller.scope)?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(show(&new)?)),
            Err(TransactError::Cancelled(cancelled)) if changed.cause(&cancelled) == NotChanged::Raced => {
                Ok(Race::Lost)
            }
            Err(TransactError::Cancelled(cancelled)) => {
                let taken = renamed.is_some_and(|slot| cancelled.failed(slot).is_some());
                Err(if taken { UserError::Exists.into() } else { Problem::conflict() })
            }
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

fn show(user: &User) -> Result<Reply, Problem> {
    Ok(Reply::ok(&Profile::from(user))?.version(user.version))
}

fn change_of(body: UpdateCurrentUser) -> Result<ProfileChange, Problem> {
    let username = match body.username {
        Field::Absent => None,
        Field::Value(username) => Some(username),
        Field::Null => {
            let detail = "a username cannot be taken away; send another one or leave it out";
            return Err(Problem::invalid("/username", "REQUIRED", detail));
        }
    };
    let preferences = match body.preferences {
        Field::Absent => PreferencesChange::default(),
        Field::Value(wanted) => PreferencesChange {
            locale: wanted.locale,
            timezone: wanted.timezone,
            currency: wanted.currency,
            risk_tolerance: wanted.risk_tolerance,
            watchlist: wanted.watchlist,
        },
        Field::Null => PreferencesChange {
            locale: Field::Null,
            timezone: Field::Null,
            currency: Field::Null,
            risk_tolerance: Field::Null,
            watchlist: Field::Null,
        },
    };
    Ok(ProfileChange { first_name: body.first_name, last_name: body.last_name, username, preferences })
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use http::Method;
    use identity::Role;
    use serde_json::{Value, json};
    use table::TenantScope;
    use testkit::{Answer, Client, Member, Stack};

    const ME: &str = "/api/v1/users/me";

    async fn budi(stack: &Stack) -> Member {
        let (tenant, _) = stack.tenant("toko-a").await;
        stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await
    }

    async fn patch(client: &Client, who: &Member, body: Value) -> Answer {
        client.call(Method::PATCH, ME).json(body).bearer(&who.token).send().await
    }

    #[tokio::test]
    async fn people_change_their_names_and_what_they_want() {
        let stack = Stack::start().await;
        let budi = budi(&stack).await;
        let client = stack.serve(crate::function);
        let preferences = json!({ "locale": "id", "timezone": "Asia/Jakarta", "currency": "IDR",
            "riskTolerance": "moderate", "watchlist": ["IDX:BBCA", "BTC-USD"] });
        let body =
            json!({ "firstName": "Budi", "lastName": "Santoso", "username": "Budi.S", "preferences": preferences });
        let answer = patch(&client, &budi, body).await;
        assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"3\""), "{}", answer.snapshot());
        let me = client.get(ME).bearer(&budi.token).send().await;
        assert_eq!((me.body.clone(), me.header("etag")), (answer.body, "\"3\""));
        assert_eq!((me.at("/data/username"), me.at("/data/preferences")), (json!("budi.s"), preferences));
        assert_eq!((me.at("/data/mfaEnabled"), me.at("/data/phone")), (json!(false), json!(null)));

        // Left out stays, null takes away, and what changes nothing makes no version.
        let body = json!({ "lastName": null, "preferences": { "locale": null, "watchlist": null } });
        let answer = patch(&client, &budi, body.clone()).await;
        assert_eq!((answer.at("/data/firstName"), answer.at("/data/lastName")), (json!("Budi"), json!(null)));
        assert_eq!(
            answer.at("/data/preferences"),
            json!({ "locale": null, "timezone": "Asia/Jakarta", "currency": "IDR", "riskTolerance": "moderate",
                "watchlist": [] })
        );
        assert_eq!(answer.header("etag"), "\"4\"");
        assert_eq!(patch(&client, &budi, body).await.header("etag"), "\"4\"");
        assert_eq!(patch(&client, &budi, json!({})).await.header("etag"), "\"4\"");
        let answer = patch(&client, &budi, json!({ "preferences": null })).await;
        assert_eq!(answer.at("/data/preferences/timezone"), json!(null));
    }

    #[tokio::test]
    async fn a_name_has_one_user_and_is_free_when_it_is_given_up() {
        let stack = Stack::start().await;
        let budi = budi(&stack).await;
        let siti = stack.user(budi.scope, "siti@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let rename = |who, name: &'static str| patch(&client, who, json!({ "username": name }));
        assert_eq!(rename(&siti, "budi").await.status, 200);
        assert_eq!(rename(&budi, "budi").await.text("/code"), "USER_EXISTS");
        assert_eq!(rename(&siti, "siti").await.status, 200);
        assert_eq!(rename(&budi, "budi").await.status, 200);
        // Both at once, to the same name.
        let both = join_all([rename(&budi, "best"), rename(&siti, "best")]).await;
        let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }

    #[tokio::test]
    async fn a_stale_version_is_refused_and_changes_at_once_are_all_kept() {
        let stack = Stack::start().await;
        let budi = budi(&stack).await;
        let client = stack.serve(crate::function);
        let seen = |etag: &'static str| {
            let body = json!({ "firstName": "Budi" });
            client.call(Method::PATCH, ME).json(body).bearer(&budi.token).header("if-match", etag).send()
        };
        assert_eq!(seen("\"1\"").await.text("/code"), "PRECONDITION_FAILED");
        for bad in ["2", "W/\"2\"", "\"2\", \"3\"", "x"] {
            let answer = seen(bad).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (400, "INVALID_HEADER"), "{bad}");
        }
        assert_eq!(seen("\"02\"").await.status, 412, "an ETag is compared byte by byte");
        assert_eq!(seen("\"2\"").await.status, 200);
        assert_eq!(seen("\"2\"").await.status, 412, "it is version 3 now");
        assert_eq!(seen("*").await.status, 200);
        let both = join_all([
            patch(&client, &budi, json!({ "firstName": "A" })),
            patch(&client, &budi, json!({ "lastName": "B" })),
            patch(&client, &budi, json!({ "preferences": { "locale": "en" } })),
        ])
        .await;
        assert!(both.iter().all(|answer| answer.status == 200));
        let me = client.get(ME).bearer(&budi.token).send().await;
        assert_eq!((me.text("/data/firstName"), me.text("/data/lastName")), ("A".to_owned(), "B".to_owned()));
        assert_eq!(me.text("/data/preferences/locale"), "en");
    }

    #[tokio::test]
    async fn whoever_loses_too_many_races_is_told_of_the_conflict() {
        let stack = Stack::start().await;
        let budi = budi(&stack).await;
        let client = stack.serve(crate::function);
        let names: Vec<String> = (0..25).map(|n| format!("Budi {n}")).collect();
        let answers = join_all(names.iter().map(|name| patch(&client, &budi, json!({ "firstName": name })))).await;
        let mut done = 0;
        for answer in answers {
            match answer.status.as_u16() {
                200 => done += 1,
                409 => assert_eq!(answer.text("/code"), "CONFLICT"),
                other => panic!("{other} {}", answer.snapshot()),
            }
        }
        let me = client.get(ME).bearer(&budi.token).send().await;
        assert!(done > 0);
        assert_eq!(me.header("etag"), format!("\"{}\"", 2 + done), "each that was told so is kept");
    }

    #[tokio::test]
    async fn bad_values_say_where() {
        let stack = Stack::start().await;
        let budi = budi(&stack).await;
        let client = Client::new(crate::function(stack.loose()));
        let symbols: Vec<String> = (0..51).map(|n| format!("S{n}")).collect();
        for (body, status, code, pointer) in [
            (json!({ "username": null }), 422, "VALIDATION_FAILED", "/username"),
            (json!({ "username": "a b" }), 422, "VALIDATION_FAILED", "/username"),
            (json!({ "firstName": "" }), 422, "VALIDATION_FAILED", "/firstName"),
            (json!({ "firstName": "a\u{7}" }), 422, "VALIDATION_FAILED", "/firstName"),
            (json!({ "firstName": 5 }), 400, "INVALID_BODY", "/firstName"),
            (json!({ "email": "other@example.com" }), 400, "UNKNOWN_FIELD", "/email"),
            (json!({ "roles": ["ADMIN"] }), 400, "UNKNOWN_FIELD", "/roles"),
            (json!({ "preferences": { "locale": "fr" } }), 422, "VALIDATION_FAILED", "/preferences/locale"),
            (json!({ "preferences": { "timezone": "Mars/Base" } }), 422, "VALIDATION_FAILED", "/preferences/timezone"),
            (json!({ "preferences": { "currency": "rupiah" } }), 422, "VALIDATION_FAILED", "/preferences/currency"),
            (json!({ "preferences": { "theme": "dark" } }), 400, "UNKNOWN_FIELD", "/preferences/theme"),
            (json!({ "preferences": { "watchlist": symbols } }), 422, "VALIDATION_FAILED", "/preferences/watchlist"),
            (
                json!({ "preferences": { "watchlist": ["A", "b"] } }),
                422,
                "VALIDATION_FAILED",
                "/preferences/watchlist/1",
            ),
        ] {
            let answer = patch(&client, &budi, body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{body}");
            assert_eq!(answer.text("/errors/0/pointer"), pointer, "{body}");
        }
    }
}
