//! `POST /api/v1/users/me/phone/verify`: prove a phone number with the code that was sent to it.
//!
//! The try is stored before the code is compared: however many come at once, five are compared. Round trips: those of a
//! signed-in caller (one look anew before a refusal), one read of the idempotency key if there is one, one read, one write,
//! and one transaction for a right code.

use std::ops::ControlFlow;

use axum::extract::State;
use identity::{CodeOwner, PhoneCheck, PhoneCheckError, PhoneKeys, User, Users};
use kernel::Secret;
use serde::Deserialize;
use table::{Race, Transaction, WriteError, until_settled, until_settled_from};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply, RequestInfo, SignedIn};

use crate::{audit::actions, users::user_view::UserView};

/// A code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyPhone {
    /// The six digits of the message.
    #[schema(value_type = String, example = "042719")]
    pub code: Secret<String>,
}

/// Verify a phone number
///
/// After five tries or ten minutes the code is void.
#[utoipa::path(
    post, path = "/api/v1/users/me/phone/verify",
    responses(
        (status = 200, body = Envelope<UserView>), (status = 400, description = "INVALID_OR_EXPIRED_CODE"),
        (status = 403, description = "MFA_ENROLMENT_REQUIRED, TENANT_SUSPENDED")
    )
)]
pub async fn verify_phone(
    State(api): State<Api>,
    caller: SignedIn,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<VerifyPhone>,
) -> Result<Reply, Problem> {
    caller.may_change_profile(&api).await?;
    let outcome = verify(&api, &caller, &info, &key, &body).await;
    // The code may have been used by the same request, sent twice at once.
    key.settle(&api, outcome).await
}

async fn verify(
    api: &Api,
    caller: &SignedIn,
    info: &RequestInfo,
    key: &Optional,
    body: &VerifyPhone,
) -> Result<Reply, Problem> {
    let users = Users::new(api.table(), caller.scope);
    let (counted, check) = count_try(api, &users, caller).await?;
    let keys = PhoneKeys::new(api.ports().keys.hmac(PhoneKeys::LABEL));
    let owner = CodeOwner { tenant: caller.scope.tenant(), user: caller.user };
    keys.compare(owner, &check, &body.code)?;

    let (users, check) = (&users, &check);
    until_settled_from(Problem::conflict, counted, |user| async move {
        let proven = user.with_proven_phone(check)?;
        let mut transaction = Transaction::new();
        users.save(&mut transaction, &proven)?;
        let entry = caller.entry(api, info, actions::PHONE_VERIFIED).about(caller.user);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&UserView::from(&proven))?.version(proven.version);
        if let Ok(reply) = key.try_commit(api, transaction, reply).await? {
            return Ok(ControlFlow::Break(reply));
        }
        // Another try was counted, or the profile changed; the code was right all the same.
        Ok(ControlFlow::Continue(caller.user_now(api).await?))
    })
    .await
}

/// The user with one more try stored, and the check that it is a try at.
async fn count_try(api: &Api, users: &Users<'_>, caller: &SignedIn) -> Result<(User, PhoneCheck), Problem> {
    until_settled(Problem::too_many_at_once, || async {
        let user = caller.user_now(api).await?.with_phone_try(api.now())?;
        match table::write_alone(api.table(), |tx| users.save(tx, &user)).await {
            Ok(_) => {
                let check = user.phone_check.clone().ok_or(PhoneCheckError)?;
                Ok(Race::Settled((user, check)))
            }
            Err(WriteError::ConditionFailed { .. }) => Ok(Race::Lost),
            Err(WriteError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use identity::{CodeOwner, PhoneKeys, Role, User, Users};
    use serde_json::{Value, json};
    use table::{Query, TenantScope};
    use testkit::{Answer, Client, Member, Stack};

    struct World {
        stack: Stack,
        client: Client,
        budi: Member,
    }

    impl World {
        async fn open() -> Self {
            let stack = Stack::start().await;
            let (tenant, _) = stack.tenant("toko-a").await;
            let budi = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
            let client = stack.serve(crate::function);
            Self { stack, client, budi }
        }

        async fn request(&self, phone: &str) -> Answer {
            let call = self.client.post("/api/v1/users/me/phone", json!({ "phone": phone }));
            call.bearer(&self.budi.token).send().await
        }

        async fn verify(&self, code: &str) -> Answer {
            let call = self.client.post("/api/v1/users/me/phone/verify", json!({ "code": code }));
            call.bearer(&self.budi.token).send().await
        }

        /// The same request each time.
        async fn keyed(&self, code: &str) -> Answer {
            let call = self.client.post("/api/v1/users/me/phone/verify", json!({ "code": code }));
            call.bearer(&self.budi.token).idempotency_key("k1").send().await
        }

        async fn user(&self) -> User {
            Users::new(self.stack.ctx().table(), self.budi.scope).get(self.budi.user).await.unwrap().unwrap()
        }

        /// The code that the notifier would send now.
        async fn code(&self) -> String {
            let keys = PhoneKeys::new(self.stack.ctx().ports().keys.hmac(PhoneKeys::LABEL));
            let owner = CodeOwner { tenant: self.budi.scope.tenant(), user: self.budi.user };
            keys.code(owner, &self.user().await.phone_check.unwrap()).expose().clone()
        }
    }

    fn wrong(right: &str, number: usize) -> String {
        (number..1_000_000).map(|number| format!("{number:06}")).find(|code| code != right).unwrap()
    }

    fn outcome(answer: &Answer) -> (u16, String) {
        (answer.status.as_u16(), answer.text("/code"))
    }

    fn invalid() -> (u16, String) {
        (400, "INVALID_OR_EXPIRED_CODE".to_owned())
    }

    #[tokio::test]
    async fn a_number_is_proven_by_its_code_once() {
        let world = World::open().await;
        assert_eq!(outcome(&world.verify("123456").await), invalid(), "none was asked for");
        let requested = world.request("+62 812-3456-7890").await;
        assert_eq!(requested.status, 202);
        assert_eq!(
            requested.at("/data"),
            json!({ "phone": "+6281234567890", "expiresAt": "2026-11-21T01:10:00.000Z" })
        );
        let code = world.code().await;
        assert_eq!(outcome(&world.verify(&wrong(&code, 0)).await), invalid());
        assert!(world.user().await.phone.is_none());
        let verified = world.keyed(&code).await;
        assert_eq!((verified.status.as_u16(), verified.text("/data/phone")), (200, "+6281234567890".to_owned()));
        assert_eq!(outcome(&world.verify(&code).await), invalid());
        let again = world.keyed(&code).await;
        assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &verified.body), "its answer got lost");
        assert!(world.user().await.phone_check.is_none());

        let hour = Query::partition(world.budi.scope.partition("OUT#2026112101"));
        let events = world.stack.ctx().table().query(hour).await.unwrap().items;
        let event: Value = events.into_iter().map(Value::Object).next().unwrap();
        assert_eq!(event["type"], "user.phone_verification_requested");
        assert_eq!(event["data"], json!({ "userId": world.budi.user, "expiresAt": "2026-11-21T01:10:00.000Z" }));
        let day = Query::partition(world.budi.scope.partition("AUDIT#2026-11-21"));
        let entries = world.stack.ctx().table().query(day).await.unwrap().items;
        assert_eq!((entries.len(), &entries[0]["action"]), (1, &json!("phone.verified")));
        assert!(!json!(entries).to_string().contains("81234567890"));
    }

    #[tokio::test]
    async fn five_tries_ten_minutes_and_the_latest_code_alone() {
        let world = World::open().await;
        world.request("+6281234567890").await;
        let code = world.code().await;
        for number in 0..5 {
            assert_eq!(outcome(&world.verify(&wrong(&code, number)).await), invalid());
        }
        assert_eq!(outcome(&world.verify(&code).await), invalid(), "the sixth try");
        world.request("+6281234567890").await;
        assert_eq!(outcome(&world.verify(&code).await), invalid(), "another one took its place");
        let code = world.code().await;
        world.stack.set_clock("2026-11-21T01:10:00Z");
        assert_eq!(outcome(&world.verify(&code).await), invalid(), "too old");
    }

    #[tokio::test]
    async fn of_twenty_guesses_at_once_five_are_compared() {
        let world = World::open().await;
        world.request("+6281234567890").await;
        let code = world.code().await;
        let guesses: Vec<String> = (0..20).map(|number| wrong(&code, number * 7)).collect();
        let answers = join_all(guesses.iter().map(|guess| world.verify(guess))).await;
        assert!(answers.iter().all(|answer| [400, 429].contains(&answer.status.as_u16())));
        let tries = world.user().await.phone_check.unwrap().tries;
        assert!((1..=5).contains(&tries), "{tries}");
        if tries == 5 {
            assert_eq!(outcome(&world.verify(&code).await), invalid(), "the right one comes too late");
        }
    }

    #[tokio::test]
    async fn a_right_code_among_others_at_once_is_taken_once() {
        let world = World::open().await;
        world.request("+6281234567890").await;
        let code = world.code().await;
        let other = wrong(&code, 0);
        let answers = join_all([&code, &other, &code].map(|code| world.verify(code))).await;
        let taken = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(taken, 1, "{:?}", answers.iter().map(outcome).collect::<Vec<_>>());
        assert_eq!(world.user().await.phone.unwrap().as_str(), "+6281234567890");
    }

    #[tokio::test]
    async fn codes_are_sent_three_times_in_ten_minutes_and_once_for_a_key() {
        let world = World::open().await;
        let keyed = || {
            let call = world.client.post("/api/v1/users/me/phone", json!({ "phone": "+6281234567890" }));
            call.bearer(&world.budi.token).idempotency_key("k1").send()
        };
        let (first, again) = (keyed().await, keyed().await);
        assert_eq!((first.body, again.header("idempotent-replayed")), (again.body.clone(), "true"));
        for number in 0..3 {
            let answer = world.request("+6281234567890").await;
            assert_eq!(answer.status == 429, number == 2, "{number}");
        }
        let bad = world.request("081234567890").await;
        assert_eq!((bad.status.as_u16(), bad.text("/errors/0/pointer")), (422, "/phone".to_owned()));
    }
}
