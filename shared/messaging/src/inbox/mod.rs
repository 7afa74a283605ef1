//! The list of what a user was told, which the user reads inside the product.

mod item;
mod repo;

pub use item::{InboxItem, Unread};
pub use repo::{Inbox, InboxFilter, MARKED_AT_ONCE, UNREAD_COUNTED};
