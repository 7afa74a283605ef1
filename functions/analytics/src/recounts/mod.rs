//! Whether sales are what the journal says, and counting all orders again.

pub(crate) mod check_sales;
pub(crate) mod get_sales_recount;
pub(crate) mod recount_view;
pub(crate) mod start_sales_recount;
