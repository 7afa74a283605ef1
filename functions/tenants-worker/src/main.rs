//! The Lambda function of the tenant work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(tenants_worker::function)
}
