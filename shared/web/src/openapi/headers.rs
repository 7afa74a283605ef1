//! Headers that answers carry whatever the operation.

use http::StatusCode;
use utoipa::openapi::{
    Content, Header, HeaderBuilder, RefOr, Response,
    path::Operation,
    schema::{ObjectBuilder, Type},
};

use super::{Trait, reference};

/// Names, kinds and meanings.
const SHARED: [(&str, Type, &str); 8] = [
    ("ETag", Type::String, "The version of what is answered, for `If-Match`"),
    (
        "RateLimit",
        Type::String,
        "What is left in each window, and in how many seconds the next one begins: \
         `\"minute\";r=7;t=42, \"hour\";r=97;t=1242`",
    ),
    (
        "RateLimit-Policy",
        Type::String,
        "How many calls each window allows, and its length in seconds: `\"minute\";q=10;w=60, \"hour\";q=100;w=3600`",
    ),
    ("Retry-After", Type::Integer, "How many seconds to wait"),
    ("X-RateLimit-Limit", Type::Integer, "How many calls the window with the least left allows"),
    ("X-RateLimit-Remaining", Type::Integer, "What is left in it"),
    ("X-RateLimit-Reset", Type::Integer, "In how many seconds the next one begins"),
    ("X-Request-Id", Type::String, "Names the call in the logs"),
];

/// Those that tell of the limit that the call was counted against.
const OF_LIMITS: [&str; 5] =
    ["RateLimit", "RateLimit-Policy", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

/// The headers by name.
pub(super) fn shared() -> impl Iterator<Item = (String, RefOr<Header>)> {
    SHARED.into_iter().map(|(name, kind, description)| {
        let schema = ObjectBuilder::new().schema_type(kind).build();
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build();
        (name.to_owned(), RefOr::T(header))
    })
}

/// Adds to each answer the headers that it has.
pub(super) fn add(operation: &mut Operation, traits: &[Trait], versioned: bool) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            // OpenAPI wants a description, and many answers say all by their form.
            let status = StatusCode::from_bytes(status.as_bytes()).ok();
            status
                .and_then(|status| status.canonical_reason())
                .unwrap_or_default()
                .clone_into(&mut response.description);
        }
        put(response, "X-Request-Id");
        if traits.contains(&Trait::Counted) {
            put_limits(response);
        }
        if status.starts_with('2') && (versioned || shows_a_version(response)) {
            put(response, "ETag");
        }
        if ["429", "503"].contains(&status.as_str()) {
            put(response, "Retry-After");
        }
    }
}

/// What is answered with its version wherever it is answered alone, by the name of its schema.
const VERSIONED: [&str; 33] = [
    "AdminUserDetails",
    "AiAgentView",
    "AiRunSummary",
    "AiRunView",
    "CategoryView",
    "CustomerView",
    "InventoryView",
    "InvoiceView",
    "ManagedUser",
    "NotificationPreferencesView",
    "NotificationSettingsView",
    "NotificationTemplateView",
    "OrderSettings",
    "OrderView",
    "PaymentView",
    "ProductReviewView",
    "ProductView",
    "Profile",
    "PromotionView",
    "ReviewSettings",
    "RoleView",
    "SecuritySettings",
    "SettingsView",
    "ShipmentView",
    "ShippingZonesView",
    "SubscriptionView",
    "TenantCreated",
    "TenantView",
    "TransferProofView",
    "UserView",
    "WebhookEndpointView",
    "WebhookEndpointWithSecret",
    "WithdrawalView",
];

fn shows_a_version(response: &Response) -> bool {
    response.content.values().any(|content| match content {
        RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) => {
            let name = schema.ref_location.rsplit_once("/Envelope_").map(|(_, name)| name);
            name.is_some_and(|name| VERSIONED.contains(&name))
        }
        RefOr::T(_) | RefOr::Ref(_) => false,
    })
}

/// Adds the headers of limits to an answer.
pub(super) fn put_limits(response: &mut Response) {
    for name in OF_LIMITS {
        put(response, name);
    }
}

/// Adds a shared header to an answer.
pub(super) fn put(response: &mut Response, name: &str) {
    response.headers.entry(name.to_owned()).or_insert_with(|| reference("headers", name));
}
