//! Where money is taken: the tenant's accounts at the payment providers, and what becomes of their word. Whoever hears of a
//! payment, by a call, a notification or the agenda, decides about it here.

mod cards;
mod cashier;
mod error;
mod guarded;
mod guarded_stripe;
mod invoice_charges;
mod news;
pub mod providers;
mod refunding;
mod returned_refunds;
mod reviewing;

pub use cashier::{Booking, Cashier, Decision, Effect, too_many_races};
pub use error::CashierError;
pub use guarded_stripe::GuardedStripe;
pub use invoice_charges::{charge_of, payer_of};
pub use news::{Decided, News};
pub use refunding::RefundAnswer;
pub use returned_refunds::CameBack;
pub use reviewing::{Review, ReviewError};
