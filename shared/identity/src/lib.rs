//! Users, passwords, tokens, roles.
