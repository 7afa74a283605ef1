//! `GET /api/v1/tenants/{id}/audit`: who did what in a tenant, for its administrators and the platform's operator.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the tenant, one
//! query, and up to nine more where a filter leaves few in a hundred.

use axum::extract::State;
use identity::AuditTrail;
use kernel::TenantId;
use table::TenantScope;
use tenancy::Tenants;
use web::{Api, Caller, Id, PageOf, Pager, Problem, QueryString, Reply};

use crate::{
    AuditRead,
    audit::list_audit::{AuditEntryView, AuditQuery, filter_of},
};

/// List a tenant's audit entries
///
/// As `GET /audit`, of the tenant that the path names: the caller's own, and for the platform's operator any that was not erased.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/audit", responses((status = 200, body = PageOf<AuditEntryView>)))]
pub async fn list_tenant_audit(
    State(api): State<Api>,
    caller: Caller<AuditRead>,
    Id(id): Id<TenantId>,
    pager: Pager,
    QueryString(query): QueryString<AuditQuery>,
) -> Result<Reply, Problem> {
    if !caller.reaches(id) {
        return Err(Problem::not_found());
    }
    let (filter, request) = (filter_of(query)?, pager.request());
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    let filter = filter.kept_from(tenant.compliance.kept_from(api.now()));
    let page = AuditTrail::new(api.table(), TenantScope::new(id)).list(&filter, &request).await?;
    let rows = page.items.into_iter().map(AuditEntryView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use identity::{
        Role,
        audit::{Action, Actor, AuditEntry, AuditOutcome},
    };
    use kernel::{AuditId, RequestId};
    use testkit::{Member, Stack};

    async fn write(stack: &Stack, member: &Member, target: &str) {
        let ctx = stack.ctx();
        let entry = AuditEntry {
            id: AuditId::new(ctx.new_ulid()),
            at: ctx.now(),
            actor: Actor::User(member.user),
            impersonator: None,
            action: Action::new("role.created"),
            outcome: AuditOutcome::Done,
            target: Some(target.to_owned()),
            details: std::collections::BTreeMap::new(),
            ip: None,
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            link: None,
        };
        table::write_alone(ctx.table(), |tx| entry.insert(tx, member.scope)).await.unwrap();
    }

    #[tokio::test]
    async fn an_administrator_reads_the_own_trail_and_the_operator_any() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let (_, stranger) = stack.tenant("toko-b").await;
        let operator = stack.operator().await;
        let manager = stack.user(owner.scope, "manager@example.com", Role::Manager).await;
        let key = stack.api_key(&operator, &["*"]).await;
        write(&stack, &owner, "OURS").await;
        write(&stack, &stranger, "THEIRS").await;
        let client = stack.serve(crate::function);
        let path = format!("/api/v1/tenants/{}/audit?action=role.created", tenant.id);
        for token in [&owner.token, &operator.token] {
            let read = client.get(path.clone()).bearer(token).send().await;
            assert_eq!((read.status.as_u16(), read.text("/data/0/target")), (200, "OURS".to_owned()));
            assert!(read.at("/data/1").is_null());
        }
        for (token, status) in [(&stranger.token, 404), (&manager.token, 403), (&key, 404)] {
            assert_eq!(client.get(path.clone()).bearer(token).send().await.status, status);
        }
    }

    #[tokio::test]
    async fn of_a_tenant_that_was_erased_or_never_was_there_is_no_trail() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let operator = stack.operator().await;
        write(&stack, &owner, "OURS").await;
        let client = stack.serve(crate::function);
        let read = |id: String| client.get(format!("/api/v1/tenants/{id}/audit")).bearer(&operator.token).send();
        assert_eq!(read(tenant.id.to_string()).await.status, 200);
        let erased = table::Write::delete(tenancy::Tenants::key(tenant.id));
        stack.ctx().table().write(erased).await.unwrap();
        assert_eq!(read(tenant.id.to_string()).await.status, 404, "though rows are left");
        assert_eq!(read("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned()).await.status, 404);
    }
}
