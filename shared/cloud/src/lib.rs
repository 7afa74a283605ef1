//! Clients, queues, objects, secrets, configuration, telemetry and the entry points of functions.
//!
//! The ports are small traits ([`Queues`], [`DeadLetters`], [`Bus`], [`Mailer`], [`Secrets`], [`Entropy`], `table`'s and `object_store`'s own), each
//! with its AWS implementation here and an in-memory one in `testkit`. [`Ctx`] carries them to every handler.

mod clock;
pub mod config;
mod ctx;
mod entry;
mod fresh;
mod keys;
mod loaded;
mod ports;
mod queue;
mod sweep;
pub mod telemetry;
mod tenant_lines;

pub use entry::event;
pub use entry::http;

pub use clock::{RemoteClock, SystemClock};
pub use config::Config;
pub use ctx::{Ctx, MOST_RACES, Ports};
pub use entry::function::{EventAnswer, EventError, EventHandler, Function};
pub use entry::serve::{serve, serve_streaming};
pub use fresh::Fresh;
pub use keys::PlatformKeys;
pub use loaded::Loaded;
pub use ports::breaker::{Breakers, CallEnd};
pub use ports::bucket_links::{BucketLinks, DownloadTerms, UploadForm, UploadTerms};
pub use ports::bus::{Bus, EventBridge, Published};
pub use ports::dead_letters::{
    DEAD_LETTER_QUEUES, DeadLetter, DeadLetterDepth, DeadLetterMove, DeadLetterQueue, DeadLetters, MoveStart,
    SqsDeadLetters,
};
pub use ports::entropy::{Entropy, SystemEntropy};
pub use ports::kms::AwsKms;
pub use ports::mail::{Attachment, Mail, Mailer, Ses};
pub use ports::objects::ObjectWriter;
pub use ports::outbound::Outbound;
pub use ports::port::PortError;
pub use ports::queues::{Queues, Sqs};
pub use ports::secrets::{Secrets, SecretsManager};
pub use queue::Queue;
pub use sweep::{SweepError, Swept, sweep};
pub use tenant_lines::TenantLines;
