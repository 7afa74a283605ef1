//! The tries at an account's password: each begins before anybody looks whether there is such an account, and ends as a
//! failure or as none. Those that are under way are counted apart from those that failed, so that right passwords that
//! come at once do not stand in one another's way, and wrong ones cannot slip past the count.

use std::ops::ControlFlow;

use identity::{Attempts, Begun, LoginGuard, Users};
use table::{Item, WriteError, from_item, until_settled_from};
use web::{Api, Problem};

/// One try at an account, under way.
pub(crate) struct Try<'a> {
    api: &'a Api,
    users: Users<'a>,
    account: &'a str,
    begun: Begun,
}

impl<'a> Try<'a> {
    /// Begins one try, before the password is looked at: one write, and a second where some have failed.
    ///
    /// # Errors
    /// 429 while the account waits, is locked, or has too many under way.
    pub(crate) async fn begin(api: &'a Api, users: Users<'a>, account: &'a str) -> Result<Self, Problem> {
        let (now, factor) = (api.now(), api.config().limits.factor());
        let begun = |begun| Self { api, users, account, begun };
        let refused =
            match table::write_alone(api.table(), |tx| Ok(users.begin_attempt(tx, account, now, factor))).await {
                Ok(_) => return Ok(begun(Begun::AtOnce)),
                Err(WriteError::ConditionFailed { current }) => current,
                Err(WriteError::Table(error)) => return Err(error.into()),
            };
        let users_now = &users;
        let admitted = until_settled_from(Problem::too_many_at_once, refused, |seen| async move {
            let before = read(seen)?;
            let admission = before.admit(now, factor).map_err(wait)?;
            match table::write_alone(api.table(), |tx| users_now.admit_attempt(tx, account, &before, admission, now))
                .await
            {
                Ok(_) => Ok(ControlFlow::Break(admission.begun)),
                Err(WriteError::ConditionFailed { current }) => Ok(ControlFlow::Continue(current)),
                Err(WriteError::Table(error)) => Err(error.into()),
            }
        });
        Ok(begun(admitted.await?))
    }

    /// Ends it as a failure: one write. That it cannot be written must not turn a refusal into a 503; then it counts as
    /// under way for a minute.
    pub(crate) async fn failed(self) {
        let Self { api, users, account, begun } = self;
        let (now, factor) = (api.now(), api.config().limits.factor());
        let written =
            match table::write_alone(api.table(), |tx| Ok(users.attempt_failed(tx, account, begun, now, factor))).await
            {
                Err(WriteError::ConditionFailed { .. }) => {
                    table::write_alone(api.table(), |tx| {
                        Ok(users.attempt_failed_after_all(tx, account, begun, now, factor))
                    })
                    .await
                }
                written => written,
            };
        if let Err(error) = written {
            tracing::warn!(%error, "a failed login is not counted");
        }
    }

    /// Ends it as a success, which forgets the failures before it: one write. As for a failure, nothing is refused when it
    /// cannot be written.
    pub(crate) async fn succeeded(self) {
        match table::write_alone(self.api.table(), |tx| Ok(self.users.attempt_succeeded(tx, self.account))).await {
            // Nothing to end: the tries were forgotten meanwhile.
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => {}
            Err(WriteError::Table(error)) => tracing::warn!(%error, "the failed logins before this one still count"),
        }
    }
}

fn read(row: Option<Item>) -> Result<Attempts, Problem> {
    Ok(row.map_or_else(|| Ok(Attempts::default()), from_item)?)
}

fn wait(guard: LoginGuard) -> Problem {
    Problem::from(guard).with_header(http::header::RETRY_AFTER, guard.retry_after_seconds())
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use identity::{Role, Users};
    use testkit::{PASSWORD, Stack};

    use super::*;

    #[tokio::test]
    async fn twenty_right_passwords_at_once_all_sign_in() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let login = || {
            let body = serde_json::json!({ "email": "budi@example.com", "password": PASSWORD });
            client.post("/api/v1/auth/login", body).tenant("toko-a").send()
        };
        let answers = join_all((0..20).map(|_| login())).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(statuses, [200; 20]);
        let api = Api::new(stack.ctx().clone());
        let account = crate::logins::account_key::account_key(&api, &"budi@example.com".parse().unwrap());
        let left = Users::new(api.table(), owner.scope).attempts(&account).await.unwrap();
        assert_eq!((left.failures, left.in_flight), (0, 0));
    }

    #[tokio::test]
    async fn of_two_hundred_guesses_at_once_a_burst_is_looked_at_and_then_one_at_a_time() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let api = Api::new(stack.ctx().clone());
        let users = Users::new(api.table(), owner.scope);
        let burst = || async {
            let tries = join_all((0..200).map(|_| Try::begin(&api, users, "account"))).await;
            tries.into_iter().filter_map(Result::ok).collect::<Vec<_>>()
        };
        let mut looked_at = Vec::new();
        for wait in [0, 1, 901] {
            stack.set_clock(&format!("2026-11-21T01:{:02}:{:02}Z", wait / 60, wait % 60));
            let admitted = burst().await;
            looked_at.push(admitted.len());
            join_all(admitted.into_iter().map(Try::failed)).await;
        }
        assert_eq!(looked_at, [32, 1, 1]);
        assert_eq!(users.attempts("account").await.unwrap().failures, 34);
    }

    #[tokio::test]
    async fn a_try_that_ends_after_the_failures_were_forgotten_counts_for_itself() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let api = Api::new(stack.ctx().clone());
        let users = Users::new(api.table(), owner.scope);
        let wrong = Try::begin(&api, users, "account").await.ok().unwrap();
        let right = Try::begin(&api, users, "account").await.ok().unwrap();
        table::write_alone(api.table(), |tx| Ok(users.delete_attempts(tx, "account"))).await.unwrap();
        right.succeeded().await;
        wrong.failed().await;
        let left = users.attempts("account").await.unwrap();
        assert_eq!((left.failures, left.in_flight), (1, 0));
    }
}
