//! How much of what is sold somebody sees.

use catalogue::{Product, ProductStatus};
use identity::Grants;
use kernel::Timestamp;
use web::{Needs, Problem};

use crate::ProductsWrite;

/// How much somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// What is on sale, and what it costs everybody.
    OnSale,
    /// Everything.
    Whole,
}

impl Sight {
    /// That of somebody who holds this.
    pub(crate) fn of(grants: &Grants) -> Self {
        if grants.reach(ProductsWrite::PERMISSION).is_some() { Self::Whole } else { Self::OnSale }
    }

    /// Whether a product is seen at all.
    pub(crate) fn sees(self, product: &Product, now: Timestamp) -> bool {
        self == Self::Whole || product.is_on_sale(now)
    }

    /// The status that a list is of.
    ///
    /// # Errors
    /// 403 for what only staff sees.
    pub(crate) fn listed(self, asked: Option<ProductStatus>) -> Result<ProductStatus, Problem> {
        match (self, asked.unwrap_or(ProductStatus::Active)) {
            (Self::Whole, status) => Ok(status),
            (Self::OnSale, ProductStatus::Active) => Ok(ProductStatus::Active),
            (Self::OnSale, ProductStatus::Draft | ProductStatus::Scheduled | ProductStatus::Archived) => {
                let detail = format!("products that are not on sale need {}", ProductsWrite::PERMISSION);
                Err(Problem::forbidden(detail))
            }
        }
    }
}
