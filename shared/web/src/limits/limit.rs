//! Limits of one kind of call: one window each, one conditional write a call in the common case.

use std::net::IpAddr;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{Condition, OperatorScope, Race, Record, Table, TableError, TenantScope, Write, WriteError, until_settled};

use crate::{
    Api, ClientIp, Problem,
    limits::state::{LimitState, WindowState},
};

/// How many calls in a window of how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited; part of the counter's key and of the headers.
    pub name: &'static str,
    /// How many calls.
    pub calls: u32,
    /// In how many seconds.
    pub window_seconds: u32,
    /// What happens when the counter cannot be reached.
    pub when_down: WhenDown,
}

/// What happens when the counter cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenDown {
    /// The call goes through: a broken limiter must not stop business.
    Open,
    /// The call is refused: a broken limiter must not let passwords be guessed.
    Closed,
}

impl Limit {
    /// Anonymous callers, by address.
    pub const ANONYMOUS: Self = Self { name: "anonymous", calls: 60, window_seconds: 60, when_down: WhenDown::Open };
    /// Tenant sign-ups, by address.
    pub const SIGN_UP: Self = Self { name: "sign-up", calls: 3, window_seconds: 3600, when_down: WhenDown::Closed };
    /// Registrations of users, by address.
    pub const REGISTER: Self = Self { name: "register", calls: 10, window_seconds: 3600, when_down: WhenDown::Closed };
    /// Logins, by address: more than an account has, for a whole office may share one.
    pub const LOGIN: Self = Self { name: "login", calls: 20, window_seconds: 60, when_down: WhenDown::Closed };
    /// Mails that set a new password or prove an address, by address of the caller.
    pub const RECOVERY: Self = Self { name: "recovery", calls: 10, window_seconds: 3600, when_down: WhenDown::Closed };
    /// The same, by account.
    pub const RECOVERY_ACCOUNT: Self =
        Self { name: "recovery-account", calls: 3, window_seconds: 3600, when_down: WhenDown::Closed };
    /// Codes sent to phones, by user: they cost money.
    pub const PHONE_CODE: Self =
        Self { name: "phone-code", calls: 3, window_seconds: 600, when_down: WhenDown::Closed };
    /// The same, by tenant: nobody runs up its bill with accounts made for the purpose.
    pub const PHONE_CODES: Self =
        Self { name: "phone-codes", calls: 100, window_seconds: 3600, when_down: WhenDown::Closed };
    /// Invitations, by tenant: each is a mail to somebody who did not ask for it.
    pub const INVITATIONS: Self =
        Self { name: "invitations", calls: 50, window_seconds: 3600, when_down: WhenDown::Closed };
    /// A tenant's own messages, by tenant; each reader counts: nobody makes of a tenant's name a sender of spam.
    pub const NOTIFICATIONS: Self =
        Self { name: "notifications", calls: 1_000, window_seconds: 3600, when_down: WhenDown::Closed };
    /// Reservations of stock, by user or API key: each keeps goods from all others.
    pub const RESERVATIONS: Self =
        Self { name: "reservations", calls: 1_000, window_seconds: 600, when_down: WhenDown::Open };
    /// Checkouts of visitors that keep goods anew, by address.
    pub const GUEST_HOLDS: Self =
        Self { name: "guest-holds", calls: 100, window_seconds: 600, when_down: WhenDown::Open };
    /// Orders of signed-in buyers, by user: each keeps goods until it is paid or expires.
    pub const ORDERS: Self = Self { name: "orders", calls: 100, window_seconds: 3600, when_down: WhenDown::Open };
    /// Orders of guests, by address: each keeps goods, and is a mail to an address that nobody has proven.
    pub const GUEST_ORDERS: Self =
        Self { name: "guest-orders", calls: 30, window_seconds: 3600, when_down: WhenDown::Closed };
    /// The same, by the address that is written to.
    pub const GUEST_ORDER_MAILS: Self =
        Self { name: "guest-order-mails", calls: 10, window_seconds: 24 * 3600, when_down: WhenDown::Closed };
    /// The same, by tenant.
    pub const GUEST_ORDERS_IN_ALL: Self =
        Self { name: "guest-orders-in-all", calls: 1_000, window_seconds: 3600, when_down: WhenDown::Closed };
    /// Rates of a cart, by cart: each asks every carrier, whose plans count calls.
    pub const CART_QUOTES: Self =
        Self { name: "cart-quotes", calls: 30, window_seconds: 3600, when_down: WhenDown::Open };
    /// The same, by buyer: a user, or in each tenant an address of visitors.
    pub const BUYER_QUOTES: Self =
        Self { name: "buyer-quotes", calls: 100, window_seconds: 24 * 3600, when_down: WhenDown::Open };
    /// The same, by tenant, over all that is no staff.
    pub const BUYERS_QUOTES: Self =
        Self { name: "buyers-quotes", calls: 1_000, window_seconds: 3600, when_down: WhenDown::Open };
    /// Reconciliations, by tenant: each reads months of its books.
    pub const RECONCILIATIONS: Self =
        Self { name: "reconciliations", calls: 6, window_seconds: 60, when_down: WhenDown::Open };
    /// Other reports on a tenant's books, and the journal as CSV, by tenant: each reads much of them.
    pub const REPORTS: Self = Self { name: "reports", calls: 6, window_seconds: 60, when_down: WhenDown::Open };
    /// Billing runs that are asked for, by tenant: each reads all its subscriptions.
    pub const BILLING_RUNS: Self =
        Self { name: "billing-runs", calls: 6, window_seconds: 60, when_down: WhenDown::Open };
    /// What is asked for at the page where an invoice is paid, by invoice: each makes a payment at a provider.
    pub const PAY_PAGE: Self = Self { name: "pay-page", calls: 30, window_seconds: 3600, when_down: WhenDown::Open };
    /// Looks at the page where mails are stopped, and presses of its button, by user.
    pub const UNSUBSCRIBE: Self =
        Self { name: "unsubscribe", calls: 60, window_seconds: 3600, when_down: WhenDown::Open };
    /// Looks at the page where an invoice is paid, by invoice: a mobile network has one address for thousands of payers, and
    /// their pages look by themselves whether there is something new.
    pub const PAY_PAGE_VIEWS: Self =
        Self { name: "pay-page-views", calls: 60, window_seconds: 60, when_down: WhenDown::Open };
    /// Public files, by address: a page of a shop shows dozens of pictures.
    pub const PUBLIC_FILES: Self =
        Self { name: "public-files", calls: 1_200, window_seconds: 60, when_down: WhenDown::Open };
    /// Webhook calls whose signature or secret was wrong, by address: guessing is slowed down, and a true sender never waits.
    pub const WEBHOOK_REFUSALS: Self =
        Self { name: "webhook-refusals", calls: 30, window_seconds: 60, when_down: WhenDown::Open };
}

impl Limit {
    /// Counts one call from an address, over all tenants.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn count_address(self, api: &Api, ip: &ClientIp) -> Result<(), Problem> {
        take(api, self, &Subject::Address(ip.0.clone())).await.map(drop)
    }

    /// Counts one call from an address to one tenant.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn count_address_in(self, api: &Api, scope: TenantScope, ip: &ClientIp) -> Result<(), Problem> {
        take(api, self, &Subject::User(scope, network_of(&ip.0))).await.map(drop)
    }

    /// Counts one call about something of a tenant: a cart, the keyed hash of an address.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn count_thing(self, api: &Api, scope: TenantScope, thing: &str) -> Result<(), Problem> {
        take(api, self, &Subject::User(scope, thing.to_owned())).await.map(drop)
    }
}

/// Whose calls are counted together.
#[derive(Clone, Debug)]
pub enum Subject {
    /// One address, over all tenants.
    Address(String),
    /// One user of a tenant.
    User(TenantScope, String),
}

impl Subject {
    /// Whose partition its counters are in, and what they are called there.
    pub(crate) fn counter(&self) -> (TenantScope, String) {
        match self {
            Self::Address(ip) => (OperatorScope::assume("addresses belong to no tenant").platform(), network_of(ip)),
            Self::User(scope, user) => (*scope, user.clone()),
        }
    }
}

/// How many calls of a subject a limit counted in its window.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CallCount {
    window: i64,
    calls: u32,
}

impl Record for CallCount {
    const ROWS: &'static [&'static str] = &["RL#{limit}#{subject} / RL"];
}

/// Counts one call. One write in the common case, two when a window begins.
pub(crate) async fn take(api: &Api, limit: Limit, subject: &Subject) -> Result<LimitState, Problem> {
    take_many(api, limit, subject, 1).await
}

/// Counts so many calls, all or none. One write in the common case, two when a window begins.
pub(crate) async fn take_many(api: &Api, limit: Limit, subject: &Subject, many: u32) -> Result<LimitState, Problem> {
    take_of(api, limit, limit.calls.saturating_mul(api.config().limits.factor()), (subject, many)).await
}

/// As [`take_many`], against a limit that a tenant set: it holds in a deployment for tests too.
pub(crate) async fn take_sold(api: &Api, limit: Limit, subject: &Subject, many: u32) -> Result<LimitState, Problem> {
    take_of(api, limit, limit.calls, (subject, many)).await
}

async fn take_of(api: &Api, limit: Limit, calls: u32, (subject, many): (&Subject, u32)) -> Result<LimitState, Problem> {
    let now = api.now();
    match count(api.table(), Limit { calls, ..limit }, subject, many, now).await {
        Ok(Some(used)) => Ok(standing(limit, calls, used, now)),
        Ok(None) => Err(standing(limit, calls, calls, now).refusal()),
        Err(error) => match limit.when_down {
            WhenDown::Open => {
                tracing::warn!(%error, limit = limit.name, "the rate limiter is down; the call goes through");
                Ok(standing(limit, calls, 0, now))
            }
            WhenDown::Closed => Err(error.into()),
        },
    }
}

fn standing(limit: Limit, calls: u32, used: u32, now: Timestamp) -> LimitState {
    let resets_in_seconds = i64::from(limit.window_seconds) - now.as_seconds() % i64::from(limit.window_seconds);
    let remaining = calls.saturating_sub(used);
    let Limit { name, window_seconds: seconds, .. } = limit;
    LimitState(vec![WindowState { name, calls, seconds, remaining, resets_in_seconds }])
}

/// How many calls of the window were made with these; `None` when these would be too many.
async fn count(
    table: &dyn Table,
    limit: Limit,
    subject: &Subject,
    many: u32,
    now: Timestamp,
) -> Result<Option<u32>, TableError> {
    if many > limit.calls {
        return Ok(None);
    }
    let (scope, who) = subject.counter();
    let key = scope.key(format_args!("RL#{}#{who}", limit.name), "RL");
    let window = now.as_seconds() / i64::from(limit.window_seconds);
    let expires = Timestamp::from_millis((window + 2) * i64::from(limit.window_seconds) * 1000).unwrap_or(now);
    let counted = until_settled(
        || Uncounted::Outrun,
        || async {
            let more = Write::update::<CallCount>(key.clone())
                .add("calls", i64::from(many))
                .when(Condition::Equals("window", json!(window)))
                .when(Condition::Below("calls", i64::from(limit.calls - many) + 1));
            let seen = match table.write(more).await {
                Ok(row) => return Ok(Race::Settled(Some(number(row.as_ref().and_then(|row| row.get("calls")))))),
                Err(WriteError::ConditionFailed { current }) => current,
                Err(WriteError::Table(error)) => return Err(Uncounted::Table(error)),
            };
            let seen_window = seen.and_then(|row| row.get("window").cloned());
            if seen_window == Some(json!(window)) {
                return Ok(Race::Settled(None));
            }
            let unchanged = seen_window.map_or(Condition::NotExists, |window| Condition::Equals("window", window));
            let first = Write::update::<CallCount>(key.clone())
                .set("window", window)
                .set("calls", many)
                .ttl(expires)
                .when(unchanged);
            match table.write(first).await {
                Ok(_) => Ok(Race::Settled(Some(many))),
                // Somebody else began the window in between.
                Err(WriteError::ConditionFailed { .. }) => Ok(Race::Lost),
                Err(WriteError::Table(error)) => Err(Uncounted::Table(error)),
            }
        },
    );
    match counted.await {
        Ok(calls) => Ok(calls),
        // Whoever calls so often at once that not even the window can be begun is over the limit.
        Err(Uncounted::Outrun) => Ok(None),
        Err(Uncounted::Table(error)) => Err(error),
    }
}

/// Why a call was not counted.
enum Uncounted {
    Outrun,
    Table(TableError),
}

/// Who has one IPv6 address has its whole /64.
fn network_of(ip: &str) -> String {
    match ip.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::")
        }
        Ok(IpAddr::V4(ip)) => ip.to_string(),
        Err(_) => ip.to_owned(),
    }
}

pub(crate) fn number(value: Option<&Value>) -> u32 {
    value.and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_has_one_counter() {
        for (ip, network) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:0DB8:0001:0002::1", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
            ("::1", "0:0:0:0::"),
            ("unknown", "unknown"),
        ] {
            assert_eq!(network_of(ip), network, "{ip}");
        }
    }
}
