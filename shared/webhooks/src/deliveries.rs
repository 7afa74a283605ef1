//! Where deliveries are kept: `WHD#<whd id>` / `DELIVERY`, listed by endpoint in GSI1 `WHD#<endpoint>` in the order of their
//! events. The agenda has the next attempt. A row goes thirty days after it was made or sent again.

use kernel::{PageLimit, Timestamp, WebhookDeliveryId, WebhookEndpointId};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, Due, DueKind},
    from_item,
    pages::{self, Listed, PageRequest},
};
use ulid::Ulid;

use crate::{WebhookDelivery, WebhookDeliveryStatus};

impl Record for WebhookDelivery {
    const ROWS: &'static [&'static str] = &["WHD#{delivery} / DELIVERY"];
}

/// Which deliveries of an endpoint.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// In this state only.
    pub status: Option<WebhookDeliveryStatus>,
    /// Of this type of event only.
    pub event_type: Option<String>,
}

/// When the event of a delivery happened.
fn happened_at(id: WebhookDeliveryId) -> Option<Timestamp> {
    Timestamp::from_millis(i64::try_from(id.ulid().timestamp_ms()).ok()?).ok()
}

impl DeliveryFilter {
    fn wants(&self, delivery: &WebhookDelivery) -> bool {
        self.status.is_none_or(|status| status == delivery.status)
            && self.event_type.as_ref().is_none_or(|name| *name == delivery.event_type)
    }
}

/// The deliveries of one tenant.
#[derive(Clone, Copy)]
pub struct WebhookDeliveries<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> WebhookDeliveries<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One delivery. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: WebhookDeliveryId) -> Result<Option<WebhookDelivery>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// One delivery, if it is to this endpoint. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_of(
        &self,
        endpoint: WebhookEndpointId,
        id: WebhookDeliveryId,
    ) -> Result<Option<WebhookDelivery>, TableError> {
        Ok(self.get(id).await?.filter(|delivery| delivery.endpoint_id == endpoint))
    }

    /// The deliveries to an endpoint, newest event first; one made a moment ago may be missing. One query, up to ten where few
    /// are wanted.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        endpoint: WebhookEndpointId,
        filter: &DeliveryFilter,
        request: &PageRequest,
    ) -> Result<Listed<WebhookDelivery>, TableError> {
        let query = Query::gsi1(self.scope.partition(format_args!("WHD#{endpoint}"))).descending();
        pages::page(self.table, query, request, |delivery| filter.wants(delivery)).await
    }

    /// Some of the deliveries to an endpoint that did not come through, of events since an instant, oldest event first, as they
    /// are now; and from when on to go on, if there may be more. One query, up to ten where most came through, and one read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn undelivered(
        &self,
        endpoint: WebhookEndpointId,
        since: Timestamp,
        limit: PageLimit,
    ) -> Result<(Vec<WebhookDelivery>, Option<Timestamp>), TableError> {
        let first = WebhookDeliveryId::new(Ulid::from_parts(u64::try_from(since.as_millis()).unwrap_or_default(), 0));
        let query =
            Query::gsi1(self.scope.partition(format_args!("WHD#{endpoint}"))).between(first.to_string(), "whd_~");
        let request = PageRequest { limit, after: None };
        let found = pages::page(self.table, query, &request, WebhookDelivery::can_be_made_up_for).await?;
        let keys: Vec<Key> = found.items.iter().map(|delivery| self.key(delivery.id)).collect();
        let now: Vec<WebhookDelivery> = pages::all_of(self.table, &keys).await?;
        let last = found.last.as_ref().and_then(|last| last.get("GSI1SK")?.as_str()?.parse().ok());
        let next = last.map(|last: WebhookDeliveryId| happened_at(last).unwrap_or(since));
        Ok((now.into_iter().filter(WebhookDelivery::can_be_made_up_for).collect(), next))
    }

    /// Adds a new delivery to a transaction, and its first attempt to the agenda; fails when there is one of this event to this
    /// endpoint.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, delivery: &WebhookDelivery) -> Result<Slot, TableError> {
        let slot = transaction.add(self.put(delivery)?.when(Condition::NotExists));
        self.put_on_agenda(transaction, delivery)?;
        Ok(slot)
    }

    /// Adds a changed delivery to a transaction, in the place of the version before it; the agenda has its next attempt, or
    /// none.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, delivery: &WebhookDelivery) -> Result<Slot, TableError> {
        let before = Condition::VersionIs(delivery.version.saturating_sub(1));
        let slot = transaction.add(self.put(delivery)?.when(before));
        self.put_on_agenda(transaction, delivery)?;
        Ok(slot)
    }

    /// Takes a delivery away that is to nobody any more.
    pub fn delete(&self, transaction: &mut Transaction, delivery: &WebhookDelivery) -> Slot {
        agenda::clear(transaction, self.scope, DueKind::WebhookDelivery, delivery.id);
        transaction.add(Write::delete(self.key(delivery.id)).when(Condition::VersionIs(delivery.version)))
    }

    /// The message that has the next attempt made, which the agenda sends too; `None` when there is none to come.
    pub fn due(&self, delivery: &WebhookDelivery) -> Option<Due> {
        let at = delivery.next_attempt_at?;
        let (tenant_id, id) = (self.scope.tenant(), delivery.id.to_string());
        Some(Due { tenant_id, kind: DueKind::WebhookDelivery, id, at })
    }

    fn put_on_agenda(&self, transaction: &mut Transaction, delivery: &WebhookDelivery) -> Result<Slot, TableError> {
        match delivery.next_attempt_at {
            Some(at) => agenda::set(transaction, self.scope, DueKind::WebhookDelivery, delivery.id, at),
            None => Ok(agenda::clear(transaction, self.scope, DueKind::WebhookDelivery, delivery.id)),
        }
    }

    fn put(&self, delivery: &WebhookDelivery) -> Result<Write, TableError> {
        let place = self.scope.gsi1(format_args!("WHD#{}", delivery.endpoint_id), delivery.id);
        Ok(Write::put(self.key(delivery.id), delivery)?.gsi1(place).ttl(delivery.kept_until()))
    }

    fn key(&self, id: WebhookDeliveryId) -> Key {
        self.scope.key(format_args!("WHD#{id}"), "DELIVERY")
    }
}
