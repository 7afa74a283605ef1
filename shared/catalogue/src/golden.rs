//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    Category, ImportedRow, PriceEntry, Product, ProductExport, ProductImport, Variant,
    categories::repo::{CategoryCount, TreeVersion},
    products::repo::{ProductSlugOwner, ShelfPlace, SkuOwner},
};

#[test]
fn rows_stay_readable() {
    from_golden::<Category>(include_str!("golden/category.json")).unwrap();
    from_golden::<Category>(include_str!("golden/category.below.json")).unwrap();
    from_golden::<CategoryCount>(include_str!("golden/category_count.json")).unwrap();
    from_golden::<ImportedRow>(include_str!("golden/imported_row.json")).unwrap();
    from_golden::<ImportedRow>(include_str!("golden/imported_row.failed.json")).unwrap();
    from_golden::<PriceEntry>(include_str!("golden/price_entry.json")).unwrap();
    from_golden::<Product>(include_str!("golden/product.json")).unwrap();
    from_golden::<Product>(include_str!("golden/product.draft.json")).unwrap();
    from_golden::<ProductExport>(include_str!("golden/product_export.json")).unwrap();
    from_golden::<ProductExport>(include_str!("golden/product_export.ready.json")).unwrap();
    from_golden::<ProductExport>(include_str!("golden/product_export.failed.json")).unwrap();
    from_golden::<ProductImport>(include_str!("golden/product_import.json")).unwrap();
    from_golden::<ProductImport>(include_str!("golden/product_import.done.json")).unwrap();
    from_golden::<ShelfPlace>(include_str!("golden/shelf_place.json")).unwrap();
    from_golden::<SkuOwner>(include_str!("golden/sku_owner.json")).unwrap();
    from_golden::<ProductSlugOwner>(include_str!("golden/product_slug_owner.json")).unwrap();
    from_golden::<TreeVersion>(include_str!("golden/tree_version.json")).unwrap();
    from_golden::<Variant>(include_str!("golden/variant.json")).unwrap();
    from_golden::<Variant>(include_str!("golden/variant.bare.json")).unwrap();
}
