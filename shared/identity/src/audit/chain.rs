//! The chain of a tenant's day: each entry's hash covers the entry and the hash before it, so that an entry that was
//! changed, exchanged or taken away is missed. Pure: what is hashed and what is checked, over values.
//!
//! Anybody can compute it again from what `GET /api/v1/audit` shows: SHA-256 in base64url over the hash before, a line
//! feed, and the entry's JSON with sorted keys and without its link. The first entry of a day follows the hash of
//! `ruko audit <tenant> <day>`.

use std::collections::BTreeMap;

use kernel::TenantId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    audit::{AuditEntry, ChainLink},
    hash::text_hash,
};

/// The end of a day's chain, as stored: what tells that the newest entries are still there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the newest entry; 0 for none.
    pub number: u64,
    /// Its hash.
    pub hash: String,
    /// Raised by every change; 0 before the first.
    pub version: u64,
}

impl Head {
    /// The beginning of the chain of a tenant's day: nobody can pass another day's chain off as this one.
    pub fn start(tenant: TenantId, day: &str) -> Self {
        Self { number: 0, hash: text_hash(&format!("ruko audit {tenant} {day}")), version: 0 }
    }

    /// The place of the next entry, and the chain's end with it.
    pub fn then(&self, entry: &AuditEntry) -> (ChainLink, Self) {
        let link =
            ChainLink { number: self.number + 1, previous: self.hash.clone(), hash: hash_after(&self.hash, entry) };
        let head = Self { number: link.number, hash: link.hash.clone(), version: self.version };
        (link, head)
    }
}

/// The hash of an entry behind the one with the hash `previous`.
fn hash_after(previous: &str, entry: &AuditEntry) -> String {
    let bare = AuditEntry { link: None, ..entry.clone() };
    let json = serde_json::to_value(&bare).map(sorted).unwrap_or_default();
    text_hash(&format!("{previous}\n{json}"))
}

/// The same JSON with the keys of every object in order, however the library keeps them.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> = members.into_iter().collect();
            Value::Object(members.into_iter().map(|(key, value)| (key, sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// What is seen of a day's entries, in any order; small, however many there are.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    placed: BTreeMap<u64, Placed>,
    doubled: Option<u64>,
    waiting: u64,
}

#[derive(Clone, Debug)]
struct Placed {
    previous: String,
    hash: String,
    is_own: bool,
}

/// What became of the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How many entries there are.
    pub entries: u64,
    /// How many of them have no place in the chain yet: they are seconds old.
    pub waiting: u64,
    /// The place at which the chain is broken for the first time; nothing when it is whole.
    pub first_broken: Option<u64>,
}

impl Inspection {
    /// Looks at one entry.
    pub fn see(&mut self, entry: &AuditEntry) {
        let Some(link) = &entry.link else {
            self.waiting += 1;
            return;
        };
        let is_own = link.hash == hash_after(&link.previous, entry);
        let placed = Placed { previous: link.previous.clone(), hash: link.hash.clone(), is_own };
        if self.placed.insert(link.number, placed).is_some() {
            self.doubled = Some(self.doubled.map_or(link.number, |seen| seen.min(link.number)));
        }
    }

    /// Whether the chain holds from its start to `head`, which was read before the entries: what was added since must
    /// go on from it, and what it tells of must be there.
    pub fn verdict(&self, start: &Head, head: Option<&Head>) -> Verdict {
        let entries = u64::try_from(self.placed.len()).unwrap_or(u64::MAX).saturating_add(self.waiting);
        let breaks = [self.first_break(start, head), self.doubled];
        Verdict { entries, waiting: self.waiting, first_broken: breaks.into_iter().flatten().min() }
    }

    fn first_break(&self, start: &Head, head: Option<&Head>) -> Option<u64> {
        let (mut number, mut hash) = (0, start.hash.as_str());
        for (place, placed) in &self.placed {
            number += 1;
            if *place != number || placed.previous != hash || !placed.is_own {
                return Some(number);
            }
            hash = &placed.hash;
            if head.is_some_and(|head| head.number == number && head.hash != hash) {
                return Some(number);
            }
        }
        // Without a head no entry had a place when it was read; a first batch may have been chained since.
        head.filter(|head| head.number > number).map(|_| number + 1)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{AuditId, RequestId, UserId};
    use ulid::Ulid;

    use super::*;
    use crate::audit::{Action, Actor, AuditOutcome};

    const DAY: &str = "2026-11-21";

    fn tenant() -> TenantId {
        TenantId::new(Ulid(1))
    }

    fn entry(id: u128) -> AuditEntry {
        AuditEntry {
            id: AuditId::new(Ulid(id)),
            at: "2026-11-21T01:00:00Z".parse().unwrap(),
            actor: Actor::User(UserId::new(Ulid(7))),
            impersonator: None,
            action: Action::new("role.created"),
            outcome: AuditOutcome::Done,
            target: Some("CLERK".to_owned()),
            details: [("b", "2"), ("a", "1")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            ip: Some("203.0.113.9".to_owned()),
            request_id: RequestId::new(Ulid(8)),
            given_request_id: None,
            link: None,
        }
    }

    /// A day of five entries and its end.
    fn day() -> (Vec<AuditEntry>, Head) {
        let mut head = Head::start(tenant(), DAY);
        let mut entries = Vec::new();
        for id in 1..=5 {
            let (link, next) = head.then(&entry(id));
            entries.push(AuditEntry { link: Some(link), ..entry(id) });
            head = next;
        }
        (entries, head)
    }

    fn broken(entries: &[AuditEntry], head: Option<&Head>) -> Option<u64> {
        inspected(entries).verdict(&Head::start(tenant(), DAY), head).first_broken
    }

    fn inspected(entries: &[AuditEntry]) -> Inspection {
        let mut inspection = Inspection::default();
        for entry in entries {
            inspection.see(entry);
        }
        inspection
    }

    #[test]
    fn a_whole_chain_is_whole_in_any_order_and_with_what_waits() {
        let (mut entries, head) = day();
        entries.reverse();
        entries.push(entry(6));
        assert_eq!(broken(&entries, Some(&head)), None);
        assert_eq!(broken(&[], None), None);
        assert_eq!(broken(&[entry(1)], None), None);
        let mut earlier = Head::start(tenant(), DAY);
        for id in 1..=3 {
            earlier = earlier.then(&entry(id)).1;
        }
        assert_eq!(broken(&entries, Some(&earlier)), None, "two were chained since the head was read");
    }

    #[test]
    fn whatever_is_tampered_with_is_found() {
        let (entries, head) = day();
        let tampered = |change: &dyn Fn(&mut Vec<AuditEntry>)| {
            let mut entries = entries.clone();
            change(&mut entries);
            broken(&entries, Some(&head))
        };
        assert_eq!(tampered(&|all| all[2].target = Some("ADMIN".to_owned())), Some(3), "a changed entry");
        assert_eq!(tampered(&|all| all[1].outcome = AuditOutcome::Denied), Some(2));
        assert_eq!(tampered(&|all| drop(all[3].details.remove("a"))), Some(4));
        assert_eq!(tampered(&|all| drop(all.remove(2))), Some(3), "one taken from the middle");
        assert_eq!(tampered(&|all| drop(all.remove(0))), Some(1), "the first");
        assert_eq!(tampered(&|all| drop(all.pop())), Some(5), "the newest: the head knows of it");
        assert_eq!(tampered(&Vec::clear), Some(1), "all");
        let exchanged = |all: &mut Vec<AuditEntry>| {
            let (one, other) = (all[1].link.clone(), all[2].link.clone());
            (all[1].link, all[2].link) = (other, one);
        };
        assert_eq!(tampered(&exchanged), Some(2), "two that changed places");
        assert_eq!(tampered(&|all| all[2].link = None), Some(3), "one that lost its place");
        assert_eq!(tampered(&|all| all.push(all[2].clone())), Some(3), "one that is there twice");
    }

    #[test]
    fn a_chain_that_was_made_anew_does_not_meet_the_head() {
        let (_, head) = day();
        let mut forged = Head::start(tenant(), DAY);
        let mut entries = Vec::new();
        for id in 11..=15 {
            let (link, next) = forged.then(&entry(id));
            entries.push(AuditEntry { link: Some(link), ..entry(id) });
            forged = next;
        }
        assert_eq!(broken(&entries, Some(&head)), Some(5));
        let (entries, _) = day();
        let other = Head::start(TenantId::new(Ulid(2)), DAY);
        assert_eq!(inspected(&entries).verdict(&other, Some(&head)).first_broken, Some(1), "another tenant's day");
    }

    #[test]
    fn the_hash_is_what_the_documents_say() {
        let start = text_hash("ruko audit tnt_00000000000000000000000001 2026-11-21");
        let json = concat!(
            r#"{"action":"role.created","actor":{"id":"usr_00000000000000000000000007","type":"user"},"#,
            r#""at":"2026-11-21T01:00:00.000Z","details":{"a":"1","b":"2"},"id":"aud_00000000000000000000000001","#,
            r#""ip":"203.0.113.9","outcome":"done","requestId":"req_00000000000000000000000008","target":"CLERK"}"#,
        );
        let (link, _) = Head::start(tenant(), DAY).then(&entry(1));
        assert_eq!(
            link,
            ChainLink { number: 1, previous: start.clone(), hash: text_hash(&format!("{start}\n{json}")) }
        );
        // What the caller called the request is covered too.
        let named = AuditEntry { given_request_id: Some("checkout-7f3a".to_owned()), ..entry(1) };
        let json = json.replace(r#","id":"aud"#, r#","givenRequestId":"checkout-7f3a","id":"aud"#);
        assert_eq!(Head::start(tenant(), DAY).then(&named).0.hash, text_hash(&format!("{start}\n{json}")));
    }
}
