//! Clients, queues, objects, secrets, configuration, telemetry and the entry points of functions.
//!
//! The ports are small traits ([`Queues`], [`Bus`], [`Mailer`], [`Secrets`], [`Entropy`], `table`'s and `object_store`'s own), each
//! with its AWS implementation here and an in-memory one in `testkit`. [`Ctx`] carries them to every handler.

mod bus;
mod clock;
pub mod config;
mod ctx;
mod entropy;
pub mod event;
mod function;
pub mod http;
mod keys;
mod kms;
mod mail;
mod objects;
mod outbound;
mod port;
mod queues;
mod secrets;
mod serve;
mod signed;
mod sweep;
pub mod telemetry;

pub use bus::{Bus, EventBridge, Published};
pub use clock::{RemoteClock, SystemClock};
pub use config::Config;
pub use ctx::{Ctx, Ports};
pub use entropy::{Entropy, SystemEntropy};
pub use function::{EventAnswer, EventError, EventHandler, Function};
pub use keys::PlatformKeys;
pub use kms::AwsKms;
pub use mail::{Mail, Mailer, Ses};
pub use outbound::Outbound;
pub use port::PortError;
pub use queues::{Queue, Queues, Sqs};
pub use secrets::{Secrets, SecretsManager};
pub use serve::serve;
pub use sweep::{SweepError, Swept, sweep};
