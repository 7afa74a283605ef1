//! What all operations share in the OpenAPI document: who calls, what is refused everywhere, which headers come along.

mod examples;
mod headers;
mod refusals;
mod tidy;

pub(crate) use examples::example;
use std::{collections::BTreeSet, sync::LazyLock};

use kernel::FileKind;
use serde_json::Value;
use utoipa::{
    PartialSchema,
    openapi::{
        InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ServerBuilder,
        path::{HttpMethod, Operation, Parameter, ParameterIn, PathItem},
        request_body::RequestBody,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};

use crate::{FieldError, answers::problem::ProblemDocument, requests::file::csv::CSV};

/// The description of what a function serves, put together when it is asked for.
pub(crate) type Document = LazyLock<OpenApi, Box<dyn FnOnce() -> OpenApi + Send>>;

/// The groups of operations, and what each is about.
const GROUPS: [(&str, &str); 20] = [
    ("tenants", "Sign up a company, and how it is run: trial, plan, security settings"),
    ("identity", "Users of a tenant: registration, login, sessions, roles, invitations, API keys, audit trail"),
    ("subscriptions", "Customers, plans, subscriptions and usage"),
    ("billing", "Invoices, billing runs, reconciliation and billing settings"),
    ("payments", "Payments of invoices, and what payment providers report"),
    ("notifications", "Chats that messages go to"),
    ("webhooks", "Where events are sent, and what became of each"),
    ("catalog", "Products, their variants and prices, and the categories that they are found in"),
    ("inventory", "What is in stock, where, and what is kept for carts"),
    ("orders", "Carts, the checkout, and what was bought"),
    ("files", "What is sent straight into the bucket, and fetched from it"),
    ("recommendations", "What people do with products, and what is recommended to them"),
    ("reviews", "What customers say of products, and what it comes to"),
    ("search", "Products found by words, and how they are found"),
    ("analytics", "What a shop sells, what sells best, and who buys"),
    ("shipping", "What sending costs, labels, and where parcels are"),
    ("ai-gateway", "Language models behind OpenAI's API: chat completions, embeddings, and what they cost"),
    ("ai-orchestrator", "Runs of several models that come to a decision, agents, and how good models were"),
    ("admin", "What staff sees and does across all of these"),
    ("platform", "Health, metrics and this description"),
];

/// The document before any operation is in it.
pub fn base() -> OpenApi {
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Ruko")
        .version("1")
        .description(Some(
            "The business back end of a multi-tenant SaaS company: tenants, identity, subscriptions, metering, payments, \
             billing and messages. Answers are `{\"success\":true,\"data\":…}`; refusals are RFC 9457 problem documents with \
             a stable `code`.",
        ))
        .license(Some(license))
        .build();
    // Wherever the document is read, there is the API.
    let server = ServerBuilder::new().url("/").build();
    let tags = GROUPS.map(|(name, meaning)| TagBuilder::new().name(name).description(Some(meaning)).build());
    let mut document = OpenApiBuilder::new().info(info).servers(Some([server])).tags(Some(tags)).build();
    let components = document.components.get_or_insert_default();
    for (name, format, description) in [
        (SESSION, "JWT", "The access token of a signed-in user, by `POST /api/v1/auth/login`."),
        (
            API_KEY,
            "sk_live_… or JWT",
            "An API key of the tenant, or a token made with one by `POST /api/v1/auth/token`. It does what its scopes say.",
        ),
    ] {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format);
        let scheme = SecurityScheme::Http(scheme.description(Some(description)).build());
        components.security_schemes.insert(name.to_owned(), scheme.into());
    }
    components.schemas.insert("FieldError".to_owned(), FieldError::schema());
    components.schemas.insert("Problem".to_owned(), ProblemDocument::schema());
    components.headers.extend(headers::shared());
    components.responses.extend(refusals::shared());
    document
}

/// Says of every operation what follows from its kind: no handler has to repeat it, and none can forget it.
pub fn complete(document: &mut OpenApi) {
    tidy::schemas(document);
    examples::fill_in(document);
    for (path, item) in &mut document.paths.paths {
        // What can be changed by its version is answered with it, by whichever method.
        let versioned =
            [&item.patch, &item.put].into_iter().flatten().any(|one| takes_header(one, "If-Match").is_some());
        for (method, operation) in operations(item) {
            let traits = traits(path, &method, operation);
            take_keys_too(operation);
            name_permission(operation);
            refusals::add(operation, &traits);
            headers::add(operation, &traits, versioned);
            // It has done its part. Of two extensions none would come first: the document would not always be the same.
            operation.extensions = operation.extensions.take().map(|mut all| {
                all.remove(PLAN_ACCESS);
                all
            });
        }
    }
}

/// The security schemes.
pub(crate) const SESSION: &str = "bearer";
pub(crate) const API_KEY: &str = "apiKey";

/// For whoever is signed in, whatever they may.
pub(crate) const NO_SCOPES: [&str; 0] = [];

/// The permission that an operation asks for, as an extension of its description.
pub(crate) const PERMISSION: &str = "x-permission";

/// That customers need a plan with full access for an operation, as an extension of its description.
pub(crate) const PLAN_ACCESS: &str = "x-plan-access";

/// What decides which refusals and headers an operation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trait {
    /// Every operation.
    Any,
    /// Its calls are counted: all but those of webhooks, which come from few addresses for all tenants.
    Counted,
    /// It works with the table.
    Stored,
    /// It wants a token.
    Secured,
    /// It wants a permission.
    Guarded,
    /// It wants a plan with full access of a customer.
    Planned,
    /// It takes JSON of our own form.
    TakesJson,
    /// It takes a file.
    TakesFile,
    /// It does something without a body, and refuses one. So does whatever is only read, which nobody sends one to.
    TakesNoBody,
    /// Its path names something.
    NamesSomething,
    /// Its query is looked at.
    TakesQuery,
    /// Query parameters that it does not know are refused.
    KnowsItsQuery,
    /// It is a list of pages.
    Paged,
    /// It reads `X-Tenant-ID`.
    Visited,
    /// It reads `If-Match`.
    Conditional,
    /// It reads `Idempotency-Key`.
    TakesKey,
    /// It does nothing without `Idempotency-Key`.
    NeedsKey,
}

/// Whether query parameters that an operation does not know are refused: pages are linked to, and providers and load
/// balancers append what they like.
pub(crate) fn knows_its_query(path: &str) -> bool {
    path.starts_with("/api/") && !path.contains("/webhooks/")
}

fn traits(path: &str, method: &HttpMethod, operation: &Operation) -> Vec<Trait> {
    let scopes = scopes(operation);
    let key = takes_header(operation, "Idempotency-Key");
    let in_query = |name: Option<&str>| {
        let fits = |one: &Parameter| one.parameter_in == ParameterIn::Query && name.is_none_or(|name| one.name == name);
        parameters(operation).any(fits)
    };
    let all = [
        (true, Trait::Any),
        (!path.contains("/webhooks/"), Trait::Counted),
        (path.starts_with("/api/"), Trait::Stored),
        (scopes.is_some(), Trait::Secured),
        (scopes.as_ref().is_some_and(|scopes| !scopes.is_empty()), Trait::Guarded),
        (*method != HttpMethod::Delete && extension(operation, PLAN_ACCESS).is_some(), Trait::Planned),
        // What a provider sends is read as it comes, and refused by its signature alone.
        (takes_json(operation) && !path.contains("/webhooks/"), Trait::TakesJson),
        (takes_file(operation), Trait::TakesFile),
        (operation.request_body.is_none() && *method != HttpMethod::Get, Trait::TakesNoBody),
        // A webhook tells nobody which tenants there are.
        (path.contains('{') && scopes.is_some(), Trait::NamesSomething),
        (in_query(None), Trait::TakesQuery),
        (knows_its_query(path), Trait::KnowsItsQuery),
        (in_query(Some("cursor")), Trait::Paged),
        (takes_header(operation, "X-Tenant-ID").is_some(), Trait::Visited),
        (takes_header(operation, "If-Match").is_some(), Trait::Conditional),
        (key.is_some(), Trait::TakesKey),
        (key == Some(true), Trait::NeedsKey),
    ];
    all.into_iter().filter_map(|(has, one)| has.then_some(one)).collect()
}

/// Whatever asks for a permission takes an API key too; what is about a person does not.
fn take_keys_too(operation: &mut Operation) {
    let Some(scopes) = scopes(operation).filter(|scopes| !scopes.is_empty()) else { return };
    if let Some(security) = &mut operation.security {
        security.push(SecurityRequirement::new(API_KEY, scopes));
    }
}

/// Says in words which permission is asked for.
fn name_permission(operation: &mut Operation) {
    let permission = extension(operation, PERMISSION);
    let optional = operation.security.iter().flatten().any(|one| *one == SecurityRequirement::default());
    let who = if optional { "Anybody may call it; with a token it needs" } else { "Needs" };
    let Some(needs) = permission.map(|permission| format!("{who} the permission `{permission}`.")) else { return };
    let described = operation.description.take().filter(|text| !text.is_empty());
    operation.description = Some(described.map_or_else(|| needs.clone(), |text| format!("{text}\n\n{needs}")));
}

fn extension<'a>(operation: &'a Operation, name: &str) -> Option<&'a str> {
    operation.extensions.as_ref().and_then(|all| all.get(name)).and_then(Value::as_str)
}

/// The permissions of the first way to be let in; `None` where nobody has to be.
fn scopes(operation: &Operation) -> Option<BTreeSet<String>> {
    let required = serde_json::to_value(operation.security.as_ref()?.first()?).ok()?;
    let (_, scopes) = required.as_object()?.iter().next()?;
    Some(scopes.as_array()?.iter().filter_map(|scope| scope.as_str().map(str::to_owned)).collect())
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let all = [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Delete, &mut item.delete),
        (HttpMethod::Patch, &mut item.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

pub(crate) fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// Whether an operation declares a header, and whether as required.
fn takes_header(operation: &Operation, name: &str) -> Option<bool> {
    let header = parameters(operation).find(|one| one.parameter_in == ParameterIn::Header && one.name == name)?;
    Some(header.required == utoipa::openapi::Required::True)
}

/// Whether an operation takes a body of our own form, rather than that of a page's form.
fn takes_json(operation: &Operation) -> bool {
    match &operation.request_body {
        Some(RefOr::T(body)) => body.content.contains_key("application/json"),
        Some(RefOr::Ref(_)) => true,
        None => false,
    }
}

/// Whether an operation takes a file as its body.
pub(crate) fn takes_file(operation: &Operation) -> bool {
    match &operation.request_body {
        Some(RefOr::T(body)) => {
            body.content.keys().any(|media| FileKind::of_media_type(media).is_some() || media == CSV)
        }
        Some(RefOr::Ref(_)) | None => false,
    }
}

/// The body that an operation takes.
fn body(operation: &mut Operation) -> Option<&mut RequestBody> {
    match operation.request_body.as_mut()? {
        RefOr::T(body) => Some(body),
        RefOr::Ref(_) => None,
    }
}

fn reference<T>(kind: &str, name: &str) -> RefOr<T> {
    RefOr::Ref(Ref::new(format!("#/components/{kind}/{name}")))
}

#[cfg(test)]
mod tests;
