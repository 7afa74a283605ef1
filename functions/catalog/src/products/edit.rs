//! How a product is changed: read, decided, saved and shown, and again for every race that is lost.

use catalogue::{Article, CatalogueError, PriceEntry, Products};
use events::product::{ProductArchived, ProductPublished, ProductUpdated};
use identity::audit::Action;
use kernel::ProductId;
use table::{Cancelled, Race, TableError, Transaction, until_settled};
use web::{Api, Caller, Edit, Problem, Reply};

use crate::{
    PRODUCT_ARCHIVED, PRODUCT_PUBLISHED, PRODUCT_UPDATED, ProductsWrite,
    products::{product_view::ProductView, sight::Sight},
};

/// A change of a product that somebody asks for.
pub(crate) struct ProductEdit<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<ProductsWrite>,
    pub(crate) edit: Edit,
    pub(crate) told: Told,
}

/// What is told of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It was changed.
    Updated,
    /// It is on sale; for an instant to come, that it was changed.
    Published,
    /// It is sold no more.
    Archived,
}

impl Told {
    pub(crate) const fn action(self) -> Action {
        match self {
            Self::Updated => PRODUCT_UPDATED,
            Self::Published => PRODUCT_PUBLISHED,
            Self::Archived => PRODUCT_ARCHIVED,
        }
    }

    /// Tells the tenant's systems.
    pub(crate) fn insert(
        self,
        api: &Api,
        transaction: &mut Transaction,
        edit: &Edit,
        caller: &Caller<ProductsWrite>,
        after: &Article,
    ) -> Result<(), TableError> {
        let (product_id, slug) = (after.id(), after.product.slug.to_string());
        let (tenant, version, cause) = (caller.tenant(), after.product.version, &edit.info);
        let on_sale = after.product.published_at().filter(|_| after.product.is_on_sale(api.now()));
        match (self, on_sale) {
            (Self::Published, Some(published_at)) => {
                let told = ProductPublished { product_id, slug, published_at };
                api.insert_event(transaction, tenant, cause, version, &told)?;
            }
            (Self::Archived, _) => {
                let told = ProductArchived { product_id, slug };
                api.insert_event(transaction, tenant, cause, version, &told)?;
            }
            (Self::Updated | Self::Published, _) => {
                let told = ProductUpdated { product_id, slug };
                api.insert_event(transaction, tenant, cause, version, &told)?;
            }
        }
        Ok(())
    }
}

impl ProductEdit<'_> {
    /// Makes the change that `decide` makes of the product as it is and of its prices of the last 30 days; `None` leaves it as it
    /// is. Answers the product.
    pub(crate) async fn make(
        &self,
        id: ProductId,
        decide: impl Fn(&Article, &[PriceEntry]) -> Result<Option<Article>, Problem>,
    ) -> Result<Reply, Problem> {
        let products = Products::new(self.api.table(), self.caller.scope);
        let outcome = until_settled(Problem::conflict, || async {
            let before = products.get(id).await?.ok_or_else(Problem::not_found)?;
            self.edit.if_match.check(before.product.version)?;
            let now = self.api.now();
            // What nobody could buy has no history.
            let history =
                if before.product.was_on_sale(now) { products.recent_history(id, now).await? } else { Vec::new() };
            let mut transaction = Transaction::new();
            let Some(after) = decide(&before, &history)? else {
                let reply = shown(self.api, &before)?;
                let settled = self.edit.key.try_commit(self.api, transaction, reply).await?;
                return Ok(settled.map_or(Race::Lost, Race::Settled));
            };
            let slots = products.save(&mut transaction, &before, &after, now)?;
            let entry = self.caller.entry(self.api, &self.edit.info, self.told.action()).about(id);
            entry.insert(&mut transaction, self.caller.scope)?;
            self.told.insert(self.api, &mut transaction, &self.edit, self.caller, &after)?;
            let reply = shown(self.api, &after)?;
            settled(self.edit.key.try_commit(self.api, transaction, reply).await?, |lost| slots.refusal(lost))
        })
        .await;
        self.edit.key.settle(self.api, outcome).await
    }
}

/// The whole product, for who may write it.
pub(crate) fn shown(api: &Api, article: &Article) -> Result<Reply, Problem> {
    Ok(Reply::ok(&ProductView::of(article, Sight::Whole, api.now()))?.version(article.product.version))
}

/// How a try ended: done, refused, or lost to another write.
///
/// # Errors
/// The refusal; of a category that is not there, with its place in the body.
pub(crate) fn settled(
    outcome: Result<Reply, Cancelled>,
    refusal: impl FnOnce(&Cancelled) -> Option<CatalogueError>,
) -> Result<Race<Reply>, Problem> {
    match outcome {
        Ok(reply) => Ok(Race::Settled(reply)),
        Err(cancelled) => match refusal(&cancelled) {
            Some(error @ CatalogueError::UnknownCategory(_)) => {
                Err(Problem::invalid("/categoryIds", "UNKNOWN_CATEGORY", error.to_string()))
            }
            Some(error) => Err(error.into()),
            None => Ok(Race::Lost),
        },
    }
}
