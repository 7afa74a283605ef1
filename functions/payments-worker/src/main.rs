//! The Lambda function of the payment work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(payments_worker::function)
}
