//! What SES tells of mails: out of order, again, at once, through a store that breaks; and what then is not sent.

use cloud::{Ctx, Function};
use futures::future::join_all;
use kernel::NotificationId;
use messaging::{
    Channel, ContactPoint, Report, ReportStatus, Reports, Suppression, SuppressionIndex, SuppressionReason,
    Suppressions,
};
use serde_json::{Value, json};
use testkit::Fault;

use crate::world::{NOTHING, World};

const BUDI: &str = "budi@example.com";

/// A report in EventBridge's envelope.
fn report(world: &World, notification: &str, kind: &str, more: &Value) -> Value {
    let mut detail = json!({"eventType": kind, "mail": {"messageId": "mail-1", "destination": [BUDI],
        "tags": {"tenant": [world.tenant], "notification": [notification]}}});
    detail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"version": "0", "source": "aws.ses", "detail-type": "Email Bounced", "detail": detail})
}

/// Whom it names is the word of the server that sent the mail back.
fn bounce(kind: &str, sub: &str) -> Value {
    let named = json!([{"emailAddress": "siti@example.com"}]);
    json!({"bounce": {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": named}})
}

/// Whether the message is done with.
async fn hear(ctx: &Ctx, report: &Value) -> bool {
    let Function::Event(handler) = crate::function(ctx.clone()) else { unreachable!("woken by a queue") };
    let record = json!({"messageId": "1", "body": report.to_string(), "receiptHandle": "r", "attributes": {}});
    let answer = handler(json!({"Records": [record]})).await.unwrap();
    answer["batchItemFailures"].as_array().unwrap().is_empty()
}

impl World {
    async fn report_of(&self, notification: &str) -> Option<Report> {
        let id: NotificationId = notification.parse().unwrap();
        Reports::new(self.stack.ctx().table(), self.scope()).get(id, Channel::Email).await.unwrap()
    }

    async fn lift(&self) {
        let suppressions = Suppressions::new(self.stack.ctx().table(), self.scope());
        let mut transaction = table::Transaction::new();
        suppressions.delete(&mut transaction, self.suppression().await.unwrap().id);
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    async fn suppression(&self) -> Option<Suppression> {
        let ctx = self.stack.ctx();
        let index = SuppressionIndex::new(&ctx.ports().keys.derive(SuppressionIndex::LABEL));
        let id = index.of(self.tenant, ContactPoint::Email(&BUDI.parse().unwrap()));
        Suppressions::new(ctx.table(), self.scope()).get(id).await.unwrap()
    }
}

fn ntf(last: char) -> String {
    format!("ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2{last}")
}

#[tokio::test]
async fn a_mail_goes_out_with_what_its_reports_are_known_by() {
    let world = World::open().await;
    assert_eq!(world.deliver(&[world.issued(crate::world::INVOICE)]).await, NOTHING);
    let mail = world.stack.mail.all().pop().unwrap();
    let html = mail.html.expose();
    assert!(html.contains("border-top:4px solid #1f4e8c") && html.contains(">Toko A</td>"), "{html}");
    let [stage, tenant, (notification, of)] = mail.tags.try_into().unwrap();
    assert_eq!((stage, notification), (("stage", "test".to_owned()), "notification"));
    assert_eq!(tenant, ("tenant", world.tenant.to_string()));
    let sent = report(&world, &of, "Delivery", &json!({"delivery": {}}));
    assert!(hear(world.stack.ctx(), &sent).await);
    assert_eq!(world.report_of(&of).await.unwrap().status, ReportStatus::Delivered);
}

#[tokio::test]
async fn a_mail_that_is_told_to_have_arrived_is_not_sent_again() {
    let world = World::open().await;
    let events = [world.issued(crate::world::INVOICE)];
    assert_eq!(world.post.announce(world.stack.ctx(), &events).await, Vec::<usize>::new());
    let sent = world.stack.work.to(cloud::Queue::Messages(kernel::Priority::High));
    let of = sent.iter().find(|message| message["channel"] == "email").unwrap()["notificationId"].clone();
    let sent = report(&world, of.as_str().unwrap(), "Send", &json!({"send": {}}));
    assert!(hear(world.stack.ctx(), &sent).await, "the sender died before it could note so");
    world.pump().await;
    assert_eq!((world.mails(), world.post.waits()), (Vec::new(), 0));
}

#[tokio::test]
async fn an_address_that_mail_comes_back_from_gets_none_any_more() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let bounced = report(&world, &ntf('A'), "Bounce", &bounce("Permanent", "General"));
    let heard = join_all((0..4).map(|_| hear(ctx, &bounced))).await;
    assert_eq!(heard, [true; 4]);
    // What was told of the same mail before comes late.
    assert!(hear(ctx, &report(&world, &ntf('A'), "Delivery", &json!({}))).await);
    assert_eq!(world.report_of(&ntf('A')).await.unwrap().status, ReportStatus::Undelivered);
    let suppression = world.suppression().await.unwrap();
    assert_eq!((suppression.reason, suppression.hint.as_str()), (SuppressionReason::Bounce, "b***@example.com"));
    assert_eq!(world.deliver(&[world.issued(crate::world::INVOICE)]).await, NOTHING, "nothing comes again");
    assert_eq!(world.mails(), []);
    assert_eq!(world.chats().len(), 1, "the chat is told all the same");
}

#[tokio::test]
async fn a_reader_who_calls_a_mail_spam_gets_none_any_more_until_somebody_lifts_it() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let spam = json!({"complaint": {"complainedRecipients": [{"emailAddress": "siti@example.com"}], "complaintFeedbackType": "abuse"}});
    let spam = report(&world, &ntf('A'), "Complaint", &spam);
    assert!(hear(ctx, &spam).await);
    let suppression = world.suppression().await.unwrap();
    assert_eq!((suppression.reason, suppression.code.as_deref()), (SuppressionReason::Complaint, Some("abuse")));
    world.lift().await;
    assert!(hear(ctx, &spam).await, "the same again");
    assert_eq!(world.suppression().await, None);
    assert_eq!(world.deliver(&[world.issued(crate::world::INVOICE)]).await, NOTHING);
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn five_mails_that_come_back_for_the_moment_are_as_one_for_good() {
    let world = World::open().await;
    for (count, last) in "ABCDE".chars().enumerate() {
        assert_eq!(world.suppression().await, None, "{count}");
        let report = report(&world, &ntf(last), "Bounce", &bounce("Transient", "MailboxFull"));
        for _ in 0..2 {
            assert!(hear(world.stack.ctx(), &report).await);
        }
    }
    assert_eq!(world.suppression().await.unwrap().code.as_deref(), Some("repeated"));
}

#[tokio::test]
async fn a_mail_that_comes_back_for_good_counts_whatever_was_told_before_and_once() {
    let world = World::open().await;
    let of = |message: &str, kind: &str, more: &Value| {
        let mut report = report(&world, &ntf('A'), kind, more);
        report["detail"]["mail"]["messageId"] = json!(message);
        report
    };
    let for_good = bounce("Permanent", "General");
    for before in [
        of("mail-1", "Open", &json!({})),
        of("mail-2", "Bounce", &bounce("Transient", "MailboxFull")),
        // Of two copies, the one that was opened is the status.
        of("mail-3", "Open", &json!({})),
    ] {
        assert!(hear(world.stack.ctx(), &before).await);
        let message = before["detail"]["mail"]["messageId"].as_str().unwrap();
        let bounced = of(message, "Bounce", &for_good);
        assert!(hear(world.stack.ctx(), &bounced).await);
        assert_eq!(world.suppression().await.map(|one| one.reason), Some(SuppressionReason::Bounce), "{before}");
        assert_eq!(world.report_of(&ntf('A')).await.unwrap().status, ReportStatus::Opened);
        world.lift().await;
        assert!(hear(world.stack.ctx(), &bounced).await, "the same again");
        assert_eq!(world.suppression().await, None, "{before}");
    }
}

#[tokio::test]
async fn who_is_out_of_office_gets_mail_all_the_same() {
    let world = World::open().await;
    for last in "ABCDEF".chars() {
        let reply = report(&world, &ntf(last), "Bounce", &bounce("Transient", "General"));
        assert!(hear(world.stack.ctx(), &reply).await);
    }
    assert_eq!(world.suppression().await, None);
    assert_eq!(world.deliver(&[world.issued(crate::world::INVOICE)]).await, NOTHING);
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn a_report_whose_address_is_none_is_noted() {
    let world = World::open().await;
    let mut odd = report(&world, &ntf('A'), "Bounce", &bounce("Permanent", "General"));
    odd["detail"]["bounce"]["bouncedRecipients"] = json!([{"emailAddress": "MAILER-DAEMON"}]);
    assert!(hear(world.stack.ctx(), &odd).await);
    assert_eq!(world.report_of(&ntf('A')).await.unwrap().status, ReportStatus::Undelivered);
    assert!(world.suppression().await.is_some());
}

#[tokio::test]
async fn mails_that_came_back_long_ago_do_not_count() {
    let world = World::open().await;
    for (last, now) in
        "ABCDEFGH".chars().zip(["2026-11-21T01:00:00Z"; 4].into_iter().chain(["2026-12-22T01:00:00Z"; 4]))
    {
        world.stack.set_clock(now);
        assert!(
            hear(world.stack.ctx(), &report(&world, &ntf(last), "Bounce", &bounce("Transient", "MailboxFull"))).await
        );
    }
    assert_eq!(world.suppression().await, None);
}

#[tokio::test]
async fn what_is_of_no_notification_is_passed_over_and_what_is_no_report_is_not() {
    let world = World::open().await;
    let mut untagged = report(&world, &ntf('A'), "Bounce", &bounce("Permanent", "General"));
    untagged["detail"]["mail"]["tags"] = json!({});
    assert!(hear(world.stack.ctx(), &untagged).await);
    assert_eq!(world.suppression().await, None);
    assert!(!hear(world.stack.ctx(), &json!({"detail": {"eventType": "Bounce"}})).await);
}

#[tokio::test]
async fn a_death_anywhere_ends_in_one_suppression() {
    let calls = {
        let world = World::open().await;
        let (ctx, table) = world.stack.breaking(None);
        hear(&ctx, &report(&world, &ntf('A'), "Bounce", &bounce("Permanent", "General"))).await;
        table.calls()
    };
    assert_eq!(calls, 3, "report and suppression are read, and written together");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let bounced = report(&world, &ntf('A'), "Bounce", &bounce("Permanent", "General"));
        assert!(!hear(&ctx, &bounced).await, "{fault:?}");
        assert!(hear(&ctx, &bounced).await, "{fault:?}");
        assert_eq!(world.report_of(&ntf('A')).await.unwrap().version, 1, "{fault:?}");
        assert!(world.suppression().await.is_some(), "{fault:?}");
    }
}
