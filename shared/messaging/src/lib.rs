//! Templates, channels and the messages sent through them.
