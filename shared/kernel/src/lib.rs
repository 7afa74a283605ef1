//! Ids, money, time, civil dates, pages, faults, secrets: no async, no I/O.

mod currency;
mod email;
mod fault;
mod ids;
mod money;
mod page;
mod secret;
mod slug;
mod time;

pub use currency::{Currency, UnknownCurrency};
pub use email::{Email, EmailError};
pub use fault::{Fault, Kind};
pub use ids::{
    EventId, IdError, InvoiceId, JournalId, LinkId, MessageId, PaymentId, RequestId, RunId, SessionId, SubscriptionId,
    TenantId, UserId,
};
pub use money::{Money, MoneyError, Rate};
pub use page::{MAX_PAGE, Page, PageLimit, PageLimitError};
pub use secret::Secret;
pub use slug::{Slug, SlugError};
pub use time::{Clock, TimeError, Timestamp, Zone, ZoneError};

/// Civil dates come from `jiff`: the calendar of the proleptic Gregorian years -9999 to 9999.
pub use jiff::civil::Date;
