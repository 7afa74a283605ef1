//! Clock, seeded ids, builders and the in-process stack for tests.
//!
//! [`Stack::start`] gives a context over a real `DynamoTable` on an embedded store, with a frozen clock, counted-up
//! randomness and ports that remember what was sent. [`Stack::serve`] runs a function's real router on it.
//! [`Interleaving`] plays tasks that run at once in every order of their store calls. [`contract()`] is what every
//! store passes, and [`providers::contract`] what every payment provider passes.

mod answer;
mod builders;
mod contract;
mod dead_letters;
mod interleaving;
mod kms;
mod ports;
pub mod providers;
mod range_api;
pub mod raw;
mod resolver;
mod scripted;
mod shop;
mod stack;
mod store;
mod tables;

pub use answer::Answer;
pub use builders::{Member, PASSWORD};
pub use contract::contract;
pub use dead_letters::DeadLetterOffice;
pub use interleaving::{Beginning, Ended, Interleaving, Task, task};
pub use kms::MemoryKms;
pub use ports::{CountedEntropy, FixedClock, KnownSecrets, SentEvents, SentMail, SentWork};
pub use range_api::{RangeAnswer, RangeApi};
pub use resolver::Resolver;
pub use scripted::{ScriptedCarriers, ScriptedMidtrans, ScriptedStripe, midtrans_transaction};
pub use shop::Shop;
pub use stack::{Call, Client, Stack};
pub use store::{TABLE_NAME, all_rows, create_table_request, memory_store, memory_table, store_client};
pub use tables::faults::{Fault, FaultyTable};
