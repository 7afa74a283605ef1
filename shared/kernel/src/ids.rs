//! The registry of identifiers: a prefix that names the kind and a ULID behind it, parsed strictly.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ulid::Ulid;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

/// How the message of an [`IdError`] begins.
pub const NOT_AN_ID: &str = "not an id";

/// Why a text is not an id of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{NOT_AN_ID} of the form {prefix}… followed by 26 characters")]
pub struct IdError {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

/// A ULID in Crockford's base 32, as a regular expression.
pub const ULID: &str = "[0-7][0-9A-HJKMNP-TV-Z]{25}";

/// The ULID of ids in examples.
pub(crate) const EXAMPLE: &str = "01JD2Z3M4N5P6Q7R8S9T0V1W2X";

/// An id's schema: the prefix of its kind, and a ULID.
fn schema_of(prefix: &str, description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description.trim().trim_end_matches('.')))
        .pattern(Some(format!("^{prefix}{ULID}$")))
        .examples([format!("{prefix}{EXAMPLE}")])
        .into()
}

macro_rules! id_type {
    (#[doc = $doc:literal] $name:ident, $prefix:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Ulid);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The id over a ULID that the caller's id source made.
            pub const fn new(ulid: Ulid) -> Self {
                Self(ulid)
            }

            /// The ULID behind the prefix.
            pub const fn ulid(self) -> Ulid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text, $prefix).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                schema_of($prefix, $doc)
            }
        }

        impl ToSchema for $name {}
    };
}

// Alphabetical; append-only: an id that was ever written must stay readable.
id_type!(
    /// An agent: a model with instructions and tools.
    AiAgentId, "agt_"
);
id_type!(
    /// A key that a tenant gave for a provider of language models.
    AiKeyId, "aik_"
);
id_type!(
    /// A run of several models that come to a decision.
    AiRunId, "air_"
);
id_type!(
    /// An API key of a tenant's server.
    ApiKeyId, "key_"
);
id_type!(
    /// An entry of the audit trail.
    AuditId, "aud_"
);
id_type!(
    /// A cart of somebody who buys goods.
    CartId, "crt_"
);
id_type!(
    /// A category of products.
    CategoryId, "cat_"
);
id_type!(
    /// A credit note.
    CreditNoteId, "crn_"
);
id_type!(
    /// A customer: who subscribes, orders, pays, holds a balance and is printed on invoices.
    CustomerId, "cus_"
);
id_type!(
    /// An event in the outbox.
    EventId, "evt_"
);
id_type!(
    /// An invoice.
    InvoiceId, "inv_"
);
id_type!(
    /// A file that somebody sent.
    FileId, "fil_"
);
id_type!(
    /// A while in which staff acts as a user.
    ImpersonationId, "imp_"
);
id_type!(
    /// An invitation to become a member.
    InvitationId, "ivt_"
);
id_type!(
    /// A transaction of the double-entry journal.
    JournalId, "jrn_"
);
id_type!(
    /// A one-time link between a user and a chat.
    LinkId, "lnk_"
);
id_type!(
    /// A message to a person.
    MessageId, "msg_"
);
id_type!(
    /// An entry of the ledger of stock.
    MovementId, "mov_"
);
id_type!(
    /// A message in a person's list of notifications.
    NotificationId, "ntf_"
);
id_type!(
    /// An order of goods.
    OrderId, "ord_"
);
id_type!(
    /// A payment.
    PaymentId, "pay_"
);
id_type!(
    /// A payment method that a customer saved.
    PaymentMethodId, "pmt_"
);
id_type!(
    /// A product.
    ProductId, "prd_"
);
id_type!(
    /// An export of products into a file.
    ProductExportId, "pex_"
);
id_type!(
    /// An import of products from a file.
    ProductImportId, "pim_"
);
id_type!(
    /// What a customer says of a product.
    ProductReviewId, "rev_"
);
id_type!(
    /// A promotion of a shop.
    PromotionId, "prm_"
);
id_type!(
    /// A browser or a phone that takes push messages of a user.
    PushDeviceId, "psh_"
);
id_type!(
    /// What sending a cart costs, as it was told.
    QuoteId, "quo_"
);
id_type!(
    /// A model of what is recommended, and the training that makes it.
    RecommendationModelId, "rcm_"
);
id_type!(
    /// An invoice on a schedule, without a plan.
    RecurringInvoiceId, "rec_"
);
id_type!(
    /// A refund of a payment.
    RefundId, "rfd_"
);
id_type!(
    /// One HTTP request or one delivery of an event.
    RequestId, "req_"
);
id_type!(
    /// A reservation of stock.
    ReservationId, "rsv_"
);
id_type!(
    /// A billing run.
    RunId, "run_"
);
id_type!(
    /// A login session.
    SessionId, "ses_"
);
id_type!(
    /// A shipment of parcels.
    ShipmentId, "shp_"
);
id_type!(
    /// A subscription.
    SubscriptionId, "sub_"
);
id_type!(
    /// An address or a number that nothing is sent to any more.
    SuppressionId, "sup_"
);
id_type!(
    /// A rate of a tax.
    TaxRateId, "txr_"
);
id_type!(
    /// An export of all that a tenant has.
    TenantExportId, "exp_"
);
id_type!(
    /// A tenant.
    TenantId, "tnt_"
);
id_type!(
    /// What a customer says of a bank transfer, with a file that shows it.
    TransferProofId, "tpf_"
);
id_type!(
    /// A user of a tenant: a member or a customer.
    UserId, "usr_"
);
id_type!(
    /// A variant of a product.
    VariantId, "var_"
);
id_type!(
    /// A visitor of a shop who has not signed in, as the page of the shop named them.
    VisitorId, "vis_"
);
id_type!(
    /// One event on its way to one webhook endpoint.
    WebhookDeliveryId, "whd_"
);
id_type!(
    /// An address of a tenant's own systems that events are sent to.
    WebhookEndpointId, "whe_"
);
id_type!(
    /// A withdrawal from a customer's balance.
    WithdrawalId, "wdr_"
);

impl TenantId {
    /// Tenant zero: the platform itself, whose customers are the tenants.
    pub const PLATFORM: Self = Self(Ulid::nil());
}

/// Strict: exact prefix, exact length, upper case, and the canonical spelling (Crockford's aliases I, L, O are refused).
fn parse(text: &str, prefix: &'static str) -> Result<Ulid, IdError> {
    let fault = IdError { prefix };
    let body = text.strip_prefix(prefix).ok_or(fault)?;
    let ulid = Ulid::from_string(body).map_err(|_| fault)?;
    if ulid.to_string() == body { Ok(ulid) } else { Err(fault) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let id: UserId = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        assert_eq!(id.to_string(), "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
        for bad in [
            "",
            "usr_",
            "01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "usr_01jd2z3m4n5p6q7r8s9t0v1w2x",
            "usr_O1JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X ",
            "usr_81JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X0",
            "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2#",
        ] {
            assert!(bad.parse::<UserId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_travel_as_text() {
        let id: InvoiceId = serde_json::from_str("\"inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X\"");
        assert!(serde_json::from_str::<InvoiceId>("\"inv_x\"").is_err());
    }

    #[test]
    fn the_platform_is_the_first_tenant_in_every_order() {
        assert_eq!(TenantId::PLATFORM.to_string(), "tnt_00000000000000000000000000");
    }
}
