//! Where Lambda enters: HTTP requests, queues and streams.

pub mod event;
pub(crate) mod function;
pub mod http;
pub(crate) mod serve;
