//! What the page shows in every state of its invoice and payment, in both languages.

use billing::{Invoice, InvoiceState};
use http::Method;
use payments::{Failure, Payment, Status};
use serde_json::json;

use super::{Guest, choices, html, link_of};
use crate::{
    pay_page::{qris, words::Words},
    world::World,
};

const ALL: [&str; 13] = [
    "qris.0",
    "bca_va.0",
    "bni_va.0",
    "bri_va.0",
    "permata_va.0",
    "cimb_va.0",
    "mandiri_bill.0",
    "gopay.0",
    "shopeepay.0",
    "dana.0",
    "indomaret.0",
    "alfamart.0",
    "midtrans_page.0",
];

fn contains_all(html: &str, texts: &[&str]) {
    for text in texts {
        assert!(html.contains(text), "{text} is not in {}", html.split_once("<body").unwrap().1);
    }
}

#[tokio::test]
async fn an_open_invoice_shows_what_is_due_and_every_way_that_is_taken() {
    let guest = Guest::open().await;
    let page = guest.html("").await;
    contains_all(
        &page,
        &[
            "<html lang=\"en\">",
            "<title>Pay invoice INV-2026-11-0001 · Toko A</title>",
            "<header><span>Toko A</span></header>",
            "<h1>Invoice INV-2026-11-0001</h1>",
            "Billed to Budi",
            "<strong>IDR\u{a0}498,390</strong>",
            "Due by 5 December 2026",
            "How do you want to pay?",
            ":root { --accent: #1f4e8c; --on-accent: #ffffff }",
            "<legend>QRIS</legend>",
            "<legend>Virtual account</legend>",
        ],
    );
    assert_eq!(choices(&page), ALL);
    assert!(!page.contains("http-equiv") && page.contains("<body>\n"), "nothing is waited for");
    let indonesian = guest.html("?lang=id&utm_source=mail").await;
    contains_all(
        &indonesian,
        &[
            "<html lang=\"id\">",
            "Bayar tagihan INV-2026-11-0001",
            "Kepada Budi",
            "<strong>Rp498.390</strong>",
            "Jatuh tempo 5 Desember 2026",
            "Mau membayar dengan cara apa?",
            "name=\"lang\" value=\"id\"",
        ],
    );
    for id in [guest.world.invoice.to_string(), guest.world.tenant.to_string(), guest.world.party.to_string()] {
        assert!(!page.contains(&id) && !page.contains("budi@example.com"), "{id}");
    }
}

#[tokio::test]
async fn the_language_is_the_customers_and_an_overdue_invoice_says_so() {
    let guest = Guest::open().await;
    let open = guest.world.sample(guest.world.invoice);
    guest.world.put_invoice(&Invoice { language: kernel::Locale::Id, ..open }).await;
    guest.world.stack.set_clock("2026-12-06T01:00:00Z");
    contains_all(&guest.html("").await, &["Lewat jatuh tempo sejak 5 Desember 2026"]);
    contains_all(&guest.html("?lang=en").await, &["Overdue since 5 December 2026"]);
}

#[tokio::test]
async fn the_lines_sum_up_and_what_was_paid_before_is_told() {
    let guest = Guest::open().await;
    let mut open = guest.world.sample(guest.world.invoice);
    open.credits_applied = serde_json::from_value(json!({"amount": 98_390, "currency": "IDR"})).unwrap();
    guest.world.put_invoice(&open).await;
    contains_all(
        &guest.html("").await,
        &[
            "<strong>IDR\u{a0}400,000</strong>",
            "Paid or credited before",
            "\u{2212}IDR\u{a0}98,390",
            "IDR\u{a0}498,390",
        ],
    );
}

#[tokio::test]
async fn a_seller_without_a_provider_shows_its_accounts_or_says_whom_to_ask() {
    let guest = Guest::open().await;
    let open = guest.world.sample(guest.world.invoice);
    let dollars = |amount: i64| serde_json::from_value(json!({"amount": amount, "currency": "USD"})).unwrap();
    let foreign =
        Invoice { currency: kernel::Currency::USD, total: dollars(2_999), credits_applied: dollars(0), ..open };
    guest.world.put_invoice(&foreign).await;
    let page = guest.html("").await;
    contains_all(&page, &["$29.99", "cannot be paid online", "Ask Toko A how to pay it."]);
    assert_eq!(choices(&page), Vec::<String>::new());
    let mut with_account = foreign;
    with_account.seller.bank_accounts =
        serde_json::from_value(json!([{"bank": "BCA", "number": "1234567890", "holder": "PT <Toko> A"}])).unwrap();
    guest.world.put_invoice(&with_account).await;
    let page = guest.html("").await;
    contains_all(&page, &["Bank transfer", "1234567890", "PT &lt;Toko&gt; A", "write INV-2026-11-0001 as the message"]);
    assert!(!page.contains("cannot be paid online"));
}

#[tokio::test]
async fn what_a_provider_asks_is_shown_for_every_way() {
    let code = qris::tests::code();
    let broken = code.replace("498390", "998390");
    for (method, next, en, id) in [
        (
            "bca_va",
            json!({"type": "virtual_account", "bank": "bca", "vaNumber": "812785002530231"}),
            vec!["Transfer to this BCA virtual account", "812785002530231", "data-copy=\"498390\"", "Exact amount"],
            vec!["Transfer ke virtual account BCA ini", "812785002530231", "Jumlah persis"],
        ),
        (
            "mandiri_bill",
            json!({"type": "bill", "billerCode": "70012", "billKey": "990000000260"}),
            vec!["Pay this bill at Mandiri", "70012", "990000000260", "Company code"],
            vec!["Bayar tagihan ini di Mandiri", "Kode perusahaan", "Kode bayar"],
        ),
        (
            "qris",
            json!({"type": "qr", "text": code}),
            vec!["Scan this QRIS code", "<svg class=\"qr\" role=\"img\" aria-label=\"QRIS code for IDR\u{a0}498,390\""],
            vec!["Pindai kode QRIS ini", "aria-label=\"Kode QRIS untuk Rp498.390\""],
        ),
        (
            "qris",
            json!({"type": "qr", "text": broken, "imageUrl": "https://q.example/1"}),
            vec!["is damaged, so it is not shown"],
            vec!["rusak, jadi tidak ditampilkan"],
        ),
        (
            "qris",
            json!({"type": "qr", "imageUrl": "https://q.example/1?a=b&c=d"}),
            vec!["href=\"https://q.example/1?a=b&amp;c=d\"", "Open the QR code"],
            vec!["Buka kode QR"],
        ),
        (
            "indomaret",
            json!({"type": "payment_code", "store": "indomaret", "code": "25709650945026"}),
            vec!["Pay at Indomaret", "25709650945026", "Tell the cashier"],
            vec!["Bayar di Indomaret", "Katakan kepada kasir"],
        ),
        (
            "gopay",
            json!({"type": "deep_link", "url": "gojek://gopay/pay?id=1", "imageUrl": "https://q.example/2"}),
            vec!["Pay with GoPay", "href=\"gojek://gopay/pay?id=1\"", "Open GoPay", "href=\"https://q.example/2\""],
            vec!["Bayar dengan GoPay", "Buka GoPay"],
        ),
        (
            "card",
            json!({"type": "redirect", "url": "https://3ds.example/x"}),
            vec!["Finish your payment", "href=\"https://3ds.example/x\"", "Continue to payment"],
            vec!["Selesaikan pembayaran Anda", "Lanjut ke pembayaran"],
        ),
        (
            "gopay",
            json!({"type": "deep_link", "url": "javascript:alert(1)"}),
            vec!["Pay with GoPay"],
            vec!["Bayar dengan GoPay"],
        ),
    ] {
        let guest = Guest::open().await;
        guest.put(&guest.waiting(method, &next)).await;
        let page = guest.html("").await;
        contains_all(&page, &en);
        contains_all(
            &page,
            &[
                "Waiting for your payment",
                "<time datetime=\"2026-11-21T01:15:00.000Z\" data-now=\"2026-11-21T01:00:00.000Z\">Pay before 21 November 2026 at 08:15 WIB",
                "<noscript><meta http-equiv=\"refresh\" content=\"20\"></noscript>",
                "<body data-state=\"1-1\">",
                "Choose another way to pay",
            ],
        );
        assert!(!page.contains("javascript:"), "{next}");
        assert_eq!(page.contains("<svg"), next["text"] == code, "{next}");
        contains_all(&guest.html("?lang=id").await, &id);
        assert_eq!(choices(&page), ["check"]);
    }
}

#[tokio::test]
async fn a_card_that_an_app_began_is_gone_on_with_at_the_page_and_no_other_is_offered() {
    let guest = Guest::at(World::with_stripe().await);
    let mut with_page = ALL.to_vec();
    with_page.insert(ALL.len() - 1, "stripe_page.0");
    assert_eq!(choices(&guest.html("").await), with_page);
    assert_eq!(guest.world.pay_by_card("pm_asks", "k1").await.status, 201);
    contains_all(&guest.html("").await, &["Finish your payment", "href=\"https://hooks.stripe.com/3ds\""]);
    guest.world.stack.set_clock("2026-11-21T01:01:00Z");
    guest.pressed("qris.0").await;
    assert_eq!(guest.payments().await, ["qris pending", "card cancelled"]);
}

#[tokio::test]
async fn a_time_is_written_in_the_customers_zone() {
    let guest = Guest::open().await;
    let body = json!({"timezone": "Asia/Jayapura"});
    let customers = customers::Customers::new(guest.world.stack.ctx().table(), guest.world.scope());
    let kernel::Party::Customer(id) = guest.world.party else { unreachable!() };
    let customer = customers.get(id).await.unwrap().unwrap().trusted("a test changes it");
    let zone = body["timezone"].as_str().unwrap().parse().ok();
    let moved = customers::Customer { zone, ..customer };
    let key = guest.world.scope().key(format_args!("CUS#{id}"), "CUS");
    guest.world.stack.ctx().table().write(table::Write::put(key, &moved).unwrap()).await.unwrap();
    let next = json!({"type": "virtual_account", "bank": "bca", "vaNumber": "1"});
    guest.put(&guest.waiting("bca_va", &next)).await;
    contains_all(&guest.html("").await, &["Pay before 21 November 2026 at 10:15 WIT"]);
}

#[tokio::test]
async fn what_ended_is_told_in_plain_words_and_can_be_chosen_again() {
    let failure = Some(Failure { code: "402".to_owned(), message: "<script>channel</script>".to_owned() });
    for (status, failure, en, id) in [
        (Status::Expired, None, "The time to pay is over.", "Waktu pembayaran sudah habis."),
        (Status::Failed, None, "declined by the bank or wallet", "ditolak oleh bank atau dompet digital"),
        (Status::Failed, failure, "not available at the moment", "sedang tidak tersedia"),
        (Status::Cancelled, None, "The payment was cancelled.", "Pembayaran dibatalkan."),
    ] {
        let guest = Guest::open().await;
        let waiting = guest.waiting("bca_va", &json!({"type": "virtual_account", "bank": "bca", "vaNumber": "1"}));
        guest.put(&Payment { status, failure, next_action: None, ..waiting }).await;
        let page = guest.html("?method=bca_va").await;
        contains_all(&page, &[en, "Choose how to pay"]);
        assert!(choices(&page).contains(&"bca_va.1".to_owned()) && !page.contains("channel"), "{status:?}");
        contains_all(&guest.html("?lang=id").await, &[id, "Pilih cara pembayaran"]);
        assert!(!guest.html("?method=qris").await.contains(en), "that was another way");
    }
}

#[tokio::test]
async fn a_payment_whose_time_is_over_by_the_clock_is_not_waited_for() {
    let guest = Guest::open().await;
    guest.put(&guest.waiting("bca_va", &json!({"type": "virtual_account", "bank": "bca", "vaNumber": "1"}))).await;
    guest.world.stack.set_clock("2026-11-21T01:15:00Z");
    let page = guest.html("").await;
    contains_all(&page, &["The time to pay is over.", "<body data-state=\"1-1\">", "value=\"bca_va.1\""]);
}

#[tokio::test]
async fn what_the_provider_checks_is_left_alone() {
    let guest = Guest::open().await;
    let waiting = guest.waiting("card", &json!({"type": "redirect", "url": "https://3ds.example/x"}));
    guest.put(&Payment { status: Status::Challenge, ..waiting }).await;
    let page = guest.html("").await;
    contains_all(&page, &["Your payment is being checked."]);
    assert!(!page.contains("Choose another way") && !page.contains("3ds.example"));
    contains_all(&guest.html("?lang=id").await, &["Pembayaran Anda sedang diperiksa."]);
}

#[tokio::test]
async fn what_a_bank_holds_is_the_sellers_to_take() {
    let guest = Guest::open().await;
    let mut held = serde_json::to_value(guest.waiting("card", &json!(null))).unwrap();
    held["hold"] = json!({"since": "2026-11-21T01:00:00.000Z", "amount": {"amount": 498_390, "currency": "IDR"}});
    guest.put(&serde_json::from_value(held).unwrap()).await;
    let page = guest.html("").await;
    contains_all(&page, &["Your bank has reserved the amount on your card."]);
    assert!(!page.contains("Choose another way"), "the payer does not release it");
    contains_all(&guest.html("?lang=id").await, &["Bank Anda telah menahan jumlah ini"]);
}

#[tokio::test]
async fn what_waits_is_named_where_another_way_is_chosen() {
    let guest = Guest::open().await;
    guest.put(&guest.waiting("bca_va", &json!({"type": "virtual_account", "bank": "bca", "vaNumber": "1"}))).await;
    let page = guest.html("?choose=1").await;
    contains_all(&page, &["A payment by BCA is waiting.", "Back to BCA", "?method=bca_va\""]);
    assert_eq!(choices(&page), ALL);
    contains_all(&guest.html("?choose=1&lang=id").await, &["Pembayaran lewat BCA masih menunggu.", "Kembali ke BCA"]);
}

#[tokio::test]
async fn a_payment_of_more_than_is_left_is_not_shown_to_be_paid() {
    let guest = Guest::open().await;
    guest.put(&guest.waiting("bca_va", &json!({"type": "virtual_account", "bank": "bca", "vaNumber": "8127"}))).await;
    let mut open = guest.world.sample(guest.world.invoice);
    open.credits_applied = serde_json::from_value(json!({"amount": 98_390, "currency": "IDR"})).unwrap();
    guest.world.put_invoice(&open).await;
    let page = guest.html("").await;
    contains_all(&page, &["A payment by BCA is waiting."]);
    assert!(!page.contains(">8127<") && choices(&page).contains(&"bca_va.0".to_owned()));
}

#[tokio::test]
async fn what_is_over_shows_the_result_for_a_while() {
    let guest = Guest::open().await;
    let open = guest.world.sample(guest.world.invoice);
    let at = "2026-11-21T00:30:00.000Z".parse().unwrap();
    let paid = Invoice { state: InvoiceState::Paid { at, payment: None }, ..open.clone() };
    let void = Invoice { state: InvoiceState::Void { at }, ..open };
    for (invoice, en, id) in [
        (
            &paid,
            ["Paid. Thank you!", "paid on 21 November 2026 at 07:30 WIB"],
            ["Lunas. Terima kasih!", "pukul 07.30 WIB"],
        ),
        (&void, ["This invoice was withdrawn", "ask Toko A"], ["Tagihan ini dibatalkan", "hubungi Toko A"]),
    ] {
        guest.world.put_invoice(invoice).await;
        guest.world.stack.set_clock("2026-11-21T01:00:00Z");
        let page = guest.html("?method=bca_va&choose=1").await;
        contains_all(&page, &en);
        assert!(!page.contains("<form") && page.contains("<body>\n"));
        contains_all(&guest.html("?lang=id").await, &id);
        guest.world.stack.set_clock("2027-02-19T00:29:59Z");
        guest.html("").await;
        guest.world.stack.set_clock("2027-02-19T00:30:00Z");
        let over = guest.page("").await;
        assert_eq!(over.status, 410);
        contains_all(&html(&over), &["This page is no longer available"]);
    }
}

#[tokio::test]
async fn an_invoice_that_was_given_up_can_still_be_paid() {
    let guest = Guest::open().await;
    let open = guest.world.sample(guest.world.invoice);
    let at = open.issued.as_ref().unwrap().at;
    guest.world.put_invoice(&Invoice { state: InvoiceState::Uncollectible { at }, ..open }).await;
    assert_eq!(choices(&guest.html("").await), ALL);
}

#[tokio::test]
async fn names_cannot_break_out_of_the_page() {
    let guest = Guest::open().await;
    let evil = "<script>alert(1)</script>\"'&";
    let mut open = guest.world.sample(guest.world.invoice);
    evil.clone_into(&mut open.seller.name);
    open.bill_to.company = Some(evil.to_owned());
    open.lines = serde_json::from_value(json!([{"kind": "discount", "name": evil, "service": null,
        "amount": {"amount": -1, "currency": "IDR"}, "discount": {"amount": 0, "currency": "IDR"}, "taxes": []}]))
    .unwrap();
    open.seller.bank_accounts =
        serde_json::from_value(json!([{"bank": evil, "number": evil, "holder": evil}])).unwrap();
    guest.world.put_invoice(&open).await;
    let next = json!({"type": "virtual_account", "bank": evil, "vaNumber": evil});
    for query in ["", "?choose=1", "?lang=%3Cscript%3E&method=%22%3E"] {
        let page = guest.html(query).await;
        assert!(!page.contains("<script>alert") && !page.contains("\"'&<"), "{query}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    }
    guest.put(&guest.waiting("bca_va", &next)).await;
    assert!(!guest.html("").await.contains("<script>alert"));
}

#[tokio::test]
async fn the_page_looks_as_its_seller_did_at_the_issue() {
    let guest = Guest::open().await;
    let invoices = billing::Invoices::new(guest.world.stack.ctx().table(), guest.world.scope());
    let mut invoice = invoices.get(guest.world.invoice).await.unwrap().unwrap().trusted("a test looks");
    invoice.seller.brand = billing::SellerBrand {
        name: Some("Kasirku & Co".to_owned()),
        logo: Some("0123456789abcdef".repeat(4)),
        primary_color: Some("#fde047".parse().unwrap()),
    };
    guest.world.put_invoice(&invoice).await;
    let page = guest.html("").await;
    let logo = format!("<header><img src=\"/brand/{}/logo?v=01234567\" alt=\"\"", guest.world.scope().tenant());
    contains_all(&page, &[":root { --accent: #fde047; --on-accent: #000000 }"]);
    assert!(page.contains(&logo) && page.contains("<span>Kasirku &amp; Co</span>"), "{page}");
    let policy = guest.page("").await.header("content-security-policy").to_owned();
    assert!(policy.contains("img-src 'self';") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn the_page_runs_its_own_script_and_nothing_is_kept_or_passed_on() {
    let guest = Guest::open().await;
    for answer in [guest.page("").await, guest.client.get("/pay/x").send().await] {
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"),
            "{policy}"
        );
        for part in ["frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "connect-src 'self'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(
            (answer.header("referrer-policy"), answer.header("x-robots-tag")),
            ("no-referrer", "noindex, nofollow")
        );
        assert_eq!(answer.header("x-frame-options"), "DENY");
        let page = html(&answer);
        assert_eq!((page.matches("<script").count(), page.matches("<style").count()), (1, 2));
        assert!(!page.contains(" style=") && !page.contains(" onclick=") && !page.contains(" onsubmit="));
        assert!(!page.contains("src=") && !page.contains("@import"));
    }
}

#[tokio::test]
async fn another_invoice_of_the_same_customer_is_not_mentioned() {
    let guest = Guest::open().await;
    let other = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap();
    guest.world.put_invoice(&guest.world.sample(other)).await;
    guest.pressed("bca_va.0").await;
    let link = link_of(&guest.world, other);
    let page = html(&guest.client.call(Method::GET, format!("/pay/{link}")).send().await);
    assert!(!page.contains("812785002530231") && page.contains("How do you want to pay?"));
}

#[test]
fn the_languages_say_the_same_things() {
    let placeholders = |text: &str| {
        let mut all: Vec<String> =
            text.split('{').skip(1).map(|part| part.split_once('}').unwrap().0.to_owned()).collect();
        all.sort();
        all
    };
    let [en, id] = [kernel::Locale::En, kernel::Locale::Id].map(Words::of);
    for (en, id) in [
        (en.title, id.title),
        (en.invoice, id.invoice),
        (en.billed_to, id.billed_to),
        (en.due, id.due),
        (en.overdue, id.overdue),
        (en.transfer_how, id.transfer_how),
        (en.included, id.included),
        (en.holder, id.holder),
        (en.ask_seller, id.ask_seller),
        (en.under_way, id.under_way),
        (en.back, id.back),
        (en.virtual_account, id.virtual_account),
        (en.qr_label, id.qr_label),
        (en.code, id.code),
        (en.wallet, id.wallet),
        (en.open_wallet, id.open_wallet),
        (en.until, id.until),
        (en.paid_on, id.paid_on),
        (en.void_how, id.void_how),
    ] {
        assert!(en != id && !placeholders(en).is_empty(), "{en}");
        assert_eq!(placeholders(en), placeholders(id), "{en}");
    }
}
