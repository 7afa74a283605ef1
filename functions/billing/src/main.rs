//! The Lambda function of the billing routes.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(billing_api::function)
}
