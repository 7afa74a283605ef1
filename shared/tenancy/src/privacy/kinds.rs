//! Every kind of row, whether an export has it, and how an erasure finds it. A test holds this list against all records of the product.

use serde_json::Value;
use table::{Item, Key, record::is_row_of};

/// What an export does with a kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in this file, without these attributes: secrets, hashes and what only the platform uses. A dot goes into an
    /// attribute, and into each element of a list.
    Exported {
        /// The name of the file, without its ending.
        file: &'static str,
        /// What is left out.
        without: &'static [&'static str],
    },
    /// It is not in the export, because of this.
    Left(&'static str),
}

/// How the erasure of a tenant finds a kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// By a walk over partitions and lists.
    Walked,
    /// By another row that leads there: see [`below`](super::below::below).
    Derived,
    /// By a walk over the agenda of all tenants, since it says itself of what it is.
    Agenda,
    /// By the domain that it is of, beside the tenant's own row of it.
    Domains,
    /// Not at all: nothing lists it, and it goes by itself: within 60 days at most of when it was written, most within 30, before an
    /// erasure begins.
    ByTtl,
    /// In the transaction that ends the erasure.
    Last,
    /// Not at all: it is in the platform's partitions. What of it names the tenant are books and the proof of the erasure.
    Platform,
}

/// A kind of row: one of the patterns of a record's `ROWS`.
#[derive(Clone, Copy, Debug)]
pub struct RowKind {
    /// The pattern.
    pub row: &'static str,
    /// What becomes of it.
    pub fate: Fate,
    /// How it goes with its tenant.
    pub erased: Erasure,
}

use Erasure::{Agenda, ByTtl, Derived, Domains, Last, Platform, Walked};

const fn out(row: &'static str, file: &'static str) -> RowKind {
    out_without(row, file, &[])
}

const fn out_without(row: &'static str, file: &'static str, without: &'static [&'static str]) -> RowKind {
    RowKind { row, fate: Fate::Exported { file, without }, erased: Walked }
}

const fn left(row: &'static str, why: &'static str, erased: Erasure) -> RowKind {
    RowKind { row, fate: Fate::Left(why), erased }
}

const SECRET: &str = "it holds what opens something: a hash, a key, or tries at one";
const INDEX: &str = "it finds or guards another row, and says nothing that is not there";
const SUM: &str = "it is added up from rows that are exported";
const PROGRESS: &str = "it says how far work of the platform is";
const SOON_GONE: &str = "it is kept for a while so that nothing is done twice, and goes by itself";
const PLATFORM: &str = "it is the platform's own, of no tenant's";

/// All kinds of rows, in the order of their patterns.
pub const KINDS: &[RowKind] = &[
    out("ACT#{user} / ACT", "activity"),
    left("ACTSFOR#{user} / ACTSFOR", INDEX, Derived),
    left("ADMINS / ADMINS", SUM, Walked),
    left("AI / BUDGET#{month}", SUM, Walked),
    left("AI / KEY#{key}", INDEX, Walked),
    out_without("AI / SETTINGS", "ai-settings", &["providers.key.id"]),
    left("AI / SPENT#{holder}#{month}", SUM, Walked),
    out("AIAGENTS / AGENT#{agent}", "ai-agents"),
    left("AICACHE#{hash} / ANSWER", SOON_GONE, ByTtl),
    out("AIRUN#{run} / RUN", "ai-runs"),
    out("AIRUN#{run} / STEP#{step}", "ai-run-steps"),
    out("AIRUN#{run} / TURN#{step}#{number}", "ai-agent-turns"),
    out("AISCORES / MODEL#{model}", "ai-model-scores"),
    out("AIUSE#{day} / {request}", "ai-usage"),
    left("ALLOWANCE#{customer} / SUB#{subscription}", SUM, Derived),
    left("ALLOWANCE#{tenant} / TENANT", SUM, Platform),
    out("ANALYTICS / D#{day}#{currency}#{plan}", "subscription-analytics"),
    left("ANALYTICS / M#{month}#{currency}#{plan}", SUM, Walked),
    out("ANALYTICS / U#{day}#{plan}#{feature}", "usage-analytics"),
    out("AUDIT#{day} / AUD#{entry}", "audit"),
    left("AUDITHEAD#{day} / AUDITHEAD", INDEX, Walked),
    out("BAL#{party} / BAL#{currency}", "balances"),
    out_without("BEHAVIOUR#{shard} / {shopper}#BOUGHT", "behaviour", &["events.id"]),
    out_without("BEHAVIOUR#{shard} / {shopper}#SEEN", "behaviour", &["events.id"]),
    out("BILLING / SETTINGS", "billing-settings"),
    out("BILLING / TAX#{code}#{day}", "tax-rates"),
    out("BILLING / TAX#{code}#{day}#{category}", "tax-rates"),
    out("CALLS#DAY / {day}", "api-calls"),
    left("CALLS#MINUTE#{group} / {minute}#{shard}", PLATFORM, Platform),
    out("CALLS#ROUTE / {day}#{route}", "api-calls-by-route"),
    left("CALLS#SEEN#{delivery} / {owner}#{number}", PLATFORM, Platform),
    left("CALLS#TOTAL#{shard} / {group}#{class}#{route}", PLATFORM, Platform),
    out("CALLS#USER / {day}#{caller}", "api-calls-by-caller"),
    left("CART#{cart} / CART", SOON_GONE, ByTtl),
    left("CARTOF#{user} / {currency}", SOON_GONE, ByTtl),
    out("CATEGORIES / CATEGORY#{category}", "categories"),
    left("CATEGORIES / TREE", SUM, Walked),
    left("CATEGORYCOUNT#{category} / COUNT", SUM, Derived),
    left("CENSUS#{shard} / LIMIT#NOW#{resource}", PLATFORM, Platform),
    left("CENSUS#{shard} / LIMIT#{month}#{resource}", PLATFORM, Platform),
    left("CENSUS#{shard} / MONTH#{month}", PLATFORM, Platform),
    left("CENSUS#{shard} / NOW#{status}#{plan}", PLATFORM, Platform),
    left("CHAT#{bot}#{chat} / CHAT", INDEX, Derived),
    left("COLLECTION#{invoice} / COLLECTION", PROGRESS, Derived),
    out_without("CONTACT#{user} / DEVICES", "push-devices", &["devices.address"]),
    out("CONTACT#{user} / TELEGRAM", "telegram-contacts"),
    left("CONTENT#{hash} / CONTENT", INDEX, Derived),
    left("CONTENT#{hash} / OF#{user}", INDEX, Derived),
    left("COUNTED#{event} / USAGE", SOON_GONE, ByTtl),
    left("COUNTED#{subscription} / COURSE", SUM, Derived),
    out("COUPONS / {key}", "coupons"),
    left("CREDITED#{invoice} / SUM", SUM, Derived),
    out("CRN#{credit_note} / CRN", "credit-notes"),
    left("CRNINV#{invoice} / CRN#{credit_note}", INDEX, Derived),
    left("CRNNO#{month} / {place}", INDEX, Walked),
    left("CRNSEQ#{month} / SEQ", INDEX, Walked),
    out("CUS#{customer} / CUS", "customers"),
    left("CUSEXT#{id} / CUSEXT", INDEX, Derived),
    out("CUSTOMER#{party} / COUPON#{key}", "redemptions"),
    left("CUSTOMER#{party} / CRN#{credit_note}", INDEX, Walked),
    left("CUSTOMER#{party} / INV#{invoice}", INDEX, Walked),
    left("CUSTOMER#{party} / ORD#{order}", INDEX, Walked),
    left("CUSTOMER#{party} / PLAN#{key}", INDEX, Walked),
    out("CUSTOMER#{party} / PROMOTION#{promotion}", "promotion-uses-by-customer"),
    left("CUSTOMER#{party} / REV#{product}#{bought}", INDEX, Walked),
    left("CUSTOMER#{party} / SHP#{shipment}", INDEX, Walked),
    left("CUSTOMER#{party} / SUB#{subscription}", INDEX, Walked),
    left("CUSTOMER#{party} / TPF#{proof}", INDEX, Walked),
    left("CUSTOMER#{party} / WDR#{withdrawal}", INDEX, Walked),
    left("CUSTOMER#{payer} / PAY#{payment}", INDEX, Walked),
    left("DATAKEY / DATAKEY", SECRET, Last),
    left("DEFERRED#{invoice} / SUM", SUM, Derived),
    left("DEVICE#{device} / OWNER", INDEX, Derived),
    left("DIGEST#{user} / {instant}#{notification}", PROGRESS, Derived),
    left("DIRECTORY#{status}#{plan}#{order} / {sort}", PLATFORM, Platform),
    left("DOMAINS / COUNT", INDEX, Walked),
    out("DOMAINS / DOMAIN#{domain}", "domains"),
    left("DUE#{kind}#{thing} / DUE", PROGRESS, Agenda),
    left("DUNNING#{invoice} / DUNNING", PROGRESS, Derived),
    left("ENLISTED#{tenant} / TENANT", PLATFORM, Platform),
    left("ERASURE#{tenant} / ERASURE", PLATFORM, Platform),
    out_without("EXPORTS / {export}", "exports", &["position", "parts", "state.object"]),
    out("FILE#{file} / FILE", "files"),
    left("FILEOF#{user} / COUNT", SUM, Derived),
    left("FILEOF#{user} / {file}", INDEX, Derived),
    left("FILES / {path}", SUM, Walked),
    left("IDEM#{key} / IDEM", SOON_GONE, ByTtl),
    out("IMPERSONATIONS / {impersonation}", "impersonations"),
    out("INBOX#{user} / ITEM#{notification}", "inbox"),
    left("INBOX#{user} / NEW#{notification}", INDEX, Walked),
    out("INV#{invoice} / INV", "invoices"),
    left("INVKEY#{source} / {kind}", INDEX, Derived),
    left("INVNO#{month} / {place}", INDEX, Walked),
    left("INVSEQ#{month} / SEQ", INDEX, Walked),
    out_without("IVT#{invitation} / INVITATION", "invitations", &["link"]),
    out("JOURNAL#{month} / {instant}#{entry}", "journal"),
    out_without("KEY#{key} / KEY", "api-keys", &["hash"]),
    left("KEYS / ROSTER", SUM, Walked),
    out("LIMITS / {resource}", "use-of-limits"),
    out("LIMITS / {resource}#{month}", "use-of-limits"),
    left("LINK#{code} / LINK", SECRET, ByTtl),
    left("LOGIN#{account} / LOGIN", SECRET, ByTtl),
    out("METERS / {key}", "meters"),
    left("MFA#{user} / MFA", SECRET, Derived),
    left("NAME#DOMAIN#{domain} / NAME", INDEX, Domains),
    left("NAME#SLUG#{slug} / NAME", INDEX, Last),
    out("NOTIFY#SETTINGS / SETTINGS", "notification-settings"),
    out("NOTIFY#STATS#{month} / {day}#{channel}#{shard}", "notification-counts"),
    out("NOTIFY#TEXT#{key} / VERSION#{version}", "notification-text-versions"),
    out("NOTIFY#TEXTS / KIND#{key}", "notification-texts"),
    out("NOTIFY#USER#{user} / PREFERENCES", "notification-preferences"),
    out("NTF#{notification} / NTF", "notifications"),
    out("ORD#{order} / ORD", "orders"),
    out("ORD#{order} / RETURN#{number}", "order-returns"),
    out("ORD#{order} / SENT#{number}", "order-fulfilments"),
    out("ORDERS / SETTINGS", "order-settings"),
    left("ORDNO#{number} / NO", INDEX, Derived),
    left("ORDSEQ / {year}", INDEX, Walked),
    out("OUT#{hour} / OUT#{event}", "history"),
    left("PAY#{payment} / NOTICE#{word}", SOON_GONE, Walked),
    out_without("PAY#{payment} / PAYMENT", "payments", &["keptCard.token"]),
    out("PAY#{payment} / REFUND#{refund}", "refunds"),
    left("PAY#{transaction} / CLAIM", INDEX, Derived),
    out("PLANS / {key}#{version}", "plans"),
    out("PLANS#ARCHIVED / {key}", "archived-plans"),
    out_without("PMT#{method} / METHOD", "payment-methods", &["token", "customer"]),
    left("PMT#{party} / BOOK", INDEX, Walked),
    out("PRICES#{product} / {at}#{version}", "price-history"),
    out("PRODUCT#{product} / PRODUCT", "products"),
    out("PRODUCT#{product} / VARIANT#{variant}", "variants"),
    left("PRODUCTEXPORTS / {export}", SOON_GONE, ByTtl),
    left("PRODUCTIMPORT#{import} / LINE#{line}", SOON_GONE, ByTtl),
    left("PRODUCTIMPORTS / {import}", SOON_GONE, ByTtl),
    left("PRODUCTSLUG#{slug} / SLUG", INDEX, Derived),
    left("PROMOTIONS / CODE#{code}", INDEX, Walked),
    out("PROMOTIONS / CODED#{promotion}", "promotions"),
    out("PROMOTIONS / OPEN#{promotion}", "promotions"),
    out("PROMOTIONS / USES#{promotion}", "promotion-uses"),
    left("PWD#{user} / PWD", SECRET, Derived),
    out("QUARANTINE / {hash}", "provider-notices"),
    left("QUOTA#{subscription}#{quota}#{start} / QUOTA", SUM, ByTtl),
    out("REC#{recurring} / REC", "recurring-invoices"),
    out("RECOMMEND / MODEL#{model}", "recommendation-models"),
    out("RECOMMEND / SETTINGS", "recommendation-settings"),
    left("RECOMMEND / STATE", PROGRESS, Walked),
    left("REG#{user} / REG", SOON_GONE, ByTtl),
    left("REGADDR#{address} / REG", INDEX, ByTtl),
    out("REV#{review} / HELPFUL#{customer}", "review-votes"),
    out("REV#{review} / REPORT#{who}", "review-reports"),
    out_without("REV#{review} / REV", "reviews", &["textHash"]),
    out("REVIEWS / SETTINGS", "review-settings"),
    left("REVIEWS#{product} / HELPFUL#{count}#{instant}#{review}", INDEX, Walked),
    left("REVIEWS#{product} / NEW#{instant}#{review}", INDEX, Walked),
    left("REVIEWS#{product} / RATING", SUM, Walked),
    left("REVIEWS#{product} / STARS#{stars}#{instant}#{review}", INDEX, Walked),
    left("REVIEWTEXT#{hash} / TEXT", INDEX, Derived),
    left("RL#{limit}#{subject} / RL", SOON_GONE, ByTtl),
    left("RL#{subject} / WINDOWS", SOON_GONE, ByTtl),
    out("ROLES / ROLES", "roles"),
    out("RUN#{run} / RUN", "billing-runs"),
    left("RUN#{run} / S#{subscription}", PROGRESS, Derived),
    left("RUNS / NEWEST", INDEX, Walked),
    left("SALES / B#{customer}", SUM, Walked),
    left("SALES / C#{first}#{month}", SUM, Walked),
    out("SALES / D#{day}#{currency}", "sales-by-day"),
    left("SALES / M#{month}#{currency}#{product}", SUM, Walked),
    left("SALES / O#{order}", SUM, Walked),
    out("SALES / P#{day}#{currency}#{product}", "product-sales-by-day"),
    left("SALES / RECOUNT", PROGRESS, Walked),
    left("SALES / U#{day}", SUM, Walked),
    left("SEARCH / INDEX", PROGRESS, Walked),
    out("SEARCH / SYNONYMS", "search-synonyms"),
    left("SEARCHLOG / {product}", SUM, Walked),
    left("SENT#{notification}#{channel} / DELIVERY", PROGRESS, ByTtl),
    left("SENT#{notification}#{channel} / REPORT", PROGRESS, ByTtl),
    out_without(
        "SES#{session} / SESSION",
        "sessions",
        &["current", "previous", "successor", "authGen", "acting.authGen"],
    ),
    left("SHELF#{shelf} / {status}#{since}#{product}", INDEX, Walked),
    left("SHIPCODE#{carrier}#{code} / CODE", INDEX, Derived),
    out("SHIPMENT#{shipment} / EVENT#{instant}#{hash}", "tracking-events"),
    out_without("SHIPMENT#{shipment} / SHIPMENT", "shipments", &["people.labels"]),
    out("SHIPPING / SETTINGS", "shipping-settings"),
    left("SHIPPLACE#{hash} / PLACE", SOON_GONE, ByTtl),
    left("SHIPQUOTE#{quote} / QUOTE", SOON_GONE, ByTtl),
    left("SHIPRATE#{hash} / RATES", SOON_GONE, ByTtl),
    left("SKU#{sku} / SKU", INDEX, Derived),
    out("STATS#{month} / USERS#{shard}", "user-counts"),
    out("STOCK#{sku} / ITEM", "stock-items"),
    out("STOCK#{sku} / LEVEL#{location}#{bucket}", "stock-levels"),
    left("STOCKHOLD#{sku} / {reservation}", INDEX, Walked),
    left("STOCKLOCS / COUNT", INDEX, Walked),
    out("STOCKLOCS / LOC#{location}", "stock-locations"),
    left("STOCKLOW / {sku}", INDEX, Walked),
    out("STOCKMOVES#{sku} / MOVE#{movement}", "stock-movements"),
    out("STOCKRSV#{reservation} / RSV", "stock-reservations"),
    out("SUB#{subscription} / SUB", "subscriptions"),
    left("SUP#{suppression} / BOUNCES", PROGRESS, ByTtl),
    out("SUP#{suppression} / SUPPRESSION", "suppressions"),
    left("TENANT / AT#{version}", SUM, Walked),
    left("TENANT / BASE", SUM, Walked),
    left("TENANT / EXPORT", PROGRESS, Walked),
    left("TENANT / PROVISIONING", PROGRESS, Walked),
    left("TENANT / SEALED", PROGRESS, Walked),
    out("TENANT / TENANT", "tenant"),
    out("TPF#{proof} / PROOF", "transfer-proofs"),
    left("U#EMAIL#{address} / U", INDEX, Derived),
    left("U#INVITE#{address} / U", INDEX, ByTtl),
    left("U#NAME#{name} / U", INDEX, Derived),
    left("UPDATE#{bot}#{update} / UPDATE", SOON_GONE, ByTtl),
    out("USAGE#{subscription} / C#{day}#{feature}", "usage-counters"),
    left("USAGE#{subscription} / D#{day}#{feature}", SUM, Walked),
    out("USAGE#{subscription} / E#{event}", "usage-events"),
    left("USAGE#{subscription} / VC#{day}#{feature}#{value}", INDEX, Walked),
    left("USAGE#{subscription} / VD#{day}#{feature}#{value}", INDEX, Walked),
    out_without(
        "USR#{user} / USER",
        "users",
        &["password", "totp", "authGen", "phoneCheck.nonce", "verification.nonce", "reset.nonce"],
    ),
    out("WDR#{withdrawal} / WITHDRAWAL", "withdrawals"),
    out_without("WEBHOOKS / ENDPOINT#{endpoint}", "webhook-endpoints", &["secret", "retired.secret"]),
    left("WEBHOOKS / HEALTH#{endpoint}", PROGRESS, Walked),
    left("WEBHOOKS / ROSTER", SUM, Walked),
    out("WHD#{delivery} / DELIVERY", "webhook-deliveries"),
];

/// The kind of a row; `None` for one that the list does not know, which a test says cannot be. Of two patterns that fit, the
/// one with more fixed letters is meant.
pub fn kind_of(key: &Key) -> Option<&'static RowKind> {
    let fixed = |kind: &&RowKind| {
        let in_braces = kind.row.split('{').skip(1).filter_map(|part| part.split('}').next()).map(str::len);
        kind.row.len() - in_braces.map(|length| length + 2).sum::<usize>()
    };
    KINDS.iter().filter(|kind| is_row_of(&[kind.row], key)).max_by_key(fixed)
}

impl RowKind {
    /// The file that a row of this kind is in, and the row as it is there, with its key without the tenant as `row`; `None` when no export has it.
    pub fn shown(&self, mut row: Item) -> Option<(&'static str, Item)> {
        let Fate::Exported { file, without } = self.fate else { return None };
        // What a row is of, such as the day of a count, may stand in its key alone.
        let part = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
        let name = part("PK")
            .zip(part("SK"))
            .map(|(pk, sk)| format!("{} / {sk}", pk.splitn(3, '#').nth(2).unwrap_or_default()));
        row.retain(|name, _| !table::is_key_attribute(name));
        if let Some(name) = name {
            row.insert("row".to_owned(), name.into());
        }
        let mut row = Value::Object(row);
        for path in without {
            take_away(&mut row, path);
        }
        match row {
            Value::Object(row) => Some((file, row)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
        }
    }
}

fn take_away(value: &mut Value, path: &str) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| take_away(element, path)),
        Value::Object(fields) => match path.split_once('.') {
            Some((first, rest)) => {
                if let Some(inner) = fields.get_mut(first) {
                    take_away(inner, rest);
                }
            }
            None => drop(fields.remove(path)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use kernel::TenantId;
    use serde_json::json;
    use table::TenantScope;

    use super::*;

    #[test]
    fn each_kind_is_there_once_and_every_file_has_one_name() {
        assert!(KINDS.is_sorted_by(|a, b| a.row < b.row));
        for kind in KINDS {
            if let Fate::Exported { file, .. } = kind.fate {
                assert!(file.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{file}");
            }
        }
    }

    #[test]
    fn a_row_is_shown_without_its_keys_and_secrets() {
        let key = TenantScope::new(TenantId::PLATFORM).key("USR#usr_1", "USER");
        let row = json!({ "PK": key.pk(), "SK": "USER", "GSI1PK": "x", "ttl": 5, "username": "budi", "totp": { "secret": "s" },
            "verification": { "nonce": "n", "expiresAt": "2026-12-01" } });
        let Value::Object(row) = row else { panic!() };
        let (file, shown) = kind_of(&key).unwrap().shown(row).unwrap();
        assert_eq!(file, "users");
        assert_eq!(
            Value::Object(shown),
            json!({ "row": "USR#usr_1 / USER", "username": "budi", "verification": { "expiresAt": "2026-12-01" } })
        );
    }

    #[test]
    fn rows_are_told_apart_by_what_is_fixed() {
        let file = |rest: &str, sort: &str| {
            let kind = kind_of(&TenantScope::new(TenantId::PLATFORM).key(rest, sort)).unwrap();
            kind.row
        };
        assert_eq!(file("BILLING", "TAX#ppn#2026-12-01"), "BILLING / TAX#{code}#{day}");
        assert_eq!(file("PMT#cus_1", "BOOK"), "PMT#{party} / BOOK");
        assert_eq!(file("PLANS", "BASIC#1"), "PLANS / {key}#{version}");
        assert_eq!(file("CALLS#DAY", "2026-12-01"), "CALLS#DAY / {day}");
    }
}
