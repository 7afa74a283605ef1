//! How much of each there may be.

/// The zones of a tenant.
pub const ZONES_MAX: usize = 30;
/// The countries that a zone names.
pub const COUNTRIES_MAX: usize = 250;
/// The provinces that a zone names.
pub const PROVINCES_MAX: usize = 40;
/// The beginnings of postal codes that a zone names.
pub const PREFIXES_MAX: usize = 50;
/// The rates of a zone.
pub const RATES_MAX: usize = 5;
/// The steps of a table by weight.
pub const STEPS_MAX: usize = 20;
/// The places that a tenant sends from.
pub const ORIGINS_MAX: usize = 20;
/// The couriers that are asked through RajaOngkir at once.
pub const COURIERS_MAX: usize = 10;
/// The lines of what is to be sent.
pub const ITEMS_MAX: usize = 100;
/// The parcels of a shipment.
pub const PARCELS_MAX: usize = 10;
/// The tracking events that are kept of a shipment: what comes after that only moves its status.
pub const EVENTS_MAX: usize = 300;
/// The tracking events that one call is followed in: the rest comes with the next one.
pub const NEWS_MAX: usize = 60;
