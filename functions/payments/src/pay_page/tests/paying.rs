//! What the buttons do: one payment for one wish, however often and wherever they are pressed.

use billing::{Invoice, InvoiceState, InvoiceStatus, PayLink, PayLinks};
use kernel::{Party, Provider, TenantId};
use payments::Payment;
use serde_json::json;
use table::{TenantScope, Write};
use testkit::{Client, Fault, ScriptedMidtrans};

use super::{Guest, choices, html, stamp_of};
use crate::world::{World, notification_of};

#[tokio::test]
async fn a_way_is_chosen_paid_and_the_page_says_so() {
    let guest = Guest::open().await;
    let answer = guest.press("bca_va.0").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), format!("/pay/{}?method=bca_va", guest.link));
    let page = guest.html("?method=bca_va").await;
    assert!(page.contains("812785002530231") && page.contains("Pay before 22 November 2026 at 08:00 WIB"));
    let order = guest.newest().await;
    guest.world.midtrans.set(&order, "settlement");
    assert_eq!(guest.world.notify(&notification_of(&order, "settlement")).await.text("/data/outcome"), "applied");
    assert!(guest.html("?method=bca_va").await.contains("Paid. Thank you!"));
    guest.world.assert_settled_once().await;
    let late = guest.send(&guest.client, &stamp_of(&page), "qris.0").await;
    assert_eq!((late.status.as_u16(), late.header("location")), (303, format!("/pay/{}", guest.link).as_str()));
    assert_eq!(guest.world.midtrans.charges(), 1);
}

#[tokio::test]
async fn a_language_that_was_chosen_stays() {
    let guest = Guest::open().await;
    let stamp = stamp_of(&guest.html("?lang=id").await);
    let answer = guest.send(&guest.client, &stamp, "bca_va.0&lang=id").await;
    assert_eq!(answer.header("location"), format!("/pay/{}?method=bca_va&lang=id", guest.link));
}

#[tokio::test]
async fn two_presses_two_tabs_and_a_reload_make_one_payment() {
    let guest = Guest::open().await;
    let stamp = stamp_of(&guest.html("").await);
    let press = || guest.send(&guest.client, &stamp, "bca_va.0");
    let (one, two, three) = tokio::join!(press(), press(), press());
    for answer in [one, two, three, press().await, press().await] {
        assert_eq!(answer.status, 303, "{}", answer.snapshot());
    }
    assert_eq!((guest.payments().await, guest.world.midtrans.charges()), (vec!["bca_va pending".to_owned()], 1));
}

#[tokio::test]
async fn a_payment_that_the_api_made_is_shown_instead_of_a_second_one() {
    let guest = Guest::open().await;
    assert_eq!(guest.world.pay("k1").await.status, 201);
    assert!(guest.html("").await.contains("812785002530231"));
    assert!(guest.pressed("bca_va.0").await.contains("812785002530231"));
    assert_eq!((guest.payments().await.len(), guest.world.midtrans.charges()), (1, 1));
}

#[tokio::test]
async fn another_way_calls_the_first_one_off() {
    let guest = Guest::open().await;
    guest.pressed("bca_va.0").await;
    let first = guest.newest().await;
    guest.world.stack.set_clock("2026-11-21T01:01:00Z");
    guest.pressed("qris.0").await;
    assert_eq!(guest.payments().await, ["qris pending", "bca_va cancelled"]);
    assert_eq!((guest.world.midtrans.charges(), guest.world.midtrans.cancels()), (2, 1));
    assert_eq!(guest.world.events("payment.cancelled").await, 1);
    // Back to the first way: that is a new payment, since the old one cannot be paid any more.
    guest.world.stack.set_clock("2026-11-21T01:02:00Z");
    guest.pressed("bca_va.1").await;
    assert_eq!(guest.payments().await, ["bca_va pending", "qris cancelled", "bca_va cancelled"]);
    // Money that comes in for the first all the same is booked.
    guest.world.midtrans.set(&first, "settlement");
    assert_eq!(guest.world.notify(&notification_of(&first, "settlement")).await.text("/data/outcome"), "applied");
    assert_eq!(guest.world.invoice_status().await, InvoiceStatus::Paid);
}

#[tokio::test]
async fn the_providers_page_is_one_way_of_many_and_is_closed_for_another() {
    let guest = Guest::open().await;
    let page = guest.pressed("midtrans_page.0").await;
    assert!(page.contains("https://app.sandbox.midtrans.com/snap/v4/redirection/page-1"), "{page}");
    guest.pressed("midtrans_page.0").await;
    assert_eq!((guest.payments().await, guest.world.midtrans.pages()), (vec!["midtrans_page pending".to_owned()], 1));
    guest.world.stack.set_clock("2026-11-21T01:01:00Z");
    guest.pressed("qris.0").await;
    assert_eq!(guest.payments().await, ["qris pending", "midtrans_page cancelled"]);
    assert_eq!(guest.world.midtrans.closed_pages(), ["page-1"]);
}

#[tokio::test]
async fn an_invoice_that_is_only_paid_by_card_is_paid_on_the_providers_page() {
    let guest = Guest::at(World::with_stripe().await);
    guest.world.in_dollars().await;
    assert_eq!(choices(&guest.html("").await), ["stripe_page.0"]);
    let page = guest.pressed("stripe_page.0").await;
    assert!(page.contains("https://checkout.stripe.com/c/pay/cs_test_1"), "{page}");
    guest.pressed("stripe_page.0").await;
    let made = (guest.payments().await, guest.world.stripe.pages());
    assert_eq!(made, (vec!["stripe_page pending".to_owned()], 1));
    let id = guest.newest().await;
    guest.world.stripe.decline_on_page(&id);
    assert!(guest.pressed("check").await.contains("cs_test_1"), "another card may be tried there");
    guest.world.stripe.pay_on_page(&id);
    assert!(guest.pressed("check").await.contains("Paid. Thank you!"));
    assert_eq!(guest.payments().await, ["stripe_page success"]);
}

#[tokio::test]
async fn a_first_payment_that_was_paid_meanwhile_is_not_asked_for_again() {
    let guest = Guest::open().await;
    guest.pressed("bca_va.0").await;
    guest.world.midtrans.set(&guest.newest().await, "settlement");
    let page = guest.pressed("qris.0").await;
    assert!(page.contains("Paid. Thank you!"), "{page}");
    assert_eq!(guest.payments().await, ["bca_va success"]);
    guest.world.assert_settled_once().await;
}

/// A payment at a provider that does not answer.
fn unanswered(guest: &Guest, id: &str) -> Payment {
    let next = json!({"type": "redirect", "url": "https://hooks.stripe.example/3ds"});
    Payment { id: id.parse().unwrap(), provider: Provider::Stripe, ..guest.waiting("card", &next) }
}

#[tokio::test]
async fn a_first_payment_that_was_paid_is_not_forgotten_when_another_one_cannot_be_called_off_in_time() {
    let guest = Guest::at(World::with_deaf_stripe().await);
    guest.pressed("bca_va.0").await;
    guest.put(&unanswered(&guest, "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X")).await;
    guest.world.midtrans.set(&guest.newest().await, "settlement");
    assert!(guest.pressed("qris.0").await.contains("Paid. Thank you!"));
    assert_eq!(
        (guest.payments().await, guest.world.midtrans.charges()),
        (vec!["bca_va success".into(), "card pending".into()], 1)
    );
}

#[tokio::test]
async fn what_is_paid_while_another_payment_is_being_called_off_is_not_asked_for_again() {
    let guest = Guest::at(World::with_deaf_stripe().await);
    guest.pressed("bca_va.0").await;
    let order = guest.newest().await;
    // The newest is called off first.
    guest.put(&unanswered(&guest, "pay_01ND2Z3M4N5P6Q7R8S9T0V1W2X")).await;
    let pays = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        guest.world.midtrans.set(&order, "settlement");
        assert_eq!(guest.world.notify(&notification_of(&order, "settlement")).await.text("/data/outcome"), "applied");
    };
    let (page, ()) = tokio::join!(guest.pressed("qris.0"), pays);
    assert!(page.contains("Paid. Thank you!"), "{page}");
    assert_eq!(
        (guest.payments().await, guest.world.midtrans.charges()),
        (vec!["card pending".into(), "bca_va success".into()], 1)
    );
}

#[tokio::test]
async fn a_first_payment_that_cannot_be_called_off_stops_nobody() {
    let guest = Guest::open().await;
    // The provider knows no such payment.
    guest.put(&guest.waiting("bca_va", &json!({"type": "virtual_account", "bank": "bca", "vaNumber": "1"}))).await;
    guest.pressed("bni_va.0").await;
    assert_eq!(guest.payments().await, ["bni_va pending", "bca_va pending"]);
}

#[tokio::test]
async fn what_was_refused_is_told_and_can_be_tried_again() {
    let guest = Guest::open().await;
    guest.world.midtrans.refuse_with(402);
    let page = guest.pressed("bca_va.0").await;
    assert!(page.contains("not available at the moment") && choices(&page).contains(&"bca_va.1".to_owned()));
    guest.world.midtrans.refuse_with(0);
    // The old form finds the old refusal; the new one makes a new payment.
    assert!(guest.pressed("bca_va.0").await.contains("not available at the moment"));
    assert_eq!(guest.world.midtrans.charges(), 0);
    assert!(guest.pressed("bca_va.1").await.contains("812785002530231"));
    assert_eq!(guest.payments().await, ["bca_va pending", "bca_va failed"]);
}

#[tokio::test]
async fn a_form_cannot_run_ahead() {
    let guest = Guest::open().await;
    guest.pressed("bca_va.7").await;
    guest.pressed("bca_va.8").await;
    assert_eq!((guest.payments().await.len(), guest.world.midtrans.charges()), (1, 1));
}

#[tokio::test]
async fn an_expired_payment_is_followed_by_a_new_one() {
    let guest = Guest::open().await;
    guest.pressed("bca_va.0").await;
    guest.world.stack.set_clock("2026-11-22T01:00:00Z");
    let page = guest.html("?method=bca_va").await;
    assert!(page.contains("The time to pay is over."));
    guest.pressed("bca_va.1").await;
    assert_eq!(guest.world.midtrans.charges(), 2);
}

#[tokio::test]
async fn a_payer_who_has_paid_can_have_the_provider_asked() {
    let guest = Guest::open().await;
    assert!(guest.pressed("bca_va.0").await.contains("value=\"check\""));
    assert!(guest.pressed("check").await.contains("Waiting for your payment"));
    guest.world.midtrans.set(&guest.newest().await, "settlement");
    assert!(guest.pressed("check").await.contains("Paid. Thank you!"));
    guest.world.assert_settled_once().await;
}

#[tokio::test]
async fn nothing_is_asked_where_nothing_waits() {
    let guest = Guest::open().await;
    assert!(guest.pressed("check").await.contains("How do you want to pay?"));
    assert_eq!(guest.world.midtrans.asked(), 0);
}

#[tokio::test]
async fn a_provider_out_of_reach_leaves_a_payment_that_the_same_button_takes_up() {
    let guest = Guest::open().await;
    guest.world.midtrans.refuse_with(401);
    let page = guest.pressed("bca_va.0").await;
    assert!(page.contains("is being prepared") && choices(&page) == ["bca_va.0"], "{page}");
    guest.world.midtrans.refuse_with(0);
    assert!(guest.pressed("bca_va.0").await.contains("812785002530231"));
    assert_eq!((guest.payments().await, guest.world.midtrans.charges()), (vec!["bca_va pending".to_owned()], 1));
}

/// Dies at every call of the store, before and after it happened; the same button then leads to the payment, and there is one
/// payment and one charge.
#[tokio::test]
async fn a_death_anywhere_is_taken_up_by_the_same_button() {
    let calls = {
        let guest = Guest::open().await;
        let (ctx, table) = guest.world.stack.breaking(None);
        let stamp = stamp_of(&guest.html("").await);
        assert_eq!(guest.send(&Client::new(crate::function(ctx)), &stamp, "bca_va.0").await.status, 303);
        table.calls()
    };
    assert!(calls >= 7, "{calls} calls of the store");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let guest = Guest::open().await;
        let (ctx, _) = guest.world.stack.breaking(Some(fault));
        let stamp = stamp_of(&guest.html("").await);
        let first = guest.send(&Client::new(crate::function(ctx)), &stamp, "bca_va.0").await;
        assert!([303, 503].contains(&first.status.as_u16()), "{fault:?}: {}", first.snapshot());
        assert!(first.header("content-type") != "application/problem+json", "{fault:?}");
        // The lease of a try that died runs out.
        guest.world.stack.set_clock("2026-11-21T01:01:00Z");
        assert!(guest.pressed("bca_va.0").await.contains("812785002530231"), "{fault:?}");
        assert_eq!(guest.payments().await, ["bca_va pending"], "{fault:?}");
        assert_eq!(guest.world.midtrans.posts(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn an_invoice_that_is_settled_while_the_page_is_open_is_not_paid_again() {
    let guest = Guest::open().await;
    let stamp = stamp_of(&guest.html("").await);
    let open = guest.world.sample(guest.world.invoice);
    let at = open.issued.as_ref().unwrap().at;
    guest.world.put_invoice(&Invoice { state: InvoiceState::Void { at }, ..open }).await;
    let answer = guest.send(&guest.client, &stamp, "bca_va.0").await;
    assert_eq!((answer.status.as_u16(), guest.world.midtrans.posts()), (303, 0));
    assert!(guest.html("").await.contains("This invoice was withdrawn"));
}

#[tokio::test]
async fn what_the_page_does_not_offer_cannot_be_sent_to_it() {
    let guest = Guest::open().await;
    let stamp = stamp_of(&guest.html("").await);
    for choice in ["card.0", "bank_transfer.0"] {
        let answer = guest.send(&guest.client, &stamp, choice).await;
        assert_eq!(answer.status, 409, "{choice}");
        assert!(html(&answer).contains("not available for this invoice"));
    }
    assert_eq!(guest.payments().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_customers_of_a_suspended_tenant_can_pay() {
    let guest = Guest::open().await;
    let tenants = tenancy::Tenants::new(guest.world.stack.ctx().table());
    let tenant = tenants.get(guest.world.tenant).await.unwrap().unwrap();
    let suspended = tenancy::Tenant { status: tenancy::TenantStatus::Suspended, ..tenant };
    let key = guest.world.scope().key("TENANT", "TENANT");
    guest.world.stack.ctx().table().write(Write::put(key, &suspended).unwrap()).await.unwrap();
    assert!(guest.pressed("bca_va.0").await.contains("812785002530231"));
}

#[tokio::test]
async fn nobody_pays_a_tenant_that_is_over() {
    let guest = Guest::open().await;
    let stamp = stamp_of(&guest.html("").await);
    let tenants = tenancy::Tenants::new(guest.world.stack.ctx().table());
    let tenant = tenants.get(guest.world.tenant).await.unwrap().unwrap();
    let over = tenancy::Tenant { status: tenancy::TenantStatus::Cancelled, ..tenant };
    let key = guest.world.scope().key("TENANT", "TENANT");
    guest.world.stack.ctx().table().write(Write::put(key, &over).unwrap()).await.unwrap();
    assert_eq!(choices(&guest.html("").await), Vec::<String>::new());
    assert_eq!(guest.send(&guest.client, &stamp, "bca_va.0").await.status, 409);
    assert_eq!((guest.payments().await.len(), guest.world.midtrans.charges()), (0, 0));
}

#[tokio::test]
async fn a_tenant_pays_the_platform_at_a_page_of_its_own() {
    let guest = Guest::open().await;
    let (stack, platform) = (&guest.world.stack, TenantId::PLATFORM);
    stack.secrets.put(format!("ruko/test/tenants/{platform}/midtrans"), ScriptedMidtrans::account());
    let mut invoice = guest.world.sample("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap());
    invoice.bill_to.party = Party::Tenant(guest.world.tenant);
    let key = TenantScope::new(platform).key(format_args!("INV#{}", invoice.id), "INV");
    stack.ctx().table().write(Write::put(key, &invoice).unwrap()).await.unwrap();
    let keys = &stack.ctx().ports().keys;
    let named = PayLink { tenant: platform, invoice: invoice.id };
    let link = PayLinks::new(|purpose| keys.derive(purpose)).text(named).unwrap();
    let guest = Guest { link, ..guest };
    assert!(guest.pressed("bca_va.0").await.contains("812785002530231"));
    assert_eq!(guest.payments().await, Vec::<String>::new(), "it is in the platform's books");
}
