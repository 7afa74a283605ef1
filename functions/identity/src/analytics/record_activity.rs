//! Counts a sign-in or a refresh among the active users of the day, in its own transaction.
//!
//! Round trips: one read beside those of the transaction.

use identity::activity::Activities;
use kernel::UserId;
use table::{Race, TableError, TenantScope, TransactError, Transaction, until_settled};
use web::Api;

/// Commits a sign-in or a refresh of `user`, and counts the user as active today unless an earlier call did. Slots of
/// the transaction stay what they are: ask a `Cancelled` about them as usual.
///
/// # Errors
/// The transaction's own conditions, or the store's failure.
pub(crate) async fn commit(
    api: &Api,
    scope: TenantScope,
    user: UserId,
    transaction: Transaction,
) -> Result<(), TransactError> {
    let activities = Activities::new(api.table(), scope);
    until_settled(
        || TableError::Unavailable("the day's activity kept changing".to_owned()).into(),
        || async {
            let known = activities.get(user).await?;
            let mut counted = transaction.clone();
            let slot = activities.sign_in(&mut counted, user, known, api.now());
            match api.table().transact(counted).await {
                Err(TransactError::Cancelled(cancelled))
                    if slot.is_some_and(|slot| cancelled.failed(slot).is_some()) =>
                {
                    Ok(Race::Lost)
                }
                done => Ok(Race::Settled(done?)),
            }
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use identity::Role;
    use serde_json::{Value, json};
    use table::TenantScope;
    use testkit::{Client, PASSWORD, Stack};

    async fn counters(stack: &Stack) -> Value {
        let mut sums = serde_json::Map::new();
        for row in stack.rows().await {
            if row["PK"].as_str().is_some_and(|pk| pk.contains("#STATS#")) {
                for (name, count) in row.as_object().unwrap().iter().filter(|(name, _)| name.contains(':')) {
                    let sum = sums.get(name).and_then(Value::as_i64).unwrap_or_default() + count.as_i64().unwrap();
                    sums.insert(name.clone(), json!(sum));
                }
            }
        }
        Value::Object(sums)
    }

    #[tokio::test]
    async fn logins_at_once_count_a_user_once() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        for n in 0..3 {
            stack.user(TenantScope::new(tenant.id), &format!("budi{n}@example.com"), Role::User).await;
        }
        let client = Client::new(crate::function(stack.loose()));
        let login = async |n: usize| {
            let body = json!({ "email": format!("budi{}@example.com", n % 3), "password": PASSWORD });
            client.post("/api/v1/auth/login", body).tenant("toko-a").send().await.status.as_u16()
        };
        let statuses = join_all((0..9).map(login)).await;
        // Attempts on one account at once may push each other away; who gets in is counted once.
        assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
        for n in 0..3 {
            assert_eq!(login(n).await, 200);
        }
        assert_eq!(
            counters(&stack).await,
            json!({ "active:2026-11-21": 3, "weekly:2026-W47": 3, "monthly:2026-11": 3 })
        );
        // The next day, a Sunday of the same week; the one after is a Monday.
        for (now, active) in
            [("2026-11-22T00:00:00Z", "active:2026-11-22"), ("2026-11-23T23:00:00Z", "active:2026-11-23")]
        {
            stack.set_clock(now);
            assert_eq!((login(0).await, login(0).await), (200, 200));
            assert_eq!(counters(&stack).await[active], 1);
        }
        let sums = counters(&stack).await;
        assert_eq!(
            (&sums["weekly:2026-W47"], &sums["weekly:2026-W48"], &sums["monthly:2026-11"]),
            (&json!(3), &json!(1), &json!(3))
        );
    }
}
