//! Events about products. Of several about one product, the one with the higher version is the later one.

use kernel::{ProductId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A product was made: a draft, which nobody can buy yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductCreated {
    /// Which product.
    pub product_id: ProductId,
    /// What it is called in addresses.
    pub slug: String,
}

/// What is told of a product was changed, or one of its variants, or when it is to be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductUpdated {
    /// Which product.
    pub product_id: ProductId,
    /// What it is called in addresses.
    pub slug: String,
}

/// A product is on sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductPublished {
    /// Which product.
    pub product_id: ProductId,
    /// What it is called in addresses.
    pub slug: String,
    /// Since when.
    pub published_at: Timestamp,
}

/// A product is sold no more. It is kept, for orders may name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductArchived {
    /// Which product.
    pub product_id: ProductId,
    /// What it is called in addresses.
    pub slug: String,
}

/// A product that was never on sale is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductDeleted {
    /// Which product.
    pub product_id: ProductId,
    /// What it was called in addresses.
    pub slug: String,
}

impl Payload for ProductCreated {
    const NAME: &'static str = "product.created";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductId;

    fn subject(&self) -> ProductId {
        self.product_id
    }
}

impl Payload for ProductUpdated {
    const NAME: &'static str = "product.updated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductId;

    fn subject(&self) -> ProductId {
        self.product_id
    }
}

impl Payload for ProductPublished {
    const NAME: &'static str = "product.published";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductId;

    fn subject(&self) -> ProductId {
        self.product_id
    }
}

impl Payload for ProductArchived {
    const NAME: &'static str = "product.archived";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductId;

    fn subject(&self) -> ProductId {
        self.product_id
    }
}

impl Payload for ProductDeleted {
    const NAME: &'static str = "product.deleted";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductId;

    fn subject(&self) -> ProductId {
        self.product_id
    }
}
