//! RajaOngkir: the couriers of Indonesia. Rates of one call for all couriers that are named, in whole rupiah, and where a parcel
//! is. It sells no labels and calls nobody back.
//! Its documents: <https://rajaongkir.com/docs>.

mod account;
mod client;
mod places;
mod wire;

pub use account::RajaOngkirAccount;
pub use client::RajaOngkir;
