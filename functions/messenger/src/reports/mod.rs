//! What carriers tell of messages that left.

pub(crate) mod hear_of_mail;
