//! The Lambda function of the tenant-data queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(privacy_worker::function)
}
