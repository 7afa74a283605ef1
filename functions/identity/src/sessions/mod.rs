//! Where a user is signed in, and signing out.

pub(crate) mod end_session;
pub(crate) mod list_sessions;
pub(crate) mod logout;
pub(crate) mod logout_all;
mod session_end;
#[cfg(test)]
mod session_races_tests;
pub(crate) mod session_room;
#[cfg(test)]
pub(crate) mod signed_in_room;
