use axum::{Router, routing::get};
use cloud::Function;
use futures::stream;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;
use crate::{Control, LocalCloud, pump::tests::cloud};

async fn things() -> (LocalCloud, Control) {
    let api = Router::new().route("/api/v1/things", get(|| async { "ok" }).post(|body: String| async { body }));
    // What no other route takes, as the platform's function does.
    let functions = [("api", api), ("rest", Router::new())];
    cloud(functions.map(|(name, router)| (name.to_owned(), Function::Http(router))).into()).await
}

/// What comes back for these very bytes, which ask for the connection to be closed.
async fn raw(control: &Control, request: &str) -> String {
    let mut connection = TcpStream::connect(control.base_url().trim_start_matches("http://")).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    rest(connection).await
}

/// What comes back when nothing follows on these bytes.
async fn cut(control: &Control, request: &str) -> String {
    let mut connection = TcpStream::connect(control.base_url().trim_start_matches("http://")).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    rest(connection).await
}

async fn rest(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or(answer)
}

#[tokio::test]
async fn a_host_or_a_target_that_is_none_is_refused_before_any_function() {
    let (_cloud, control) = things().await;
    let end = "\r\nConnection: close\r\n\r\n";
    let good = raw(&control, &format!("GET /api/v1/things HTTP/1.1\r\nHost: api.example:80{end}")).await;
    assert!(status(&good) == "200" && good.ends_with("ok"), "{good}");
    for bad in ["x:abc", "a b", "x:99999", "x/y", "user@x", "[::1", "", "x\r\nHost: y", "a%zz"] {
        let answer = raw(&control, &format!("GET /api/v1/things HTTP/1.1\r\nHost: {bad}{end}")).await;
        assert_eq!(status(&answer), "400", "Host: {bad}: {answer}");
    }
    for target in ["OPTIONS *", "CONNECT api.example:80"] {
        let answer = raw(&control, &format!("{target} HTTP/1.1\r\nHost: x{end}")).await;
        assert_eq!(status(&answer), "400", "{target}: {answer}");
    }
    let none = raw(&control, "GET /api/v1/things HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status(&none), "400", "{none}");
    let long = "\"".repeat(MAX_TARGET);
    let answer = raw(&control, &format!("GET /{long} HTTP/1.1\r\nHost: x{end}")).await;
    assert_eq!(status(&answer), "414");
}

#[tokio::test]
async fn a_path_that_would_be_read_as_another_leads_nowhere() {
    let (_cloud, control) = things().await;
    for path in [
        "/api/v1/things/../things",
        "/api/v1/things/%2e%2E/things",
        "/api/v1/./things",
        "/api/v1/things/.",
        "/api/v1/things/x/..",
        "/api/v1\\things",
        "/nothing/../api/v1/things",
    ] {
        let answer = raw(&control, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(status(&answer), "404", "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_cut_body_is_refused() {
    let (_cloud, control) = things().await;
    let post = "POST /api/v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    for body in ["Content-Length: 10\r\n\r\nfive5", "Transfer-Encoding: chunked\r\n\r\n5\r\nfive5\r\n"] {
        let answer = cut(&control, &format!("{post}{body}")).await;
        assert_eq!(status(&answer), "400", "{body}: {answer}");
    }
    let whole = raw(&control, &format!("{post}Content-Length: 5\r\n\r\nfive5")).await;
    assert!(status(&whole) == "200" && whole.ends_with("five5"), "{whole}");
}

#[tokio::test]
async fn a_body_that_stalls_is_cut_off_and_one_that_is_too_large_is_not_read() {
    let first = stream::iter([Ok::<_, std::io::Error>("five5")]);
    let stalled = Body::from_stream(stream::StreamExt::chain(first, stream::pending()));
    let late = read_body(stalled, 100, Duration::from_millis(20)).await.unwrap_err();
    assert_eq!((late, late.status().as_u16()), (BodyFault::Late, 408));
    let large = read_body(Body::from("five5"), 4, BODY_TIMEOUT).await.unwrap_err();
    assert_eq!((large, large.status().as_u16()), (BodyFault::TooLarge, 413));
    assert_eq!(read_body(Body::from("five5"), 5, BODY_TIMEOUT).await.unwrap(), "five5");
}

#[tokio::test]
async fn the_control_api_obeys_no_page_of_another_site_and_no_other_name() {
    let (_cloud, control) = things().await;
    let port = control.base_url().rsplit(':').next().unwrap().to_owned();
    let own = format!("127.0.0.1:{port}");
    let post = |host: &str, more: &str| {
        format!("POST /_local/drain HTTP/1.1\r\nHost: {host}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n")
    };
    for (host, more) in [
        (own.as_str(), "Origin: http://evil.example\r\n".to_owned()),
        (&own, "Origin: null\r\n".to_owned()),
        (&own, format!("Origin: http://localhost:{port}\r\n")),
        (&own, "Origin: http://127.0.0.1:1\r\n".to_owned()),
        (&own, format!("Origin: http://{own}\r\nOrigin: http://evil.example\r\n")),
        (&own, "Sec-Fetch-Site: cross-site\r\n".to_owned()),
        (&own, "Sec-Fetch-Site: same-site\r\n".to_owned()),
        ("evil.example", String::new()),
        ("127.0.0.1.evil.example", String::new()),
        ("192.168.0.7", String::new()),
    ] {
        let answer = raw(&control, &post(host, &more)).await;
        assert_eq!(status(&answer), "403", "{host} {more}: {answer}");
        assert!(answer.contains(r#""code":"FORBIDDEN""#), "{answer}");
    }
    let read = raw(&control, "GET /_local/clock HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status(&read), "403");
    for (host, more) in [
        (own.clone(), String::new()),
        (format!("localhost:{port}"), format!("Origin: http://localhost:{port}\r\nSec-Fetch-Site: same-origin\r\n")),
        (format!("[::1]:{port}"), String::new()),
    ] {
        let answer = raw(&control, &post(&host, &more)).await;
        assert_eq!(status(&answer), "200", "{host} {more}: {answer}");
    }
}
