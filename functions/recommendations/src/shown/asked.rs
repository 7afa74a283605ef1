//! What somebody asks, in the parameters of a call.

use kernel::ProductId;
use recommend::Shopper;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many products can be named as looked at.
const MOST_VIEWED: usize = 50;

/// How many products are recommended: 1 to 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schema(description = "How many products are recommended at most", value_type = u8, minimum = 1, maximum = 50, example = 10)]
pub struct RecommendCount(u8);

/// Products that were looked at: up to 50 ids with commas between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Products that were looked at, with a comma between them, up to 50",
    value_type = String, max_length = 1549, pattern = "^prd_[0-9A-Z]{26}(,prd_[0-9A-Z]{26})*$",
    example = "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
)]
pub struct ViewedProducts(Vec<ProductId>);

/// What to recommend to somebody.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UserRecommendationsQuery {
    /// How many; 10 when left out.
    pub count: Option<RecommendCount>,
    /// What they looked at besides what was reported; none of it is recommended.
    pub viewed: Option<ViewedProducts>,
}

/// What to recommend beside a product.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProductRecommendationsQuery {
    /// How many in each list; 10 when left out.
    pub count: Option<RecommendCount>,
    /// What they looked at besides what was reported; none of it is recommended.
    pub viewed: Option<ViewedProducts>,
    /// To whom: nothing that they bought is recommended. A customer who calls when left out.
    pub user_id: Option<Shopper>,
}

impl RecommendCount {
    /// How many.
    pub(crate) const fn get(self) -> usize {
        self.0 as usize
    }
}

impl Default for RecommendCount {
    fn default() -> Self {
        Self(10)
    }
}

impl TryFrom<u8> for RecommendCount {
    type Error = &'static str;

    fn try_from(count: u8) -> Result<Self, Self::Error> {
        if (1..=50).contains(&count) { Ok(Self(count)) } else { Err("use 1 to 50") }
    }
}

impl From<RecommendCount> for u8 {
    fn from(count: RecommendCount) -> Self {
        count.0
    }
}

impl ViewedProducts {
    /// The ids.
    pub(crate) fn ids(&self) -> &[ProductId] {
        &self.0
    }
}

impl TryFrom<String> for ViewedProducts {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const REFUSED: &str = "use up to 50 ids of products (prd_…), with commas between them";
        let ids: Result<Vec<ProductId>, _> = text.split(',').map(str::parse).collect();
        let ids = ids.map_err(|_| REFUSED)?;
        if ids.len() <= MOST_VIEWED { Ok(Self(ids)) } else { Err(REFUSED) }
    }
}

impl From<ViewedProducts> for String {
    fn from(viewed: ViewedProducts) -> Self {
        viewed.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}
