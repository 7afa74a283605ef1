//! The Lambda function of the payment routes.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(payments_api::function)
}
