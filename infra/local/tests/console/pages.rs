//! What the pages show, and what their buttons do.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{Sandbox, location};

const ATTACK: &str = "Toko <b>\"Sinar\" & 'Anak'";

/// The addresses of our own that a page leads to.
fn links(html: &str) -> BTreeSet<String> {
    let behind = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    behind.filter(|link| link.starts_with("/_local")).map(|link| link.replace("&amp;", "&")).collect()
}

#[tokio::test]
async fn every_link_leads_to_a_page_and_the_pages_lead_to_everything() {
    let sandbox = Sandbox::start().await;
    let shop = sandbox.shop(ATTACK, "Budi <script>alert(1)</script>").await;
    let (mut known, mut open) = (BTreeSet::new(), vec!["/_local".to_owned()]);
    let mut documents = 0;
    while let Some(path) = open.pop() {
        let address = path.split('#').next().unwrap().to_owned();
        if !known.insert(address.clone()) {
            continue;
        }
        let answer = sandbox.get(&address).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{address}");
        if answer.headers()["content-type"] == "application/pdf" {
            documents += 1;
            continue;
        }
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        // With `no-referrer` a browser would send the forms with `Origin: null`, which is refused.
        assert_eq!(answer.headers()["referrer-policy"], "same-origin");
        let html = answer.text().await.unwrap();
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{address}: {html}");
        open.extend(links(&html));
    }
    let of = |rest: &str| format!("/_local/page/tenants/{}{rest}", shop.tenant);
    for page in [
        of(""),
        of(&format!("/customers/{}", shop.customer)),
        of(&format!("/subscriptions/{}", shop.subscription)),
        of(&format!("/invoices/{}", shop.invoice)),
        of(&format!("/payments/{}", shop.payment)),
        "/_local/page/reset".to_owned(),
        "/_local/page/queues/DeliveryDlq".to_owned(),
    ] {
        assert!(known.contains(&page), "nothing leads to {page}");
    }
    assert!(known.iter().any(|page| page.contains("/page/events/evt_")));
    assert!(known.iter().any(|page| page.contains("/page/mailbox/msg-")));
    assert!(documents > 0, "the invoice's PDF");
    for unknown in
        ["/_local/page/tenants/tnt_x", "/_local/page/events/x", "/_local/page/mailbox/x", "/_local/page/queues/x"]
    {
        assert_eq!(sandbox.get(unknown).send().await.unwrap().status(), 404, "{unknown}");
    }
    let elsewhere = of("/invoices/inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    assert_eq!(sandbox.get(&elsewhere).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn amounts_and_states_are_rukos_own_with_midtrans_word_beside_them() {
    let sandbox = Sandbox::start().await;
    let shop = sandbox.shop("Toko Sinar", "Budi").await;
    let page = sandbox.page("/_local/page/midtrans").await;
    for part in [
        "Rp449.000".to_owned(),
        ">pending</span><br>".to_owned(),
        "bca va<br>".to_owned(),
        "at Midtrans: bank_transfer bca".to_owned(),
        format!("aria-label=\"Pay: {}\"", shop.payment),
        format!("aria-label=\"Notify again: {}\"", shop.payment),
    ] {
        assert!(page.contains(&part), "{part}: {page}");
    }
    let answer = sandbox.submit(&format!("/_local/page/midtrans/{}/settle", shop.payment), "").await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (303, "/_local/page/midtrans"));
    let page = sandbox.page("/_local/page/midtrans").await;
    assert!(page.contains(">success</span><br>") && page.contains("at Midtrans: settlement"), "{page}");
    let invoice = sandbox.page(&format!("/_local/page/tenants/{}/invoices/{}", shop.tenant, shop.invoice)).await;
    assert!(invoice.contains(">paid</span>") && invoice.contains(&shop.payment), "{invoice}");
    // What cannot be done is said on a page.
    let answer = sandbox.submit(&format!("/_local/page/midtrans/{}/deny", shop.payment), "").await;
    assert_eq!(answer.status(), 409);
    assert!(answer.text().await.unwrap().contains("role=\"alert\""));
}

#[tokio::test]
async fn lists_have_pages() {
    let sandbox = Sandbox::start().await;
    for number in 0..30 {
        assert_eq!(sandbox.sign_up(&format!("Toko {number}"), &format!("toko-{number}")).await.status(), 201);
    }
    sandbox.cloud.control().drain().await.unwrap();
    let first = sandbox.page("/_local/page/tenants").await;
    assert!(first.contains(">Toko 3<") && !first.contains(">Toko 29<"));
    let next = links(&first).into_iter().find(|link| link.contains("?after=")).unwrap();
    let second = sandbox.page(&next).await;
    assert!(second.contains(">Toko 29<") && !second.contains(">Toko 3<") && second.contains("First page"));
    let mailbox = sandbox.page("/_local/page/mailbox").await;
    assert!(mailbox.contains("1 to 25 of 30"), "{mailbox}");
    let older = links(&mailbox).into_iter().find(|link| link.contains("?skip=25")).unwrap();
    assert!(sandbox.page(&older).await.contains("26 to 30 of 30"));
    let mine = sandbox.page("/_local/page/mailbox?channel=email&to=owner%40toko-7.example").await;
    assert!(mine.contains("1 to 1 of 1") && mine.contains("value=\"owner@toko-7.example\""), "{mine}");
}

#[tokio::test]
async fn a_reset_is_asked_about_and_says_what_is_lost() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.sign_up("Toko Sinar", "toko-sinar").await.status(), 201);
    sandbox.cloud.control().drain().await.unwrap();
    assert!(!sandbox.page("/_local").await.contains("action=\"/_local/page/reset\""));
    let asked = sandbox.page("/_local/page/reset").await;
    for lost in ["documents: 2<", "mailbox: 1<", "Midtrans: 0<", "Keep everything"] {
        assert!(asked.contains(lost), "{lost}: {asked}");
    }
    let answer = sandbox.submit("/_local/page/reset", "").await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (303, "/_local?done=reset"));
    assert!(sandbox.page("/_local?done=reset").await.contains("this is a fresh cloud"));
    assert!(sandbox.page("/_local/page/mailbox").await.contains("No such message"));
}

#[tokio::test]
async fn sandbox_accounts_are_for_tenants_that_are_there() {
    let sandbox = Sandbox::start().await;
    let shop = sandbox.shop("Toko Sinar", "Budi").await;
    for (tenant, status) in [(shop.tenant.as_str(), 200), ("toko-sinar", 404), ("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", 404)]
    {
        let path = format!("/_local/tenants/{tenant}/providers");
        assert_eq!(sandbox.post(&path).json(&json!({})).send().await.unwrap().status(), status, "{tenant}");
    }
}
