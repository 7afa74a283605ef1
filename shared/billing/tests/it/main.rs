//! Billing on the real table code over the embedded store: what must hold when many work at once or one dies.

mod books;
mod crash;
mod golden;
mod issuing;
mod lists;
mod runs;
mod store;
mod usage;
