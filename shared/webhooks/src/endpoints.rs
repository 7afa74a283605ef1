//! Where endpoints are kept: one partition `WEBHOOKS` for each tenant, so that one query shows them all as they are.
//!
//! `ENDPOINT#<id>` is an endpoint, `HEALTH#<id>` since when nothing came through to it, `ROSTER` says which there are.

use std::collections::BTreeMap;

use kernel::{Timestamp, WebhookEndpointId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, get_rows,
    pages::{self, Walk},
};

use crate::{EndpointHealth, WebhookEndpoint, WebhookError, health::PATIENCE};

/// How many endpoints a tenant may have.
const MOST: usize = 20;

/// Which endpoints a tenant has: what keeps two that are made at once from being one too many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointRoster {
    /// In the order in which they were made.
    pub endpoints: Vec<WebhookEndpointId>,
    /// Raised by every change, from 1; 0 before it was stored.
    pub version: u64,
}

impl Record for WebhookEndpoint {
    const ROWS: &'static [&'static str] = &["WEBHOOKS / ENDPOINT#{endpoint}"];
}

impl Record for EndpointHealth {
    const ROWS: &'static [&'static str] = &["WEBHOOKS / HEALTH#{endpoint}"];
}

impl Record for EndpointRoster {
    const ROWS: &'static [&'static str] = &["WEBHOOKS / ROSTER"];
}

impl EndpointRoster {
    /// With one more endpoint.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn with(&self, id: WebhookEndpointId) -> Result<Self, WebhookError> {
        if self.endpoints.len() >= MOST {
            return Err(WebhookError::TooMany { most: MOST });
        }
        let mut next = Self { version: self.version + 1, ..self.clone() };
        next.endpoints.push(id);
        Ok(next)
    }

    /// Without an endpoint.
    pub fn without(&self, id: WebhookEndpointId) -> Self {
        let left = self.endpoints.iter().filter(|one| **one != id).copied().collect();
        Self { endpoints: left, version: self.version + 1 }
    }
}

/// The endpoints of one tenant.
#[derive(Clone, Copy)]
pub struct WebhookEndpoints<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> WebhookEndpoints<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One endpoint. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: WebhookEndpointId) -> Result<Option<WebhookEndpoint>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// One endpoint and how it does. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_with_health(
        &self,
        id: WebhookEndpointId,
    ) -> Result<Option<(WebhookEndpoint, EndpointHealth)>, TableError> {
        let [endpoint, health] = get_rows(self.table, [self.key(id), self.health_key(id)]).await?;
        let Some(endpoint) = endpoint else { return Ok(None) };
        let health = health.map(from_item).transpose()?.unwrap_or_default();
        Ok(Some((from_item(endpoint)?, health)))
    }

    /// All of them, oldest first; at most 20, as they are at this moment. Of a row that cannot be read there is the error. One
    /// round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn all(&self) -> Result<Vec<Result<WebhookEndpoint, TableError>>, TableError> {
        let query = Query::partition(self.scope.partition("WEBHOOKS")).begins_with("ENDPOINT#");
        let (mut walk, mut all) = (Walk::new(self.table, query), Vec::new());
        while let Some(rows) = walk.next().await? {
            all.extend(rows.into_iter().map(from_item));
        }
        Ok(all)
    }

    /// All of them, oldest first, each with how it does. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn all_with_health(&self) -> Result<Vec<(WebhookEndpoint, EndpointHealth)>, TableError> {
        let mut walk = Walk::new(self.table, Query::partition(self.scope.partition("WEBHOOKS")));
        let (mut endpoints, mut healths) = (Vec::new(), BTreeMap::new());
        while let Some(rows) = walk.next().await? {
            for row in rows {
                let sort = row.get("SK").and_then(Value::as_str).unwrap_or_default().to_owned();
                if sort.starts_with("ENDPOINT#") {
                    endpoints.extend(pages::read::<WebhookEndpoint>(row));
                } else if let Some(id) = sort.strip_prefix("HEALTH#") {
                    healths.insert(id.to_owned(), from_item::<EndpointHealth>(row)?);
                }
            }
        }
        let with_health = |endpoint: WebhookEndpoint| {
            let health = healths.remove(&endpoint.id.to_string()).unwrap_or_default();
            (endpoint, health)
        };
        Ok(endpoints.into_iter().map(with_health).collect())
    }

    /// Which there are. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn roster(&self) -> Result<EndpointRoster, TableError> {
        let row = self.table.get(&self.scope.key("WEBHOOKS", "ROSTER")).await?;
        row.map_or_else(|| Ok(EndpointRoster::default()), from_item)
    }

    /// Adds a new endpoint to a transaction; the roster goes with it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, endpoint: &WebhookEndpoint) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(self.key(endpoint.id), endpoint)?.when(Condition::NotExists)))
    }

    /// Adds a changed endpoint to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, endpoint: &WebhookEndpoint) -> Result<Slot, TableError> {
        let before = Condition::VersionIs(endpoint.version.saturating_sub(1));
        Ok(transaction.add(Write::put(self.key(endpoint.id), endpoint)?.when(before)))
    }

    /// Takes an endpoint away; the roster goes with it.
    pub fn delete(&self, transaction: &mut Transaction, endpoint: &WebhookEndpoint) -> Slot {
        transaction.add(Write::delete(self.health_key(endpoint.id)));
        transaction.add(Write::delete(self.key(endpoint.id)).when(Condition::VersionIs(endpoint.version)))
    }

    /// Changes nothing and fails when the endpoint is no longer in this version.
    pub fn check_unchanged(&self, transaction: &mut Transaction, endpoint: &WebhookEndpoint) -> Slot {
        transaction.add(Write::check(self.key(endpoint.id)).when(Condition::VersionIs(endpoint.version)))
    }

    /// Adds a changed roster to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_roster(&self, transaction: &mut Transaction, roster: &EndpointRoster) -> Result<Slot, TableError> {
        let write = Write::put(self.scope.key("WEBHOOKS", "ROSTER"), roster)?;
        Ok(transaction.add(write.when(Condition::follows(roster.version))))
    }

    /// Notes that a delivery failed, unless one failed before and none came through since.
    pub fn note_failure(&self, transaction: &mut Transaction, id: WebhookEndpointId, now: Timestamp) -> Slot {
        let write =
            Write::update::<EndpointHealth>(self.health_key(id)).set_if_missing("failingSince", now.to_string());
        // An endpoint that is deleted at this moment leaves nothing behind for ever.
        transaction.add(write.ttl(now.plus(PATIENCE * 6)))
    }

    /// Changes nothing and fails when a delivery came through since the endpoint's health was read, or it was looked at anew.
    pub fn check_still_failing(
        &self,
        transaction: &mut Transaction,
        id: WebhookEndpointId,
        read: EndpointHealth,
    ) -> Slot {
        let since = Condition::Equals("failingSince", json!(read.failing_since));
        transaction.add(Write::check(self.health_key(id)).when(since))
    }

    /// Notes that a delivery came through, or that the endpoint is to be looked at anew.
    pub fn forget_failures(&self, transaction: &mut Transaction, id: WebhookEndpointId) -> Slot {
        transaction.add(Write::delete(self.health_key(id)))
    }

    fn key(&self, id: WebhookEndpointId) -> Key {
        self.scope.key("WEBHOOKS", format_args!("ENDPOINT#{id}"))
    }

    fn health_key(&self, id: WebhookEndpointId) -> Key {
        self.scope.key("WEBHOOKS", format_args!("HEALTH#{id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_most() {
        let id = |number: u128| WebhookEndpointId::new(ulid::Ulid::from(number));
        let full = (0..20).fold(EndpointRoster::default(), |roster, number| roster.with(id(number)).unwrap());
        assert_eq!(full.with(id(20)), Err(WebhookError::TooMany { most: 20 }));
        let less = full.without(id(3));
        assert_eq!((less.endpoints.len(), less.version, full.version), (19, 21, 20));
        assert!(less.with(id(20)).is_ok());
    }
}
