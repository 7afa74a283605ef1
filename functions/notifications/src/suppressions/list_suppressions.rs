//! `GET /api/v1/suppressions`: where nothing is sent any more; what was suppressed last first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, for an address
//! one read instead.

use axum::extract::State;
use kernel::{Email, Phone};
use messaging::{ContactPoint, SuppressionIndex, Suppressions};
use serde::Deserialize;
use table::pages::Listed;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply};

use crate::{SuppressionsRead, suppressions::suppression_view::SuppressionView};

/// Which addresses.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListSuppressions {
    /// This address only.
    pub email: Option<Email>,
    /// This number only.
    pub phone: Option<Phone>,
}

/// List suppressions
///
/// Mail comes back from these addresses, a reader called a mail spam, or the owner of a number answered with STOP. Addresses
/// are shown in part; with `email` or `phone` the list says whether that one is suppressed.
#[utoipa::path(get, path = "/api/v1/suppressions", responses((status = 200, body = PageOf<SuppressionView>)))]
pub async fn list_suppressions(
    State(api): State<Api>,
    caller: Caller<SuppressionsRead>,
    pager: Pager,
    QueryString(asked): QueryString<ListSuppressions>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let suppressions = Suppressions::new(api.table(), caller.scope);
    let index = SuppressionIndex::new(&api.ports().keys.derive(SuppressionIndex::LABEL));
    let address = match (&asked.email, &asked.phone) {
        (Some(_), Some(_)) => return Err(Problem::invalid("phone", "INVALID_VALUE", "ask for one address at a time")),
        (Some(email), None) => Some(ContactPoint::Email(email)),
        (None, Some(phone)) => Some(ContactPoint::Phone(phone)),
        (None, None) => None,
    };
    let page = match address {
        Some(address) => {
            let found = suppressions.get(index.of(caller.tenant(), address)).await?;
            Listed { items: found.into_iter().collect(), last: None }
        }
        None => suppressions.list(&pager.request()).await?,
    };
    let rows: Vec<SuppressionView> = page.items.into_iter().map(SuppressionView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use messaging::{ContactPoint, SuppressionIndex, SuppressionReason, Suppressions};
    use table::write_alone;
    use testkit::{Member, Stack};

    pub(crate) async fn suppress(stack: &Stack, member: &Member, email: &str) {
        let (ctx, email) = (stack.ctx(), email.parse().unwrap());
        let index = SuppressionIndex::new(&ctx.ports().keys.derive(SuppressionIndex::LABEL));
        let why = (SuppressionReason::Bounce, Some("General".to_owned()));
        let suppression = index.suppression(member.scope.tenant(), ContactPoint::Email(&email), why, ctx.now());
        let suppressions = Suppressions::new(ctx.table(), member.scope);
        write_alone(ctx.table(), |tx| suppressions.insert(tx, &suppression)).await.unwrap();
    }

    #[tokio::test]
    async fn staff_sees_the_addresses_of_its_tenant_in_part() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, other) = stack.tenant("toko-b").await;
        suppress(&stack, &owner, "budi@example.com").await;
        stack.set_clock("2026-11-21T01:00:01Z");
        suppress(&stack, &owner, "siti@example.com").await;
        let client = stack.serve(crate::function);
        let list = client.get("/api/v1/suppressions").bearer(&owner.token).send().await;
        let addresses = [0, 1, 2].map(|row| list.text(&format!("/data/{row}/address")));
        assert_eq!(addresses, ["s***@example.com", "b***@example.com", ""]);
        let one = client.get("/api/v1/suppressions?limit=1").bearer(&owner.token).send().await;
        assert_eq!(one.at("/data").as_array().unwrap().len(), 1);
        for (query, token, rows) in [
            ("email=Budi@example.com", &owner.token, 1),
            ("email=dewi@example.com", &owner.token, 0),
            ("phone=%2B6281234567890", &owner.token, 0),
            ("email=budi@example.com", &other.token, 0),
        ] {
            let answer = client.get(format!("/api/v1/suppressions?{query}")).bearer(token).send().await;
            assert_eq!(answer.at("/data").as_array().unwrap().len(), rows, "{query}");
        }
        let both = "/api/v1/suppressions?email=budi@example.com&phone=%2B6281234567890";
        assert_eq!(client.get(both).bearer(&owner.token).send().await.text("/code"), "VALIDATION_FAILED");
        let customer = stack.user(owner.scope, "dewi@example.com", Role::User).await;
        let refused = client.get("/api/v1/suppressions").bearer(&customer.token).send().await;
        assert_eq!(refused.status, 403);
    }
}
