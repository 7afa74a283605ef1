//! Who is asked what sending costs.

pub(crate) mod list_shipping_carriers;
