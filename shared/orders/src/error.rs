//! Why something cannot be done with a cart or an order.

use kernel::{Currency, Fault, FaultKind, Money, Sku};

use crate::{
    OrderStatus,
    cart::bounds::{MOST_CODES, MOST_LINES, MOST_QUANTITY},
};

/// What is refused of a cart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// It is an order, or a part of another cart.
    #[error("this cart {how}; put something into a new one")]
    Closed {
        /// What became of it.
        how: &'static str,
    },
    /// There are enough lines.
    #[error("a cart holds {MOST_LINES} different articles at most; order these first")]
    Lines,
    /// There are enough of a variant.
    #[error("a cart holds {MOST_QUANTITY} of one article at most")]
    Quantity,
    /// The shop gives a buyer no more of it at once.
    #[error("the shop sells {most} of {sku} at once at most")]
    Pieces {
        /// Of what.
        sku: Sku,
        /// How many.
        most: u32,
    },
    /// There are enough codes.
    #[error("a cart takes {MOST_CODES} codes at most")]
    Codes,
    /// The variant is not in it.
    #[error("nothing that you can see has this id or name")]
    NoLine,
    /// Two carts have two currencies.
    #[error("these carts have their prices in two currencies")]
    Currency,
}

impl Fault for CartError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Closed { .. } | Self::Lines | Self::Quantity | Self::Pieces { .. } | Self::Codes | Self::Currency => {
                FaultKind::Conflict
            }
            Self::NoLine => FaultKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "CART_CLOSED",
            Self::Lines | Self::Quantity | Self::Pieces { .. } | Self::Codes => "CART_FULL",
            Self::NoLine => "NOT_FOUND",
            Self::Currency => "CART_CURRENCY",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Closed { .. } => true,
            Self::Lines | Self::Quantity | Self::Pieces { .. } | Self::Codes | Self::NoLine | Self::Currency => false,
        }
    }
}

/// What is refused of an order. All of it depends on what is there now: the same request may succeed later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Something is yet to be said of the cart.
    #[error("before it can be ordered, the cart needs: {missing}")]
    Incomplete {
        /// What.
        missing: String,
    },
    /// Something in it is not on sale.
    #[error("{sku} is not on sale any more, or not in the currency of the cart; take it out of the cart")]
    Unavailable {
        /// What.
        sku: Sku,
    },
    /// Something is on sale, and not in the currency of the cart.
    #[error("{sku} has no price in {currency}; the cart's prices are in that")]
    NoPrice {
        /// What.
        sku: Sku,
        /// In which it has none.
        currency: Currency,
    },
    /// How it is to be shipped was quoted for other goods, or another address.
    #[error("the cart has changed since its shipping was quoted; ask for rates again and choose")]
    QuoteChanged,
    /// There is less of something than is wanted; how many there are is the shop's own.
    #[error("of {sku} there are fewer than {wanted}; take fewer")]
    Insufficient {
        /// Of what.
        sku: Sku,
        /// How many are wanted.
        wanted: u32,
    },
    /// It costs something else than the buyer expects.
    #[error("the cart costs {} now, and not {}, in the smallest units of its currency: look at it again", actual.minor(), expected.minor())]
    PriceChanged {
        /// What the buyer expects.
        expected: Money,
        /// What it is.
        actual: Money,
    },
    /// It costs more than can be counted, or takes more rows than fit into one transaction.
    #[error("this is too much for one order; split it")]
    TooLarge,
    /// From how it stands it does not get there.
    #[error("an order that is {} cannot become {}", from.as_str(), to.as_str())]
    WrongMove {
        /// How it stands.
        from: OrderStatus,
        /// How it was to stand.
        to: OrderStatus,
    },
}

impl Fault for OrderError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Incomplete { .. }
            | Self::Unavailable { .. }
            | Self::NoPrice { .. }
            | Self::QuoteChanged
            | Self::Insufficient { .. }
            | Self::PriceChanged { .. }
            | Self::WrongMove { .. } => FaultKind::Conflict,
            Self::TooLarge => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Incomplete { .. } => "CART_INCOMPLETE",
            Self::Unavailable { .. } | Self::NoPrice { .. } => "ITEM_UNAVAILABLE",
            Self::QuoteChanged => "QUOTE_CHANGED",
            Self::Insufficient { .. } => "INSUFFICIENT_STOCK",
            Self::PriceChanged { .. } => "PRICE_CHANGED",
            Self::TooLarge => "ORDER_TOO_LARGE",
            Self::WrongMove { .. } => "ORDER_WRONG_MOVE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Incomplete { .. }
            | Self::Unavailable { .. }
            | Self::NoPrice { .. }
            | Self::QuoteChanged
            | Self::Insufficient { .. }
            | Self::PriceChanged { .. }
            | Self::TooLarge
            | Self::WrongMove { .. } => false,
        }
    }
}
