//! The Lambda function of the platform routes.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(platform_api::function)
}
