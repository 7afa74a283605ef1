//! Receivers that mean harm, and names that lead where nobody should be led.

use std::{sync::Arc, time::Duration};

use kernel::EventId;
use webhooks::{AttemptResult, CallResult, LocalHosts, WebhookDeliveryStatus, WebhookUrl, guard::SystemLookup};

use super::{
    guard::Scripted,
    receiver::{Receiver, Replies},
    world::World,
};
use crate::courier::{Courier, Parcel};

async fn call(courier: &Courier, url: &WebhookUrl) -> CallResult {
    let parcel = Parcel {
        url,
        id: "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<EventId>().unwrap(),
        sent_at: "2026-11-21T01:00:00Z".parse().unwrap(),
        signature: "v1,x".to_owned(),
        body: "{}".to_owned(),
    };
    courier.call(parcel).await
}

#[tokio::test]
async fn a_name_that_leads_inward_is_blocked_at_the_connection() {
    let world = World::with(Scripted::new(&[&["127.0.0.1"]])).await;
    let endpoint = world.endpoint_at("https://hooks.example.com/x", &["*"]).await;
    let delivery = world.happens("invoice.paid", &endpoint).await;
    let delivery = world.attempt(&delivery).await;
    let attempt = delivery.attempts[0];
    assert_eq!((delivery.status, attempt.result), (WebhookDeliveryStatus::Pending, AttemptResult::Blocked));
    assert_eq!((attempt.status, world.receiver.arrived().len()), (None, 0));
    assert!(world.endpoint_now(&endpoint).await.1.failing_since.is_some(), "it counts as a failure");
}

#[tokio::test]
async fn no_blocked_range_is_ever_connected_to() {
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "::7f00:1",
    ] {
        for answers in [&[address][..], &["93.184.215.14", address][..], &[address, "93.184.215.14"][..]] {
            let courier = Courier::with(LocalHosts::default(), Scripted::new(&[answers]), Duration::from_secs(5));
            let url = WebhookUrl::parse("https://hooks.example.com:8443/x", &LocalHosts::default()).unwrap();
            assert_eq!(call(&courier, &url).await.result, AttemptResult::Blocked, "{answers:?}");
        }
    }
}

#[tokio::test]
async fn an_address_that_was_stored_elsewhere_is_checked_again() {
    let receiver = Receiver::start().await;
    let local = LocalHosts::new(vec![receiver.host()]);
    let url = WebhookUrl::parse(&format!("http://{}/x", receiver.host()), &local).unwrap();
    let strict = Courier::with(LocalHosts::default(), Arc::new(SystemLookup), Duration::from_secs(5));
    assert_eq!(call(&strict, &url).await.result, AttemptResult::Blocked);
    let stored: WebhookUrl = serde_json::from_value(serde_json::json!("https://169.254.169.254/")).unwrap();
    assert_eq!(call(&strict, &stored).await.result, AttemptResult::Blocked);
    assert_eq!(receiver.arrived().len(), 0);
    let open = Courier::with(local, Arc::new(SystemLookup), Duration::from_secs(5));
    assert_eq!(call(&open, &url).await.status, Some(204));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    let local = LocalHosts::new(vec![receiver.host(), elsewhere.host()]);
    let courier = Courier::with(local.clone(), Arc::new(SystemLookup), Duration::from_secs(5));
    let url = WebhookUrl::parse(&format!("http://{}/x", receiver.host()), &local).unwrap();
    receiver.replies([Replies::Redirect(format!("http://{}/y", elsewhere.host()))]);
    let heard = call(&courier, &url).await;
    assert_eq!((heard.result, heard.status), (AttemptResult::Rejected, Some(302)));
    assert_eq!(elsewhere.arrived().len(), 0);
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_off_and_its_head_counts() {
    let receiver = Receiver::start().await;
    let local = LocalHosts::new(vec![receiver.host()]);
    let courier = Courier::with(local.clone(), Arc::new(SystemLookup), Duration::from_millis(500));
    let url = WebhookUrl::parse(&format!("http://{}/x", receiver.host()), &local).unwrap();
    receiver.replies([Replies::Endless, Replies::Stuck]);
    for _ in 0..2 {
        let heard = call(&courier, &url).await;
        assert_eq!((heard.result, heard.status), (AttemptResult::Delivered, Some(200)));
    }
}

#[tokio::test]
async fn who_answers_drop_by_drop_holds_nobody_up() {
    let receiver = Receiver::start().await;
    let local = LocalHosts::new(vec![receiver.host()]);
    let courier = Courier::with(local.clone(), Arc::new(SystemLookup), Duration::from_hours(1));
    let url = WebhookUrl::parse(&format!("http://{}/x", receiver.host()), &local).unwrap();
    receiver.replies([Replies::Stuck]);
    // A call that waits for the end of the answer would wait for the hour.
    let heard = tokio::time::timeout(Duration::from_mins(1), call(&courier, &url)).await.unwrap();
    assert_eq!((heard.result, heard.status), (AttemptResult::Delivered, Some(200)));
}

#[tokio::test]
async fn who_never_answers_is_not_waited_for() {
    let receiver = Receiver::start().await;
    let local = LocalHosts::new(vec![receiver.host()]);
    let courier = Courier::with(local.clone(), Arc::new(SystemLookup), Duration::from_millis(300));
    let url = WebhookUrl::parse(&format!("http://{}/x", receiver.host()), &local).unwrap();
    receiver.replies([Replies::Silence]);
    let heard = call(&courier, &url).await;
    assert_eq!((heard.result, heard.status), (AttemptResult::TimedOut, None));
}

#[tokio::test]
async fn who_is_not_there_or_speaks_no_http_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let babbler = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // A head that is larger than any head may be.
            let head = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(2 * 1024 * 1024));
            let _closed = tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await;
        }
    });
    let local = LocalHosts::new(vec![host.clone()]);
    let courier = Courier::with(local.clone(), Arc::new(SystemLookup), Duration::from_secs(5));
    let url = WebhookUrl::parse(&format!("http://{host}/x"), &local).unwrap();
    assert_eq!(call(&courier, &url).await.result, AttemptResult::Unreachable);
    babbler.abort();
    let _ended = babbler.await;
    assert_eq!(call(&courier, &url).await.result, AttemptResult::Unreachable);
}

#[tokio::test]
async fn what_a_receiver_answers_is_kept_nowhere() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    world.receiver.replies([Replies::Endless]);
    let delivery = world.happens("invoice.paid", &endpoint).await;
    world.attempt(&delivery).await;
    let stored = world.stack.everything().await;
    assert!(!stored.contains("xxxxxxxx") && !stored.contains("whsec_") && !stored.contains("hook?t=1"));
}
