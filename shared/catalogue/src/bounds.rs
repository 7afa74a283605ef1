//! How much there is of each thing at most, however it comes in.

/// How many names can be chosen by.
pub const MOST_OPTIONS: usize = 3;
/// How many values each of them has.
pub const MOST_VALUES: usize = 20;
/// How many categories a product is in.
pub const MOST_CATEGORIES_OF_A_PRODUCT: usize = 5;
/// How many attributes it has.
pub const MOST_ATTRIBUTES: usize = 30;
/// How many images it has.
pub const MOST_IMAGES: usize = 20;
/// In how many currencies a variant is sold.
pub const MOST_PRICES: usize = 10;
/// How many list prices a variant has.
pub const MOST_LIST_PRICES: usize = 50;
/// The highest price, in minor units.
pub const HIGHEST_PRICE: i64 = 1_000_000_000_000;
/// From how many of a variant on a list price holds at most.
pub const HIGHEST_MIN_QUANTITY: u32 = 1_000_000;
