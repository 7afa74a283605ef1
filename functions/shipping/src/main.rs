//! The Lambda function of shipping.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(shipping_api::function)
}
