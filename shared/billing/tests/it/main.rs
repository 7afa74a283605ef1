//! Billing on the real table code over the embedded store: what must hold when many work at once or one dies.

#[cfg(test)]
mod aggregations;
#[cfg(test)]
mod books;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod issuing;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod usage;
#[cfg(test)]
mod worked_cases;
