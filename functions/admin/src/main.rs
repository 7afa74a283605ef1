//! The Lambda function of admin.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(admin_api::function)
}
