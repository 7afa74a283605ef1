//! Mails in the look of their tenant.

use identity::{LinkPurpose, Users, VerifyToken};
use serde_json::{from_value, json};
use table::Transaction;
use tenancy::{Tenant, Tenants};

use crate::world::*;

async fn branded(world: &World) -> Tenant {
    let look = json!({"productName": "Sinar", "senderName": "Tim Sinar", "primaryColor": "#fde047", "accentColor": "#1a6b54",
        "logo": "0123456789abcdef".repeat(4), "supportEmail": "bantuan@sinar.example",
        "supportUrl": "https://sinar.example/bantuan", "footer": "PT Sinar Abadi"});
    let table = world.stack.ctx().table();
    let tenant = Tenants::new(table).get(world.tenant).await.unwrap().unwrap().branded(from_value(look).unwrap());
    let mut transaction = Transaction::new();
    Tenants::save(&mut transaction, &tenant).unwrap();
    table.transact(transaction).await.unwrap();
    tenant
}

/// Somebody registers, and gets a link.
async fn register(world: &World) {
    let ctx = world.stack.ctx();
    let users = Users::new(ctx.table(), world.scope());
    let user = users.get(world.customer.user).await.unwrap().unwrap();
    let open = VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], ctx.now());
    let version = user.version + 1;
    let unproven = identity::User { email_verified_at: None, verification: Some(open), version, ..user };
    table::write_alone(ctx.table(), |tx| users.save(tx, &unproven)).await.unwrap();
    let event = world.event('A', "user.registered", &json!({ "userId": unproven.id }));
    assert_eq!(world.deliver(&[event]).await, NOTHING);
}

#[tokio::test]
async fn a_mail_looks_like_its_tenant_and_answers_go_where_it_says() {
    let world = World::open().await;
    let tenant = branded(&world).await;
    register(&world).await;
    let mail = world.stack.mail.all().pop().unwrap();
    assert_eq!(mail.subject, "Verifikasi alamat email Anda untuk Sinar");
    assert_eq!(mail.from_name, "Tim Sinar");
    assert_eq!(mail.reply_to.as_ref().map(kernel::Email::as_str), Some("bantuan@sinar.example"));
    let html = mail.html.expose();
    for part in [
        &format!("<img src=\"https://api.ruko.test/brand/{}/logo?v=01234567\" alt=\"Sinar\"", tenant.id),
        "border-top:4px solid #1a6b54",
        "background:#fde047;color:#000000",
        "Pertanyaan: bantuan@sinar.example",
        "Bantuan: https://sinar.example/bantuan",
        "PT Sinar Abadi</td>",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert!(!html.contains("Toko toko-a"));
    let signature =
        "\n-- \nPertanyaan: bantuan@sinar.example\nBantuan: https://sinar.example/bantuan\nPT Sinar Abadi\n";
    assert!(mail.text.expose().ends_with(signature), "{}", mail.text.expose());
}

#[tokio::test]
async fn without_a_look_a_mail_is_as_ever() {
    let world = World::open().await;
    register(&world).await;
    let mail = world.stack.mail.all().pop().unwrap();
    assert_eq!((mail.from_name.as_str(), &mail.reply_to), ("Toko toko-a", &None));
    let html = mail.html.expose();
    assert!(
        html.contains("background:#1f4e8c;color:#ffffff") && !html.contains("<img") && !html.contains("class=\"foot\"")
    );
    assert!(!mail.text.expose().contains("\n-- \n"));
}

#[tokio::test]
async fn a_mail_with_an_invoice_answers_to_the_address_of_the_invoice() {
    let world = World::open().await;
    branded(&world).await;
    assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
    let mail = world.stack.mail.all().pop().unwrap();
    assert_eq!(mail.from_name, "Tim Sinar");
    assert_ne!(mail.reply_to.as_ref().map(kernel::Email::as_str), Some("bantuan@sinar.example"));
    assert!(mail.html.expose().contains("/logo?v=01234567"));
}

#[tokio::test]
async fn links_begin_with_the_domain_that_is_the_tenants_own_and_chosen() {
    let world = World::open().await;
    let tenant = branded(&world).await;
    let domain: tenancy::DomainName = "app.toko.id".parse().unwrap();
    let look = tenancy::Branding { link_domain: Some(domain.clone()), ..tenant.branding.clone() };
    let proven = tenant.branded(look).with_domain(domain.clone());
    let table = world.stack.ctx().table();
    for (version, tenant) in [(0, proven.clone()), (1, proven.without_domain(&domain))] {
        let stored = Tenants::new(table).get(world.tenant).await.unwrap().unwrap();
        let tenant = Tenant { version: stored.version + 1, ..tenant };
        table::write_alone(table, |tx| Tenants::save(tx, &tenant)).await.unwrap();
        let invoice = world.issued(INVOICE);
        let again = world.send_requested(if version == 0 { 'R' } else { 'S' });
        assert_eq!(world.deliver(&[if version == 0 { invoice } else { again }]).await, NOTHING);
    }
    let texts: Vec<String> = world.stack.mail.all().iter().map(|mail| mail.text.expose().clone()).collect();
    assert!(
        texts[0].contains("https://app.toko.id/pay/") && !texts[0].contains("https://api.ruko.test/pay/"),
        "{}",
        texts[0]
    );
    assert!(texts[1].contains("https://api.ruko.test/pay/"), "{}", texts[1]);
}
