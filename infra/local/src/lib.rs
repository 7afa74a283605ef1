//! The local cloud: everything that AWS and the providers would do, in one process, wired by `template.yaml`.
//!
//! [`LocalCloud::start`] runs it; tests start it in-process on port 0. docs/OPERATIONS.md says how to use it.
#![expect(
    clippy::indexing_slicing,
    reason = "AWS and the providers speak JSON: indexing a `Value` reads null where nothing is, and writes to objects made \
              just before. No slice is indexed."
)]

mod aws;
pub mod cli;
mod control;
mod data;
pub mod deployed;
mod fakes;
mod functions;
mod gateway;
pub mod journey;
mod logs;
mod mailbox;
pub mod openapi;
mod pages;
mod pattern;
mod pump;
mod random;
mod reading;
mod running;
pub mod seed;
mod stack;
mod start;
mod start_error;
mod surroundings;
mod template;
mod time;

pub use functions::readers;

pub use aws::sqs::QueueState;
pub use data::Data;
pub use fakes::breached_passwords::{BreachedPasswords, Question, Settings as BreachedPasswordsSettings};
pub use fakes::carriers::{CarrierSettings, Carriers};
pub use fakes::midtrans::{Action, ActionError, Midtrans, Payment, Settings as MidtransSettings, Tamper};
pub use fakes::models::{CannedAnswer, FaultPhase, LanguageModels, ModelFault, ModelSettings};
pub use fakes::push::{Push, Settings as PushSettings};
pub use fakes::receiver::{Arrived, ReceiverSettings, Receivers};
pub use fakes::stripe::{Stripe, StripeAction, StripeActionError, StripeEvents, StripePayment, StripeSettings};
pub use fakes::telegram::{ChatState, Settings as TelegramSettings, Telegram, UpdateError, UserAction};
pub use fakes::twilio::{Settings as TwilioSettings, Twilio};
pub use functions::watched::watched;
pub use functions::{context, linked, metered};
pub use mailbox::{Mailbox, Message};
pub use pump::NeverIdle;
pub use random::random_password;
pub use running::{Control, Seed};
pub use seed::sandbox_accounts::SandboxAccounts;
pub use start::{LocalCloud, Options};
pub use start_error::StartError;
pub use surroundings::{BoxError, Build, Endpoints, Functions, Surroundings};
pub use template::{Template, TemplateError};
pub use time::clock::TestClock;
pub use time::moves::UnderWay;
pub use time::timeline::MoveError;
