//! Who may send when, how often, and after which pause.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn delivery(state: DeliveryState) -> Delivery {
    Delivery { channel: Channel::Email, state, attempts: 1, version: 1 }
}

#[test]
fn a_message_is_sent_by_one_at_a_time_and_not_again() {
    let now = at("2026-12-01T00:01:00Z");
    let claimed = |until: &str| delivery(DeliveryState::Claimed { until: at(until) });
    assert_eq!(decide(&claimed("2026-12-01T00:01:00.001Z"), 2, now), SendClaim::Theirs);
    assert_eq!(decide(&claimed("2026-12-01T00:01:00Z"), 2, now), SendClaim::Yours { attempt: 2 });
    let sent = delivery(DeliveryState::Sent { at: now, message_id: "m".to_owned() });
    let failed = delivery(DeliveryState::Failed { at: now, reason: "blocked".to_owned() });
    assert_eq!((decide(&sent, 1, now), decide(&failed, 1, now)), (SendClaim::Done, SendClaim::Done));
}

#[test]
fn a_message_is_tried_three_times_and_three_times_more_out_of_the_dead_letter_queue() {
    let now = at("2026-12-01T00:01:00Z");
    let tried = |attempts| Delivery { attempts, ..delivery(DeliveryState::Claimed { until: now }) };
    assert_eq!(decide(&tried(2), 3, now), SendClaim::Yours { attempt: 3 });
    assert_eq!((decide(&tried(3), 4, now), decide(&tried(3), 5, now)), (SendClaim::Spent, SendClaim::Spent));
    assert_eq!(decide(&tried(3), 1, now), SendClaim::Yours { attempt: 1 });
    // What nobody tried takes no attempt away: a poll that was throttled counts as received.
    assert_eq!(decide(&tried(1), 4, now), SendClaim::Yours { attempt: 2 });
}

#[test]
fn the_pause_grows_or_is_what_the_channel_asks_for() {
    let later = |after| Outcome::Later { after, reason: String::new() };
    let seconds = |outcome: &Outcome| [1, 2, 3].map(|attempt| outcome.pause(attempt).map(|pause| pause.as_secs()));
    assert_eq!(seconds(&later(None)), [Some(30), Some(120), Some(0)]);
    assert_eq!(seconds(&later(Some(Duration::from_secs(2_000)))), [Some(2_000), Some(2_000), Some(0)]);
    assert_eq!(seconds(&Outcome::Unknown), [Some(60); 3]);
    assert_eq!(seconds(&Outcome::Sent { id: String::new() }), [None; 3]);
    assert_eq!(seconds(&Outcome::Never { reason: String::new() }), [None; 3]);
}

#[test]
fn a_wait_is_spread_by_the_message_and_never_cut() {
    let wait = Duration::from_secs(100);
    let spread = |id: &str| spread(wait, id.parse().unwrap()).as_millis();
    assert_eq!(spread("ntf_01JD2Z3M4N5P6Q7R8S9T0V1W00"), 100_000);
    // 255 / 512 of it.
    assert_eq!(spread("ntf_01JD2Z3M4N5P6Q7R8S9T0V1W7Z"), 149_804);
    assert_eq!(super::spread(Duration::ZERO, "ntf_01JD2Z3M4N5P6Q7R8S9T0V1W7Z".parse().unwrap()), Duration::ZERO);
}

#[test]
fn the_wait_for_a_channel_that_throttles_doubles_up_to_a_quarter_of_an_hour() {
    let pause = |after: Option<u64>, elapsed| {
        Outcome::throttled_pause(after.map(Duration::from_secs), Duration::from_secs(elapsed)).as_secs()
    };
    assert_eq!([0, 30, 60, 120, 9_000].map(|elapsed| pause(None, elapsed)), [30, 30, 60, 120, 900]);
    assert_eq!([0, 30, 9_000].map(|elapsed| pause(Some(2_000), elapsed)), [2_000, 2_000, 2_000]);
    assert_eq!([0, 30, 9_000].map(|elapsed| pause(Some(1), elapsed)), [1, 30, 900]);
}
