//! Ids, money, time, civil dates, pages, faults, secrets: no async, no I/O.

mod currency;
mod email;
mod fault;
mod field;
mod ids;
mod money;
mod page;
mod phone;
mod plain_text;
mod secret;
mod slug;
mod time;

pub use currency::{Currency, UnknownCurrency};
pub use email::{Email, EmailError};
pub use fault::{Fault, Kind};
pub use field::Field;
pub use ids::{
    ApiKeyId, AuditId, EventId, IdError, InvitationId, InvoiceId, JournalId, LinkId, MessageId, PaymentId, RequestId,
    RunId, SessionId, SubscriptionId, TenantId, UserId,
};
pub use money::{Money, MoneyError, Rate};
pub use page::{MAX_PAGE, Page, PageLimit, PageLimitError};
pub use phone::{Phone, PhoneError};
pub use plain_text::is_plain_line;
pub use secret::Secret;
pub use slug::{Slug, SlugError};
pub use time::{Clock, TimeError, Timestamp, Zone, ZoneError};

/// Civil dates come from `jiff`: the calendar of the proleptic Gregorian years -9999 to 9999.
pub use jiff::civil::Date;
