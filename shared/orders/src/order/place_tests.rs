use kernel::Currency;

use super::*;
use crate::{
    DeliveryAddress, LineFacts, VariantOffer,
    cart::{content::tests::cart, judge::tests::offer},
    judge,
};

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

fn now() -> Timestamp {
    "2026-12-01T00:10:00Z".parse().unwrap()
}

fn judged(cart: &Cart, offer: Option<&VariantOffer>) -> Vec<JudgedLine> {
    let facts = || LineFacts { offer: offer.cloned(), available: 100 };
    cart.lines.iter().map(|line| judge(line.clone(), facts())).collect()
}

fn priced(lines: usize, total: i64) -> PricedOrder {
    PricedOrder {
        lines: vec![PricedLine { discount: idr(0), tax_on_top: idr(0) }; lines],
        promotions: Vec::new(),
        shipping_price: idr(0),
        shipping_discount: idr(0),
        subtotal: idr(total),
        discount: idr(0),
        taxes: Vec::new(),
        total: idr(total),
    }
}

fn placing(expected: i64, due: i64) -> Placing {
    Placing {
        number: "ORD-2026-00001".parse().unwrap(),
        customer_id: "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        language: Locale::Id,
        invoice_id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        due: idr(due),
        reservation_id: "rsv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        pay_by: "2026-12-01T01:10:00Z".parse().unwrap(),
        expected_total: idr(expected),
    }
}

fn placed(cart: &Cart, total: i64, placing: Placing) -> Result<Order, OrderError> {
    let lines = judged(cart, Some(&offer(10_000)));
    place(cart, &lines, (priced(lines.len(), total), placing), now())
}

#[test]
fn an_order_says_what_was_bought_and_waits_for_its_payment() {
    let order = placed(&cart(), 50_000, placing(50_000, 50_000)).unwrap();
    assert_eq!(
        (order.id, order.status, order.payment),
        (cart().order_id(), OrderStatus::PendingPayment, OrderPayment::None)
    );
    assert_eq!((order.lines[0].title.as_str(), order.lines[0].unit), ("Kopi", idr(10_000)));
    assert_eq!((order.email.clone(), order.delivery.clone()), (cart().email, cart().delivery));
    assert_eq!(order.pay_by, Some(placing(0, 0).pay_by));
}

#[test]
fn what_costs_nothing_is_confirmed_at_once_and_so_is_what_the_balance_paid() {
    let free = placed(&cart(), 0, placing(0, 0)).unwrap();
    assert_eq!((free.status, free.payment, free.pay_by), (OrderStatus::Confirmed, OrderPayment::None, None));
    assert_eq!((free.version, free.history.len()), (1, 2));
    let paid = placed(&cart(), 50_000, placing(50_000, 0)).unwrap();
    assert_eq!((paid.status, paid.payment), (OrderStatus::Confirmed, OrderPayment::Paid));
}

#[test]
fn commerce_t5_another_total_than_the_buyer_expects_is_no_order() {
    let changed = OrderError::PriceChanged { expected: idr(10_000), actual: idr(12_000) };
    assert_eq!(placed(&cart(), 12_000, placing(10_000, 12_000)), Err(changed));
    assert!(placed(&cart(), 12_000, placing(12_000, 12_000)).is_ok());
    let in_dollars = Placing { expected_total: Money::new(12_000, Currency::USD), ..placing(0, 0) };
    assert!(matches!(placed(&cart(), 12_000, in_dollars), Err(OrderError::PriceChanged { .. })));
}

#[test]
fn what_is_missing_is_named_all_at_once() {
    let bare = Cart { lines: Vec::new(), email: None, delivery: None, shipping: None, ..cart() };
    let refused = placed(&bare, 0, placing(0, 0)).unwrap_err().to_string();
    for part in ["something in it", "an address", "an e-mail address", "a way of shipping"] {
        assert!(refused.contains(part), "{refused}");
    }
    let changed = Cart { shipping: None, requote: true, ..cart() };
    assert_eq!(placed(&changed, 0, placing(0, 0)), Err(OrderError::QuoteChanged));
    let gone = judged(&cart(), None);
    let refused = place(&cart(), &gone, (priced(1, 0), placing(0, 0)), now()).unwrap_err();
    assert_eq!(refused, OrderError::Unavailable { sku: cart().lines[0].sku.clone() });
}

#[test]
fn a_user_who_collects_needs_no_address_and_a_guest_does() {
    let collected =
        Cart { shipping: Some(CartShipping::Pickup), email: None, delivery: None::<DeliveryAddress>, ..cart() };
    assert!(matches!(placed(&collected, 1, placing(1, 1)), Err(OrderError::Incomplete { .. })));
    let owner = crate::CartOwner::User { id: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap() };
    assert!(placed(&Cart { owner, ..collected }, 1, placing(1, 1)).is_ok());
}

#[test]
fn commerce_t8_a_discount_is_split_over_the_lines_to_the_unit() {
    let parts = |discount: i64, lines: &[i64]| -> Vec<i64> {
        let lines: Vec<Money> = lines.iter().map(|line| idr(*line)).collect();
        spread(idr(discount), &lines).unwrap().into_iter().map(Money::minor).collect()
    };
    assert_eq!(parts(299, &[4_300, 1_400, 2_300]), [161, 52, 86]);
    assert_eq!(parts(299, &[1_000, 1_000, 1_000]), [100, 100, 99]);
    assert_eq!(parts(1, &[1, 1]), [1, 0]);
    assert_eq!(parts(93, &[10, 20, 10, 30, 50, 20, 10, 40]), [5, 10, 5, 15, 24, 10, 5, 19]);
    assert_eq!(parts(1_000, &[3_333, 3_333, 3_334]), [333, 333, 334]);
    assert_eq!(parts(10_000, &[75_000, 50_000, 24_000]), [5_033, 3_356, 1_611]);
    assert_eq!(parts(500, &[100, 200]), [100, 200], "never more than it costs");
    assert_eq!(parts(5, &[0, 0]), [0, 0]);
    assert_eq!(parts(5, &[]), Vec::<i64>::new());
}
