//! The Lambda function that adds up what subscriptions bring.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(analytics_worker::function)
}
