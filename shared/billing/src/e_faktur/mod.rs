//! Tax invoices (Faktur Pajak) as Coretax imports them: what of our invoices stands on them, and what is left out.

mod buyer;
mod goods;
pub(crate) mod tax_invoice;

pub use buyer::{BuyerDocument, TaxBuyer};
pub use goods::{GoodService, GoodsOrService, UNIT_OTHER, UNKNOWN_CODE};
