//! The Lambda function of the identity routes.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(identity_api::function)
}
