//! The Lambda function of the billing cycles queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(billing_cycle::function)
}
