//! The Lambda function of the subscription routes.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(subscriptions_api::function)
}
