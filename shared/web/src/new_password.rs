//! The way of every chosen password: the rules, then those that leaked.

use identity::{Candidate, Hasher, Password, PasswordError, PasswordHash};
use kernel::Fault;

use crate::{Api, Problem};

impl Api {
    /// The password that somebody chose, if it may be one; `pointer` says where in the body it stood. Those that leaked are
    /// asked for only of a password within the rules, and 800 ms at most. Nothing of an account is looked at on the way,
    /// so a caller that asks before it looks tells nobody who has one.
    ///
    /// # Errors
    /// 422 with `PASSWORD_LENGTH`, `PASSWORD_TOO_COMMON` or `PASSWORD_BREACHED`.
    pub async fn new_password(
        &self,
        pointer: &str,
        chosen: Result<Candidate, PasswordError>,
    ) -> Result<Password, Problem> {
        let unfit = |error: PasswordError| Problem::invalid(pointer, error.code(), error.to_string());
        let candidate = chosen.map_err(unfit)?;
        let sighting = self.breached_passwords().sighting(&candidate, self.now()).await;
        candidate.settle(sighting).map_err(unfit)
    }
    /// The hash of the password that somebody chose, where nothing else of the request decides on it.
    ///
    /// # Errors
    /// As [`Api::new_password`], and 503 when too many are hashed at once.
    pub async fn new_password_hash(
        &self,
        hasher: &Hasher,
        pointer: &str,
        chosen: Result<Candidate, PasswordError>,
    ) -> Result<PasswordHash, Problem> {
        let password = self.new_password(pointer, chosen).await?;
        Ok(hasher.hash(password, self.random()).await?)
    }
}
