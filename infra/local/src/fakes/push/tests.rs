//! The fake against our own clients of it, which other people's vectors hold to the standards.

use kernel::{Priority, Secret};
use messaging::push::{
    AppToken, Endpoint, Ephemeral, Fcm, PushError, PushNote, ServiceAccount, TokenCache, VapidKey, WebKeys, WebPush,
};

use super::*;

struct World {
    push: Arc<Push>,
    mailbox: Arc<Mailbox>,
    url: String,
    now: kernel::Timestamp,
}

async fn world() -> World {
    let clock = Arc::new(TestClock::new(Some("2026-12-01T00:00:00Z".parse().unwrap())));
    let mailbox = Arc::new(Mailbox::new(Arc::clone(&clock)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let now = clock.now().into();
    let push = Arc::new(Push::new(clock, Arc::clone(&mailbox), url.clone()));
    let app = router(Arc::clone(&push));
    tokio::spawn(async move { axum::serve(listener, app).await });
    World { push, mailbox, url, now }
}

fn note() -> PushNote {
    let id = "ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    PushNote::new(id, ("invoice_ready", Priority::High), "Tagihan ☕", "Rp10.000")
}

impl World {
    async fn send_to(&self, subscription: &Value) -> Result<(), PushError> {
        let endpoint = Endpoint::parse(subscription["endpoint"].as_str().unwrap(), Some(&self.url)).unwrap();
        let key = |name: &str| subscription["keys"][name].as_str().unwrap();
        let keys = WebKeys::parse(key("p256dh"), key("auth")).unwrap();
        let (vapid, http) = (VapidKey::derived(|_| Secret::new([1; 32])).unwrap(), reqwest::Client::new());
        let ephemeral = Ephemeral { private: [7; 32], salt: [3; 16] };
        let sent = WebPush::new(&http, &vapid, "https://api.ruko.example");
        sent.send(&note(), (&endpoint, &keys), &ephemeral, self.now).await.map(|_| ())
    }

    async fn send_to_app(&self, email: &str, token: &str) -> Result<(), PushError> {
        let account = json!({"project_id": "toko-a", "client_email": email, "private_key": ACCOUNT_KEY});
        let account: ServiceAccount = serde_json::from_value(account).unwrap();
        let (http, tokens, token) =
            (reqwest::Client::new(), TokenCache::default(), AppToken::try_from(token.to_owned()).unwrap());
        Fcm::new(&http, Some(&self.url), &account, &tokens).send(&note(), &token, self.now).await.map(|_| ())
    }
}

#[tokio::test]
async fn a_browser_reads_what_was_encrypted_for_it() {
    let world = world().await;
    let (id, subscription) = world.push.open_browser();
    world.send_to(&subscription).await.unwrap();
    let shown = world.mailbox.find(Some("push"), Some(&id));
    assert_eq!((shown[0].subject.as_deref(), shown[0].text.as_str()), (Some("Tagihan ☕"), "Rp10.000"));
    // With another's keys nobody can read it.
    let (_, other) = world.push.open_browser();
    let mixed = json!({"endpoint": subscription["endpoint"], "keys": other["keys"]});
    assert_eq!(world.send_to(&mixed).await, Err(PushError::Refused("400".to_owned())));
    assert!(world.push.close_browser(&id) && !world.push.close_browser("nobody"));
    assert_eq!(world.send_to(&subscription).await, Err(PushError::Gone));
    assert_eq!(world.mailbox.find(Some("push"), None).len(), 1);
}

#[tokio::test]
async fn a_message_for_another_service_or_without_a_signature_is_refused() {
    let world = world().await;
    let (id, _) = world.push.open_browser();
    let post = async |headers: &[(&str, &str)]| {
        let request = reqwest::Client::new().post(format!("{}/push/{id}", world.url)).body("x");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap().status().as_u16()
    };
    let good = [("ttl", "60"), ("content-encoding", "aes128gcm")];
    assert_eq!(post(&good).await, 403);
    assert_eq!((post(&good[1..]).await, post(&good[..1]).await), (400, 415));
    let key = VapidKey::derived(|_| Secret::new([1; 32])).unwrap();
    let elsewhere = Endpoint::parse("https://fcm.googleapis.com/fcm/send/a", None).unwrap();
    let header = key.authorization(&elsewhere, "https://x", world.now).unwrap();
    assert_eq!(post(&[good[0], good[1], ("authorization", header.expose())]).await, 403);
}

#[tokio::test]
async fn an_app_gets_what_its_project_sends() {
    let world = world().await;
    let email = "push@toko-a.example";
    assert_eq!(world.send_to_app(email, "APA91b").await, Err(PushError::Refused("token: 400".to_owned())));
    world.push.register_account(email, "toko-a");
    world.send_to_app(email, "APA91b").await.unwrap();
    assert_eq!(world.mailbox.find(Some("push"), Some("APA91b"))[0].subject.as_deref(), Some("Tagihan ☕"));
    assert_eq!(world.send_to_app(email, "gone-1").await, Err(PushError::Gone));
    assert_eq!(world.send_to_app(email, "invalid-1").await, Err(PushError::Gone));
    world.push.set_settings(Settings { too_many_requests: 1, unavailable: 1 });
    assert!(matches!(world.send_to_app(email, "APA91b").await, Err(PushError::RateLimited(Some(_)))));
    assert!(matches!(world.send_to_app(email, "APA91b").await, Err(PushError::Unavailable(Some(_)))));
    world.send_to_app(email, "APA91b").await.unwrap();
    world.push.register_account(email, "toko-b");
    assert_eq!(world.send_to_app(email, "APA91b").await, Err(PushError::Unavailable(None)), "another project's token");
}
