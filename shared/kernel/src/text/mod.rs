//! Values that are parsed from text and have one spelling.

pub(crate) mod branch_code;
pub(crate) mod color;
pub(crate) mod country;
pub(crate) mod email;
pub(crate) mod fnv;
pub(crate) mod goods;
pub(crate) mod identity;
pub(crate) mod locale;
pub(crate) mod markup;
pub(crate) mod nearest;
pub(crate) mod phone;
pub(crate) mod plain_text;
pub(crate) mod slug;
pub(crate) mod tax_id;
pub(crate) mod written;
