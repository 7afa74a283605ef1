//! Settlement on the real table code: what holds of the books after any history, and what happens once however often and
//! at how many places at once it is tried.

#[cfg(test)]
mod histories;
#[cfg(test)]
mod once;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod withdrawals;
#[cfg(test)]
mod world;
