//! Telegram links and messages.
