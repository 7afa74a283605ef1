//! How a product is to be found, by what is told of it and what is in stock.
//!
//! Round trips: one query of the product, and one for each of its SKUs until one is there, eight at a time.

use async_trait::async_trait;
use catalogue::{Products, WholeProduct};
use cloud::Ctx;
use futures::future::try_join_all;
use kernel::ProductId;
use search::{ProductTrait, SKUS, SearchDocument, SearchImage, TraitKind, beginning};
use search_index::{ProductStanding, Reading};
use stock::{StockNow, Stocks};
use table::{TableError, TenantScope};

/// How many SKUs are looked at once.
const AT_ONCE: usize = 8;

/// A product, which is read anew each time.
pub(crate) struct ProductReading<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) scope: TenantScope,
    pub(crate) id: ProductId,
}

#[async_trait]
impl Reading for ProductReading<'_> {
    async fn standing(&self) -> Result<ProductStanding, TableError> {
        standing(self.ctx, self.scope, self.id).await
    }
}

/// How a product is to be found now.
pub(crate) async fn standing(ctx: &Ctx, scope: TenantScope, id: ProductId) -> Result<ProductStanding, TableError> {
    let Some(whole) = Products::new(ctx.table(), scope).get(id).await? else { return Ok(ProductStanding::Hidden) };
    let now = ctx.now();
    if !whole.product.is_on_sale(now) {
        return Ok(if whole.product.was_on_sale(now) { ProductStanding::Hidden } else { ProductStanding::NeverThere });
    }
    let in_stock = is_there(ctx, scope, &whole).await?;
    Ok(ProductStanding::Found(Box::new(document(&whole, in_stock))))
}

/// Whether one of its variants can be bought: there are some, or some may be sold that are not there yet.
async fn is_there(ctx: &Ctx, scope: TenantScope, whole: &WholeProduct) -> Result<bool, TableError> {
    let stocks = Stocks::new(ctx.table(), scope);
    for variants in whole.variants.chunks(AT_ONCE) {
        let found = try_join_all(variants.iter().map(|variant| stocks.get(&variant.sku))).await?;
        if found.iter().flatten().any(StockNow::can_be_bought) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn document(whole: &WholeProduct, in_stock: bool) -> SearchDocument {
    let (product, text) = (&whole.product, &whole.product.text);
    let options = text.options.iter().flat_map(|option| {
        option.values.iter().map(|value| ProductTrait {
            kind: TraitKind::Option,
            name: option.name.as_str().to_owned(),
            value: value.as_str().to_owned(),
        })
    });
    let attributes = text.attributes.iter().map(|one| ProductTrait {
        kind: TraitKind::Attribute,
        name: one.name.as_str().to_owned(),
        value: String::from(one.value.clone()),
    });
    let image = text
        .images
        .first()
        .map(|image| SearchImage { url: String::from(image.url.clone()), alt: image.alt.clone().map(String::from) });
    SearchDocument {
        id: product.id,
        title: text.title.as_str().to_owned(),
        slug: product.slug.to_string(),
        description: text.description.clone().map(|text| beginning(&String::from(text))).unwrap_or_default(),
        skus: whole.variants.iter().take(SKUS).map(|variant| variant.sku.to_string()).collect(),
        category_ids: text.category_ids.clone(),
        traits: options.chain(attributes).collect(),
        prices_from: product.prices_from.clone(),
        in_stock,
        image,
        published_at: product.since,
    }
}
