//! What is known of a request before anybody looks at its meaning.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::extract::FromRequestParts;
use events::Cause;
use http::request::Parts;
use identity::audit::{Action, Actor, AuditEntry, AuditOutcome};
use kernel::{AuditId, RequestId, TenantId, UserId};
use tenancy::Tenant;
use tracing::field::display;

use crate::{
    Api, Argument, Problem,
    answers::{cors::Page, problem::missing},
    limits::LimitState,
};

/// The caller's address, as API Gateway saw it. Forwarding headers are not believed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientIp(pub String);

/// The request's id, and what extractors leave for the answer's headers and for the line that tells of the call.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// Names the request in logs, events and answers.
    pub id: RequestId,
    /// What the caller called it in `X-Request-Id`, when well formed; answered, and beside ours in logs, audit
    /// entries and events.
    pub given: Option<String>,
    /// The caller's address, as API Gateway saw it.
    pub ip: Option<String>,
    /// The web page that calls.
    pub(crate) page: Page,
    noted: Arc<Mutex<Noted>>,
}

impl From<&RequestInfo> for Cause {
    fn from(info: &RequestInfo) -> Self {
        Self { request_id: info.id, given_request_id: info.given.clone() }
    }
}

/// What extractors leave.
#[derive(Debug, Default)]
struct Noted {
    counted: Counted,
    attribution: Option<(TenantId, Actor)>,
    /// Who really acts, where staff acts as the user.
    impersonator: Option<UserId>,
    /// Whether the audit trail keeps of the caller's address only its network.
    shortens_address: bool,
}

/// Against which limit the call was counted.
#[derive(Clone, Debug, Default)]
pub(crate) enum Counted {
    /// Against none yet.
    #[default]
    Nowhere,
    /// Against this one, which the answer's headers tell.
    Here(LimitState),
    /// It is for the handler to count it, if at all.
    Elsewhere,
}

impl RequestInfo {
    pub(crate) fn new(id: RequestId, given: Option<String>, ip: Option<String>, page: Page) -> Self {
        Self { id, given, ip, page, noted: Arc::default() }
    }

    /// The caller's address, where it is known.
    pub fn address(&self) -> Option<IpAddr> {
        self.ip.as_deref()?.parse().ok()
    }

    /// An entry for the audit trail about what this request does.
    pub fn entry(&self, api: &Api, actor: Actor, action: Action) -> AuditEntry {
        AuditEntry {
            id: AuditId::new(api.new_ulid()),
            at: api.now(),
            actor,
            impersonator: self.impersonator(),
            action,
            outcome: AuditOutcome::Done,
            target: None,
            details: BTreeMap::new(),
            ip: self.kept_address(),
            request_id: self.id,
            given_request_id: self.given.clone(),
            link: None,
        }
    }

    /// The call is for this tenant, which decides which pages may call and what its audit trail keeps.
    ///
    /// # Errors
    /// 403 `ORIGIN_NOT_ALLOWED`.
    pub(crate) fn enter(&self, tenant: &Tenant) -> Result<(), Problem> {
        self.keep_as(tenant);
        self.page.may_call(tenant)
    }

    /// What the tenant's audit trail keeps of the caller's address.
    pub(crate) fn keep_as(&self, tenant: &Tenant) {
        self.noted().shortens_address = tenant.compliance.shortens_addresses();
    }

    fn kept_address(&self) -> Option<String> {
        let ip = self.ip.clone()?;
        if self.noted().shortens_address { ip.parse().ok().map(network_of) } else { Some(ip) }
    }

    /// Leaves who really acts, for the audit trail.
    pub(crate) fn acts(&self, impersonator: Option<UserId>) {
        self.noted().impersonator = impersonator;
    }

    /// Who really acts, where staff acts as the user.
    pub(crate) fn impersonator(&self) -> Option<UserId> {
        self.noted().impersonator
    }

    /// What callers see as the request's id.
    pub fn shown(&self) -> String {
        self.given.clone().unwrap_or_else(|| self.id.to_string())
    }

    /// Leaves how the caller stands against the limit, for the answer's headers.
    pub(crate) fn note(&self, standing: LimitState) {
        self.noted().counted = Counted::Here(standing);
    }

    /// Leaves the counting to the handler.
    pub(crate) fn count_elsewhere(&self) {
        self.noted().counted = Counted::Elsewhere;
    }

    pub(crate) fn counted(&self) -> Counted {
        self.noted().counted.clone()
    }

    /// Leaves whose call it is and who makes it, for the lines of the log and for the counters: once it is proved, before
    /// it may be refused for anything else.
    pub(crate) fn attribute(&self, tenant: TenantId, actor: Actor) {
        let span = tracing::Span::current();
        span.record("tenant.id", display(tenant));
        match actor {
            Actor::User(user) => drop(span.record("user.id", display(user))),
            Actor::ApiKey(key) => drop(span.record("api_key.id", display(key))),
            Actor::Anonymous => {}
        }
        self.noted().attribution = Some((tenant, actor));
    }

    pub(crate) fn attribution(&self) -> Option<(TenantId, Actor)> {
        self.noted().attribution
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The info that the outermost layer put into the request.
    pub(crate) fn of(parts: &Parts) -> Result<&Self, Problem> {
        parts.extensions.get::<Self>().ok_or_else(|| missing("RequestInfo"))
    }
}

impl<S: Sync> FromRequestParts<S> for RequestInfo {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(parts).cloned()
    }
}

impl ClientIp {
    /// The address; `unknown` where there is no gateway in front.
    pub(crate) fn of(parts: &Parts) -> Self {
        Self::seen(cloud::http::source_ip(&parts.extensions))
    }

    /// The address that API Gateway saw, if it saw one.
    pub(crate) fn seen(ip: Option<String>) -> Self {
        Self(ip.unwrap_or_else(|| "unknown".to_owned()))
    }
}

/// The network of an address: the first three bytes of an IPv4 address, the first six of an IPv6 one. Hundreds of
/// households are in each.
fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(four) => {
            let [one, two, three, _] = four.octets();
            format!("{one}.{two}.{three}.0/24")
        }
        IpAddr::V6(six) => {
            let [one, two, three, ..] = six.segments();
            format!("{one:x}:{two:x}:{three:x}::/48")
        }
    }
}

impl Argument for ClientIp {}
impl Argument for RequestInfo {}

impl<S: Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_its_network_is_left() {
        for (address, network) in [
            ("203.0.113.9", "203.0.113.0/24"),
            ("::ffff:203.0.113.9", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(network_of(address.parse().unwrap()), network);
        }
    }
}
