//! A recommendation, as it is shown.

use catalogue::{Image, Product};
use kernel::{Money, ProductId, RecommendationModelId};
use recommend::Why;
use serde::Serialize;
use utoipa::ToSchema;

/// What is recommended to somebody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRecommendations {
    /// The best first.
    pub recommendations: Vec<Recommendation>,
    /// The model that they are of; null before the first training, when the newest products are recommended.
    pub model_id: Option<RecommendationModelId>,
}

/// What is recommended beside a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductRecommendations {
    /// Products that the same people want, the most alike first.
    pub similar: Vec<Recommendation>,
    /// Products that were bought with it, the most often first.
    pub bought_together: Vec<Recommendation>,
    /// The model that both are of; null before the first training, when the newest products are recommended.
    pub model_id: Option<RecommendationModelId>,
}

/// A product that is recommended, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Recommendation {
    pub product: RecommendedProduct,
    pub reason: RecommendationReason,
}

/// A product that can be bought now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecommendedProduct {
    pub id: ProductId,
    /// What it is called.
    #[schema(example = "Batik shirt")]
    pub title: String,
    /// What it is called in addresses.
    #[schema(example = "batik-shirt")]
    pub slug: String,
    /// Its first image; null where there is none.
    pub image: Option<Image>,
    /// What its cheapest variant costs in each currency.
    pub prices_from: Vec<Money>,
}

/// Why a product is recommended.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecommendationReason {
    #[serde(rename = "type")]
    pub kind: RecommendationReasonType,
    /// The product of theirs that it is like; null for other reasons.
    pub product_id: Option<ProductId>,
}

/// Why a product is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(
    description = "Why a product is recommended: it is like what they bought, wanted or viewed; it is like the product beside it, or was bought with that; many want it; it is new; or they viewed it before and there is nothing else"
)]
pub enum RecommendationReasonType {
    BecauseYouBought,
    BecauseYouWanted,
    BecauseYouViewed,
    Similar,
    BoughtTogether,
    Popular,
    New,
    ViewedBefore,
}

impl Recommendation {
    pub(crate) fn of(product: &Product, why: Why) -> Self {
        Self {
            product: RecommendedProduct {
                id: product.id,
                title: product.text.title.as_str().to_owned(),
                slug: product.slug.to_string(),
                image: product.text.images.first().cloned(),
                prices_from: product.prices_from.clone(),
            },
            reason: why.into(),
        }
    }
}

impl From<Why> for RecommendationReason {
    fn from(why: Why) -> Self {
        use RecommendationReasonType as Type;
        let (kind, product_id) = match why {
            Why::YouBought(product) => (Type::BecauseYouBought, Some(product)),
            Why::YouWanted(product) => (Type::BecauseYouWanted, Some(product)),
            Why::YouViewed(product) => (Type::BecauseYouViewed, Some(product)),
            Why::Similar => (Type::Similar, None),
            Why::BoughtTogether => (Type::BoughtTogether, None),
            Why::Popular => (Type::Popular, None),
            Why::New => (Type::New, None),
            Why::ViewedBefore => (Type::ViewedBefore, None),
        };
        Self { kind, product_id }
    }
}
