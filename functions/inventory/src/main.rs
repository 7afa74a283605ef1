//! The Lambda function of webhook endpoints and their deliveries.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(inventory_api::function)
}
