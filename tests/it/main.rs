//! Black-box tests over HTTP against a local cloud in this process.

mod codes;
mod company;
mod completeness;
mod hostile;
mod journey;
mod operations;
mod sandbox;
