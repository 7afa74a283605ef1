//! What happened: one typed, versioned struct per event, with its subject and its audience.
//!
//! A producer writes an event's row in the transaction of the change that it tells of ([`write`]); the relay publishes the
//! row; a consumer reads it by its type ([`Consumer`], [`decode`]). `docs/EVENTS.md` and `docs/events.schema.json` are made
//! of [`catalogue`].
//!
//! A new event is a struct in the file of its subject, a line in [`catalogue::ALL`] and a golden file in `tests/golden`.
//! Data may gain optional fields. Any other change raises `VERSION`, keeps the golden file of the former version, and says
//! in [`Payload::upgrade`] how the former one is read, because rows and messages outlive a deployment by two weeks.

mod address;
pub mod catalogue;
pub mod commerce;
mod consumer;
pub mod customer;
mod decode;
pub mod invitation;
pub mod invoice;
mod payload;
pub mod payment;
mod record;
pub mod session;
pub mod subscription;
pub mod tenant;
pub mod user;

pub use address::AddressHash;
pub use commerce::{order, order_course, product, review, sales, shipment, stock};
pub use consumer::{Consumer, Told};
pub use decode::{DecodeError, decode};
pub use invoice::credit_note;
pub use payload::Payload;
pub use payment::{payment_method, transfer_proof, withdrawal};
pub use record::{Cause, Meta, UNVERSIONED, insert, record};
pub use table::outbox::{Audience, Event};
pub use tenant::{file, notification, webhook_endpoint};
