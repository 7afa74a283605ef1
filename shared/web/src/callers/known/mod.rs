//! What is known of callers, and for how long.

pub(crate) mod impersonated;
pub(crate) mod recent;
pub(crate) mod standing;
mod standings;
pub(crate) mod stepped_up;
