//! The Lambda function of the billing work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(billing_worker::function)
}
