//! The Lambda function of the catalog work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(catalog_worker::function)
}
