//! Why something cannot be done with what is sold.

use kernel::{CategoryId, Fault, FaultKind, Sku};

/// What is refused. All of it depends on what is there now: the same request may succeed later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Another product has, or had, this slug.
    #[error("another product has this slug, or had it before: choose another")]
    SlugTaken,
    /// Another variant has this SKU.
    #[error("another variant has the SKU {0}: a SKU is unique in the organisation")]
    SkuTaken(Sku),
    /// Variants name values that the product's options do not have, or not one for each option.
    #[error("each variant names one value for each option of the product, in the order of the options, and no others")]
    OptionsMismatch,
    /// Two variants are the same choice.
    #[error("another variant of the product has the same values")]
    VariantExists,
    /// There are enough variants.
    #[error("a product has no more than {most} variants")]
    TooManyVariants {
        /// How many there may be.
        most: usize,
    },
    /// It would be on sale, and nobody could buy it.
    #[error("what is on sale, or will be, has at least one variant, and each variant at least one price")]
    NotSellable,
    /// There is no such category.
    #[error("there is no category {0}")]
    UnknownCategory(CategoryId),
    /// Another category below the same one has this slug.
    #[error("another category below the same one has this slug: choose another")]
    CategorySlugTaken,
    /// A category would be below itself.
    #[error("a category cannot be moved below itself")]
    CategoryCycle,
    /// The tree would be too high.
    #[error("categories are at most {most} levels deep")]
    CategoryTooDeep {
        /// How many levels there may be.
        most: usize,
    },
    /// There are enough categories.
    #[error("an organisation has no more than {most} categories")]
    TooManyCategories {
        /// How many there may be.
        most: usize,
    },
    /// There are categories below it, or products in it.
    #[error("there are categories below this one, or products in it: move them first")]
    CategoryNotEmpty,
}

impl Fault for CatalogueError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::OptionsMismatch | Self::UnknownCategory(_) => FaultKind::Invalid,
            Self::SlugTaken
            | Self::SkuTaken(_)
            | Self::VariantExists
            | Self::TooManyVariants { .. }
            | Self::NotSellable
            | Self::CategorySlugTaken
            | Self::CategoryCycle
            | Self::CategoryTooDeep { .. }
            | Self::TooManyCategories { .. }
            | Self::CategoryNotEmpty => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SlugTaken => "PRODUCT_SLUG_TAKEN",
            Self::SkuTaken(_) => "SKU_TAKEN",
            Self::OptionsMismatch => "PRODUCT_OPTIONS_MISMATCH",
            Self::VariantExists => "VARIANT_EXISTS",
            Self::TooManyVariants { .. } => "VARIANT_LIMIT",
            Self::NotSellable => "PRODUCT_NOT_SELLABLE",
            Self::UnknownCategory(_) => "UNKNOWN_CATEGORY",
            Self::CategorySlugTaken => "CATEGORY_SLUG_TAKEN",
            Self::CategoryCycle => "CATEGORY_CYCLE",
            Self::CategoryTooDeep { .. } => "CATEGORY_TOO_DEEP",
            Self::TooManyCategories { .. } => "CATEGORY_LIMIT",
            Self::CategoryNotEmpty => "CATEGORY_NOT_EMPTY",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::SlugTaken
            | Self::SkuTaken(_)
            | Self::OptionsMismatch
            | Self::VariantExists
            | Self::TooManyVariants { .. }
            | Self::NotSellable
            | Self::UnknownCategory(_)
            | Self::CategorySlugTaken
            | Self::CategoryCycle
            | Self::CategoryTooDeep { .. }
            | Self::TooManyCategories { .. }
            | Self::CategoryNotEmpty => false,
        }
    }
}
