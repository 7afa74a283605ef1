//! Proving an address or a phone number, and what a mailed link does.

pub(crate) mod link;
pub(crate) mod phone_check;
pub(crate) mod recovery;
pub(crate) mod registrations;
