//! A proven domain, looked at daily: it stays the tenant's while its record is there, and for three days longer.
//!
//! Round trips: two reads, one call of a resolver, one transaction of domain and agenda; when it is lost of claim, tenant and
//! event too.

use cloud::Ctx;
use events::tenant::{DomainLoss, TenantDomainLost};
use table::{
    TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::{CustomDomains, DomainCheck, DomainName, DomainStatus, Tenants, challenge_records};

use crate::{TenantWorkError, cause};

/// Looks at the record of a domain.
///
/// # Errors
/// The resolver does not answer, which says nothing of the domain; those of the table.
pub(crate) async fn check_domain(ctx: Ctx, due: Due) -> Result<(), TenantWorkError> {
    let scope = TenantScope::new(due.tenant_id);
    let domain: DomainName = due.id.parse().map_err(|_| TableError::Corrupt(format!("no domain: {}", due.id)))?;
    let (domains, tenants) = (CustomDomains::new(ctx.table(), scope), Tenants::new(ctx.table()));
    let (custom, tenant) = tokio::try_join!(domains.get(&domain), tenants.get(due.tenant_id))?;
    let custom = custom.filter(|custom| custom.status == DomainStatus::Verified);
    let Some((custom, tenant)) = custom.zip(tenant) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    let resolver = ctx.config().providers.dns.as_deref();
    let records = challenge_records(&ctx.ports().http.client(), resolver, &domain).await?;

    let mut transaction = Transaction::new();
    match custom.checked(&records, ctx.now()) {
        DomainCheck::Kept(custom, next) => {
            domains.save(&mut transaction, &custom)?;
            agenda::moved(&mut transaction, &due, next)?;
        }
        DomainCheck::Lost(custom) => {
            let tenant = tenant.without_domain(&domain);
            domains.save(&mut transaction, &custom)?;
            domains.release(&mut transaction, &domain);
            agenda::done(&mut transaction, &due);
            Tenants::save(&mut transaction, &tenant)?;
            let told = TenantDomainLost { tenant_id: tenant.id, domain: domain.into(), reason: DomainLoss::Unproven };
            ctx.insert_event(&mut transaction, tenant.id, cause(&ctx), tenant.version, &told)?;
        }
    }
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        // Deleted, looked at by another, or the tenant changed: the message comes again and decides anew.
        Err(TransactError::Cancelled(_)) => Err(TenantWorkError::Outrun),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use cloud::Function;
    use kernel::TenantId;
    use serde_json::{Value, json};
    use table::outbox;
    use tenancy::{CustomDomain, Tenant};
    use testkit::{Resolver, Stack};

    use super::*;

    const DOMAIN: &str = "app.toko-sinar.id";

    struct World {
        resolver: Resolver,
        stack: Stack,
        tenant: Tenant,
        proof: String,
    }

    impl World {
        /// A tenant with a domain that it has proven at 01:00 of the stack's first day.
        async fn open() -> Self {
            let resolver = Resolver::serve().await;
            let stack = resolver.stack().await;
            let (tenant, _) = stack.tenant("toko-a").await;
            let (ctx, scope) = (stack.ctx(), TenantScope::new(tenant.id));
            let (domain, domains): (DomainName, _) = (DOMAIN.parse().unwrap(), CustomDomains::new(ctx.table(), scope));
            let named = CustomDomain::named(domain.clone(), [7; 16], ctx.now());
            let proof = named.proof.clone();
            resolver.set(&domain.challenge(), &[&proof]);
            let (verified, next) = named.verified(ctx.now());
            let verified = CustomDomain { version: 1, ..verified };
            let tenant = tenant.with_domain(domain.clone());
            let mut transaction = Transaction::new();
            let seen = domains.to_name().await.unwrap();
            domains.insert(&mut transaction, (&seen, &verified)).unwrap();
            domains.claim(&mut transaction, &domain, next).unwrap();
            Tenants::save(&mut transaction, &tenant).unwrap();
            ctx.table().transact(transaction).await.unwrap();
            Self { resolver, stack, tenant, proof }
        }

        /// Whether the work that is due at an instant was done then.
        async fn check(&self, at: &str) -> bool {
            self.stack.set_clock(at);
            let Function::Event(handle) = crate::function(self.stack.ctx().clone()) else {
                panic!("not woken by events")
            };
            let message = json!({ "tenantId": self.tenant.id, "kind": "domain_check", "id": DOMAIN, "at": at });
            let record =
                json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
            handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
        }

        async fn domains(&self) -> usize {
            Tenants::new(self.stack.ctx().table()).get(self.tenant.id).await.unwrap().unwrap().domains.len()
        }

        async fn next(&self) -> Option<Value> {
            let key = TenantScope::new(self.tenant.id).key(format_args!("DUE#domain_check#{DOMAIN}"), "DUE");
            self.stack.ctx().table().get(&key).await.unwrap().map(|row| row["at"].clone())
        }

        async fn owner(&self) -> Option<TenantId> {
            CustomDomains::find_owner(self.stack.ctx().table(), &DOMAIN.parse().unwrap()).await.unwrap()
        }
    }

    fn day(day: u8) -> String {
        format!("2026-11-{day}T01:00:00.000Z")
    }

    #[tokio::test]
    async fn a_domain_whose_record_stays_is_looked_at_every_day() {
        let world = World::open().await;
        for of in 22..26 {
            assert_eq!(world.next().await, Some(json!(day(of))));
            assert!(world.check(&day(of)).await);
        }
        assert_eq!((world.domains().await, world.owner().await), (1, Some(world.tenant.id)));
    }

    #[tokio::test]
    async fn a_record_that_is_missing_for_three_days_loses_it_once_and_the_name_is_free() {
        let world = World::open().await;
        world.resolver.set(&format!("_ruko-challenge.{DOMAIN}"), &["something else"]);
        for of in 22..25 {
            assert!(world.check(&day(of)).await);
            assert_eq!(world.domains().await, 1, "day {of}");
        }
        for _ in 0..2 {
            assert!(world.check(&day(25)).await);
        }
        assert_eq!((world.domains().await, world.owner().await, world.next().await), (0, None, None));
        let told = outbox::history(world.stack.ctx().table(), TenantScope::new(world.tenant.id)).await.unwrap();
        let lost = json!({"tenantId": world.tenant.id, "domain": DOMAIN, "reason": "unproven"});
        assert_eq!(told.iter().map(|event| &event.data).collect::<Vec<_>>(), [&lost]);
    }

    #[tokio::test]
    async fn a_record_that_comes_back_keeps_it() {
        let world = World::open().await;
        world.resolver.set(&format!("_ruko-challenge.{DOMAIN}"), &[]);
        for of in 22..25 {
            assert!(world.check(&day(of)).await);
        }
        world.resolver.set(&format!("_ruko-challenge.{DOMAIN}"), &[&world.proof]);
        assert!(world.check(&day(25)).await);
        assert_eq!((world.domains().await, world.next().await), (1, Some(json!(day(26)))));
    }

    #[tokio::test]
    async fn a_resolver_that_is_down_loses_nothing_and_is_asked_again() {
        let world = World::open().await;
        world.resolver.fail(Some(500));
        for _ in 0..5 {
            assert!(!world.check(&day(22)).await, "the message comes again");
        }
        assert_eq!((world.domains().await, world.next().await), (1, Some(json!(day(22)))));
    }
}
