use proptest::prelude::*;

use super::*;

fn now() -> Timestamp {
    "2026-12-02T00:00:00Z".parse().unwrap()
}

/// An order that is paid, of lines of so many pieces at a price with a discount of the line, in the first golden file's way.
fn order(lines: &[(&str, u32, i64, i64)]) -> Order {
    let golden: Order = serde_json::from_str(include_str!("../golden/order.json")).unwrap();
    let idr = |minor| Money::new(minor, golden.currency);
    let line = |(sku, quantity, unit, discount): &(&str, u32, i64, i64)| OrderLine {
        sku: sku.parse().unwrap(),
        quantity: *quantity,
        unit: idr(*unit),
        discount: idr(*discount),
        tax_on_top: idr(0),
        ..golden.lines[0].clone()
    };
    let lines: Vec<OrderLine> = lines.iter().map(line).collect();
    let total = lines.iter().map(|line| line.paid().unwrap().minor()).sum();
    Order { lines, total: idr(total), ..golden.clone() }.confirmed(now()).unwrap()
}

fn of(pieces: &[(&str, u32)]) -> Vec<OrderPieces> {
    pieces.iter().map(|(sku, quantity)| OrderPieces { sku: sku.parse().unwrap(), quantity: *quantity }).collect()
}

fn sent(order: &Order, pieces: &[(&str, u32)]) -> Order {
    order.sending(Some(&of(pieces)), now()).unwrap().0
}

fn stated(pieces: &[LinePieces]) -> i64 {
    pieces.iter().map(|one| one.stated.minor()).sum()
}

/// What comes back of it is taken back of what it cost.
fn back(order: &Order, pieces: &[(&str, u32)]) -> Result<(Order, i64), CourseError> {
    let (next, pieces) = order.receiving(&of(pieces), now())?;
    let amount = stated(&pieces);
    let taken = Money::new(order.progress.taken_back.map_or(0, Money::minor) + amount, order.currency);
    Ok((next.taken_back(taken, taken), amount))
}

#[test]
fn goods_are_sent_in_parts_each_from_what_is_kept_for_it() {
    let order = order(&[("A", 3, 100, 0), ("B", 1, 50, 0)]);
    let (first, pieces) = order.sending(Some(&of(&[("A", 2)])), now()).unwrap();
    assert_eq!((first.status, first.fulfilment), (OrderStatus::PartiallyFulfilled, OrderFulfilment::Partial));
    assert_eq!((pieces.len(), pieces[0].quantity, pieces[0].taken_before), (1, 2, 0));
    let (second, pieces) = first.sending(Some(&of(&[("B", 1)])), now()).unwrap();
    assert_eq!(
        (second.status, second.version, pieces[0].line),
        (OrderStatus::PartiallyFulfilled, first.version + 1, 1)
    );
    assert_eq!(second.history.len(), first.history.len(), "the status is as it was");
    let (last, pieces) = second.sending(None, now()).unwrap();
    assert_eq!((last.status, last.fulfilment), (OrderStatus::Fulfilled, OrderFulfilment::Shipped));
    assert_eq!((pieces[0].quantity, pieces[0].taken_before, last.progress.fulfilments), (1, 2, 3));
    assert!(matches!(last.sending(None, now()), Err(CourseError::WrongMove { .. })));
}

#[test]
fn no_more_is_sent_than_was_bought() {
    let order = order(&[("A", 3, 100, 0)]);
    let refused = |pieces: &[(&str, u32)]| order.sending(Some(&of(pieces)), now()).unwrap_err();
    assert_eq!(refused(&[("A", 4)]), CourseError::TooMany { sku: "A".parse().unwrap(), left: 3 });
    assert_eq!(refused(&[("A", 2), ("A", 2)]), CourseError::TooMany { sku: "A".parse().unwrap(), left: 3 });
    assert_eq!(refused(&[("B", 1)]), CourseError::NoLine { sku: "B".parse().unwrap() });
    assert_eq!((refused(&[]), refused(&[("A", 0)])), (CourseError::Nothing, CourseError::Nothing));
    assert_eq!(refused(&[("A", u32::MAX), ("A", 1)]), CourseError::TooMany { sku: "A".parse().unwrap(), left: 3 });
}

/// Three at 12.00 with 6.00 off the order: each was paid with 10.00, whatever else is given back.
#[test]
fn commerce_t11_what_comes_back_is_paid_back_as_it_was_paid() {
    let order = sent(&order(&[("A", 3, 1_200, 600)]), &[("A", 3)]);
    let (first, amount) = back(&order, &[("A", 1)]).unwrap();
    assert_eq!((amount, first.payment), (1_000, OrderPayment::PartiallyRefunded));
    assert_eq!(first.lines, order.lines, "what is left costs what it cost");
    let (second, amount) = back(&first, &[("A", 2)]).unwrap();
    assert_eq!((amount, second.payment, second.fulfilment), (2_000, OrderPayment::Refunded, OrderFulfilment::Returned));
    assert_eq!(back(&second, &[("A", 1)]).unwrap_err(), CourseError::NothingRefundable);
}

#[test]
fn what_was_taken_back_before_it_was_paid_is_no_refund() {
    let order = order(&[("A", 3, 1_000, 0)]);
    let idr = |minor| Money::new(minor, order.currency);
    let lowered = order.clone().taken_back(idr(500), idr(0));
    assert_eq!(lowered, order, "2,500 were asked for and paid");
    let some = lowered.taken_back(idr(1_500), idr(1_000));
    assert_eq!((some.payment, some.version), (OrderPayment::PartiallyRefunded, order.version));
    assert_eq!(some.clone().taken_back(idr(1_500), idr(1_000)), some, "told twice it is as once");
    assert_eq!(some.taken_back(idr(3_000), idr(2_500)).payment, OrderPayment::Refunded);
}

/// Three were sent at 89.99, and two came back.
#[test]
fn commerce_t13_a_return_pays_for_what_was_received() {
    let order = sent(&order(&[("A", 3, 8_999, 0)]), &[("A", 3)]);
    assert_eq!(back(&order, &[("A", 2)]).unwrap().1, 17_998);
    assert_eq!(back(&order, &[("A", 4)]).unwrap_err(), CourseError::TooMany { sku: "A".parse().unwrap(), left: 3 });
}

#[test]
fn what_was_not_sent_does_not_come_back() {
    let order = order(&[("A", 3, 100, 0), ("B", 1, 50, 0)]);
    assert_eq!(back(&order, &[("A", 1)]).unwrap_err(), CourseError::NothingSent);
    assert!(CourseError::NothingSent.to_string().contains("nothing of this was sent yet"));
    let some = sent(&order, &[("A", 1)]);
    assert_eq!(back(&some, &[("A", 2)]).unwrap_err(), CourseError::TooMany { sku: "A".parse().unwrap(), left: 1 });
    let (returned, _) = back(&some, &[("A", 1)]).unwrap();
    assert_eq!(returned.fulfilment, OrderFulfilment::Partial, "the rest is yet to be sent");
}

#[test]
fn what_was_not_sent_is_called_off_and_what_was_stays_sold() {
    let order = order(&[("A", 3, 100, 1), ("B", 1, 50, 0)]);
    let (cancelled, pieces) = order.called_off(now()).unwrap();
    assert_eq!((cancelled.status, stated(&pieces)), (OrderStatus::Cancelled, 349));
    let some = sent(&order, &[("A", 1)]);
    let (rest, pieces) = some.called_off(now()).unwrap();
    assert_eq!((rest.status, rest.fulfilment), (OrderStatus::Fulfilled, OrderFulfilment::Shipped));
    assert_eq!((pieces[0].taken_before, pieces[0].quantity, rest.unsent()), (1, 2, vec![0, 0]));
    let (all, amount) = back(&rest, &[("A", 1)]).unwrap();
    assert_eq!((stated(&pieces) + amount, all.fulfilment), (349, OrderFulfilment::Returned));
    assert!(rest.called_off(now()).is_err() && cancelled.called_off(now()).is_err());
}

#[test]
fn only_what_is_allowed_is_done_by_hand() {
    let paid = order(&[("A", 1, 100, 0)]);
    assert_eq!(paid.hand_moves(), ["cancelled"]);
    let refused = paid.completed(now()).unwrap_err();
    assert_eq!(refused.to_string(), "an order that is confirmed does not become completed; allowed: [cancelled]");
    let sent = sent(&paid, &[("A", 1)]);
    assert_eq!(sent.hand_moves(), ["delivered", "completed"]);
    let there = sent.delivered(now()).unwrap();
    assert_eq!((there.fulfilment, there.status), (OrderFulfilment::Delivered, OrderStatus::Fulfilled));
    assert_eq!((there.hand_moves(), there.delivered(now()).is_err()), (vec!["completed"], true));
    assert_eq!(there.completed(now()).unwrap().hand_moves(), [""; 0]);
    assert!(paid.ended_unpaid(OrderStatus::Expired, now()).is_err(), "it is paid");
    assert!(paid.confirmed(now()).is_err(), "once");
}

proptest! {
    /// Whatever the course of an order, its pieces are paid back with what they cost, to the unit.
    #[test]
    fn what_is_paid_back_adds_up(
        quantity in 1_u32..20, unit in 0_i64..100_000, off in 0_i64..50_000, first in 0_u32..20, second in 0_u32..20,
    ) {
        let discount = off.min(unit * i64::from(quantity));
        let whole = order(&[("A", quantity, unit, discount)]);
        let (first, mut paid_back) = (first.min(quantity), 0);
        let mut now_is = whole.clone();
        if first > 0 {
            now_is = sent(&now_is, &[("A", first)]);
            let some = second.min(first);
            if some > 0 {
                let (next, amount) = back(&now_is, &[("A", some)]).unwrap();
                (now_is, paid_back) = (next, paid_back + amount);
            }
        }
        if let Ok((next, pieces)) = now_is.called_off(now()) {
            paid_back += stated(&pieces);
            now_is = next;
        }
        if let Ok((_, amount)) = back(&now_is, &[("A", first.saturating_sub(second))]) {
            paid_back += amount;
        }
        prop_assert_eq!(paid_back, unit * i64::from(quantity) - discount);
    }
}

#[test]
fn a_second_shipment_of_an_order_is_one_that_is_meant() {
    let paid = order(&[("A", 3, 1_000, 0)]);
    let one = paid.with_shipment(MoreShipments::Unmeant, now()).unwrap();
    assert_eq!((one.progress.shipments, one.version), (1, paid.version + 1));
    assert_eq!(one.with_shipment(MoreShipments::Unmeant, now()), Err(CourseError::Shipped));
    assert_eq!(one.with_shipment(MoreShipments::Meant, now()).unwrap().progress.shipments, 2);
    for status in [OrderStatus::PendingPayment, OrderStatus::Cancelled, OrderStatus::Expired] {
        let other = Order { status, ..paid.clone() };
        assert_eq!(other.with_shipment(MoreShipments::Meant, now()), Err(CourseError::NotToBeSent { status }));
    }
}
