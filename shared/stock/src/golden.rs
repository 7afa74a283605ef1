//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    LowStock, Reservation, StockItem, StockLevel, StockLocation, StockMovement, locations::LocationCount,
    stocks::StockHold,
};

#[test]
fn rows_stay_readable() {
    from_golden::<LocationCount>(include_str!("golden/location_count.json")).unwrap();
    from_golden::<LowStock>(include_str!("golden/low_stock.json")).unwrap();
    from_golden::<Reservation>(include_str!("golden/reservation.json")).unwrap();
    from_golden::<StockHold>(include_str!("golden/stock_hold.json")).unwrap();
    from_golden::<StockItem>(include_str!("golden/stock_item.json")).unwrap();
    from_golden::<StockLevel>(include_str!("golden/stock_level.json")).unwrap();
    from_golden::<StockLocation>(include_str!("golden/stock_location.json")).unwrap();
    from_golden::<StockMovement>(include_str!("golden/stock_movement.adjustment.json")).unwrap();
    from_golden::<StockMovement>(include_str!("golden/stock_movement.json")).unwrap();
}
