//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    Quote, Shipment, ShippingSettings, TrackingEvent,
    quotes::cache::{CachedPlace, CachedRates},
    shipments::repo::{ShipmentPointer, TrackingCodePointer},
};

#[test]
fn rows_stay_readable() {
    from_golden::<CachedPlace>(include_str!("golden/cached_place.json")).unwrap();
    from_golden::<CachedPlace>(include_str!("golden/cached_place.none.json")).unwrap();
    from_golden::<CachedRates>(include_str!("golden/cached_rates.json")).unwrap();
    from_golden::<Quote>(include_str!("golden/quote.json")).unwrap();
    from_golden::<Quote>(include_str!("golden/quote.goods.json")).unwrap();
    from_golden::<Shipment>(include_str!("golden/shipment.buying.json")).unwrap();
    from_golden::<Shipment>(include_str!("golden/shipment.erased.json")).unwrap();
    from_golden::<Shipment>(include_str!("golden/shipment.failed.json")).unwrap();
    from_golden::<Shipment>(include_str!("golden/shipment.forgotten.json")).unwrap();
    from_golden::<Shipment>(include_str!("golden/shipment.json")).unwrap();
    from_golden::<ShipmentPointer>(include_str!("golden/shipment_pointer.json")).unwrap();
    from_golden::<ShippingSettings>(include_str!("golden/shipping_settings.json")).unwrap();
    from_golden::<TrackingCodePointer>(include_str!("golden/tracking_code_pointer.json")).unwrap();
    from_golden::<TrackingEvent>(include_str!("golden/tracking_event.json")).unwrap();
}
