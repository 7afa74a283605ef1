//! The Lambda function of the tenant routes.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(tenants_api::function)
}
