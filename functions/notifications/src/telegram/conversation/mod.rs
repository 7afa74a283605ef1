//! What a bot does and says about what it hears.

mod answers;
#[cfg(test)]
mod books;
mod ear;
mod linking;
mod pressing;
mod settings;
mod writer;

pub(super) use ear::Ear;
