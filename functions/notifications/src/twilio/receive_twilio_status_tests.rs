//! Reports of Twilio: in any order, again, at once, from strangers, and through a store that breaks.

use aws_lc_rs::{digest, hmac};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures::future::join_all;
use http::Method;
use kernel::{NotificationId, TenantId};
use messaging::{Channel, Report, ReportStatus, Reports, SuppressionReason, Suppressions};
use serde_json::json;
use table::{TenantScope, pages::PageRequest};
use testkit::{Answer, Call, Client, Fault, Member, Stack};

const NOTIFICATION: &str = "ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
const SECRET: &str = r#"{"accountSid":"AC1","authToken":"s3cret","from":"TOKOKITA","webhookKeys":{"WK1":"shared"}}"#;

struct Room {
    stack: Stack,
    client: Client,
    tenant: TenantId,
    owner: Member,
}

impl Room {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        stack.secrets.put(format!("ruko/test/tenants/{}/twilio", tenant.id), SECRET);
        let client = stack.serve(crate::function);
        Self { stack, client, tenant: tenant.id, owner }
    }

    fn path(&self) -> String {
        format!("/api/v1/webhooks/twilio/{}?notification={NOTIFICATION}", self.tenant)
    }

    /// What is signed: the address, and the fields in order.
    fn signed(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let mut sorted = fields.to_vec();
        sorted.sort_unstable();
        let url = format!("{}{path}", self.stack.ctx().config().public_url);
        sorted.iter().fold(url, |text, (name, value)| text + name + value)
    }

    async fn hear_at(&self, client: &Client, fields: &[(&str, &str)]) -> Answer {
        let path = self.path();
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"s3cret");
        let signature = STANDARD.encode(hmac::sign(&key, self.signed(&path, fields).as_bytes()));
        form(client, path, fields).header("x-twilio-signature", signature.as_str()).send().await
    }

    async fn hear(&self, status: &str, code: Option<&str>) -> Answer {
        self.hear_at(&self.client, &report(status, code)).await
    }

    async fn report(&self) -> Option<Report> {
        let id: NotificationId = NOTIFICATION.parse().unwrap();
        Reports::new(self.stack.ctx().table(), self.owner.scope).get(id, Channel::Sms).await.unwrap()
    }

    async fn suppressed(&self) -> Vec<(String, SuppressionReason)> {
        let suppressions = Suppressions::new(self.stack.ctx().table(), TenantScope::new(self.tenant));
        let page = suppressions.list(&PageRequest::default()).await.unwrap();
        page.items.into_iter().map(|one| (one.hint, one.reason)).collect()
    }
}

/// A call with a form, as Twilio makes it.
fn form<'a>(client: &'a Client, path: String, fields: &[(&str, &str)]) -> Call<'a> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    client.call(Method::POST, path).raw(body).header("content-type", "application/x-www-form-urlencoded")
}

fn report<'a>(status: &'a str, code: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("SmsSid", "SM1"),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", "+6281234567890"),
        ("MessageSid", "SM1"),
        ("AccountSid", "AC1"),
        ("Brand New", "é & +"),
    ];
    fields.extend(code.map(|code| ("ErrorCode", code)));
    fields
}

#[tokio::test]
async fn a_message_that_is_delivered_stays_so() {
    let room = Room::open().await;
    for (status, expected) in [
        ("queued", ReportStatus::Queued),
        ("delivered", ReportStatus::Delivered),
        ("sent", ReportStatus::Delivered),
        ("delivered", ReportStatus::Delivered),
        ("partially_delivered", ReportStatus::Delivered),
    ] {
        let answer = room.hear(status, None).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({})), "{status}");
        assert_eq!(room.report().await.unwrap().status, expected, "{status}");
    }
    assert_eq!(room.report().await.unwrap().version, 2);
    assert_eq!(room.suppressed().await, []);
}

#[tokio::test]
async fn a_number_whose_owner_said_stop_is_written_to_no_more() {
    let room = Room::open().await;
    let answers = join_all((0..4).map(|_| room.hear("failed", Some("21610")))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let report = room.report().await.unwrap();
    assert_eq!((report.status, report.code.as_deref(), report.version), (ReportStatus::Undelivered, Some("21610"), 1));
    assert_eq!(room.suppressed().await, [("+62***890".to_owned(), SuppressionReason::OptOut)]);
    // It is lifted, and the old report comes again.
    let list = room.client.get("/api/v1/suppressions").bearer(&room.owner.token).send().await;
    let path = format!("/api/v1/suppressions/{}", list.text("/data/0/id"));
    let lifted = room.client.call(Method::DELETE, path).bearer(&room.owner.token).send().await;
    assert_eq!(lifted.status, 200, "{}", lifted.snapshot());
    assert_eq!(room.hear("failed", Some("21610")).await.status, 200);
    assert_eq!(room.suppressed().await, []);
}

#[tokio::test]
async fn a_number_whose_owner_said_stop_is_heard_of_after_the_message_is_known_to_be_lost() {
    let room = Room::open().await;
    assert_eq!(room.hear("undelivered", None).await.status, 200);
    assert_eq!(room.suppressed().await, []);
    for _ in 0..2 {
        assert_eq!(room.hear("undelivered", Some("21610")).await.status, 200);
    }
    assert_eq!(room.suppressed().await, [("+62***890".to_owned(), SuppressionReason::OptOut)]);
}

#[tokio::test]
async fn json_is_proven_by_its_hash_and_a_shared_key_by_sha_256() {
    let room = Room::open().await;
    let body = json!({"MessageSid": "SM1", "MessageStatus": "delivered", "AccountSid": "AC1", "Price": 1});
    let hash = digest::digest(&digest::SHA256, body.to_string().as_bytes());
    let hash = hash.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let path = format!("{}&bodySHA256={hash}", room.path());
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"shared");
    let signature = STANDARD.encode(hmac::sign(&key, room.signed(&path, &[]).as_bytes()));
    let call = |settings: &str, body: serde_json::Value| {
        let call = room.client.post(path.clone(), body).header("x-twilio-signature", signature.as_str());
        call.header("x-twilio-webhooks-signature-settings", settings).send()
    };
    let settings = "key=WK1,algorithm=HMAC_SHA256";
    assert_eq!(call("key=WK2,algorithm=HMAC_SHA256", body.clone()).await.text("/code"), "INVALID_SIGNATURE");
    assert_eq!(call("key=WK1,algorithm=HMAC_MD5", body.clone()).await.text("/code"), "INVALID_SIGNATURE");
    assert_eq!(call(settings, json!({"MessageSid": "SM2"})).await.text("/code"), "INVALID_SIGNATURE");
    assert_eq!(room.report().await, None);
    assert_eq!(call(settings, body).await.status, 200);
    assert_eq!(room.report().await.unwrap().status, ReportStatus::Delivered);
}

#[tokio::test]
async fn strangers_change_nothing() {
    let room = Room::open().await;
    let fields = report("delivered", None);
    let (path, wrong) = (room.path(), "x-twilio-signature");
    let unsigned = form(&room.client, path.clone(), &fields).send().await;
    assert_eq!((unsigned.status.as_u16(), unsigned.text("/code").as_str()), (401, "INVALID_SIGNATURE"));
    let forged = form(&room.client, path, &fields).header(wrong, "RSOYDt4T1cUTdK1PDd93/VVr8B8=").send().await;
    assert_eq!(forged.text("/code"), "INVALID_SIGNATURE");
    let nowhere = format!("/api/v1/webhooks/twilio/toko-z?notification={NOTIFICATION}");
    assert_eq!(form(&room.client, nowhere, &fields).send().await.text("/code"), "INVALID_SIGNATURE");
    // Another account's report, signed with this one's token, and one of no message.
    let mut others = fields.clone();
    others.retain(|(name, _)| *name != "AccountSid");
    others.push(("AccountSid", "AC2"));
    assert_eq!(room.hear_at(&room.client, &others).await.text("/code"), "INVALID_SIGNATURE");
    assert_eq!(room.hear_at(&room.client, &[("AccountSid", "AC1")]).await.text("/code"), "INVALID_BODY");
    // A tenant without an account.
    let (other, _) = room.stack.tenant("toko-b").await;
    let path = format!("/api/v1/webhooks/twilio/{}?notification={NOTIFICATION}", other.id);
    assert_eq!(form(&room.client, path, &fields).send().await.status, 401);
    assert_eq!((room.report().await, room.suppressed().await), (None, Vec::new()));
}

/// The store dies at every call: 503, and the report that Twilio sends again is noted once.
#[tokio::test]
async fn a_death_anywhere_ends_in_one_report() {
    let calls = {
        let room = Room::open().await;
        let (ctx, table) = room.stack.breaking(None);
        room.hear_at(&Client::new(crate::function(ctx)), &report("failed", Some("21610"))).await;
        table.calls()
    };
    assert!(calls >= 4, "{calls} calls of the store");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let room = Room::open().await;
        let (ctx, _) = room.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let fields = report("failed", Some("21610"));
        assert_eq!(room.hear_at(&client, &fields).await.status, 503, "{fault:?}");
        assert_eq!(room.hear_at(&client, &fields).await.status, 200, "{fault:?}");
        assert_eq!(room.report().await.unwrap().version, 1, "{fault:?}");
        assert_eq!(room.suppressed().await.len(), 1, "{fault:?}");
    }
}
