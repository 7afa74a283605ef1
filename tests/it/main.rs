//! Black-box tests over HTTP against a local cloud in this process.

#[cfg(test)]
mod codes;
#[cfg(test)]
mod company;
#[cfg(test)]
mod completeness;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod sandbox;
