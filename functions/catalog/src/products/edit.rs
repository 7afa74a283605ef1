//! How a product is changed: read, decided, saved and shown, and again for every race that is lost.

use catalogue::{CatalogueError, PriceEntry, Products, WholeProduct};
use events::product::{ProductArchived, ProductPublished, ProductUpdated};
use identity::audit::Action;
use kernel::{ProductId, Timestamp};
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
    const fn action(self) -> Action {
        match self {
            Self::Updated => PRODUCT_UPDATED,
            Self::Published => PRODUCT_PUBLISHED,
            Self::Archived => PRODUCT_ARCHIVED,
        }
    }
}

impl ProductEdit<'_> {
    /// Tells the trail and the tenant's systems of the change.
    pub(crate) fn tell(
        &self,
        transaction: &mut Transaction,
        after: &WholeProduct,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let Self { api, caller, edit, told } = self;
        let (product_id, slug) = (after.id(), after.product.slug.to_string());
        let (tenant, version, cause) = (caller.tenant(), after.product.version, &edit.info);
        let on_sale = after.product.published_at().filter(|_| after.product.is_on_sale(now));
        match (told, on_sale) {
            (Told::Published, Some(published_at)) => {
                let event = ProductPublished { product_id, slug, published_at };
                api.insert_event(transaction, tenant, cause, version, &event)?;
            }
            (Told::Archived, _) => {
                let event = ProductArchived { product_id, slug };
                api.insert_event(transaction, tenant, cause, version, &event)?;
            }
            (Told::Updated | Told::Published, _) => {
                let event = ProductUpdated { product_id, slug };
                api.insert_event(transaction, tenant, cause, version, &event)?;
            }
        }
        caller.entry(api, &edit.info, told.action()).about(product_id).insert(transaction, caller.scope).map(drop)
    }

    /// Makes the change that `decide` makes of the product as it is, its prices of the last 30 days and the present, which is one
    /// and the same for all that is decided; `None` leaves it as it is. Answers the product.
    pub(crate) async fn make(
        &self,
        id: ProductId,
        decide: impl Fn(&WholeProduct, &[PriceEntry], Timestamp) -> Result<Option<WholeProduct>, Problem>,
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
            let Some(after) = decide(&before, &history, now)? else {
                let reply = shown(self.api, &before)?;
                let settled = self.edit.key.try_commit(self.api, transaction, reply).await?;
                return Ok(settled.map_or(Race::Lost, Race::Settled));
            };
            let slots = products.save(&mut transaction, &before, &after, now)?;
            self.tell(&mut transaction, &after, now)?;
            let reply = shown(self.api, &after)?;
            settled(self.edit.key.try_commit(self.api, transaction, reply).await?, |lost| slots.refusal(lost))
        })
        .await;
        self.edit.key.settle(self.api, outcome).await
    }
}

/// The whole product, for who may write it.
pub(crate) fn shown(api: &Api, article: &WholeProduct) -> Result<Reply, Problem> {
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
