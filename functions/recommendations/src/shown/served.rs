//! The model that is served, which a process keeps: one answer is of one model.

use std::sync::Arc;

use cloud::{Ctx, Loaded, PortError};
use http::StatusCode;
use kernel::{ProductId, RecommendationModelId};
use recommend::{BrokenModel, History, Model, RecommendCandidate, RecommenderRows, Serves, paths};
use table::{TableError, TenantScope};
use web::Problem;

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

/// The models that a process has loaded.
#[derive(Debug)]
pub(crate) struct ModelCache;

/// A model, and which.
type KnownModel = (RecommendationModelId, Arc<Model>);

impl ModelCache {
    /// What is served of a tenant. One read of its state; where another model than the last one is served, one of its object.
    ///
    /// # Errors
    /// Those of the stores; `Gone`, `Broken`.
    pub(crate) async fn served(ctx: &Ctx, scope: TenantScope) -> Result<Served, ServedError> {
        let (cache, tenant, mut tries) = (ctx.kept::<Loaded<KnownModel>>(), scope.tenant(), TRIES);
        loop {
            let state = RecommenderRows::new(ctx.table(), scope).state().await?;
            let Some(present) = state.present else { return Ok(Served::default()) };
            let only_popular = present.serves == Serves::Popularity;
            let served = |model| Served { id: Some(present.id), model, only_popular };
            if let Some(known) = cache.get(tenant).filter(|known| known.0 == present.id) {
                return Ok(served(Arc::clone(&known.1)));
            }
            let path = paths::model(tenant, present.id);
            match ctx.get_object(&path).await? {
                Some(bytes) => {
                    let model = Model::from_bytes(&bytes);
                    let model = Arc::new(model.map_err(|source| ServedError::Broken { path, source })?);
                    cache.put(tenant, Arc::new((present.id, Arc::clone(&model))), model.size_bytes());
                    return Ok(served(model));
                }
                // It was replaced long ago, and the row is newer now.
                None if tries > 1 => tries -= 1,
                None => return Err(ServedError::Gone(path)),
            }
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
