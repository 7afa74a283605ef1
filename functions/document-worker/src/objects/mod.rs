//! What is read from the bucket and put there.

pub(crate) mod kept;
pub(crate) mod seller_logo;
