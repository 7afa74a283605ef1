use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;
use table::{OperatorScope, Transaction};
use tenancy::{Directory, Enlisted, Seen, Tenant, TenantStatus, Tenants};
use testkit::{Client, Member, Stack};

const OPERATOR: OperatorScope = OperatorScope::assume("test");

struct World {
    stack: Stack,
    operator: Member,
    client: Client,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let operator = stack.operator().await;
        let client = stack.serve(crate::function);
        Self { stack, operator, client }
    }

    /// What the analytics worker does for an event.
    async fn enrol(&self, tenant: Option<&Tenant>, id: kernel::TenantId, plan: Option<&str>) {
        let ctx = self.stack.ctx();
        let directory = Directory::new(ctx.table(), OPERATOR);
        let before = directory.enlisted(id).await.unwrap();
        let plan = plan.map(str::to_owned);
        let seen = Seen { tenant, plan, step: None, mark: None, at_limits: BTreeMap::new(), now: ctx.now() };
        let Some(after) = Enlisted::after(before.as_ref(), seen) else { return };
        let mut transaction = Transaction::new();
        directory.save(&mut transaction, before.as_ref(), &after).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    async fn signed_up(&self, name: &str, slug: &str, plan: &str) -> Tenant {
        let (mut tenant, _) = self.stack.tenant(slug).await;
        tenant.name = name.parse().unwrap();
        self.save(&mut tenant).await;
        self.enrol(Some(&tenant), tenant.id, Some(plan)).await;
        tenant
    }

    async fn save(&self, tenant: &mut Tenant) {
        tenant.version += 1;
        let mut transaction = Transaction::new();
        Tenants::save(&mut transaction, tenant).unwrap();
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    async fn page(&self, query: &str) -> (Vec<String>, Option<String>) {
        let answer = self.client.get(format!("/api/v1/tenants?{query}")).bearer(&self.operator.token).send().await;
        assert_eq!(answer.status.as_u16(), 200, "{query}: {}", answer.text("/detail"));
        let body: Value = answer.json();
        let slugs = body["data"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap().to_owned());
        (slugs.collect(), body["page"]["next"].as_str().map(str::to_owned))
    }

    async fn all(&self, query: &str) -> Vec<String> {
        let (mut found, mut next) = self.page(query).await;
        while let Some(cursor) = next {
            let (more, then) = self.page(&format!("{query}&cursor={cursor}")).await;
            assert!(!more.is_empty() || then.is_none(), "an empty page that is not the last");
            found.extend(more);
            next = then;
        }
        found
    }
}

#[tokio::test]
async fn the_operator_lists_filters_and_searches_all_tenants() {
    let world = World::open().await;
    world.signed_up("Toko Sinar", "toko-sinar", "STARTER").await;
    world.signed_up("Sinar Jaya", "toko-jaya", "STARTER").await;
    let mut paying = world.signed_up("Ábaco", "shop-7", "ENTERPRISE").await.converted().unwrap();
    paying.version -= 1;
    world.save(&mut paying).await;
    world.enrol(Some(&paying), paying.id, Some("ENTERPRISE")).await;

    assert_eq!(world.all("limit=1").await, ["shop-7", "toko-jaya", "toko-sinar"], "the newest first");
    assert_eq!(world.all("sort=name&limit=2").await, ["shop-7", "toko-jaya", "toko-sinar"]);
    assert_eq!(world.all("status=ACTIVE").await, ["shop-7"]);
    assert_eq!(world.all("status=TRIAL&planKey=STARTER").await, ["toko-jaya", "toko-sinar"]);
    assert_eq!(world.all("planKey=PROFESSIONAL").await, [""; 0]);
    // Names and slugs, each tenant once.
    assert_eq!(world.all("q=TOKO&limit=1").await, ["toko-jaya", "toko-sinar"]);
    assert_eq!(world.all("q=sinar").await, ["toko-jaya"]);
    assert_eq!(world.all("q=toko%20s&status=TRIAL").await, ["toko-sinar"]);
    assert_eq!(world.all("q=a&status=TRIAL").await, [""; 0]);
    assert_eq!(world.all(&format!("q={}", paying.id)).await, ["shop-7"]);
    assert_eq!(world.all(&format!("q={}&status=TRIAL", paying.id)).await, [""; 0]);
    assert_eq!(world.all(&format!("q={}", kernel::TenantId::PLATFORM)).await, [""; 0], "tenant zero is the platform");
    // With and without accents, however they are written.
    for written in ["abaco", "%C3%81BACO", "A%CC%81baco"] {
        assert_eq!(world.all(&format!("q={written}")).await, ["shop-7"], "{written}");
    }
    let answer = world.client.get("/api/v1/tenants?q=abaco").bearer(&world.operator.token).send().await;
    assert_eq!((answer.text("/data/0/planKey"), answer.text("/data/0/status")), ("ENTERPRISE".into(), "ACTIVE".into()));
}

#[tokio::test]
async fn a_trial_that_is_over_is_no_trial_and_is_suspended_once_its_end_was_told() {
    let mut world = World::open().await;
    let tenant = world.signed_up("Toko Sinar", "toko-sinar", "STARTER").await;
    world.stack.set_clock("2026-12-05T01:00:00Z");
    world.operator.token = world.stack.sign_in(&world.operator).await;
    assert_eq!(world.all("status=TRIAL").await, [""; 0]);
    world.enrol(Some(&tenant), tenant.id, Some("STARTER")).await;
    assert_eq!(world.all("status=SUSPENDED").await, ["toko-sinar"]);
    assert_eq!(world.all("status=TRIAL").await, [""; 0]);
    world.enrol(None, tenant.id, None).await;
    assert_eq!(world.all("sort=name").await, [""; 0], "whoever was erased is listed nowhere");
}

#[tokio::test]
async fn nobody_else_lists_tenants() {
    let world = World::open().await;
    let (_, owner) = world.stack.tenant("toko-a").await;
    let key = world.stack.api_key(&world.operator, &["*"]).await;
    for token in [&owner.token, &key] {
        for path in ["/api/v1/tenants", "/api/v1/tenants/analytics"] {
            let answer = world.client.get(path).bearer(token).send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code")), (403, "FORBIDDEN".into()), "{path}");
        }
    }
    for bad in ["q=%E2%98%85", "q=a&sort=name", "sort=slug", "status=GONE"] {
        let answer = world.client.get(format!("/api/v1/tenants?{bad}")).bearer(&world.operator.token).send().await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{bad}: {}", answer.status);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// Whatever becomes of tenants, each list is what a look at all of them says.
    #[test]
    fn lists_are_what_a_look_at_all_tenants_says(
        changes in prop::collection::vec((0..6_usize, 0..4_usize, 0..3_usize, "[ab][ -]?[ab]{1,3}"), 1..24),
        limit in 1..4_u8,
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let world = World::open().await;
            let mut tenants: Vec<(Tenant, &str)> = Vec::new();
            for number in 0..6 {
                let slug = format!("{}-{number}", if number % 2 == 0 { "ab" } else { "ba" });
                tenants.push((world.signed_up("Ab Ba", &slug, "STARTER").await, "STARTER"));
            }
            for (which, status, plan, name) in changes {
                let (tenant, known) = &mut tenants[which];
                tenant.status = [TenantStatus::Trial, TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Cancelled][status];
                *known = ["STARTER", "PROFESSIONAL", "ENTERPRISE"][plan];
                tenant.name = format!("{name}x").parse().unwrap();
                world.save(tenant).await;
                world.enrol(Some(tenant), tenant.id, Some(known)).await;
            }
            let word = |text: &str| tenancy::search_word(text);
            for (query, is_wanted) in [
                ("status=ACTIVE", Box::new(|(one, _): &(Tenant, &str)| one.status == TenantStatus::Active) as Box<dyn Fn(&(Tenant, &str)) -> bool>),
                ("planKey=STARTER&sort=name", Box::new(|(_, plan)| *plan == "STARTER")),
                ("status=TRIAL&planKey=STARTER", Box::new(|(one, plan)| one.status == TenantStatus::Trial && *plan == "STARTER")),
                ("q=a", Box::new(|(one, _)| word(one.name.as_str()).starts_with('a') || one.slug.as_str().starts_with('a'))),
                ("q=ab&status=TRIAL", Box::new(|(one, _)| one.status == TenantStatus::Trial
                    && (word(one.name.as_str()).starts_with("ab") || one.slug.as_str().starts_with("ab")))),
            ] {
                let mut expected: Vec<&str> =
                    tenants.iter().filter(|one| is_wanted(one)).map(|(one, _)| one.slug.as_str()).collect();
                let mut found = world.all(&format!("{query}&limit={limit}")).await;
                expected.sort_unstable();
                found.sort_unstable();
                prop_assert_eq!(found, expected, "{}", query);
            }
            Ok(())
        })?;
    }
}
