//! Ids, money, time, civil dates, pages, faults, secrets: no async, no I/O.

mod country;
mod currency;
mod email;
mod fault;
mod field;
mod ids;
mod locale;
mod money;
mod owned;
mod page;
mod party;
mod phone;
mod plain_text;
mod priority;
mod provider;
mod schema;
mod secret;
mod slug;
mod tax_id;
mod time;

pub use country::{Country, CountryError};
pub use currency::{Currency, UnknownCurrency};
pub use email::{Email, EmailError};
pub use fault::{Fault, FaultKind};
pub use field::Field;
pub use ids::{
    ApiKeyId, AuditId, CreditNoteId, CustomerId, EventId, IdError, InvitationId, InvoiceId, JournalId, LinkId,
    MessageId, NotificationId, OrderId, PaymentId, RecurringInvoiceId, RefundId, RequestId, RunId, SessionId,
    SubscriptionId, TaxRateId, TenantId, UserId,
};
pub use locale::Locale;
pub use money::{Money, MoneyError, Rate};
pub use owned::Owned;
pub use page::{MAX_PAGE, PageLimit, PageLimitError};
pub use party::Party;
pub use phone::{Phone, PhoneError};
pub use plain_text::{has_link, has_scheme, is_plain_line};
pub use priority::Priority;
pub use provider::{Provider, UnknownProvider};
pub use secret::Secret;
pub use slug::{Slug, SlugError};
pub use tax_id::{TaxId, TaxIdError};
pub use time::{Clock, TimeError, Timestamp, Zone, ZoneError, parse_day};

/// Civil dates come from `jiff`: the calendar of the proleptic Gregorian years -9999 to 9999.
pub use jiff::civil::Date;
