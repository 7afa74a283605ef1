//! Ids, money, time, civil dates, pages, faults, secrets, seals: no async, no I/O.

mod currency;
mod fault;
mod field;
mod file_kind;
mod ids;
mod money;
mod owned;
mod page;
mod party;
mod priority;
mod provider;
mod resource;
mod schema;
mod secrets;
mod text;
mod time;

pub use currency::{Currency, UnknownCurrency};
pub use fault::{Fault, FaultKind};
pub use field::{Field, given};
pub use file_kind::FileKind;
pub use ids::{
    AiAgentId, AiKeyId, AiRunId, ApiKeyId, AuditId, CartId, CategoryId, CreditNoteId, CustomerId, EventId, FileId,
    IdError, ImpersonationId, InvitationId, InvoiceId, JournalId, LinkId, MessageId, MovementId, NOT_AN_ID,
    NotificationId, OrderId, PaymentId, PaymentMethodId, ProductExportId, ProductId, ProductImportId, ProductReviewId,
    PromotionId, PushDeviceId, QuoteId, RecommendationModelId, RecurringInvoiceId, RefundId, RequestId, ReservationId,
    RunId, SessionId, ShipmentId, SubscriptionId, SuppressionId, TaxRateId, TenantExportId, TenantId, TransferProofId,
    ULID, UserId, VariantId, VisitorId, WebhookDeliveryId, WebhookEndpointId, WithdrawalId,
};
pub use money::{Money, MoneyError, Rate};
pub use owned::Owned;
pub use page::{MAX_PAGE, PageLimit, PageLimitError};
pub use party::Party;
pub use priority::Priority;
pub use provider::{Provider, UnknownProvider};
pub use resource::Resource;
pub use schema::{INLINE, INSTANT};
pub use secrets::seal::{Seal, SealError};
pub use secrets::secret::Secret;
pub use text::branch_code::{BranchCode, BranchCodeError};
pub use text::color::{Color, ColorError};
pub use text::country::{Country, CountryError};
pub use text::email::{Email, EmailError};
pub use text::fnv::fnv1a;
pub use text::goods::price_key::PriceKey;
pub use text::goods::sku::{Sku, SkuError};
pub use text::identity::{IdentityDocument, IdentityError, IdentityKind};
pub use text::locale::Locale;
pub use text::markup::{Markup, escape_html};
pub use text::nearest::nearest;
pub use text::phone::{Phone, PhoneError};
pub use text::plain_text::{
    LINES, fits_on_a_line, has_link, has_scheme, is_hidden, is_image_address, is_plain_line, line_without_address,
};
pub use text::slug::{Slug, SlugError, hyphenated};
pub use text::tax_id::{TaxId, TaxIdError};
pub use text::written::Decimal;
pub use time::{Clock, TimeError, Timestamp, Zone, ZoneError, parse_day};

/// Civil dates come from `jiff`: the calendar of the proleptic Gregorian years -9999 to 9999.
pub use jiff::civil::Date;
