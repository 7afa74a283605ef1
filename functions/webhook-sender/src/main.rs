//! The Lambda function that sends webhooks.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(webhook_sender::function)
}
