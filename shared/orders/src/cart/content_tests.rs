use kernel::Money;

use super::*;

pub(crate) fn cart() -> Cart {
    serde_json::from_str(include_str!("../golden/cart.json")).unwrap()
}

pub(crate) fn line(last: char, quantity: u32) -> CartLine {
    CartLine {
        variant_id: variant(last),
        product_id: "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        sku: "KOPI-250".parse().unwrap(),
        quantity,
        seen: Money::new(10_000, Currency::IDR),
        added_at: now(),
    }
}

fn variant(last: char) -> VariantId {
    format!("var_01JD2Z3M4N5P6Q7R8S9T0V1W2{last}").parse().unwrap()
}

fn now() -> Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

fn empty() -> Cart {
    let owner = CartOwner::User { id: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap() };
    Cart::new(NewCart { id: "crt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap(), owner, currency: Currency::IDR }, now())
}

fn quantities(cart: &Cart) -> Vec<u32> {
    cart.lines.iter().map(|line| line.quantity).collect()
}

fn full() -> Cart {
    "0123456789ABCDEFGHJK".chars().fold(empty(), |cart, last| cart.with(line(last, 1), now()).unwrap())
}

#[test]
fn a_variant_has_one_line_and_none_of_it_takes_the_line_away() {
    let cart = empty().with(line('A', 1), now()).unwrap().with(line('B', 2), now()).unwrap();
    let more = cart.with(line('A', 3), now()).unwrap();
    assert_eq!((quantities(&more), more.version), (vec![4, 2], 4));
    let fewer = more.counted(line('B', 1), now()).unwrap();
    assert_eq!(quantities(&fewer), [4, 1]);
    assert_eq!(quantities(&fewer.counted(line('A', 0), now()).unwrap()), [1]);
    assert_eq!(quantities(&fewer.without(variant('B'), now()).unwrap()), [4]);
    assert_eq!(fewer.counted(line('C', 1), now()), Err(CartError::NoLine));
    assert_eq!(fewer.without(variant('C'), now()), Err(CartError::NoLine));
    assert_eq!(empty().with(line('A', 0), now()), Ok(empty()));
}

#[test]
fn a_cart_holds_twenty_lines_and_ten_thousand_of_each() {
    assert_eq!(full().with(line('Z', 1), now()), Err(CartError::Lines));
    assert_eq!(full().with(line('0', 1), now()).map(|cart| quantities(&cart)[0]), Ok(2));
    let most = empty().with(line('A', 10_000), now()).unwrap();
    assert_eq!(most.with(line('A', 1), now()), Err(CartError::Quantity));
    assert_eq!(empty().with(line('A', u32::MAX), now()), Err(CartError::Quantity));
}

#[test]
fn a_changed_line_is_seen_at_the_price_of_the_change() {
    let dearer = CartLine { seen: Money::new(12_000, Currency::IDR), ..line('A', 2) };
    let cart = empty().with(line('A', 1), now()).unwrap().counted(dearer.clone(), now()).unwrap();
    assert_eq!(cart.lines, [dearer]);
}

#[test]
fn a_quote_holds_only_for_the_lines_and_the_place_that_it_was_made_for() {
    let quoted = cart();
    assert!(quoted.shipping.as_ref().is_some_and(CartShipping::is_quoted));
    assert_eq!(quoted.with(line('B', 1), now()).unwrap().shipping, None);
    let to = quoted.delivery.clone().unwrap();
    let flatmate = DeliveryAddress { name: "Dewi".parse().unwrap(), ..to.clone() };
    assert!(quoted.delivered_to(None, flatmate, now()).unwrap().shipping.is_some());
    for elsewhere in [
        DeliveryAddress { line1: "Jl. Lain 2".parse().unwrap(), ..to.clone() },
        DeliveryAddress { city: "Bandung".parse().unwrap(), ..to },
    ] {
        assert_eq!(quoted.delivered_to(None, elsewhere, now()).unwrap().shipping, None);
    }
    let collected = quoted.shipped_by(CartShipping::Pickup, now()).unwrap();
    assert_eq!(collected.with(line('B', 1), now()).unwrap().shipping, Some(CartShipping::Pickup));
}

#[test]
fn the_order_of_lines_is_none_of_a_fingerprint_and_their_number_is() {
    let (a, b) = (line('A', 1), line('B', 11));
    let one = empty().with(a.clone(), now()).unwrap().with(b.clone(), now()).unwrap();
    let other = empty().with(b, now()).unwrap().with(a, now()).unwrap();
    assert_eq!(one.fingerprint(), other.fingerprint());
    assert_ne!(one.fingerprint(), one.with(line('A', 1), now()).unwrap().fingerprint());
    assert_ne!(one.fingerprint(), empty().fingerprint());
}

#[test]
fn a_fingerprint_is_of_one_door_whoever_is_behind_it() {
    fn text(text: &str) -> DeliveryText {
        text.parse().unwrap()
    }
    let to = |change: fn(DeliveryAddress) -> DeliveryAddress| {
        let address = cart().delivery.unwrap();
        empty().delivered_to(None, change(address), now()).unwrap().fingerprint()
    };
    let same = to(|address| address);
    assert_eq!(same, to(|address| DeliveryAddress { name: text("Dewi"), phone: None, ..address }));
    for other in [
        to(|address| DeliveryAddress { line1: text("Jl. Merdeka 11"), ..address }),
        to(|address| DeliveryAddress { line2: Some(text("Lantai 7")), ..address }),
        to(|address| DeliveryAddress { city: text("Bogor"), ..address }),
    ] {
        assert_ne!(other, same);
    }
}

#[test]
fn codes_are_kept_once_and_five_at_most() {
    let code = |text: &str| text.parse::<CartCode>().unwrap();
    let cart = ["A", "B", "a", "C", "D", "E"].iter().try_fold(empty(), |cart, one| cart.with_code(code(one), now()));
    let cart = cart.unwrap();
    assert_eq!(cart.codes.len(), 5);
    assert_eq!(cart.with_code(code("F"), now()), Err(CartError::Codes));
    assert_eq!(cart.without_code(Some(&code("B")), now()).unwrap().codes.len(), 4);
    assert_eq!(cart.without_code(None, now()).unwrap().codes, []);
}

#[test]
fn of_two_carts_one_stays_with_what_was_in_both() {
    let own = empty().with(line('A', 9_999), now()).unwrap().with(line('B', 1), now()).unwrap();
    let guest = cart();
    let (whole, closed) = own.merged(&guest, now()).unwrap();
    let expected = own.lines.len() + guest.lines.iter().filter(|line| own.line(line.variant_id).is_none()).count();
    assert_eq!((whole.lines.len(), whole.delivery.clone()), (expected, guest.delivery.clone()));
    assert_eq!((closed.state, closed.lines.len()), (CartState::Merged { into: own.id }, 0));
    assert_eq!((closed.delivery.clone(), closed.email.clone()), (None, None));
    assert_eq!(whole.merged(&closed, now()), Err(CartError::Closed { how: "was merged into another one" }));
    let many = Cart { lines: vec![line('A', 5)], ..guest.clone() };
    assert_eq!(own.merged(&many, now()).unwrap().0.lines[0].quantity, MOST_QUANTITY);
    assert_eq!(full().merged(&Cart { lines: vec![line('Z', 1)], ..guest.clone() }, now()).unwrap().0.lines.len(), 20);
    let foreign = Cart { currency: Currency::USD, ..guest };
    assert_eq!(own.merged(&foreign, now()), Err(CartError::Currency));
}

#[test]
fn an_ordered_cart_keeps_nothing_and_changes_no_more() {
    let ordered = cart().ordered(now()).unwrap();
    assert_eq!(ordered.state, CartState::Ordered { order: cart().order_id() });
    assert_eq!((ordered.lines.len(), ordered.email.clone(), ordered.reservation), (0, None, None));
    let closed = CartError::Closed { how: "was ordered" };
    assert_eq!(ordered.with(line('A', 1), now()), Err(closed.clone()));
    assert_eq!(ordered.ordered(now()), Err(closed));
    assert_eq!(cart().order_id().ulid(), cart().id.ulid());
}

#[test]
fn a_cart_is_gone_after_thirty_days_without_a_touch() {
    let cart = empty();
    let last: Timestamp = "2026-12-30T23:59:59.999Z".parse().unwrap();
    let end: Timestamp = "2026-12-31T00:00:00Z".parse().unwrap();
    assert!(!cart.is_gone(last) && cart.is_gone(end));
    assert!(!cart.touched(last).is_gone(end));
}
