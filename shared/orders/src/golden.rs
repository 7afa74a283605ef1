//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    Cart, CartPointer, Order, OrderDispatch, OrderReturn, OrderSettings,
    order::repo::{OrderPointer, OrderSequence},
};

#[test]
fn rows_stay_readable() {
    from_golden::<Cart>(include_str!("golden/cart.json")).unwrap();
    from_golden::<Cart>(include_str!("golden/cart.held.json")).unwrap();
    from_golden::<Cart>(include_str!("golden/cart.merged.json")).unwrap();
    from_golden::<Cart>(include_str!("golden/cart.ordered.json")).unwrap();
    from_golden::<Cart>(include_str!("golden/cart.requote.json")).unwrap();
    from_golden::<CartPointer>(include_str!("golden/cart_pointer.json")).unwrap();
    from_golden::<Order>(include_str!("golden/order.json")).unwrap();
    from_golden::<Order>(include_str!("golden/order.erased.json")).unwrap();
    from_golden::<Order>(include_str!("golden/order.pickup.json")).unwrap();
    from_golden::<Order>(include_str!("golden/order.returned.json")).unwrap();
    from_golden::<OrderDispatch>(include_str!("golden/order_dispatch.json")).unwrap();
    from_golden::<OrderPointer>(include_str!("golden/order_pointer.json")).unwrap();
    from_golden::<OrderReturn>(include_str!("golden/order_return.json")).unwrap();
    from_golden::<OrderSequence>(include_str!("golden/order_sequence.json")).unwrap();
    from_golden::<OrderSettings>(include_str!("golden/order_settings.json")).unwrap();
    from_golden::<OrderSettings>(include_str!("golden/order_settings.bounded.json")).unwrap();
}
