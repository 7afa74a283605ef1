//! The page behind the link in mails by which their reader stops them.

pub(crate) mod door;
pub(crate) mod get_unsubscribe_page;
pub(crate) mod page;
pub(crate) mod submit_unsubscribe_page;
#[cfg(test)]
mod unsubscribe_tests;
