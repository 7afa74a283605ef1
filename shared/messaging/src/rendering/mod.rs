//! From a text and its values to what each channel is given.

pub mod escape;
pub(crate) mod mail_page;
pub(crate) mod render;
pub(crate) mod template;
pub(crate) mod value;
