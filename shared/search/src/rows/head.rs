//! The row that says which generation of a tenant's index holds, and who is writing the next one.

use jiff::SignedDuration;
use kernel::{ProductId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;

/// How long a writer has the index to itself: longer than its function runs.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_mins(3);
/// For how long a generation is kept after another took its place: longer than any reader needs to load it.
const KEPT: SignedDuration = SignedDuration::from_mins(30);
/// How many former generations the row remembers; what is older is gone by its age.
const MOST_FORMER: usize = 20;

/// The index of a tenant, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchIndex {
    /// Raised whenever a writer begins: a change of an epoch before is refused and read again, so that none is lost between what
    /// the writer read and what it deletes.
    pub epoch: u64,
    /// Raised by every change, so that a reader knows whether what it has is the present.
    pub changes: u64,
    /// How many changes lie over the generation, at most: those that a writer took away count until it has counted anew.
    #[serde(default)]
    pub pending: u64,
    /// How many bytes they have.
    #[serde(default)]
    pub pending_bytes: u64,
    /// The object that names the segments; none before the first generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// How many products the generation has.
    #[serde(default)]
    pub products: u64,
    /// When it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Timestamp>,
    /// The last time that all of it was built anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_at: Option<Timestamp>,
    /// That all of it is to be built anew, and how far that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<Building>,
    /// Who writes now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Generations that readers may still be loading, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerManifest>,
    /// Raised by every change of this row but those of what changes count.
    pub version: u64,
}

/// A building of the whole index, in turns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Building {
    /// When somebody asked for it.
    pub requested_at: Timestamp,
    /// The epoch that it began in: changes of epochs before it are in what it reads. Nothing before it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// The last product that is in a segment; they are read in the order of their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ProductId>,
    /// The segments so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentRef>,
}

/// A writer's turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// Whose.
    pub holder: String,
    /// Until when.
    pub until: Timestamp,
}

/// A generation that another took the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormerManifest {
    /// Its manifest.
    pub manifest: String,
    /// Since when it is former.
    pub at: Timestamp,
}

/// The segments of a generation: an object of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Its segments.
    pub segments: Vec<SegmentRef>,
}

/// A segment of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentRef {
    /// What its objects are called.
    pub name: String,
    /// How many products it has.
    pub products: u32,
    /// The places of those that are no longer to be found in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dead: Vec<u32>,
}

impl SegmentRef {
    /// How many products are found in it.
    pub fn living(&self) -> u32 {
        self.products.saturating_sub(u32::try_from(self.dead.len()).unwrap_or(u32::MAX))
    }
}

impl Record for SearchIndex {
    const ROWS: &'static [&'static str] = &["SEARCH / INDEX"];
}

impl SearchIndex {
    /// An index that is to be built.
    pub const fn to_build(now: Timestamp) -> Self {
        let building = Building { requested_at: now, since: None, after: None, segments: Vec::new() };
        Self {
            epoch: 1,
            changes: 0,
            pending: 0,
            pending_bytes: 0,
            manifest: None,
            products: 0,
            written_at: None,
            built_at: None,
            building: Some(building),
            lease: None,
            former: Vec::new(),
            version: 1,
        }
    }

    /// To be built anew from the first product on; a building that runs is given up.
    #[must_use]
    pub fn asked_anew(&self, now: Timestamp) -> Self {
        Self { building: Self::to_build(now).building, version: self.version + 1, ..self.clone() }
    }

    /// Taken by a writer for as long as its turn may last, in the next epoch; `None` while another has it.
    pub fn taken(&self, holder: &str, now: Timestamp) -> Option<Self> {
        if self.lease.as_ref().is_some_and(|lease| now < lease.until) {
            return None;
        }
        let lease = Some(Lease { holder: holder.to_owned(), until: now.plus(LEASE) });
        let epoch = self.epoch + 1;
        let building = self.building.clone().map(|one| Building { since: one.since.or(Some(epoch)), ..one });
        Some(Self { epoch, lease, building, version: self.version + 1, ..self.clone() })
    }

    /// With one segment more of a building, and free for the next turn.
    #[must_use]
    pub fn built_on(&self, segment: Option<SegmentRef>, after: ProductId) -> Self {
        let building = self.building.clone().map(|mut one| {
            one.segments.extend(segment);
            Building { after: Some(after), ..one }
        });
        Self { building, lease: None, version: self.version + 1, ..self.clone() }
    }

    /// With another generation. A whole building ends with it; the turn does not, until the changes that are in it are taken away.
    #[must_use]
    pub fn published(&self, manifest: String, segments: &[SegmentRef], now: Timestamp) -> Self {
        let replaced = self.manifest.clone().map(|manifest| FormerManifest { manifest, at: now });
        let kept = self.former.iter().filter(|one| now < one.at.plus(KEPT)).cloned();
        let built_at = if self.building.is_some() { Some(now) } else { self.built_at };
        Self {
            manifest: Some(manifest),
            products: segments.iter().map(|one| u64::from(one.living())).sum(),
            written_at: Some(now),
            built_at,
            building: None,
            former: replaced.into_iter().chain(kept).take(MOST_FORMER).collect(),
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Free for the next turn, with nothing changed.
    #[must_use]
    pub fn let_go(&self) -> Self {
        Self { lease: None, version: self.version + 1, ..self.clone() }
    }
}

/// Where the objects of a tenant's index are.
pub mod paths {
    use super::{SignedDuration, TenantId};

    /// How old an object is at least that nothing names any more, before it is deleted.
    pub const ORPHAN: SignedDuration = SignedDuration::from_hours(1);

    /// The folder of all of them.
    pub fn folder(tenant: TenantId) -> String {
        format!("tenants/{tenant}/search")
    }

    /// The segments of a generation.
    pub fn manifest(tenant: TenantId, name: &str) -> String {
        format!("tenants/{tenant}/search/{name}.json")
    }

    /// What is searched of a segment.
    pub fn segment(tenant: TenantId, name: &str) -> String {
        format!("tenants/{tenant}/search/{name}.idx")
    }

    /// What is shown of a segment's products.
    pub fn shown(tenant: TenantId, name: &str) -> String {
        format!("tenants/{tenant}/search/{name}.docs")
    }
}
