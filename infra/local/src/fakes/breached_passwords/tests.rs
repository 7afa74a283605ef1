//! The range API of leaked passwords, over HTTP.

use std::sync::Arc;

use identity::{Password, PasswordRules};
use kernel::Secret;

use super::*;

/// The fake on a port.
async fn fake() -> (Arc<BreachedPasswords>, String) {
    let passwords = Arc::<BreachedPasswords>::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = router(Arc::clone(&passwords));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (passwords, url)
}

async fn ask(url: &str, padding: &str) -> (u16, String) {
    let answer = reqwest::Client::new().get(url).header("Add-Padding", padding).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[test]
fn only_this_list_refuses_its_passwords() {
    for (password, _) in LEAKED {
        let chosen = Password::choose(&Secret::new(password.to_owned()), &PasswordRules::default());
        assert!(chosen.is_ok(), "{password}: {chosen:?}");
    }
}

#[tokio::test]
async fn a_range_lists_what_leaked() {
    let (passwords, url) = fake().await;
    // `printf %s 'kuda besi di jalan tol' | sha1sum`
    for prefix in ["180CF", "180cf"] {
        let (status, text) = ask(&format!("{url}/range/{prefix}"), "false").await;
        assert_eq!((status, text.split("\r\n").count()), (200, 41));
        assert!(text.split("\r\n").any(|line| line == "06B7EEEA74285FBCFD8BE86669D0B175461:384"), "{text}");
        assert!(!text.contains(":0"), "no padding that nobody asked for");
    }
    let asked = passwords.asked();
    assert_eq!(asked[0], Question { target: "/range/180CF".to_owned(), padded: false });
    assert_eq!(ask(&format!("{url}/range/00000"), "false").await.1.split("\r\n").count(), 40, "no range is empty");
}

#[tokio::test]
async fn padding_hides_how_long_a_range_is() {
    let (_, url) = fake().await;
    for prefix in ["180CF", "00000"] {
        let (_, text) = ask(&format!("{url}/range/{prefix}"), "true").await;
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!((800..=1000).contains(&lines.len()), "{}", lines.len());
        assert!(lines.iter().all(|line| line.split_once(':').is_some_and(|(suffix, _)| suffix.len() == 35)));
        assert!(lines.is_sorted());
    }
}

#[tokio::test]
async fn other_questions_are_refused() {
    let (passwords, url) = fake().await;
    for prefix in ["ABF7", "180CFA", "ABF7G", "%C3%A4BF"] {
        assert_eq!(ask(&format!("{url}/range/{prefix}"), "true").await.0, 400, "{prefix}");
    }
    assert_eq!(ask(&url, "true").await.0, 404);
    passwords.set_settings(Settings { fail_requests: 1, delay_ms: 0 });
    assert_eq!(ask(&format!("{url}/range/180CF"), "true").await.0, 503);
    assert_eq!(ask(&format!("{url}/range/180CF"), "true").await.0, 200);
}
