//! What all hits are, as it is shown.

use std::{cmp::Reverse, collections::BTreeMap};

use kernel::{CategoryId, Money};
use search::{FacetLabel, Facets, TraitKind};
use serde::Serialize;
use utoipa::ToSchema;

/// How many values of a name are shown, those that most hits have.
const MOST_VALUES: usize = 100;
/// How many values of all names of a kind: an answer has a few megabytes at most, whatever a catalogue has.
const MOST_OF_KIND: usize = 1_000;
/// How many names of a kind are shown, those that most hits have.
const MOST_NAMES: usize = 50;
/// How many categories are shown, those that most hits name.
const MOST_CATEGORIES: usize = 100;

/// What all hits are, not only those of the page: to filter on by.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacetsView {
    /// The categories that they name, those of most hits first; up to 100.
    pub categories: Vec<CategoryFacet>,
    /// What can be chosen, by name; the 50 names that most hits have, and up to 100 values of each.
    pub options: Vec<TraitFacet>,
    /// What is true of them; as `options`.
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
        categories.sort_by_key(|one| Reverse(one.count));
        categories.truncate(MOST_CATEGORIES);
        let (mut options, mut attributes) = (Vec::new(), Vec::new());
        for ((kind, name), values) in traits {
            match kind {
                TraitKind::Option => options.push(TraitFacet { name, values }),
                TraitKind::Attribute => attributes.push(TraitFacet { name, values }),
            }
        }
        let (options, attributes) = (most_common(options), most_common(attributes));
        let money = |(currency, (lowest, highest))| PriceFacet {
            lowest: Money::new(lowest, currency),
            highest: Money::new(highest, currency),
        };
        let prices = facets.prices.into_iter().map(money).collect();
        Self { categories, options, attributes, in_stock: facets.in_stock, prices }
    }
}

/// What most hits have of these, by name.
fn most_common(mut all: Vec<TraitFacet>) -> Vec<TraitFacet> {
    all.sort_by_key(|one| Reverse(one.values.iter().map(|value| value.count).sum::<usize>()));
    all.truncate(MOST_NAMES);
    let mut left = MOST_OF_KIND;
    for one in &mut all {
        one.values.sort_by_key(|value| Reverse(value.count));
        one.values.truncate(MOST_VALUES.min(left));
        left -= one.values.len();
    }
    all.retain(|one| !one.values.is_empty());
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_stays_small_whatever_a_catalogue_has() {
        let label = |name: String, value: String| FacetLabel::Trait(TraitKind::Attribute, name, value);
        let mut labels: BTreeMap<_, _> =
            (0..150_000).map(|number| (label(format!("{number:050}"), "x".repeat(200)), 1)).collect();
        labels.extend((0..500).map(|number| (label("Colour".to_owned(), number.to_string()), 1 + number)));
        let id = |number: u128| CategoryId::new(ulid::Ulid(number));
        labels.extend((0..5_000).map(|number| (FacetLabel::Category(id(number)), 1)));
        labels.insert(FacetLabel::Category(id(9_000)), 7);
        let view = FacetsView::from(Facets { labels, ..Facets::default() });
        assert_eq!((view.categories.len(), view.categories[0].count), (100, 7));
        assert_eq!((view.attributes.len(), view.attributes[49].name.as_str()), (50, "Colour"), "by name");
        let values = &view.attributes[49].values;
        assert_eq!((values.len(), values[0].count, values[99].count), (100, 500, 401));
        assert!(serde_json::to_vec(&view).unwrap().len() < 100_000);
    }
}
