use http::Method;
use identity::Role;
use serde_json::{Value, json};
use table::{TenantScope, outbox};
use tenancy::{Tenant, Tenants};
use testkit::{Answer, Client, Member, Resolver, Stack};

const DOMAIN: &str = "app.toko-sinar.id";

struct World {
    resolver: Resolver,
    stack: Stack,
    client: Client,
    tenant: Tenant,
    owner: Member,
}

impl World {
    async fn open() -> Self {
        let resolver = Resolver::serve().await;
        let stack = resolver.stack().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        Self { resolver, stack, client, tenant, owner }
    }

    async fn name_for(&self, (tenant, owner): (&Tenant, &Member), domain: &str) -> Answer {
        let call = self.client.post(format!("/api/v1/tenants/{}/domains", tenant.id), json!({ "domain": domain }));
        let key: String = domain.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        call.bearer(&owner.token).idempotency_key(&key).send().await
    }

    async fn name(&self, domain: &str) -> Answer {
        self.name_for((&self.tenant, &self.owner), domain).await
    }

    async fn call_for(&self, (tenant, owner): (&Tenant, &Member), method: Method, rest: &str) -> Answer {
        self.client
            .call(method, format!("/api/v1/tenants/{}/domains{rest}", tenant.id))
            .bearer(&owner.token)
            .send()
            .await
    }

    async fn call(&self, method: Method, rest: &str) -> Answer {
        self.call_for((&self.tenant, &self.owner), method, rest).await
    }

    /// Names a domain, sets its record, and verifies it.
    async fn verified(&self) -> Answer {
        let named = self.name(DOMAIN).await;
        self.resolver.set(&named.text("/data/record/name"), &["v=spf1 -all", &named.text("/data/record/value")]);
        self.call(Method::POST, &format!("/{DOMAIN}/verify")).await
    }

    async fn stored(&self) -> Tenant {
        Tenants::new(self.stack.ctx().table()).get(self.tenant.id).await.unwrap().unwrap()
    }

    async fn told(&self) -> Vec<(String, Value)> {
        let events = outbox::history(self.stack.ctx().table(), TenantScope::new(self.tenant.id)).await.unwrap();
        events.into_iter().map(|event| (event.name, event.data)).collect()
    }
}

fn said(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

#[tokio::test]
async fn a_domain_is_the_tenants_once_its_record_is_there() {
    let world = World::open().await;
    let named = world.name("App.Toko-Sinar.ID").await;
    assert_eq!(named.status.as_u16(), 201, "{}", named.snapshot());
    assert_eq!((named.text("/data/domain"), named.text("/data/status")), (DOMAIN.to_owned(), "pending".to_owned()));
    assert_eq!(named.text("/data/record/name"), format!("_ruko-challenge.{DOMAIN}"));
    assert!(named.text("/data/record/value").starts_with("ruko-"));
    let verify = format!("/{DOMAIN}/verify");
    assert_eq!(said(&world.call(Method::POST, &verify).await), (409, "DOMAIN_NOT_PROVEN".to_owned()));
    world.resolver.set(&named.text("/data/record/name"), &["ruko-of-somebody-else"]);
    assert_eq!(said(&world.call(Method::POST, &verify).await), (409, "DOMAIN_NOT_PROVEN".to_owned()));
    assert_eq!(world.stored().await, world.tenant, "nothing came of it");

    world.resolver.set(&named.text("/data/record/name"), &[&named.text("/data/record/value")]);
    for _ in 0..2 {
        let verified = world.call(Method::POST, &verify).await;
        assert_eq!((verified.status.as_u16(), verified.text("/data/status")), (200, "verified".to_owned()));
    }
    let tenant = world.stored().await;
    assert_eq!((tenant.domains.len(), tenant.version), (1, 2), "twice is as once");
    let told = json!({"tenantId": tenant.id, "domain": DOMAIN});
    assert_eq!(world.told().await, [("tenant.domain_verified".to_owned(), told)]);
    let list = world.call(Method::GET, "").await;
    assert_eq!(list.text("/data/0/status"), "verified");
}

#[tokio::test]
async fn a_resolver_that_does_not_answer_says_nothing_of_the_domain() {
    let world = World::open().await;
    world.name(DOMAIN).await;
    world.resolver.fail(Some(502));
    let answer = world.call(Method::POST, &format!("/{DOMAIN}/verify")).await;
    assert_eq!(said(&answer), (503, "UNAVAILABLE".to_owned()));
}

#[tokio::test]
async fn of_two_tenants_the_first_to_prove_it_has_it_until_it_lets_go() {
    let world = World::open().await;
    let (other, stranger) = world.stack.tenant("toko-b").await;
    let theirs = world.name_for((&other, &stranger), DOMAIN).await;
    assert_eq!(theirs.status.as_u16(), 201);
    let ours = world.name(DOMAIN).await;
    let record = ours.text("/data/record/name");
    world.resolver.set(&record, &[&ours.text("/data/record/value"), &theirs.text("/data/record/value")]);
    let verify = format!("/{DOMAIN}/verify");
    let (one, two) =
        tokio::join!(world.call(Method::POST, &verify), world.call_for((&other, &stranger), Method::POST, &verify));
    let mut outcomes = [said(&one), said(&two)];
    outcomes.sort();
    assert_eq!(outcomes, [(200, String::new()), (409, "DOMAIN_TAKEN".to_owned())]);
    let (winner, loser) = if one.status == 200 {
        ((&world.tenant, &world.owner), (&other, &stranger))
    } else {
        ((&other, &stranger), (&world.tenant, &world.owner))
    };
    let gone = world.call_for(winner, Method::DELETE, &format!("/{DOMAIN}")).await;
    assert_eq!(gone.status.as_u16(), 204);
    assert_eq!(world.call_for(loser, Method::POST, &verify).await.status.as_u16(), 200);
}

#[tokio::test]
async fn pages_of_a_verified_domain_may_call_and_links_may_begin_with_it() {
    let world = World::open().await;
    let call = async || {
        let call = world.client.get(format!("/api/v1/tenants/{}", world.tenant.id)).bearer(&world.owner.token);
        call.header("origin", format!("https://{DOMAIN}")).send().await
    };
    assert_eq!(said(&call().await), (403, "ORIGIN_NOT_ALLOWED".to_owned()));
    let branding = |domain: Value| json!({ "linkDomain": domain });
    let path = format!("/api/v1/tenants/{}/settings/branding", world.tenant.id);
    let put = async |body: Value| {
        world.client.call(Method::PUT, path.clone()).bearer(&world.owner.token).json(body).send().await
    };
    assert_eq!(put(branding(json!(DOMAIN))).await.status.as_u16(), 422, "it is not verified");

    assert_eq!(world.verified().await.status.as_u16(), 200);
    assert_eq!(call().await.status.as_u16(), 200);
    assert_eq!(put(branding(json!(DOMAIN))).await.status.as_u16(), 200);
    assert_eq!(world.stored().await.base_url("https://api.ruko.test"), format!("https://{DOMAIN}"));

    let gone = world.call(Method::DELETE, &format!("/{DOMAIN}")).await;
    assert_eq!(gone.status.as_u16(), 204);
    assert_eq!(said(&call().await), (403, "ORIGIN_NOT_ALLOWED".to_owned()));
    assert_eq!(world.stored().await.base_url("https://api.ruko.test"), "https://api.ruko.test");
    let shown = world.client.get(path.clone()).bearer(&world.owner.token).send().await;
    assert_eq!((shown.status.as_u16(), shown.at("/data/linkDomain")), (200, Value::Null), "it is dead");
    let kept = put(shown.at("/data")).await;
    assert_eq!((kept.status.as_u16(), kept.header("etag")), (200, "\"4\""), "what is answered can be put again");
    assert_eq!(put(branding(json!(DOMAIN))).await.status.as_u16(), 422, "it is not verified any more");
    assert_eq!(world.stored().await.branding.link_domain, None);
    let last = world.told().await.pop().unwrap();
    let lost = json!({"tenantId": world.tenant.id, "domain": DOMAIN, "reason": "removed"});
    assert_eq!(last, ("tenant.domain_lost".to_owned(), lost));
    assert_eq!(world.call(Method::DELETE, &format!("/{DOMAIN}")).await.status.as_u16(), 404);
}

#[tokio::test]
async fn what_can_be_nobodys_own_and_what_is_too_much_is_refused() {
    let world = World::open().await;
    for (domain, status, code) in [
        ("api.ruko.test", 422, "VALIDATION_FAILED"),
        ("10.0.0.1", 422, "VALIDATION_FAILED"),
        ("https://toko.id", 422, "VALIDATION_FAILED"),
        ("id", 422, "VALIDATION_FAILED"),
    ] {
        assert_eq!(said(&world.name(domain).await), (status, code.to_owned()), "{domain}");
    }
    assert_eq!(world.name(DOMAIN).await.status.as_u16(), 201);
    let again = world.client.post(format!("/api/v1/tenants/{}/domains", world.tenant.id), json!({ "domain": DOMAIN }));
    let again = again.bearer(&world.owner.token).idempotency_key("another").send().await;
    assert_eq!(said(&again), (409, "DOMAIN_EXISTS".to_owned()));
    for n in 1..10 {
        assert_eq!(world.name(&format!("a{n}.toko.id")).await.status.as_u16(), 201);
    }
    assert_eq!(said(&world.name("a10.toko.id").await), (409, "TOO_MANY_DOMAINS".to_owned()));
}

#[tokio::test]
async fn only_administrators_and_only_their_own() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let manager = world.stack.user(TenantScope::new(world.tenant.id), "manager@example.com", Role::Manager).await;
    assert_eq!(world.name(DOMAIN).await.status.as_u16(), 201);
    for (member, read, write) in [(&manager, 200, 403), (&stranger, 404, 404)] {
        let of = (&world.tenant, member);
        assert_eq!(world.call_for(of, Method::GET, "").await.status.as_u16(), read);
        assert_eq!(world.name_for(of, "b.toko.id").await.status.as_u16(), write);
        for (method, rest) in [(Method::POST, format!("/{DOMAIN}/verify")), (Method::DELETE, format!("/{DOMAIN}"))] {
            assert_eq!(world.call_for(of, method, &rest).await.status.as_u16(), write, "{rest}");
        }
    }
}

#[tokio::test]
async fn of_many_at_once_ten_domains_are_named() {
    let world = World::open().await;
    for number in 0..7 {
        assert_eq!(world.name(&format!("d{number}.toko-sinar.id")).await.status, 201);
    }
    let names: Vec<String> = (10..16).map(|number| format!("d{number}.toko-sinar.id")).collect();
    let answers = futures::future::join_all(names.iter().map(|name| world.name(name))).await;
    // Who lost every race is told to try again, and is refused then.
    for (name, answer) in names.iter().zip(&answers).filter(|(_, answer)| said(answer).1 == "CONFLICT") {
        assert_eq!(answer.status, 409);
        world.name(name).await;
    }
    let listed = world.call(Method::GET, "").await;
    assert_eq!(listed.at("/data").as_array().unwrap().len(), 10);
    assert_eq!(said(&world.name("d20.toko-sinar.id").await), (409, "TOO_MANY_DOMAINS".to_owned()));
}

#[tokio::test]
async fn of_a_tenant_that_is_over_nothing_changes_though_its_callers_were_known_a_moment_ago() {
    let world = World::open().await;
    assert_eq!(world.name(DOMAIN).await.status, 201);
    let before = world.stored().await;
    let over = Tenant { status: tenancy::TenantStatus::Cancelled, version: before.version + 1, ..before };
    table::write_alone(world.stack.ctx().table(), |tx| Tenants::save(tx, &over)).await.unwrap();
    let refused = (409, "TENANT_STATUS".to_owned());
    assert_eq!(said(&world.name("other.toko-sinar.id").await), refused);
    assert_eq!(said(&world.call(Method::POST, &format!("/{DOMAIN}/verify")).await), refused);
    assert_eq!(said(&world.call(Method::DELETE, &format!("/{DOMAIN}")).await), refused);
    for (section, body) in [
        ("branding", json!({ "productName": "Sinar" })),
        ("features", json!({ "parts": { "selfRegistration": false } })),
        ("compliance", json!({ "gdpr": true })),
        ("security", json!({ "passwordMinLength": 14 })),
    ] {
        let path = format!("/api/v1/tenants/{}/settings/{section}", world.tenant.id);
        let shown = world.client.get(path.clone()).bearer(&world.owner.token).send().await;
        assert_eq!(shown.status, 200, "{}", shown.snapshot());
        let mut wanted = shown.at("/data");
        for (name, value) in body.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        let call = world.client.call(Method::PUT, path).bearer(&world.owner.token).json(wanted).send().await;
        assert_eq!(said(&call), refused, "{section} {}", call.snapshot());
    }
    assert_eq!(world.stored().await, over);
}
