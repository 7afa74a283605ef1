//! Sessions and their families of refresh tokens.

pub(crate) mod refresh;
pub(crate) mod repo;
pub(crate) mod session;
