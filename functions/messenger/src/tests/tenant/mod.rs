//! What the platform writes to the owner of a tenant about it.

mod end;

use identity::{LinkPurpose, Users, VerifyToken};
use serde_json::json;

use crate::world::*;

pub(crate) async fn name_the_platform(world: &World, name: &str) {
    let tenants = tenancy::Tenants::new(world.stack.ctx().table());
    let platform = tenants.get(kernel::TenantId::PLATFORM).await.unwrap().unwrap();
    let named = tenancy::Tenant { name: name.parse().unwrap(), version: platform.version + 1, ..platform };
    table::write_alone(world.stack.ctx().table(), |tx| tenancy::Tenants::save(tx, &named)).await.unwrap();
}

#[tokio::test]
async fn the_owner_of_a_new_tenant_is_written_to_by_the_platform() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let users = Users::new(ctx.table(), world.scope());
    let tenant = tenancy::Tenants::new(ctx.table()).get(world.tenant).await.unwrap().unwrap();
    let owner = users.get(tenant.owner).await.unwrap().unwrap();
    let verification = Some(VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], ctx.now()));
    let unproven = identity::User { verification, version: owner.version + 1, ..owner };
    table::write_alone(ctx.table(), |tx| users.save(tx, &unproven)).await.unwrap();
    let created = tenant.created("STARTER".to_owned(), "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
    let subject =
        |name: &str| ("owner@toko-a.example".to_owned(), format!("Verifikasi alamat email Anda untuk {name}"));
    assert_eq!(world.deliver(&[world.event('B', "tenant.created", &json!(created))]).await, NOTHING);
    assert_eq!(world.mails(), [subject("Ruko")]);
    name_the_platform(&world, "Warung Digital").await;
    assert_eq!(world.deliver(&[world.event('C', "tenant.created", &json!(created))]).await, NOTHING);
    assert_eq!(world.mails(), [subject("Ruko"), subject("Warung Digital")]);
}

#[tokio::test]
async fn the_owner_hears_of_the_end_of_the_trial_once_and_not_after_converting() {
    let world = World::open().await;
    let table = world.stack.ctx().table();
    let event = |id| {
        world.event(
            id,
            "tenant.trial_ending",
            &json!({"tenantId": world.tenant, "trialEndsAt": "2026-12-05T01:00:00.000Z"}),
        )
    };
    name_the_platform(&world, "Warung Digital").await;
    for _ in 0..2 {
        assert_eq!(world.deliver(&[event('A')]).await, NOTHING);
    }
    let text = world.stack.mail.all()[0].text.expose().clone();
    assert!(text.contains("Warung Digital") && !text.contains("Ruko"), "{text}");
    let place = [world.tenant.to_string(), "https://api.ruko.test/docs/guide#tenants".to_owned()];
    assert!(place.iter().all(|part| text.contains(part)) && !text.contains("{id}") && !text.contains("POST"), "{text}");
    let told =
        ("owner@toko-a.example".to_owned(), "Masa uji coba Toko toko-a berakhir pada 5 Desember 2026".to_owned());
    assert_eq!(world.mails(), std::slice::from_ref(&told));
    let converted = tenancy::Tenants::new(table).get(world.tenant).await.unwrap().unwrap().converted().unwrap();
    table::write_alone(table, |tx| tenancy::Tenants::save(tx, &converted)).await.unwrap();
    assert_eq!(world.deliver(&[event('B')]).await, NOTHING);
    assert_eq!(world.mails(), [told]);
}

#[tokio::test]
async fn the_owner_hears_that_a_webhook_endpoint_gets_nothing_more_and_why() {
    let world = World::open().await;
    let event = |id, reason: &str| {
        let data = json!({"endpointId": "whe_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "reason": reason});
        world.event(id, "webhook_endpoint.disabled", &data)
    };
    name_the_platform(&world, "Warung Digital").await;
    for _ in 0..2 {
        assert_eq!(world.deliver(&[event('A', "failing")]).await, NOTHING);
    }
    assert_eq!(world.deliver(&[event('B', "gone")]).await, NOTHING);
    let subject = "Peristiwa Toko toko-a tidak lagi dikirim ke salah satu endpoint webhook Anda";
    let told = ("owner@toko-a.example".to_owned(), subject.to_owned());
    assert_eq!(world.mails(), [told.clone(), told]);
    let texts: Vec<String> = world.stack.mail.all().iter().map(|mail| mail.text.expose().clone()).collect();
    assert!(
        texts.iter().all(|text| text.contains("whe_01JD2Z3M4N5P6Q7R8S9T0V1W2X") && text.contains("Warung Digital"))
    );
    assert!(texts[0].contains("lima hari") && texts[1].contains("410"), "{texts:?}");
}

#[tokio::test]
async fn the_owner_hears_what_the_operator_does_to_the_tenant_and_nothing_of_it_that_an_invoice_told() {
    let world = World::open().await;
    let table = world.stack.ctx().table();
    let told = |id, cause: &str| {
        let at = "2026-11-21T01:00:00.000Z";
        let data = json!({ "tenantId": world.tenant, "cause": cause, "reason": "Spam was sent", "suspendedAt": at });
        world.event(id, "tenant.suspended", &data)
    };
    name_the_platform(&world, "Warung Digital").await;
    let tenant = tenancy::Tenants::new(table).get(world.tenant).await.unwrap().unwrap();
    let cause = events::tenant::SuspensionCause::Operator;
    let now = world.stack.ctx().now();
    let stopped = tenant.suspended(cause, Some("Spam was sent".to_owned()), now).unwrap();
    table::write_alone(table, |tx| tenancy::Tenants::save(tx, &stopped)).await.unwrap();
    for _ in 0..2 {
        assert_eq!(world.deliver(&[told('A', "operator"), told('B', "non_payment")]).await, NOTHING);
    }
    let owner = "owner@toko-a.example".to_owned();
    let suspended = (owner.clone(), "Akses Toko toko-a ditangguhkan".to_owned());
    assert_eq!(world.mails(), std::slice::from_ref(&suspended));
    let text = world.stack.mail.all()[0].text.expose().clone();
    assert!(text.contains("Warung Digital menangguhkan Toko toko-a: Spam was sent"), "{text}");

    let data = json!({ "tenantId": world.tenant, "cause": "operator" });
    let lifted = world.event('C', "tenant.reactivated", &data);
    assert_eq!(world.deliver(std::slice::from_ref(&lifted)).await, NOTHING);
    assert_eq!(world.mails(), std::slice::from_ref(&suspended), "it is suspended anew");
    table::write_alone(table, |tx| tenancy::Tenants::save(tx, &stopped.activated().unwrap())).await.unwrap();
    let lifted = world.event('D', "tenant.reactivated", &data);
    assert_eq!(world.deliver(&[lifted]).await, NOTHING);
    assert_eq!(world.mails(), [suspended, (owner, "Akses Toko toko-a telah dibuka kembali".to_owned())]);
}

#[tokio::test]
async fn the_owner_hears_from_when_on_a_tenant_that_the_operator_opened_is_billed() {
    let world = World::open().await;
    name_the_platform(&world, "Warung Digital").await;
    let table = world.stack.ctx().table();
    let tenant = tenancy::Tenants::new(table).get(world.tenant).await.unwrap().unwrap();
    table::write_alone(table, |tx| tenancy::Tenants::save(tx, &tenant.activated().unwrap())).await.unwrap();
    let billed =
        json!({ "tenantId": world.tenant, "cause": "operator", "planKey": "STARTER", "billedFrom": "2026-12-20" });
    let events = [world.event('A', "tenant.activated", &billed), world.event('B', "tenant.reactivated", &billed)];
    for event in &events {
        for _ in 0..2 {
            assert_eq!(world.deliver(std::slice::from_ref(event)).await, NOTHING);
        }
    }
    let subject = "Toko toko-a aktif dan ditagih mulai 20 Desember 2026";
    let told = ("owner@toko-a.example".to_owned(), subject.to_owned());
    assert_eq!(world.mails(), [told.clone(), told]);
    let text = world.stack.mail.all()[0].text.expose().clone();
    assert!(text.contains("Paket: STARTER") && !text.contains("seperti sebelumnya"), "{text}");
    // One that is not billed hears nothing of a bill.
    let free = world.event('C', "tenant.activated", &json!({ "tenantId": world.tenant }));
    assert_eq!(world.deliver(&[free]).await, NOTHING);
    assert_eq!(world.mails().len(), 2);
}

#[tokio::test]
async fn the_owner_hears_how_much_of_the_plan_is_used() {
    let world = World::open().await;
    let event = |id, name: &str, (resource, policy): (&str, &str), (used, limit): (u64, u64), reset: Option<&str>| {
        let data = json!({"tenantId": world.tenant, "resource": resource, "used": used, "limit": limit,
            "policy": policy, "resetsAt": reset});
        world.event(id, name, &data)
    };
    name_the_platform(&world, "Warung Digital").await;
    let december = Some("2026-12-01T00:00:00.000Z");
    let events = [
        event('A', "tenant.limit_warning", ("users", "blocked"), (8, 10), None),
        event('B', "tenant.limit_reached", ("storage_bytes", "blocked"), (5_368_709_121, 5_368_709_120), None),
        event('C', "tenant.limit_reached", ("api_calls", "billed"), (10_000, 10_000), december),
        event('D', "tenant.limit_warning", ("ai_interactions", "billed"), (850, 1_000), december),
    ];
    for _ in 0..2 {
        assert_eq!(world.deliver(&events).await, NOTHING);
    }
    let mut subjects: Vec<String> = world.mails().into_iter().map(|(_, subject)| subject).collect();
    subjects.sort();
    assert_eq!(
        subjects,
        [
            "Interaksi AI Toko toko-a sudah terpakai 85%",
            "Jumlah anggota Toko toko-a sudah 80% dari batas paket",
            "Panggilan API Toko toko-a sudah habis terpakai",
            "Penyimpanan Toko toko-a sudah penuh",
        ]
    );
    let texts: Vec<String> = world.stack.mail.all().iter().map(|mail| mail.text.expose().clone()).collect();
    assert!(texts.iter().any(|text| text.contains("100% dari 5 GB")), "{texts:?}");
    assert_eq!(texts.iter().filter(|text| text.contains("1 Desember 2026")).count(), 2, "{texts:?}");
    let of = |words: &str| texts.iter().filter(|text| text.contains(words)).count();
    assert_eq!(
        (of("ditolak"), of("ditagih"), of("sesuai paket")),
        (2, 2, 0),
        "each says what its plan does: {texts:?}"
    );
}

#[tokio::test]
async fn the_owner_hears_that_a_domain_is_lost_unless_it_was_removed_by_hand() {
    let world = World::open().await;
    let event = |id, reason: &str| {
        let data = json!({"tenantId": world.tenant, "domain": "app.toko.id", "reason": reason});
        world.event(id, "tenant.domain_lost", &data)
    };
    name_the_platform(&world, "Warung Digital").await;
    assert_eq!(world.deliver(&[event('A', "removed")]).await, NOTHING);
    assert_eq!(world.mails(), [], "they know");
    for _ in 0..2 {
        assert_eq!(world.deliver(&[event('B', "unproven")]).await, NOTHING);
    }
    let subject = "app.toko.id tidak lagi digunakan untuk Toko toko-a".to_owned();
    assert_eq!(world.mails(), [("owner@toko-a.example".to_owned(), subject)]);
    let mail = world.stack.mail.all().pop().unwrap();
    assert!(mail.text.expose().contains("catatan TXT") && mail.text.expose().contains("Warung Digital"));
}

#[tokio::test]
async fn the_owner_hears_that_all_data_leaves_without_a_link_and_also_of_a_tenant_that_is_over() {
    let world = World::open().await;
    let export = "exp_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
    let asked = |id| {
        let data = json!({"exportId": export, "requestedBy": "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X"});
        world.event(id, "tenant_export.requested", &data)
    };
    let ready = |id| {
        let data = json!({"exportId": export, "sizeBytes": 9, "expiresAt": "2026-11-22T01:00:00.000Z"});
        world.event(id, "tenant_export.ready", &data)
    };
    name_the_platform(&world, "Warung Digital").await;
    for _ in 0..2 {
        assert_eq!(world.deliver(&[asked('A'), ready('B')]).await, NOTHING);
    }
    let told = ["Salinan seluruh data Toko toko-a telah diminta", "Salinan seluruh data Toko toko-a sudah siap"]
        .map(|subject| ("owner@toko-a.example".to_owned(), subject.to_owned()));
    let mut mails = world.mails();
    mails.sort();
    assert_eq!(mails, [told[1].clone(), told[0].clone()]);
    for mail in world.stack.mail.all() {
        let text = mail.text.expose().clone();
        assert!(text.contains("Warung Digital") && text.contains("21 November 2026"), "{text}");
        assert!(!text.contains("http") && !text.contains(export), "{text}");
    }
    let table = world.stack.ctx().table();
    let tenant = tenancy::Tenants::new(table).get(world.tenant).await.unwrap().unwrap();
    let over = tenancy::Tenant { status: tenancy::TenantStatus::Cancelled, version: tenant.version + 1, ..tenant };
    table::write_alone(table, |tx| tenancy::Tenants::save(tx, &over)).await.unwrap();
    assert_eq!(world.deliver(&[asked('C')]).await, NOTHING);
    assert_eq!(world.mails().len(), 3, "its owner is told of what leaves after the end");
}
