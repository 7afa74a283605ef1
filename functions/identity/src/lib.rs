//! Sign-up, login, tokens and profiles.
