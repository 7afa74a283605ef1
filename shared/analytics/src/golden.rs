//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{BuyerDay, CohortCell, CountedSale, ProductRow, SalesDay, SalesRecount, ShopBuyer};

#[test]
fn rows_stay_readable() {
    from_golden::<ShopBuyer>(include_str!("golden/shop_buyer.json")).unwrap();
    from_golden::<BuyerDay>(include_str!("golden/buyer_day.json")).unwrap();
    from_golden::<CohortCell>(include_str!("golden/cohort_cell.json")).unwrap();
    from_golden::<CountedSale>(include_str!("golden/counted_sale.json")).unwrap();
    from_golden::<CountedSale>(include_str!("golden/counted_sale.unpaid.json")).unwrap();
    from_golden::<ProductRow>(include_str!("golden/product_row.json")).unwrap();
    from_golden::<SalesDay>(include_str!("golden/sales_day.json")).unwrap();
    from_golden::<SalesRecount>(include_str!("golden/sales_recount.json")).unwrap();
    from_golden::<SalesRecount>(include_str!("golden/sales_recount.done.json")).unwrap();
}

/// A row that was only ever added to has no more than was added.
#[test]
fn numbers_that_were_never_added_are_nothing() {
    let row: SalesDay = serde_json::from_str(r#"{ "day": "2026-12-01", "currency": "IDR", "orders": 2 }"#).unwrap();
    assert_eq!((row.figures.orders, row.figures.net), (2, 0));
}
