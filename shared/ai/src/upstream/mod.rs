//! One call of one target.

pub(crate) mod answers;
pub mod port;
pub mod providers;
mod public_hosts;
mod reading;
pub mod refusal;
pub mod sse;
pub(crate) mod streamed;
