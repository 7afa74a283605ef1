//! What all hits are, as it is shown.

use std::collections::BTreeMap;

use kernel::{CategoryId, Money};
use search::{FacetLabel, Facets, TraitKind};
use serde::Serialize;
use utoipa::ToSchema;

/// How many values of a name are shown, those that most hits have.
const MOST_VALUES: usize = 100;

/// What all hits are, not only those of the page: to filter on by.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacetsView {
    /// The categories that they name.
    pub categories: Vec<CategoryFacet>,
    /// What can be chosen, by name.
    pub options: Vec<TraitFacet>,
    /// What is true of them, by name.
    pub attributes: Vec<TraitFacet>,
    /// How many of them can be bought now.
    pub in_stock: usize,
    /// What they cost, in each currency.
    pub prices: Vec<PriceFacet>,
}

/// A category, and how many hits name it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CategoryFacet {
    pub category_id: CategoryId,
    /// How many hits.
    #[schema(example = 12)]
    pub count: usize,
}

/// A name, such as `Size`, and its values.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TraitFacet {
    /// The name.
    #[schema(example = "Size")]
    pub name: String,
    /// Its values, those of most hits first.
    pub values: Vec<ValueFacet>,
}

/// A value, and how many hits have it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueFacet {
    /// The value.
    #[schema(example = "M")]
    pub value: String,
    /// How many hits.
    #[schema(example = 12)]
    pub count: usize,
}

/// The lowest and the highest price of the hits in a currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceFacet {
    pub lowest: Money,
    pub highest: Money,
}

impl From<Facets> for FacetsView {
    fn from(facets: Facets) -> Self {
        let mut categories = Vec::new();
        let mut traits: BTreeMap<(TraitKind, String), Vec<ValueFacet>> = BTreeMap::new();
        for (label, count) in facets.labels {
            match label {
                FacetLabel::Category(category_id) => categories.push(CategoryFacet { category_id, count }),
                FacetLabel::Trait(kind, name, value) => {
                    traits.entry((kind, name)).or_default().push(ValueFacet { value, count });
                }
            }
        }
        categories.sort_by_key(|one| std::cmp::Reverse(one.count));
        let (mut options, mut attributes) = (Vec::new(), Vec::new());
        for ((kind, name), mut values) in traits {
            values.sort_by_key(|one| std::cmp::Reverse(one.count));
            values.truncate(MOST_VALUES);
            match kind {
                TraitKind::Option => options.push(TraitFacet { name, values }),
                TraitKind::Attribute => attributes.push(TraitFacet { name, values }),
            }
        }
        let money = |(currency, (lowest, highest))| PriceFacet {
            lowest: Money::new(lowest, currency),
            highest: Money::new(highest, currency),
        };
        let prices = facets.prices.into_iter().map(money).collect();
        Self { categories, options, attributes, in_stock: facets.in_stock, prices }
    }
}
