//! A change of a product is laid over the index: from then on readers find the product as it is now.
//!
//! A change is read and written under the epoch of the index, and under the version of the product's last change, so that what was
//! read later always wins, and a writer that merges changes loses none. Round trips: one read of both rows, those of the reading,
//! one transaction of two to three writes; again for each lost race. Past a number of changes one message wakes the writer.

use async_trait::async_trait;
use cloud::{Ctx, Queue};
use jiff::SignedDuration;
use kernel::ProductId;
use search::{SearchChange, SearchDocument, SearchIndex, SearchRows};
use serde_json::json;
use table::{
    Race, TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due, DueKind},
    until_settled,
};

use crate::SearchIndexError;

/// Under which id the index of a tenant is on the agenda.
pub const THE_INDEX: &str = "index";
/// How long changes wait to be merged at most.
pub const MERGED_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// From how many changes on they are merged at once.
const MERGED_FROM: u64 = 100;
/// How many changes wait at most; what comes then comes again. Each reader holds all of them.
const MOST_PENDING: u64 = 2_000;
/// How many bytes they have at most.
const MOST_PENDING_BYTES: u64 = 16_000_000;

/// How a product is to be found now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductStanding {
    /// As this.
    Found(Box<SearchDocument>),
    /// No more.
    Hidden,
    /// It never was, and is not now.
    NeverThere,
}

/// Where it is read how a product is to be found; a standing itself is read nowhere.
#[async_trait]
pub trait Reading: Send + Sync {
    /// How it is to be found now.
    async fn standing(&self) -> Result<ProductStanding, TableError>;
}

#[async_trait]
impl Reading for ProductStanding {
    async fn standing(&self) -> Result<ProductStanding, TableError> {
        Ok(self.clone())
    }
}

/// Writes how a product is to be found now, as `reading` says. A tenant without an index gets one, which is to be built.
///
/// # Errors
/// Those of the table; `Full` when the writer does not keep up; `Outrun`.
pub async fn record(
    ctx: &Ctx,
    scope: TenantScope,
    id: ProductId,
    reading: &dyn Reading,
) -> Result<(), SearchIndexError> {
    let rows = SearchRows::new(ctx.table(), scope);
    until_settled(
        || SearchIndexError::Outrun,
        || async {
            let (index, known) = rows.index_and_change(id).await?;
            let Some(index) = index else {
                begin(ctx, scope).await?;
                return Ok(Race::Lost);
            };
            let document = match reading.standing().await? {
                ProductStanding::Found(document) => Some(*document),
                ProductStanding::Hidden => None,
                ProductStanding::NeverThere if known.is_some() => None,
                ProductStanding::NeverThere => return Ok(Race::Settled(())),
            };
            // One of an epoch before may be taken away at the end of a turn that read the product as it was in between.
            if known.as_ref().is_some_and(|known| known.epoch == index.epoch && known.document == document) {
                return Ok(Race::Settled(()));
            }
            let version = known.as_ref().map_or(0, |known| known.version) + 1;
            let change = SearchChange { product_id: id, document, read_at: ctx.now(), epoch: index.epoch, version };
            if !has_room(&index, known.as_ref(), &change) {
                return Err(SearchIndexError::Full);
            }
            let mut transaction = Transaction::new();
            rows.save_change(&mut transaction, (&index, known.as_ref()), &change)?;
            let wakes = wakes(&index);
            let at = if wakes { ctx.now() } else { ctx.now().plus(MERGED_AFTER) };
            if wakes || (index.pending == 0 && index.building.is_none()) {
                agenda::set(&mut transaction, scope, DueKind::SearchIndexing, THE_INDEX, at)?;
            }
            match ctx.table().transact(transaction).await {
                Ok(()) => {}
                Err(TransactError::Cancelled(_)) => return Ok(Race::Lost),
                Err(TransactError::Table(error)) => return Err(error.into()),
            }
            if wakes {
                wake(ctx, scope).await;
            }
            Ok(Race::Settled(()))
        },
    )
    .await
}

/// Whether a change may lie over the index beside the others. One that takes no more room than the one before it always may.
fn has_room(index: &SearchIndex, before: Option<&SearchChange>, change: &SearchChange) -> bool {
    let (had, has) = (before.map_or(0, SearchChange::size_bytes), change.size_bytes());
    let fits = has <= had || index.pending_bytes.saturating_add(has.saturating_sub(had)) <= MOST_PENDING_BYTES;
    fits && (before.is_some() || index.pending < MOST_PENDING)
}

/// Whether one change more is to be merged at once.
fn wakes(index: &SearchIndex) -> bool {
    index.building.is_none() && index.lease.is_none() && index.pending + 1 >= MERGED_FROM
}

/// Has the index of a tenant built, unless that is being done; one that is not there is made. Answers the index as it is then. One
/// read, one transaction, one message.
///
/// # Errors
/// Those of the table; `Outrun`.
pub async fn begin(ctx: &Ctx, scope: TenantScope) -> Result<SearchIndex, SearchIndexError> {
    let rows = SearchRows::new(ctx.table(), scope);
    let index = until_settled(
        || SearchIndexError::Outrun,
        || async {
            let now = ctx.now();
            let asked = match rows.index().await? {
                Some(index) if index.building.is_some() => return Ok(Race::Settled(index)),
                Some(index) => index.asked_anew(now),
                None => SearchIndex::to_build(now),
            };
            let mut transaction = Transaction::new();
            rows.save_index(&mut transaction, &asked)?;
            agenda::set(&mut transaction, scope, DueKind::SearchIndexing, THE_INDEX, now)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(asked)),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(SearchIndexError::from(error)),
            }
        },
    )
    .await?;
    wake(ctx, scope).await;
    Ok(index)
}

/// Sends the writer a message; the agenda makes up for one that is lost.
pub async fn wake(ctx: &Ctx, scope: TenantScope) {
    let (kind, id) = (DueKind::SearchIndexing, THE_INDEX.to_owned());
    let due = Due { tenant_id: scope.tenant(), kind, id, at: ctx.now() };
    if let Err(error) = ctx.ports().queues.send(Queue::SearchWork, &[json!(due)]).await {
        tracing::warn!(%error, "the writer of an index was not woken; the agenda makes up for it");
    }
}
