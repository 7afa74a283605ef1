//! Every cell of the machine, and what holds over any history.

use kernel::Currency;
use proptest::prelude::*;

use super::*;
use crate::{
    CardWord,
    payment::tests::{at, pending},
};

const A: &str = "9aed5972-5b6a-401e-894b-a32c91ed1a3a";
const B: &str = "fddb5889-5b6a-401e-894b-a32c91ed1a3a";

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

fn rows() -> Vec<(&'static str, Payment)> {
    let on_a = Payment { transaction_id: Some(A.to_owned()), ..pending() };
    let with = |status: Status| Payment { status, ..on_a.clone() };
    let settled = Payment { settled_at: Some(at("2026-12-01T04:00:00Z")), ..with(Status::Success) };
    vec![
        ("new", pending()),
        ("pending", on_a.clone()),
        ("challenge", with(Status::Challenge)),
        ("captured", with(Status::Success)),
        ("settled", settled.clone()),
        ("partly", Payment { status: Status::PartiallyRefunded, refunded: idr(5_000), ..settled.clone() }),
        ("failed", with(Status::Failed)),
        ("cancelled", with(Status::Cancelled)),
        ("expired", with(Status::Expired)),
        ("refunded", Payment { status: Status::Refunded, refunded: idr(100_000), ..settled }),
    ]
}

fn columns() -> Vec<Observed> {
    vec![
        Observed::Pending,
        Observed::Challenge,
        Observed::ContestedSettlement,
        Observed::Captured,
        Observed::Settled,
        Observed::Failed,
        Observed::RefusedSettlement,
        Observed::Cancelled,
        Observed::Expired,
        Observed::Refunded,
        Observed::PartiallyRefunded { total: Some(idr(5_000)) },
        Observed::Disputed,
        Observed::DisputeWon,
        Observed::Unknown("chargeback_reversed".to_owned()),
    ]
}

fn word(transaction: &str, observed: Observed, heard: Heard) -> ProviderStatus {
    ProviderStatus {
        order_id: pending().order_id(),
        transaction_id: transaction.to_owned(),
        observed,
        gross: idr(100_000),
        way: None,
        before_fee: None,
        settled_at: None,
        refund_confirmed_at: None,
        card: CardWord::default(),
        heard,
        at: at("2026-12-01T05:00:00Z"),
    }
}

/// One character per outcome; a capital letter, or `r`, is the status that the payment moves to.
fn code(transition: &Transition) -> char {
    match transition {
        Transition::Move(step) => match step.payment.status {
            Status::Pending => 'P',
            Status::Challenge => 'C',
            Status::Success => 'S',
            Status::Failed => 'F',
            Status::Cancelled => 'X',
            Status::Expired => 'E',
            Status::PartiallyRefunded => 'r',
            Status::Refunded => 'R',
        },
        Transition::Note(_) => 'n',
        Transition::Ask => '?',
        Transition::Duplicate => '=',
        Transition::Ignore(Ignored::Late) => '-',
        Transition::Ignore(Ignored::OtherTransaction) => 'o',
        Transition::Ignore(Ignored::Contradiction(_)) => '!',
        Transition::Ignore(Ignored::UnknownStatus(_)) => 'u',
        Transition::Quarantine(_) => 'q',
    }
}

/// The legal transitions, for each way of hearing and each transaction. Columns: pending,
/// challenge, settlement under challenge, capture, settlement, deny, settlement denied, cancel, expire, refund,
/// partial refund of as much as the row `partly` has, chargeback, a dispute that was won, an unknown status.
const GRIDS: [(Heard, &str, &str); 4] = [
    (
        Heard::Notification,
        A,
        "new       ? ? ? ? ? ? ? ? ? ? ? ? ? ?
         pending   = ? ? ? ? ? ? ? ? ? ? ? ? ?
         challenge - = ? ? ? ? ? ? - ? ? ? ? ?
         captured  - - - = ? ? ? ? - ? ? ? ? ?
         settled   - - - = = ? ? - - ? ? ? ? ?
         partly    - - - - - ? ? - - ? = ? ? ?
         failed    - ? ? ? ? = = ? ? ? ? ? ? ?
         cancelled - ? ? ? ? = = = ? ? ? ? ? ?
         expired   - ? ? ? ? = = ? = ? ? ? ? ?
         refunded  - - - - - - - - - = ? ? ? ?",
    ),
    (
        Heard::Confirmed,
        A,
        "new       P C C S S F F X E R r n n u
         pending   = C C S S F F X E R r n n u
         challenge - = = S S F F X - R r n n u
         captured  - - - = n ! ! X - R r n n u
         settled   - - - = = ! ! - - R r n n u
         partly    - - - - - ! ! - - R = n n u
         failed    - C C S S = = X E ! r n n u
         cancelled - C C S S = = = E ! r n n u
         expired   - C C S S = = X = ! r n n u
         refunded  - - - - - - - - - = q n n u",
    ),
    (
        Heard::Notification,
        B,
        "new       ? ? ? ? ? ? ? ? ? ? ? ? ? ?
         pending   ? ? ? ? ? o o o o ? ? ? ? ?
         challenge ? ? ? ? ? o o o o ? ? ? ? ?
         captured  o o o ? ? o o o o ? ? ? ? ?
         settled   o o o ? ? o o o o ? ? ? ? ?
         partly    o o o ? ? o o o o ? ? ? ? ?
         failed    ? ? ? ? ? = = ? ? ? ? ? ? ?
         cancelled ? ? ? ? ? = = = ? ? ? ? ? ?
         expired   ? ? ? ? ? = = ? = ? ? ? ? ?
         refunded  o o o ? ? o o o o ? ? ? ? ?",
    ),
    (
        Heard::Confirmed,
        B,
        "new       P C C S S F F X E R r n n u
         pending   P C C S S o o o o R r n n u
         challenge P C C S S o o o o R r n n u
         captured  o o o q q o o o o q q n n u
         settled   o o o q q o o o o q q n n u
         partly    o o o q q o o o o q q n n u
         failed    P C C S S = = X E ! r n n u
         cancelled P C C S S = = = E ! r n n u
         expired   P C C S S = = X = ! r n n u
         refunded  o o o q q o o o o q q n n u",
    ),
];

#[test]
fn every_cell_is_as_in_the_table() {
    let mut cells = 0;
    for (heard, transaction, grid) in GRIDS {
        for (line, (name, payment)) in grid.lines().zip(rows()) {
            let mut words = line.split_whitespace();
            assert_eq!(words.next(), Some(name));
            let expected: String = words.collect::<Vec<_>>().join(" ");
            let got: Vec<String> = columns()
                .into_iter()
                .map(|observed| code(&apply(&payment, &word(transaction, observed, heard))).to_string())
                .collect();
            assert_eq!(got.join(" "), expected, "{name}, {heard:?}, {transaction}");
            cells += got.len();
        }
    }
    assert_eq!(cells, 4 * 10 * 14);
}

fn step(payment: &Payment, word: &ProviderStatus) -> Move {
    let transition = apply(payment, word);
    let Transition::Move(step) = transition else { panic!("{transition:?}") };
    *step
}

#[test]
fn money_comes_in_once_and_only_by_the_providers_own_word() {
    let paid = step(&pending(), &word(A, Observed::Settled, Heard::Confirmed));
    assert_eq!((paid.received, paid.returned, paid.lateness), (Some(idr(100_000)), None, Lateness::InTime));
    assert_eq!(paid.payment.settled_at, Some(at("2026-12-01T05:00:00Z")));
    assert_eq!((paid.payment.version, paid.payment.transaction_id.as_deref()), (2, Some(A)));
    assert_eq!(apply(&paid.payment, &word(A, Observed::Settled, Heard::Confirmed)), Transition::Duplicate);
    let late = apply(&paid.payment, &word(A, Observed::Pending, Heard::Notification));
    assert_eq!(late, Transition::Ignore(Ignored::Late));
}

#[test]
fn a_payment_that_was_given_up_still_takes_its_money() {
    let expired = step(&pending(), &word(A, Observed::Expired, Heard::Confirmed)).payment;
    assert_eq!(apply(&expired, &word(A, Observed::Settled, Heard::Notification)), Transition::Ask);
    let late = step(&expired, &word(A, Observed::Settled, Heard::Confirmed));
    assert_eq!((late.received, late.lateness), (Some(idr(100_000)), Lateness::Late));
}

#[test]
fn a_capture_is_noted_when_it_settles_and_gives_its_money_back_when_called_off() {
    let captured = step(&pending(), &word(A, Observed::Captured, Heard::Confirmed)).payment;
    assert_eq!((captured.status, captured.settled_at), (Status::Success, None));
    let settles =
        ProviderStatus { settled_at: Some(at("2026-12-02T09:00:00Z")), ..word(A, Observed::Settled, Heard::Confirmed) };
    let Transition::Note(noted) = apply(&captured, &settles) else { panic!() };
    assert_eq!(noted.payment.settled_at, Some(at("2026-12-02T09:00:00Z")));
    let void = step(&captured, &word(A, Observed::Cancelled, Heard::Confirmed));
    assert_eq!((void.returned, void.payment.status), (Some(idr(100_000)), Status::Cancelled));
    let again = apply(&void.payment, &word(A, Observed::Settled, Heard::Confirmed));
    assert!(matches!(again, Transition::Ignore(Ignored::Contradiction(_))), "{again:?}");
}

#[test]
fn refunds_are_sums_and_not_steps() {
    // 5,000 and then 7,000 of the whole.
    let paid = step(&pending(), &word(A, Observed::Settled, Heard::Confirmed)).payment;
    let partly = |total: i64| word(A, Observed::PartiallyRefunded { total: Some(idr(total)) }, Heard::Confirmed);
    let first = step(&paid, &partly(5_000));
    assert_eq!((first.returned, first.received), (Some(idr(5_000)), None));
    let second = step(&first.payment, &partly(12_000));
    assert_eq!((second.returned, second.payment.refunded), (Some(idr(7_000)), idr(12_000)));
    assert_eq!(apply(&second.payment, &partly(12_000)), Transition::Duplicate);
    let undone = Transition::Quarantine(Quarantine::RefundAmount);
    assert_eq!(apply(&second.payment, &partly(5_000)), undone, "a refund came to nothing");
    let told = ProviderStatus { heard: Heard::Notification, ..partly(5_000) };
    assert_eq!(apply(&second.payment, &told), Transition::Ask, "hearsay");
    let older = ProviderStatus { at: at("2026-11-01T00:00:00Z"), ..partly(5_000) };
    assert_eq!(apply(&second.payment, &older), Transition::Duplicate, "it was made before the second");
    let at_stripe = Payment { provider: kernel::Provider::Stripe, ..second.payment.clone() };
    assert_eq!(apply(&at_stripe, &partly(5_000)), Transition::Duplicate, "events come in any order");
    let rest = step(&second.payment, &word(A, Observed::Refunded, Heard::Confirmed));
    assert_eq!(apply(&rest.payment, &partly(12_000)), undone);
    assert_eq!((rest.returned, rest.payment.status), (Some(idr(88_000)), Status::Refunded));
    let confirmed = ProviderStatus {
        refund_confirmed_at: Some(at("2026-12-03T00:00:00Z")),
        ..word(A, Observed::Refunded, Heard::Confirmed)
    };
    let Transition::Note(noted) = apply(&rest.payment, &confirmed) else { panic!() };
    assert_eq!(noted.payment.refunded, idr(100_000));
    assert_eq!(apply(&noted.payment, &confirmed), Transition::Duplicate);
    // The bank refused the refund: the provider tells of a refund of nothing.
    assert_eq!(apply(&paid, &partly(0)), Transition::Duplicate);
    assert_eq!(apply(&paid, &partly(100_001)), Transition::Quarantine(Quarantine::RefundAmount));
    let mute = word(A, Observed::PartiallyRefunded { total: None }, Heard::Confirmed);
    assert_eq!(apply(&paid, &mute), Transition::Quarantine(Quarantine::RefundAmount));
}

#[test]
fn a_refund_heard_of_before_its_payment_books_both() {
    let both = step(&pending(), &word(A, Observed::Refunded, Heard::Confirmed));
    assert_eq!((both.received, both.returned), (Some(idr(100_000)), Some(idr(100_000))));
}

#[test]
fn another_amount_or_order_moves_nothing() {
    let word = word(A, Observed::Settled, Heard::Confirmed);
    let less = ProviderStatus { gross: idr(99_999), ..word.clone() };
    assert_eq!(apply(&pending(), &less), Transition::Quarantine(Quarantine::OtherAmount));
    let dollars = ProviderStatus { gross: Money::new(100_000, Currency::USD), ..word.clone() };
    assert_eq!(apply(&pending(), &dollars), Transition::Quarantine(Quarantine::OtherAmount));
    // The payer bears a fee on top of what we asked for.
    let fee = ProviderStatus { gross: idr(100_710), before_fee: Some(idr(100_000)), ..word.clone() };
    assert_eq!(step(&pending(), &fee).received, Some(idr(100_000)));
    let foreign = ProviderStatus { order_id: "ORDER-101".to_owned(), ..word.clone() };
    assert_eq!(apply(&pending(), &foreign), Transition::Quarantine(Quarantine::OtherOrder));
    // Some channels repeat the transaction id as the order id.
    let mirrored = ProviderStatus { order_id: A.to_owned(), ..word };
    let on_a = Payment { transaction_id: Some(A.to_owned()), ..pending() };
    assert_eq!(step(&on_a, &mirrored).payment.status, Status::Success);
    assert_eq!(apply(&pending(), &mirrored), Transition::Quarantine(Quarantine::OtherOrder));
}

#[test]
fn another_transaction_takes_over_without_the_instructions_of_the_first() {
    let first = Payment { transaction_id: Some(A.to_owned()), ..pending() }
        .instructed(Some(crate::NextAction::Redirect { url: "https://bank.example".to_owned() }), None);
    let second = step(&first, &word(B, Observed::Pending, Heard::Confirmed)).payment;
    assert_eq!((second.transaction_id.as_deref(), second.next_action), (Some(B), None));
}

#[test]
fn the_answer_to_a_charge_keeps_how_to_pay() {
    let va = || Some(crate::NextAction::VirtualAccount { bank: "bca".to_owned(), va_number: "1".to_owned() });
    let charged = |observed: Observed| Charged {
        status: word(A, observed, Heard::Confirmed),
        next_action: va(),
        expires_at: Some(at("2026-12-02T03:00:00Z")),
    };
    let Transition::Move(first) = apply_charged(&pending(), &charged(Observed::Pending)) else { panic!() };
    assert_eq!((first.payment.next_action.clone(), first.payment.version), (va(), 2));
    assert_eq!(apply_charged(&first.payment, &charged(Observed::Pending)), Transition::Duplicate);
    // A notification was faster than the answer.
    let heard = step(&pending(), &word(A, Observed::Pending, Heard::Confirmed)).payment;
    let Transition::Note(told) = apply_charged(&heard, &charged(Observed::Pending)) else { panic!() };
    assert_eq!((told.payment.next_action, told.payment.version), (va(), 3));
    // There is nothing left to do.
    let Transition::Move(paid) = apply_charged(&pending(), &charged(Observed::Settled)) else { panic!() };
    assert_eq!(paid.payment.next_action, None);
    assert_eq!(apply_charged(&paid.payment, &charged(Observed::Settled)), Transition::Duplicate);
}

const UNTIL: &str = "2026-12-09T05:00:00Z";

fn authorized() -> Observed {
    Observed::Authorized { until: Some(at(UNTIL)) }
}

/// A card's payment whose bank asked the payer first.
fn asking() -> Payment {
    Payment { transaction_id: Some(A.to_owned()), ..pending() }
        .instructed(Some(crate::NextAction::Redirect { url: "https://bank.example".to_owned() }), None)
}

#[test]
fn money_that_is_held_leaves_a_payment_pending_with_nothing_left_for_its_payer() {
    for (from, before) in [("new", pending()), ("asking", asking())] {
        let told = word(A, authorized(), Heard::Confirmed);
        let held = match apply(&before, &told) {
            Transition::Move(step) if step.received.is_none() => step.payment,
            Transition::Note(noted) => noted.payment,
            other @ (Transition::Move(_)
            | Transition::Ask
            | Transition::Duplicate
            | Transition::Ignore(_)
            | Transition::Quarantine(_)) => panic!("{from}: {other:?}"),
        };
        assert_eq!((held.status, held.held(), held.next_action.clone()), (Status::Pending, Some(idr(100_000)), None));
        assert_eq!(held.expires_at, Some(at(UNTIL)));
        assert_eq!(held.look_again_at(), Some(held.updated_at.plus(jiff::SignedDuration::from_hours(24))));
        assert_eq!(apply(&held, &told), Transition::Duplicate);
        assert_eq!(apply(&held, &word(A, Observed::Pending, Heard::Confirmed)), Transition::Duplicate, "late");
        assert_eq!(apply(&before, &word(A, authorized(), Heard::Notification)), Transition::Ask);
    }
    let challenged = Payment { status: Status::Challenge, ..asking() };
    let approved = step(&challenged, &word(A, authorized(), Heard::Confirmed)).payment;
    assert_eq!((approved.status, approved.held()), (Status::Pending, Some(idr(100_000))));
    for ended in [Status::Failed, Status::Cancelled, Status::Expired, Status::Success, Status::Refunded] {
        let after = apply(&Payment { status: ended, ..asking() }, &word(A, authorized(), Heard::Confirmed));
        assert_eq!(after, Transition::Ignore(Ignored::Late), "{ended:?}");
    }
}

fn held() -> Payment {
    let Transition::Note(noted) = apply(&asking(), &word(A, authorized(), Heard::Confirmed)) else { panic!() };
    noted.payment
}

#[test]
fn a_capture_of_less_makes_the_payment_one_of_that() {
    for amount in [1, 60_000, 100_000] {
        let captured = ProviderStatus { gross: idr(amount), ..word(A, Observed::Captured, Heard::Confirmed) };
        let step = step(&held(), &captured);
        assert_eq!(
            (step.received, step.payment.amount, step.payment.status),
            (Some(idr(amount)), idr(amount), Status::Success)
        );
        assert_eq!(step.payment.hold.map(|hold| hold.amount), Some(idr(100_000)));
        assert_eq!(apply(&step.payment, &captured), Transition::Duplicate);
        let refund = ProviderStatus { gross: idr(amount), ..word(A, Observed::Refunded, Heard::Confirmed) };
        assert_eq!(self::step(&step.payment, &refund).returned, Some(idr(amount)));
    }
    for gross in [idr(0), idr(100_001), Money::new(60_000, Currency::USD)] {
        let odd = ProviderStatus { gross, ..word(A, Observed::Captured, Heard::Confirmed) };
        assert_eq!(apply(&held(), &odd), Transition::Quarantine(Quarantine::OtherAmount), "{gross:?}");
    }
    // Only of the transaction that holds the money, and only while it does.
    let less =
        |transaction| ProviderStatus { gross: idr(60_000), ..word(transaction, Observed::Settled, Heard::Confirmed) };
    assert_eq!(apply(&held(), &less(B)), Transition::Quarantine(Quarantine::OtherAmount));
    assert_eq!(apply(&asking(), &less(A)), Transition::Quarantine(Quarantine::OtherAmount));
    let released = step(&held(), &word(A, Observed::Cancelled, Heard::Confirmed)).payment;
    assert_eq!((released.status, released.held()), (Status::Cancelled, None));
    assert_eq!(apply(&released, &less(A)), Transition::Quarantine(Quarantine::OtherAmount));
    assert_eq!(step(&held(), &word(A, Observed::Expired, Heard::Confirmed)).payment.status, Status::Expired);
}

#[test]
fn a_page_is_shown_until_its_payer_has_chosen() {
    let url = |url: &str| Some(crate::NextAction::Redirect { url: url.to_owned() });
    let opened = |page: &str| Charged {
        status: word(&pending().order_id(), Observed::PageOpen, Heard::Confirmed),
        next_action: url(page),
        expires_at: Some(at("2026-12-02T03:00:00Z")),
    };
    let Transition::Note(shown) = apply_charged(&pending(), &opened("https://page/1")) else { panic!() };
    let shown = shown.payment;
    assert_eq!(
        (shown.status, shown.transaction_id.clone(), shown.next_action.clone()),
        (Status::Pending, None, url("https://page/1"))
    );
    assert!(shown.was_asked());
    assert_eq!(apply_charged(&shown, &opened("https://page/1")), Transition::Duplicate);
    let Transition::Note(another) = apply_charged(&shown, &opened("https://page/2")) else { panic!() };
    assert_eq!(another.payment.next_action, url("https://page/2"));
    // A transaction is there, and the page is still where it is paid.
    let chosen = step(&shown, &word(A, Observed::Pending, Heard::Confirmed)).payment;
    assert_eq!((chosen.transaction_id.as_deref(), chosen.next_action.clone()), (Some(A), url("https://page/1")));
    assert_eq!(apply_charged(&chosen, &opened("https://page/1")), Transition::Ignore(Ignored::Late));
    // Another card on the same page.
    let denied = step(&chosen, &word(A, Observed::Failed, Heard::Confirmed)).payment;
    let paid = step(&denied, &word(B, Observed::Captured, Heard::Confirmed));
    assert_eq!((paid.payment.status, paid.received), (Status::Success, Some(idr(100_000))));
}

#[test]
fn what_was_chosen_on_a_page_is_kept_and_nowhere_else() {
    for (method, kept) in [(Method::MidtransPage, Some("card")), (Method::BcaVa, None)] {
        let payment = Payment { method, ..pending() };
        let told = ProviderStatus { way: Some("card".to_owned()), ..word(A, Observed::Settled, Heard::Confirmed) };
        assert_eq!(step(&payment, &told).payment.chosen_way.as_deref(), kept);
    }
}

fn any_word() -> impl Strategy<Value = ProviderStatus> {
    let observed = prop_oneof![
        Just(Observed::Pending),
        Just(Observed::Challenge),
        Just(Observed::ContestedSettlement),
        Just(Observed::Captured),
        Just(Observed::Settled),
        Just(Observed::Failed),
        Just(Observed::RefusedSettlement),
        Just(Observed::Cancelled),
        Just(Observed::Expired),
        Just(Observed::Refunded),
        (0_i64..120_000).prop_map(|total| Observed::PartiallyRefunded { total: Some(idr(total)) }),
        Just(Observed::Disputed),
        Just(Observed::DisputeWon),
        Just(Observed::Unknown("x".to_owned())),
    ];
    let heard = prop_oneof![Just(Heard::Notification), Just(Heard::Confirmed)];
    (prop_oneof![4 => Just(A), 1 => Just(B)], observed, heard)
        .prop_map(|(id, observed, heard)| word(id, observed, heard))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Any words in any order, each as often as it likes to come.
    #[test]
    fn no_history_loses_doubles_or_unmakes_money(
        words in prop::collection::vec((any_word(), 1_usize..3), 1..40),
    ) {
        let mut payment = pending();
        let (mut in_, mut out) = (0_i64, 0_i64);
        let mut paid_by: Vec<String> = Vec::new();
        for word in words.iter().flat_map(|(word, times)| std::iter::repeat_n(word, *times)) {
            let transition = apply(&payment, word);
            prop_assert!(!(transition == Transition::Ask && word.heard == Heard::Confirmed), "asks for ever");
            let changes = matches!(transition, Transition::Move(_) | Transition::Note(_));
            prop_assert!(!changes || word.heard == Heard::Confirmed, "something changed on hearsay");
            let next = match transition {
                Transition::Move(step) => {
                    if let Some(money) = step.received {
                        prop_assert_eq!(money, payment.amount);
                        prop_assert!(!paid_by.contains(&word.transaction_id), "one transaction paid twice");
                        paid_by.push(word.transaction_id.clone());
                        in_ += money.minor();
                    }
                    out += step.returned.map_or(0, Money::minor);
                    if matches!(payment.status, Status::Success | Status::PartiallyRefunded | Status::Refunded) {
                        prop_assert!(!matches!(
                            step.payment.status,
                            Status::Failed | Status::Expired | Status::Pending | Status::Challenge
                        ));
                    }
                    prop_assert_ne!(payment.status, Status::Refunded);
                    step.payment
                }
                Transition::Note(note) => {
                    prop_assert_eq!(note.payment.status, payment.status);
                    prop_assert_eq!(note.payment.refunded, payment.refunded);
                    note.payment
                }
                Transition::Ask | Transition::Duplicate | Transition::Ignore(_) | Transition::Quarantine(_) => continue,
            };
            prop_assert_eq!(next.version, payment.version + 1);
            payment = next;
            let held = in_ - out;
            let expected = match payment.status {
                Status::Success | Status::PartiallyRefunded => payment.amount.minor() - payment.refunded.minor(),
                Status::Pending | Status::Challenge | Status::Failed | Status::Cancelled | Status::Expired
                | Status::Refunded => 0,
            };
            prop_assert_eq!(held, expected, "{:?}", payment.status);
        }
    }
}

#[path = "dispute_tests.rs"]
mod disputes;
