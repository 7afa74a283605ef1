//! The local cloud: everything that AWS and the providers would do, in one process, wired by `template.yaml`.
//!
//! [`LocalCloud::start`] runs it; tests start it in-process on port 0. See `DESIGN.md` §5.

mod aws;
mod clock;
mod control;
mod data;
mod deliveries;
mod environment;
mod fakes;
mod gateway;
mod invoke;
mod mailbox;
mod pages;
mod pattern;
mod pump;
mod random;
mod schedule;
mod stack;
mod start;
mod template;
mod timeline;

pub use aws::sqs::QueueState;
pub use clock::TestClock;
pub use data::Data;
pub use fakes::midtrans::{Action, ActionError, Midtrans, Payment, Settings as MidtransSettings, Tamper};
pub use fakes::telegram::{ChatState, Settings as TelegramSettings, Telegram, UpdateError, UserAction};
pub use mailbox::{Mailbox, Message};
pub use pump::NeverIdle;
pub use stack::{BoxError, Build, Endpoints, Functions, Seed, Surroundings};
pub use start::{Control, LocalCloud, Options, StartError};
pub use template::{Template, TemplateError};
pub use timeline::MoveError;
