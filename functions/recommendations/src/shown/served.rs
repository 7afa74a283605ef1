//! The model that is served, which a process keeps: one answer is of one model.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use cloud::{Ctx, PortError};
use http::StatusCode;
use kernel::{ProductId, RecommendationModelId, TenantId};
use recommend::{BrokenModel, History, Model, RecommendCandidate, RecommenderRows, Serves, paths};
use table::{TableError, TenantScope};
use web::Problem;

/// How much of a process's memory models take, about.
const MOST_BYTES: usize = 400_000_000;
/// How often a model is read again that was replaced while it was loaded.
const TRIES: u8 = 3;

/// Why nothing can be recommended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServedError {
    /// The store of rows failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The store of objects failed.
    #[error(transparent)]
    Objects(#[from] PortError),
    /// An object is not what was written.
    #[error("{path}: {source}")]
    Broken {
        /// Which.
        path: String,
        /// What is wrong.
        source: BrokenModel,
    },
    /// The model is not there, though it is to be served.
    #[error("{0} is not there")]
    Gone(String),
}

/// What is served of a tenant at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Served {
    /// Which model; none before the first training.
    pub(crate) id: Option<RecommendationModelId>,
    model: Arc<Model>,
    /// Whether only what is popular is taken of it.
    only_popular: bool,
}

impl Served {
    /// What is like somebody's history.
    pub(crate) fn for_history(&self, history: &History) -> Vec<RecommendCandidate> {
        if self.only_popular { Vec::new() } else { self.model.for_history(history) }
    }

    /// What is like a product.
    pub(crate) fn similar(&self, product: ProductId) -> Vec<RecommendCandidate> {
        if self.only_popular { Vec::new() } else { self.model.similar(product) }
    }

    /// What a product was bought with.
    pub(crate) fn bought_together(&self, product: ProductId) -> Vec<RecommendCandidate> {
        if self.only_popular { Vec::new() } else { self.model.bought_together(product) }
    }

    /// What is popular.
    pub(crate) fn popular(&self) -> Vec<RecommendCandidate> {
        self.model.popular()
    }
}

/// The models that a process has loaded; those that were asked for longest ago go first.
#[derive(Default)]
pub(crate) struct ModelCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_tenant: BTreeMap<TenantId, (u64, RecommendationModelId, Arc<Model>)>,
    asked: u64,
}

impl ModelCache {
    /// What is served of a tenant. One read of its state; where another model than the last one is served, one of its object.
    ///
    /// # Errors
    /// Those of the stores; `Gone`, `Broken`.
    pub(crate) async fn served(ctx: &Ctx, scope: TenantScope) -> Result<Served, ServedError> {
        let (cache, tenant, mut tries) = (ctx.kept::<Self>(), scope.tenant(), TRIES);
        loop {
            let state = RecommenderRows::new(ctx.table(), scope).state().await?;
            let Some(present) = state.present else { return Ok(Served::default()) };
            let only_popular = present.serves == Serves::Popularity;
            let served = |model| Served { id: Some(present.id), model, only_popular };
            if let Some(model) = cache.get(tenant, present.id) {
                return Ok(served(model));
            }
            let path = paths::model(tenant, present.id);
            match ctx.get_object(&path).await? {
                Some(bytes) => {
                    let model = Model::from_bytes(&bytes);
                    let model = Arc::new(model.map_err(|source| ServedError::Broken { path, source })?);
                    cache.put(tenant, present.id, &model);
                    return Ok(served(model));
                }
                // It was replaced long ago, and the row is newer now.
                None if tries > 1 => tries -= 1,
                None => return Err(ServedError::Gone(path)),
            }
        }
    }

    fn get(&self, tenant: TenantId, id: RecommendationModelId) -> Option<Arc<Model>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        let (last, known, model) = kept.by_tenant.get_mut(&tenant)?;
        *last = asked;
        (*known == id).then(|| Arc::clone(model))
    }

    fn put(&self, tenant: TenantId, id: RecommendationModelId, model: &Arc<Model>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        kept.by_tenant.insert(tenant, (asked, id, Arc::clone(model)));
        let size = |kept: &Kept| kept.by_tenant.values().map(|(_, _, one)| one.size_bytes()).sum::<usize>();
        while kept.by_tenant.len() > 1 && size(&kept) > MOST_BYTES {
            let oldest = kept.by_tenant.iter().min_by_key(|(_, (last, ..))| *last).map(|(tenant, _)| *tenant);
            let Some(oldest) = oldest else { break };
            kept.by_tenant.remove(&oldest);
        }
    }
}

/// What a caller is told of a model that fails.
pub(crate) fn refused(error: ServedError) -> Problem {
    match error {
        ServedError::Table(error) => error.into(),
        ServedError::Objects(error) => error.into(),
        broken @ (ServedError::Broken { .. } | ServedError::Gone(_)) => {
            tracing::error!(error = %broken, "a model of recommendations cannot be read");
            let detail = "the model of this organisation cannot be read; its owner can have another one made";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "RECOMMENDATIONS_BROKEN", detail)
        }
    }
}
