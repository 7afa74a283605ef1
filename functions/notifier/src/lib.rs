//! Turns events into messages and sends them.
