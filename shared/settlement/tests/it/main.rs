//! Settlement on the real table code: what holds of the books after any history, and what happens once however often and
//! at how many places at once it is tried.

mod histories;
mod once;
mod world;
