//! Publishes the outbox from the table's stream.
