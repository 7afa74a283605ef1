//! What is kept for carts.

pub(crate) mod create_reservation;
pub(crate) mod extend_reservation;
pub(crate) mod get_reservation;
pub(crate) mod release_reservation;
pub(crate) mod reservation_view;
