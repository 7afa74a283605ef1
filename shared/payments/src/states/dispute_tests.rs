use super::*;

#[test]
fn a_dispute_that_was_won_is_over_in_whatever_order_its_word_comes() {
    let settled = Payment { status: Status::Success, transaction_id: Some(A.to_owned()), ..pending() };
    let settled = Payment { settled_at: Some(at("2026-12-01T04:00:00Z")), ..settled };
    let told = |payment: &Payment, observed: Observed, hour: u8| {
        let at = at(&format!("2026-12-02T{hour:02}:00:00Z"));
        match apply(payment, &ProviderStatus { at, ..word(A, observed, Heard::Confirmed) }) {
            Transition::Note(note) => (note.payment, note.alert),
            Transition::Duplicate => (payment.clone(), None),
            other @ (Transition::Move(_) | Transition::Ask | Transition::Ignore(_) | Transition::Quarantine(_)) => {
                panic!("{other:?}")
            }
        }
    };
    let (disputed, alert) = told(&settled, Observed::Disputed, 1);
    assert_eq!((disputed.in_question(), alert), (idr(100_000), Some(Alert::Disputed)));
    let (won, alert) = told(&disputed, Observed::DisputeWon, 3);
    assert_eq!((won.disputed_at, won.in_question(), alert), (None, idr(0), None));
    assert_eq!(told(&won, Observed::DisputeWon, 3).0, won, "twice is once");
    let (early, _) = told(&settled, Observed::DisputeWon, 3);
    assert_eq!(told(&early, Observed::Disputed, 1), (early.clone(), None), "its beginning is told late");
    // Another one begins later, and late word of the first does not end it.
    let (again, alert) = told(&won, Observed::Disputed, 5);
    assert_eq!((again.in_question(), alert), (idr(100_000), Some(Alert::Disputed)));
    assert_eq!(told(&again, Observed::DisputeWon, 3).0.in_question(), idr(100_000));
    let (unheard, _) = told(&told(&settled, Observed::Disputed, 5).0, Observed::DisputeWon, 3);
    assert_eq!(unheard.in_question(), idr(100_000));
}
