//! The function as its queues wake it, with receivers on real HTTP.

mod deliveries;
mod endings;
mod guard;
mod hostile;
mod receiver;
mod world;
