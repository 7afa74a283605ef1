//! What Twilio reports.

pub(crate) mod receive_twilio_status;
