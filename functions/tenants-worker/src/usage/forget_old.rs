//! Deletes, for good, the part of a tenant's audit trail and history that is older than the days for which it keeps them. Books are
//! kept as the law says, whatever the days. Round trips: one read of the tenant; where it chose days those of both deletions.

use cloud::Ctx;
use identity::AuditTrail;
use kernel::TenantId;
use table::TenantScope;
use tenancy::{Tenants, forget_history};

use crate::TenantWorkError;

/// Deletes what is too old. Twice is as once.
pub(crate) async fn forget_old(ctx: &Ctx, id: TenantId) -> Result<(), TenantWorkError> {
    let Some(tenant) = Tenants::new(ctx.table()).get(id).await? else { return Ok(()) };
    let Some(from) = tenant.compliance.kept_from(ctx.now()) else { return Ok(()) };
    AuditTrail::new(ctx.table(), TenantScope::new(id)).forget_before(from).await?;
    forget_history(ctx.table(), &tenant, from).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use cloud::Function;
    use identity::audit::{Action, Actor, AuditEntry, AuditOutcome, day_of};
    use kernel::{AuditId, RequestId};
    use serde_json::{Value, json};
    use table::{Item, Write};
    use tenancy::{Compliance, Tenant};
    use testkit::{Member, Stack, raw};

    use super::*;

    async fn entry(stack: &Stack, member: &Member) {
        let ctx = stack.ctx();
        let entry = AuditEntry {
            id: AuditId::new(ctx.new_ulid()),
            at: ctx.now(),
            actor: Actor::User(member.user),
            impersonator: None,
            action: Action::new("role.created"),
            outcome: AuditOutcome::Done,
            target: None,
            details: std::collections::BTreeMap::new(),
            ip: None,
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            link: None,
        };
        table::write_alone(ctx.table(), |tx| entry.insert(tx, member.scope)).await.unwrap();
        let day = day_of(ctx.now());
        let head = raw::put(member.scope.key(format_args!("AUDITHEAD#{day}"), "AUDITHEAD"), Item::new());
        ctx.table().write(head).await.unwrap();
    }

    /// The days of which a tenant has entries, and those of which it has ends of chains.
    async fn days(stack: &Stack, of: TenantId) -> [Vec<String>; 2] {
        let rows = stack.rows().await;
        ["AUDIT", "AUDITHEAD"].map(|kind| {
            let begins = format!("T#{of}#{kind}#");
            let keys = rows.iter().filter_map(|row: &Value| row["PK"].as_str());
            let mut days: Vec<String> = keys.filter_map(|key| Some(key.strip_prefix(&begins)?.to_owned())).collect();
            days.sort();
            days
        })
    }

    async fn keeps(stack: &Stack, tenant: &Tenant, compliance: Compliance) {
        let row = Write::update::<Tenant>(Tenants::key(tenant.id)).set("compliance", json!(compliance));
        stack.ctx().table().write(row).await.unwrap();
    }

    async fn recount(stack: &Stack, tenant: &Tenant) {
        let Function::Event(handle) = crate::function(stack.granted("tenants-worker")) else { panic!("no worker") };
        let body = json!({ "recount": tenant.id, "at": stack.ctx().now() }).to_string();
        let record = json!({ "messageId": "1", "body": body, "attributes": {}, "messageAttributes": {} });
        assert_eq!(handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"], json!([]));
    }

    #[tokio::test]
    async fn every_night_what_is_too_old_goes_of_who_chose_days_and_of_nobody_else() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let (other, stranger) = stack.tenant("toko-b").await;
        let kept = ["2026-11-23", "2026-11-24"];
        let all = ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"];
        for day in all {
            for time in ["00:00:00", "23:59:59.999"] {
                stack.set_clock(&format!("{day}T{time}Z"));
                entry(&stack, &owner).await;
                entry(&stack, &stranger).await;
            }
        }
        // The 23rd is 30 days ago.
        stack.set_clock("2026-12-23T02:00:00Z");
        let chosen = Compliance { gdpr: true, retention_days: Some(30), ..Compliance::default() };
        let double = |days: &[&str]| -> Vec<String> {
            days.iter().flat_map(|day| [(*day).to_owned(), (*day).to_owned()]).collect()
        };
        let single = |days: &[&str]| -> Vec<String> { days.iter().map(|day| (*day).to_owned()).collect() };
        recount(&stack, &tenant).await;
        assert_eq!(days(&stack, tenant.id).await, [double(&all), single(&all)], "no days were chosen");
        keeps(&stack, &tenant, Compliance { gdpr: false, ..chosen }).await;
        recount(&stack, &tenant).await;
        assert_eq!(days(&stack, tenant.id).await, [double(&all), single(&all)], "the rules are off");
        keeps(&stack, &tenant, chosen).await;
        for _ in 0..2 {
            recount(&stack, &tenant).await;
            recount(&stack, &other).await;
            assert_eq!(days(&stack, tenant.id).await, [double(&kept), single(&kept)]);
            assert_eq!(days(&stack, other.id).await, [double(&all), single(&all)]);
        }
    }
}
