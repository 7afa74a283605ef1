//! Who does not get in, and what they are told: a page, never JSON.

use billing::{Invoice, InvoiceState};
use http::Method;

use super::{FORM, Guest, html, link_of, stamp_of};

#[tokio::test]
async fn what_is_no_link_leads_to_a_page_that_says_so() {
    let guest = Guest::open().await;
    let missing = link_of(&guest.world, "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap());
    let draft: kernel::InvoiceId = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap();
    guest.world.put_invoice(&Invoice { state: InvoiceState::Draft, issued: None, ..guest.world.sample(draft) }).await;
    let mut changed = guest.link.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    let id = guest.world.invoice.to_string();
    let links = ["x", "%FF", "%3Cscript%3E", &"A".repeat(64), &"A".repeat(5_000), &changed, &missing, &id];
    let draft = link_of(&guest.world, draft);
    for link in links.into_iter().chain([draft.as_str()]) {
        for method in [Method::GET, Method::POST] {
            let call =
                guest.client.call(method.clone(), format!("/pay/{link}")).header("accept-language", "id-ID,id;q=0.9");
            let answer = call.send().await;
            let status = if method == Method::GET { 404 } else { 403 };
            assert_eq!(
                (answer.status.as_u16(), answer.header("content-type")),
                (status, "text/html; charset=utf-8"),
                "{link}"
            );
            if method == Method::GET {
                assert!(html(&answer).contains("Tautan ini tidak berfungsi"), "{link}");
            }
        }
    }
    let english = html(&guest.client.get("/pay/x?lang=en").send().await);
    assert!(english.contains("This link does not work") && !english.contains("<header>"));
}

#[tokio::test]
async fn a_form_of_another_page_pays_nothing() {
    let guest = Guest::open().await;
    let stamp = stamp_of(&guest.html("").await);
    let other = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap();
    guest.world.put_invoice(&guest.world.sample(other)).await;
    let other = html(&guest.client.get(format!("/pay/{}", link_of(&guest.world, other))).send().await);
    let good = format!("stamp={stamp}&choice=bca_va.0");
    let bodies = [
        "choice=bca_va.0".to_owned(),
        "stamp=&choice=bca_va.0".to_owned(),
        format!("stamp={}&choice=bca_va.0", stamp_of(&other)),
        format!("stamp={stamp}"),
        format!("stamp={stamp}&choice=cash.0"),
        format!("stamp={stamp}&choice=bca_va"),
        format!("stamp={stamp}&choice=bca_va.-1"),
        format!("stamp={stamp}&choice=bca_va.99999999999999999999999"),
        format!("{good}&amount=1"),
        "{}".to_owned(),
        String::new(),
        "\u{0}".to_owned(),
    ];
    let send = |body: String, headers: &[(&str, &str)]| {
        let call =
            guest.client.call(Method::POST, format!("/pay/{}", guest.link)).header("content-type", FORM).raw(body);
        headers.iter().fold(call, |call, (name, value)| call.header(name, *value)).send()
    };
    for body in bodies {
        let answer = send(body.clone(), &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (403, "text/html; charset=utf-8"),
            "{body}"
        );
        assert!(html(&answer).contains("Open the link from your message again"));
    }
    let foreign = [
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        [("origin", "null"), ("sec-fetch-site", "cross-site")],
        [("origin", "null"), ("sec-fetch-site", "same-site")],
        [("origin", "https://evil.example"), ("x", "y")],
    ];
    for headers in foreign {
        assert_eq!(send(good.clone(), &headers).await.status, 403, "{headers:?}");
    }
    assert_eq!(guest.payments().await, Vec::<String>::new());
    // What browsers send of the page's own form: it has no referrer, so that its origin is not told.
    let own = [("origin", "null"), ("sec-fetch-site", "same-origin")];
    assert_eq!(send(good.clone(), &own).await.status, 303);
    let own = [("origin", "https://api.ruko.test"), ("sec-fetch-site", "same-origin")];
    assert_eq!(send(good, &own).await.status, 303);
}

#[tokio::test]
async fn who_calls_too_often_is_told_by_a_page() {
    let guest = Guest::open().await;
    let path = format!("/pay/{}", guest.link);
    for _ in 0..60 {
        assert_eq!(guest.world.client.get(&path).send().await.status, 200);
    }
    let answer = guest.world.client.get(&path).send().await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (429, "text/html; charset=utf-8"));
    assert!(html(&answer).contains("Too many requests") && answer.header("retry-after") == "30");
}

/// A mobile network has one address for all of them.
#[tokio::test]
async fn payers_behind_one_address_do_not_shut_each_other_out() {
    let guest = Guest::open().await;
    let other = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap();
    guest.world.put_invoice(&guest.world.sample(other)).await;
    let (one, other) = (format!("/pay/{}", guest.link), format!("/pay/{}", link_of(&guest.world, other)));
    for _ in 0..60 {
        assert_eq!(guest.world.client.get(&one).send().await.status, 200);
    }
    assert_eq!(guest.world.client.get(&one).send().await.status, 429);
    assert_eq!(guest.world.client.get(&other).send().await.status, 200);
    // Whoever guesses links is counted by the address, and shuts out nobody who has one.
    for _ in 0..60 {
        assert_eq!(guest.world.client.get("/pay/x").send().await.status, 404);
    }
    assert_eq!(guest.world.client.get("/pay/x").send().await.status, 429);
    assert_eq!(guest.world.client.get(&other).send().await.status, 200);
}

#[tokio::test]
async fn an_invoice_is_asked_for_thirty_times_an_hour_at_most() {
    let guest = Guest::open().await;
    let stamp = stamp_of(&guest.html("").await);
    for call in 0..30 {
        guest.world.stack.set_clock(&format!("2026-11-21T01:{call:02}:00Z"));
        assert_eq!(guest.send(&guest.world.client, &stamp, "check").await.status, 303, "{call}");
    }
    assert_eq!(guest.send(&guest.world.client, &stamp, "check").await.status, 429);
    guest.world.stack.set_clock("2026-11-21T02:00:00Z");
    assert_eq!(guest.send(&guest.world.client, &stamp, "check").await.status, 303);
}

#[tokio::test]
async fn other_methods_and_longer_paths_are_none_of_the_page() {
    let guest = Guest::open().await;
    let path = format!("/pay/{}", guest.link);
    assert_eq!(guest.client.call(Method::DELETE, &path).send().await.status, 405);
    assert_eq!(guest.client.get(format!("{path}/more")).send().await.status, 404);
    assert_eq!(guest.client.call(Method::HEAD, &path).send().await.status, 200);
}

#[test]
fn the_document_says_that_pages_are_answered_with_pages() {
    let mut document = web::openapi::base();
    document.merge(crate::endpoints().document());
    web::openapi::complete(&mut document);
    let document = serde_json::to_value(&document).unwrap();
    let page = &document["paths"]["/pay/{link}"];
    for (method, pages) in
        [("get", vec!["200", "404", "410", "429", "503"]), ("post", vec!["403", "404", "409", "410", "429", "503"])]
    {
        for status in pages {
            let content = page[method]["responses"][status]["content"].as_object().unwrap();
            assert_eq!(content.keys().collect::<Vec<_>>(), ["text/html"], "{method} {status}");
        }
    }
    let body = &page["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"];
    assert_eq!(body["example"]["choice"], "bca_va.0");
    let statuses: Vec<&String> = page["post"]["responses"].as_object().unwrap().keys().collect();
    assert_eq!(statuses, ["303", "403", "404", "409", "410", "429", "500", "503"], "it takes no JSON");
}
