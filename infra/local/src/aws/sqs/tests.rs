use super::*;
use crate::template::Redrive;

fn queues() -> (Arc<TestClock>, Sqs) {
    let clock = Arc::new(TestClock::new(None));
    clock.hold_at("2026-11-21T00:00:00Z".parse().unwrap());
    let redrive = Some(Redrive { queue: "Dead".to_owned(), max_receive_count: 2 });
    let defs = BTreeMap::from([
        ("Work".to_owned(), QueueDef { visibility_seconds: 30, delay_seconds: 0, redrive }),
        ("Dead".to_owned(), QueueDef { visibility_seconds: 30, delay_seconds: 0, redrive: None }),
    ]);
    (Arc::clone(&clock), Sqs::new(clock, &defs))
}

fn text(body: &str) -> Sent {
    Sent { body: body.to_owned(), ..Sent::default() }
}

#[test]
fn a_received_message_is_hidden_until_its_timeout() {
    let (clock, sqs) = queues();
    sqs.send("Work", text("a"), None).unwrap();
    let first = sqs.receive("Work", 10, None).unwrap();
    assert_eq!(first[0].system_attributes["ApproximateReceiveCount"], "1");
    assert!(sqs.receive("Work", 10, None).unwrap().is_empty());
    clock.hold_at(clock.now() + SignedDuration::from_secs(30));
    let again = sqs.receive("Work", 10, None).unwrap();
    assert_eq!(again[0].message_id, first[0].message_id);
    assert_eq!(again[0].system_attributes["ApproximateReceiveCount"], "2");
    sqs.delete("Work", &first[0].receipt_handle).unwrap();
    sqs.delete("Work", &first[0].receipt_handle).unwrap();
    assert_eq!(sqs.states()[1], QueueState { name: "Work".into(), visible: 0, in_flight: 0, delayed: 0, dlq: Some(0) });
}

#[test]
fn a_message_received_too_often_moves_to_the_dead_letter_queue() {
    let (_, sqs) = queues();
    let id = sqs.send("Work", text("poison"), None).unwrap();
    for _ in 0..2 {
        let received = sqs.receive("Work", 1, None).unwrap();
        sqs.give_back("Work", &received[0].receipt_handle).unwrap();
    }
    assert!(sqs.receive("Work", 1, None).unwrap().is_empty());
    let dead = sqs.receive("Dead", 1, None).unwrap();
    assert_eq!(dead[0].message_id, id);
    assert_eq!(dead[0].system_attributes["DeadLetterQueueSourceArn"], queue_arn("Work"));
    sqs.give_back("Dead", &dead[0].receipt_handle).unwrap();
    assert_eq!(sqs.redrive("Work").unwrap(), 1);
    assert_eq!(sqs.receive("Work", 1, None).unwrap().len(), 1);
}

#[test]
fn a_chosen_visibility_outlives_giving_back() {
    let (clock, sqs) = queues();
    sqs.send("Work", text("later"), None).unwrap();
    let received = sqs.receive("Work", 1, None).unwrap();
    sqs.change_visibility("Work", &received[0].receipt_handle, 300).unwrap();
    sqs.give_back("Work", &received[0].receipt_handle).unwrap();
    assert!(sqs.receive("Work", 1, None).unwrap().is_empty());
    assert_eq!(sqs.next_visible(), Some(clock.now() + SignedDuration::from_secs(300)));
}

#[test]
fn delays_and_bounds() {
    let (clock, sqs) = queues();
    sqs.send("Work", text("slow"), Some(60)).unwrap();
    assert_eq!(sqs.states()[1].delayed, 1);
    assert!(sqs.receive("Work", 1, None).unwrap().is_empty());
    clock.hold_at(clock.now() + SignedDuration::from_secs(60));
    assert_eq!(sqs.receive("Work", 1, None).unwrap().len(), 1);
    assert!(sqs.send("Work", text(""), None).is_err());
    assert!(sqs.send("Work", text("x"), Some(901)).is_err());
    assert!(sqs.send("Work", text(&"x".repeat(MAX_BODY_BYTES + 1)), None).is_err());
    assert_eq!(sqs.send("None", text("x"), None), Err(SqsError::NoSuchQueue));
    assert_eq!(sqs.delete("Work", "junk"), Err(SqsError::InvalidHandle));
}

#[test]
fn processed_messages_can_come_again() {
    let (_, sqs) = queues();
    sqs.send("Work", text("a"), None).unwrap();
    let received = sqs.receive("Work", 1, None).unwrap();
    sqs.delete("Work", &received[0].receipt_handle).unwrap();
    assert_eq!(sqs.redeliver("Work").unwrap(), 1);
    let copy = sqs.receive("Work", 1, None).unwrap();
    assert_eq!(copy[0].body, "a");
    assert_ne!(copy[0].message_id, received[0].message_id);
}

#[test]
fn what_no_queue_would_have_kept_is_not_delivered_again() {
    let (clock, sqs) = queues();
    let process = |body: &str| {
        sqs.send("Work", text(body), None).unwrap();
        let received = sqs.receive("Work", 1, None).unwrap();
        sqs.delete("Work", &received[0].receipt_handle).unwrap();
    };
    process("old");
    clock.hold_at(clock.now() + SignedDuration::from_hours(24 * 14));
    process("new");
    clock.hold_at(clock.now() + SignedDuration::from_secs(1));
    assert_eq!(sqs.redeliver("Work"), Ok(1));
    assert_eq!(sqs.receive("Work", 10, None).unwrap()[0].body, "new");
}

#[test]
fn looking_at_a_queue_receives_nothing() {
    let (_, sqs) = queues();
    sqs.send("Work", text("poison"), None).unwrap();
    for _ in 0..2 {
        assert_eq!(sqs.look("Work").unwrap().len(), 1);
        let received = sqs.receive("Work", 1, None).unwrap();
        sqs.give_back("Work", &received[0].receipt_handle).unwrap();
    }
    assert_eq!(sqs.look("Work").unwrap()[0].received, 2);
    sqs.receive("Work", 1, None).unwrap();
    let dead = sqs.look("Dead").unwrap();
    assert_eq!((dead[0].body.as_str(), dead[0].came_from.as_deref()), ("poison", Some("Work")));
    assert!(matches!(sqs.look("None"), Err(SqsError::NoSuchQueue)));
}
