//! The worker over real rows, models that say what they are told to, and a double of the providers' side of the gateway.

mod accounting;
mod agents;
mod deaths;
mod turns;
mod world;
