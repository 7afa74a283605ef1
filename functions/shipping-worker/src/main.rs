//! The Lambda function of the shipping work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(shipping_worker::function)
}
