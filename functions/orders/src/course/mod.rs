//! What becomes of orders after they are placed: cancelled, sent, returned, completed.

pub(crate) mod cancel_order;
#[cfg(test)]
mod course_tests;
pub(crate) mod create_order_fulfilment;
pub(crate) mod create_order_return;
#[cfg(test)]
mod erased_tests;
mod goods_view;
pub(crate) mod list_order_fulfilments;
pub(crate) mod list_order_returns;
#[cfg(test)]
mod money_tests;
mod order_change;
#[cfg(test)]
mod paying_tests;
pub(crate) mod replace_order_status;
#[cfg(test)]
pub(crate) mod scene;
#[cfg(test)]
mod waived_tests;
