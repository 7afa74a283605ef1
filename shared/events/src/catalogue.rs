//! Every event there is, and what the documents say of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use table::outbox::{Audience, Event};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use crate::{
    DecodeError, Payload, ai_run, credit_note, customer, decode, file, invitation, invoice, notification, order,
    order_course, payment, payment_method, product, review, sales, session, shipment, stock, subscription, tenant,
    transfer_proof, user, webhook_endpoint, withdrawal,
};

/// Every event, by name.
pub const ALL: [Known; 122] = [
    Known::of::<ai_run::AiRunEnded>(),
    Known::of::<credit_note::CreditNoteIssued>(),
    Known::of::<customer::CustomerCreated>(),
    Known::of::<customer::CustomerErased>(),
    Known::of::<customer::CustomerUpdated>(),
    Known::of::<customer::CustomerUserAdded>(),
    Known::of::<customer::CustomerUserRemoved>(),
    Known::of::<file::FileDeleted>(),
    Known::of::<file::FileReady>(),
    Known::of::<file::FileRejected>(),
    Known::of::<invitation::InvitationCreated>(),
    Known::of::<invoice::InvoiceIssued>(),
    Known::of::<invoice::InvoiceMarkedUncollectible>(),
    Known::of::<invoice::InvoiceOverdue>(),
    Known::of::<invoice::InvoicePaid>(),
    Known::of::<invoice::InvoiceReminded>(),
    Known::of::<invoice::InvoiceSendRequested>(),
    Known::of::<invoice::InvoiceVoided>(),
    Known::of::<notification::NotificationRequested>(),
    Known::of::<order_course::OrderCancelled>(),
    Known::of::<order::OrderConfirmed>(),
    Known::of::<order_course::OrderDelivered>(),
    Known::of::<order_course::OrderExpired>(),
    Known::of::<order_course::OrderFulfilled>(),
    Known::of::<order::OrderPlaced>(),
    Known::of::<order_course::OrderRefunded>(),
    Known::of::<order_course::OrderReturned>(),
    Known::of::<payment::PaymentCancelled>(),
    Known::of::<payment::PaymentExpired>(),
    Known::of::<payment::PaymentFailed>(),
    Known::of::<payment::PaymentRefundFailed>(),
    Known::of::<payment::PaymentRefunded>(),
    Known::of::<payment::PaymentSucceeded>(),
    Known::of::<payment_method::PaymentMethodExpiring>(),
    Known::of::<product::ProductArchived>(),
    Known::of::<product::ProductCreated>(),
    Known::of::<product::ProductDeleted>(),
    Known::of::<product::ProductPublished>(),
    Known::of::<product::ProductUpdated>(),
    Known::of::<review::ReviewApproved>(),
    Known::of::<review::ReviewCreated>(),
    Known::of::<review::ReviewDeleted>(),
    Known::of::<review::ReviewFlagged>(),
    Known::of::<review::ReviewRejected>(),
    Known::of::<review::ReviewReplied>(),
    Known::of::<review::ReviewReplyRemoved>(),
    Known::of::<review::ReviewUpdated>(),
    Known::of::<sales::SalesRecountContinued>(),
    Known::of::<session::SessionReuseDetected>(),
    Known::of::<shipment::ShipmentCreated>(),
    Known::of::<shipment::ShipmentUpdated>(),
    Known::of::<stock::StockLow>(),
    Known::of::<stock::StockOut>(),
    Known::of::<stock::StockBack>(),
    Known::of::<subscription::SubscriptionActivated>(),
    Known::of::<subscription::SubscriptionCancelled>(),
    Known::of::<subscription::SubscriptionChangeScheduled>(),
    Known::of::<subscription::SubscriptionChangeWithdrawn>(),
    Known::of::<subscription::SubscriptionCouponApplied>(),
    Known::of::<subscription::SubscriptionCouponRemoved>(),
    Known::of::<subscription::SubscriptionCreated>(),
    Known::of::<subscription::SubscriptionExpired>(),
    Known::of::<subscription::SubscriptionPastDue>(),
    Known::of::<subscription::SubscriptionPaused>(),
    Known::of::<subscription::SubscriptionPlanChanged>(),
    Known::of::<subscription::SubscriptionQuotaReached>(),
    Known::of::<subscription::SubscriptionRestored>(),
    Known::of::<subscription::SubscriptionResumed>(),
    Known::of::<subscription::SubscriptionSuspended>(),
    Known::of::<subscription::SubscriptionTrialEnded>(),
    Known::of::<tenant::TenantActivated>(),
    Known::of::<tenant::TenantCancelled>(),
    Known::of::<tenant::TenantConverted>(),
    Known::of::<tenant::TenantCreated>(),
    Known::of::<tenant::TenantDeleted>(),
    Known::of::<tenant::TenantDomainLost>(),
    Known::of::<tenant::TenantDomainVerified>(),
    Known::of::<tenant::TenantErasureScheduled>(),
    Known::of::<tenant::TenantErasureWithdrawn>(),
    Known::of::<tenant::limits::TenantLimitReached>(),
    Known::of::<tenant::limits::TenantLimitWarning>(),
    Known::of::<tenant::limits::TenantLimitsChecked>(),
    Known::of::<tenant::TenantPaymentMethodChanged>(),
    Known::of::<tenant::TenantPlanChanged>(),
    Known::of::<tenant::TenantProvisioned>(),
    Known::of::<tenant::TenantReactivated>(),
    Known::of::<tenant::TenantSettingsChanged>(),
    Known::of::<tenant::TenantSuspended>(),
    Known::of::<tenant::TenantTrialEnding>(),
    Known::of::<tenant::TenantTrialExpired>(),
    Known::of::<tenant::TenantTrialStarted>(),
    Known::of::<tenant::TenantUpdated>(),
    Known::of::<tenant::limits::TenantUsageRecounted>(),
    Known::of::<tenant::export::TenantExportContinued>(),
    Known::of::<tenant::export::TenantExportReady>(),
    Known::of::<tenant::export::TenantExportRequested>(),
    Known::of::<transfer_proof::TransferProofAccepted>(),
    Known::of::<transfer_proof::TransferProofRejected>(),
    Known::of::<transfer_proof::TransferProofSubmitted>(),
    Known::of::<subscription::RecordedUsage>(),
    Known::of::<user::UserClaimed>(),
    Known::of::<user::UserEmailVerified>(),
    Known::of::<user::UserErased>(),
    Known::of::<user::UserImpersonated>(),
    Known::of::<user::UserImported>(),
    Known::of::<user::UserMfaEnabled>(),
    Known::of::<user::UserMfaRemoved>(),
    Known::of::<user::UserPasswordChanged>(),
    Known::of::<user::UserPasswordResetRequested>(),
    Known::of::<user::UserPhoneVerificationRequested>(),
    Known::of::<user::UserRecoveryCodesCreated>(),
    Known::of::<user::UserRegistered>(),
    Known::of::<user::UserRegistrationRequested>(),
    Known::of::<user::UserRolesChanged>(),
    Known::of::<user::UserTelegramLinked>(),
    Known::of::<user::UserVerificationRequested>(),
    Known::of::<webhook_endpoint::WebhookEndpointDisabled>(),
    Known::of::<withdrawal::WithdrawalCancelled>(),
    Known::of::<withdrawal::WithdrawalFailed>(),
    Known::of::<withdrawal::WithdrawalRequested>(),
    Known::of::<withdrawal::WithdrawalSent>(),
    Known::of::<withdrawal::WithdrawalSettled>(),
];

/// The names of all public events, in order.
pub fn public_names() -> impl Iterator<Item = &'static str> {
    ALL.iter().filter(|known| known.audience == Audience::Public).map(|known| known.name)
}

/// Schemas by the names of their types.
type Schemas = BTreeMap<String, Value>;

/// A kind of event.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What happened.
    pub name: &'static str,
    /// The version of its data.
    pub version: u16,
    /// Who may see it.
    pub audience: Audience,
    reread: fn(&Event) -> Result<Value, DecodeError>,
    describe: fn(&mut Schemas) -> Described,
}

/// The types of an event by name; their schemas are with the others.
struct Described {
    subject: String,
    data: String,
}

impl Known {
    const fn of<P: Payload>() -> Self {
        Self { name: P::NAME, version: P::VERSION, audience: P::AUDIENCE, reread: reread::<P>, describe: describe::<P> }
    }

    /// What is left of an event's data when it is read by its type and written again: all of it, if the type is right.
    ///
    /// # Errors
    /// Those of [`decode`].
    pub fn reread(&self, event: &Event) -> Result<Value, DecodeError> {
        (self.reread)(event)
    }
}

fn reread<P: Payload>(event: &Event) -> Result<Value, DecodeError> {
    let malformed = |source| DecodeError::Malformed { name: P::NAME, version: P::VERSION, source };
    serde_json::to_value(decode::<P>(event)?).map_err(malformed)
}

fn describe<P: Payload>(schemas: &mut Schemas) -> Described {
    let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
    P::schemas(&mut found);
    P::Subject::schemas(&mut found);
    found.push((P::name().into_owned(), P::schema()));
    found.push((P::Subject::name().into_owned(), P::Subject::schema()));
    for (name, schema) in found {
        schemas.insert(name, local(json!(schema)));
    }
    Described { subject: P::Subject::name().into_owned(), data: P::name().into_owned() }
}

/// Schemas refer to one another inside of the document that they stand in.
fn local(schema: Value) -> Value {
    match schema {
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| match (key.as_str(), &value) {
                ("$ref", Value::String(target)) => {
                    let target = target.replace("#/components/schemas/", "#/$defs/");
                    (key, Value::String(target))
                }
                _ => (key, local(value)),
            });
            Value::Object(entries.collect())
        }
        Value::Array(items) => items.into_iter().map(local).collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

/// The names of the events that a function reads.
#[derive(Clone, Debug)]
pub struct EventReader {
    /// The function, by its binary.
    pub function: &'static str,
    /// [`Consumer::names`](crate::Consumer::names).
    pub events: Vec<&'static str>,
}

fn readers_of<'a>(readers: &'a [EventReader], event: &Known) -> Vec<&'a str> {
    readers.iter().filter(|reader| reader.events.contains(&event.name)).map(|reader| reader.function).collect()
}

/// A JSON schema of whatever the bus carries in `detail`. Under `x-readers` stands which functions read an event.
pub fn schema(readers: &[EventReader]) -> Value {
    let mut schemas = Schemas::new();
    let mut events = Map::new();
    for known in &ALL {
        let Described { subject, data } = (known.describe)(&mut schemas);
        let properties = json!({
            "id": { "$ref": "#/$defs/EventId" },
            "type": { "const": known.name },
            "version": { "const": known.version },
            "tenantId": { "$ref": "#/$defs/TenantId" },
            "occurredAt": { "$ref": "#/$defs/Timestamp" },
            "requestId": { "$ref": "#/$defs/RequestId" },
            "givenRequestId": { "type": "string", "description": "What the caller called the request in X-Request-Id" },
            "subject": { "$ref": format!("#/$defs/{subject}") },
            "subjectVersion": { "type": "integer", "minimum": 0 },
            "audience": { "const": known.audience },
            "data": { "$ref": format!("#/$defs/{data}") },
        });
        let required = properties.as_object().into_iter().flat_map(Map::keys);
        let required: Vec<&String> = required.filter(|name| *name != "givenRequestId").collect();
        let event = json!({
            "type": "object", "required": required, "properties": properties, "x-readers": readers_of(readers, known),
        });
        events.insert(known.name.to_owned(), event);
    }
    for (name, schema) in envelope() {
        schemas.insert(name, schema);
    }
    let any: Vec<Value> = events.keys().map(|name| json!({ "$ref": format!("#/$defs/{name}") })).collect();
    events.extend(schemas);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Ruko's events",
        "oneOf": any,
        "$defs": events,
    })
}

/// What every event has.
fn envelope() -> [(String, Value); 4] {
    fn of<T: ToSchema>() -> (String, Value) {
        (T::name().into_owned(), local(json!(T::schema())))
    }
    [of::<kernel::EventId>(), of::<kernel::RequestId>(), of::<kernel::TenantId>(), of::<kernel::Timestamp>()]
}

/// What `docs/EVENTS.md` says before its tables.
const HEAD: &str = "\
# Events

Made by `cargo xtask openapi`; `docs/events.schema.json` has the same for machines.

An event is written in the transaction of the change that it tells of, published by the relay, and delivered at least
once in no order. Beside its `data` it says `id`, `type`, `version`, `tenantId`, `occurredAt`, `requestId`, `subject`,
`subjectVersion` and `audience`. Of two events about one subject, the one with the higher `subjectVersion` is the later
one; two with the same tell of one change. It is 0 for subjects without versions, and of a SKU's stock the instant in milliseconds. `public` events may reach the tenant's own systems, `internal` ones never do.
Events about tenants are kept as long as the tenant; all others for seven days.

| Event | Version | Subject | Audience | Read by | What happened |
|---|---|---|---|---|---|
";

/// `docs/EVENTS.md`.
pub fn markdown(readers: &[EventReader]) -> String {
    let mut schemas = Schemas::new();
    let (mut overview, mut contents) = (Vec::new(), Vec::new());
    for known in &ALL {
        let Described { subject, data } = (known.describe)(&mut schemas);
        let schema = schemas.get(&data).unwrap_or(&Value::Null);
        let audience = match known.audience {
            Audience::Public => "public",
            Audience::Internal => "internal",
        };
        let happened = schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
        let read_by = match readers_of(readers, known).join(", ") {
            nobody if nobody.is_empty() => "–".to_owned(),
            somebody => somebody,
        };
        let (name, version) = (known.name, known.version);
        overview.push(format!("| `{name}` | {version} | `{subject}` | {audience} | {read_by} | {happened} |\n"));
        contents.push(format!("| `{name}` | {} |\n", fields(schema, &schemas).join(", ")));
    }
    let (overview, contents) = (overview.concat(), contents.concat());
    format!(
        "{HEAD}{overview}\n## Data\n\nA question mark is at what may be absent.\n\n| Event | Data |\n|---|---|\n{contents}"
    )
}

/// The fields of a struct with their types, such as `` `roles` text[] ``.
fn fields(schema: &Value, schemas: &Schemas) -> Vec<String> {
    let schema = schema.get("$ref").and_then(|target| schemas.get(last_part(target))).unwrap_or(schema);
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten().map(|(name, field)| {
        let required = required.is_some_and(|names| names.iter().any(|required| required == name));
        format!("`{name}` {}{}", shape(field), if required { "" } else { "?" })
    });
    fields.collect()
}

fn shape(field: &Value) -> String {
    if let Some(target) = field.get("$ref") {
        return last_part(target).to_owned();
    }
    // What may be null is one of nothing and something.
    let choices = field.get("oneOf").or_else(|| field.get("allOf")).and_then(Value::as_array);
    let something = choices.into_iter().flatten().find(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
    if let Some(something) = something {
        return shape(something);
    }
    let kind = match field.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None => None,
    };
    match (kind, field.get("format").and_then(Value::as_str)) {
        (Some("array"), _) => format!("{}[]", field.get("items").map(shape).unwrap_or_default()),
        (Some("string"), Some("date")) => "date".to_owned(),
        (Some("string"), Some("date-time")) => "instant".to_owned(),
        (Some("string"), _) => "text".to_owned(),
        (Some(kind), _) => kind.to_owned(),
        (None, _) => "any".to_owned(),
    }
}

fn last_part(target: &Value) -> &str {
    target.as_str().and_then(|target| target.rsplit('/').next()).unwrap_or_default()
}
