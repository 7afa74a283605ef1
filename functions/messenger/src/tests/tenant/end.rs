//! What is written when a tenant ends: to its owner, to those who still sign in, and of its last invoice.

use billing::{Invoice, InvoiceKind};
use identity::{LinkPurpose, Role, User, Users, VerifyToken};
use kernel::{Currency, Locale, Money, Timestamp};
use serde_json::{Value, json};
use tenancy::{Cancellation, Tenant, Tenants};

use crate::{tests::tenant::name_the_platform, world::*};

const ENDED: &str = "2026-11-21T01:00:00.000Z";

/// Changes the tenant, as a function does that ends it.
async fn changed(world: &World, change: impl FnOnce(Tenant) -> Tenant) {
    let table = world.stack.ctx().table();
    let tenant = Tenants::new(table).get(world.tenant).await.unwrap().unwrap();
    let version = tenant.version + 1;
    let changed = Tenant { version, ..change(tenant) };
    table::write_alone(table, |tx| Tenants::save(tx, &changed)).await.unwrap();
}

fn over(tenant: Tenant) -> Tenant {
    let at: Timestamp = ENDED.parse().unwrap();
    let by = events::tenant::CancelledBy::Tenant;
    tenant.cancelled(Cancellation { by, reason: "We moved".to_owned(), at }).unwrap()
}

fn to_be_erased(tenant: Tenant) -> Tenant {
    let at: Timestamp = ENDED.parse().unwrap();
    let cancellation = Cancellation { by: events::tenant::CancelledBy::Tenant, reason: "We moved".to_owned(), at };
    let slug = tenant.slug.clone();
    tenant.to_be_erased(&slug, cancellation).unwrap().unwrap().0
}

fn cancelled(world: &World, id: char, by: &str) -> Value {
    let data = json!({"tenantId": world.tenant, "by": by, "reason": "We moved", "cancelledAt": ENDED});
    world.event(id, "tenant.cancelled", &data)
}

fn scheduled(world: &World, id: char) -> Value {
    let data = json!({"tenantId": world.tenant, "reason": "We moved", "requestedAt": ENDED,
        "eraseAt": "2026-12-21T01:00:00.000Z"});
    world.event(id, "tenant.erasure_scheduled", &data)
}

/// Delivers each event twice.
async fn twice(world: &World, events: &[Value]) {
    for _ in 0..2 {
        assert_eq!(world.deliver(events).await, NOTHING);
    }
}

fn subjects(world: &World) -> Vec<String> {
    let mails = world.mails();
    assert!(mails.iter().all(|(to, _)| to == "owner@toko-a.example"), "{mails:?}");
    mails.into_iter().map(|(_, subject)| subject).collect()
}

async fn reads_english(world: &World) {
    let users = Users::new(world.stack.ctx().table(), world.scope());
    let table = world.stack.ctx().table();
    let owner = Tenants::new(table).get(world.tenant).await.unwrap().unwrap().owner;
    let user = users.get(owner).await.unwrap().unwrap();
    let mut english = User { version: user.version + 1, ..user };
    english.preferences.locale = Some(Locale::En);
    table::write_alone(table, |tx| users.save(tx, &english)).await.unwrap();
}

#[tokio::test]
async fn the_owner_hears_that_the_tenant_is_over_and_who_ended_it() {
    let world = World::open().await;
    name_the_platform(&world, "Warung Digital").await;
    changed(&world, over).await;
    twice(&world, &[cancelled(&world, 'A', "tenant")]).await;
    twice(&world, &[cancelled(&world, 'B', "operator")]).await;
    assert_eq!(subjects(&world), ["Toko toko-a telah dibatalkan", "Warung Digital telah menutup Toko toko-a"]);
    reads_english(&world).await;
    twice(&world, &[cancelled(&world, 'C', "tenant")]).await;
    twice(&world, &[cancelled(&world, 'D', "operator")]).await;
    assert_eq!(subjects(&world)[2..], ["Toko toko-a is cancelled", "Warung Digital has closed Toko toko-a"]);
    for mail in world.stack.mail.all() {
        let text = mail.text.expose();
        assert!(text.contains("We moved") && text.contains("21") && text.contains("Warung Digital"), "{text}");
    }
}

#[tokio::test]
async fn the_owner_hears_once_until_when_the_data_can_be_saved_and_that_they_are_kept_after_all() {
    let world = World::open().await;
    name_the_platform(&world, "Warung Digital").await;
    changed(&world, to_be_erased).await;
    twice(&world, &[cancelled(&world, 'A', "tenant"), scheduled(&world, 'B')]).await;
    assert_eq!(subjects(&world), ["Seluruh data Toko toko-a akan dihapus pada 21 Desember 2026"], "one mail says both");
    reads_english(&world).await;
    twice(&world, &[scheduled(&world, 'C')]).await;
    assert_eq!(subjects(&world)[1], "All data of Toko toko-a will be erased on 21 December 2026");
    let text = world.stack.mail.all()[1].text.expose().clone();
    assert!(text.contains("Reason: We moved") && text.contains("withdraw the deletion"), "{text}");

    let withdrawn = |id| world.event(id, "tenant.erasure_withdrawn", &json!({"tenantId": world.tenant}));
    twice(&world, &[withdrawn('D')]).await;
    assert_eq!(world.mails().len(), 2, "it is to be erased once more since");
    changed(&world, |tenant| tenant.not_to_be_erased().unwrap()).await;
    twice(&world, &[withdrawn('E'), scheduled(&world, 'F')]).await;
    assert_eq!(subjects(&world)[2..], ["The data of Toko toko-a will not be erased"]);
    // One that had ended before is told of both.
    twice(&world, &[cancelled(&world, 'G', "operator")]).await;
    assert_eq!(subjects(&world)[3..], ["Warung Digital has closed Toko toko-a"]);
}

/// Asks for a new password, and answers how many mails there are then.
async fn forgets_password(world: &World, email: &str, id: char) -> usize {
    let ctx = world.stack.ctx();
    let users = Users::new(ctx.table(), world.scope());
    let found = users.find_by_email(&world.stack.addresses(), &email.parse().unwrap()).await.unwrap().unwrap();
    let reset = Some(VerifyToken::new(LinkPurpose::ResetPassword, [7; 16], ctx.now()));
    let asking = User { reset, version: found.version + 1, ..found };
    table::write_alone(ctx.table(), |tx| users.save(tx, &asking)).await.unwrap();
    let address = json!({"addressHash": world.stack.addresses().of(world.tenant, &asking.email)});
    twice(world, &[world.event(id, "user.password_reset_requested", &address)]).await;
    world.mails().len()
}

#[tokio::test]
async fn of_a_tenant_that_is_over_only_those_who_still_sign_in_get_links() {
    let world = World::open().await;
    world.stack.user(world.scope(), "kasir@toko-a.example", Role::Admin).await;
    changed(&world, over).await;
    assert_eq!(forgets_password(&world, "owner@toko-a.example", 'A').await, 1);
    assert_eq!(forgets_password(&world, "kasir@toko-a.example", 'B').await, 2, "another administrator");
    assert_eq!(forgets_password(&world, "budi@example.com", 'C').await, 2, "a customer cannot sign in");
}

#[tokio::test]
async fn the_last_invoice_of_a_subscription_is_mailed_also_where_it_only_gives_back() {
    let world = World::open().await;
    let idr = |amount| Money::new(amount, Currency::IDR);
    let settled = |kind| {
        move |invoice: Invoice| {
            let state = serde_json::from_value(json!({"status": "paid", "at": ENDED})).unwrap();
            Invoice { kind, total: idr(0), surplus: idr(250_000), state, ..invoice }
        }
    };
    world.change_invoice(settled(InvoiceKind::Recurring)).await;
    let nothing = json!({"amount": 0, "currency": "IDR"});
    let issued = |id| {
        let data = json!({"invoiceId": INVOICE, "number": "INV-2026-11-0001", "customerId": world.party,
            "total": nothing, "amountDue": nothing, "dueDate": "2026-12-05"});
        world.event(id, "invoice.issued", &data)
    };
    twice(&world, &[issued('A')]).await;
    assert_eq!(world.mails(), [], "one of many that the balance paid");
    let (table, id) = (world.stack.ctx().table(), INVOICE.parse().unwrap());
    let before = billing::Invoices::new(table, world.scope()).get(id).await.unwrap().unwrap().trusted("a test");
    let last = Invoice { kind: InvoiceKind::Final, version: before.version + 1, ..before };
    table::write_alone(table, |tx| billing::Invoices::save(tx, world.scope(), &last)).await.unwrap();
    twice(&world, &[issued('B')]).await;
    let mail = world.stack.mail.all().pop().unwrap();
    assert_eq!((world.mails().len(), mail.subject.as_str()), (1, "Tagihan terakhir INV-2026-11-0001 dari Toko A"));
    let text = mail.text.expose().replace('\u{a0}', " ");
    assert!(text.contains("Dikembalikan: Rp250.000") && text.contains("tidak ada yang perlu dibayar"), "{text}");
    assert_eq!(mail.attachments.len(), 1, "with the invoice");
}
