//! Carts and orders: what somebody is about to buy, what was bought, and for how much.
//!
//! A [`Cart`] says what is wanted. What it costs, and whether it is there, is judged each time that it is read
//! ([`judge`]). An [`Order`] is a snapshot of what was bought: names, prices, discounts and taxes stay as they were
//! when it was placed ([`place`]). It is paid by its invoice; how it stands, how it is paid and what of it was sent are three
//! states apart. Nothing here knows of products, stock or invoices: whoever puts them together hands in what they say.

mod cart;
mod course;
mod delivery;
mod error;
#[cfg(test)]
mod golden;
mod order;
mod settings;
mod text;

pub use cart::bounds::{LIVES_FOR, MOST_CODES, MOST_LINES, MOST_QUANTITY};
pub use cart::code::CartCode;
pub use cart::content::{Cart, CartOwner, CartState, NewCart};
pub use cart::hold::{CartHold, HELD_WITHOUT_BREAK, HOLD_BREAK};
pub use cart::judge::{JudgedLine, LineFacts, LineStatus, VariantOffer, judge};
pub use cart::line::{CartLine, CartQuantity};
pub use cart::repo::{CartPointer, CartSlots, Carts};
pub use cart::shipping::CartShipping;
pub use cart::token::{CartToken, CartTokenError};
pub use course::error::CourseError;
pub use course::moves::{LinePieces, MoreShipments};
pub use course::progress::{KeptPieces, OrderProgress};
pub use course::repo::OrderGoods;
pub use course::rows::{DispatchReference, OrderDispatch, OrderPieces, OrderReturn};
pub use delivery::DeliveryAddress;
pub use error::{CartError, OrderError};
pub use order::bought::{Order, OrderPromotion, OrderStep, OrderTax};
pub use order::line::OrderLine;
pub use order::number::{OrderNumber, OrderNumberError, OrderPrefix, OrderPrefixError};
pub use order::place::{Placing, PricedLine, PricedOrder, place, spread};
pub use order::repo::{OrderSlots, Orders, OrdersOf};
pub use order::states::{OrderFulfilment, OrderPayment, OrderStatus};
pub use settings::{MostPieces, OrderSettings, PayWithin};
pub use text::DeliveryText;
