//! The Lambda function of the outbox relay.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(relay::function)
}
