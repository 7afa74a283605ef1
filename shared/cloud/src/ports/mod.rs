//! The ports to the world outside, each with its AWS implementation.

pub(crate) mod breaker;
pub(crate) mod bucket_links;
pub(crate) mod bus;
pub(crate) mod dead_letters;
pub(crate) mod entropy;
pub(crate) mod kms;
pub(crate) mod mail;
pub(crate) mod objects;
pub(crate) mod outbound;
pub(crate) mod port;
pub(crate) mod queues;
pub(crate) mod secrets;
pub(crate) mod signed;
