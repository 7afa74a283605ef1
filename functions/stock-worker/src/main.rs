//! The Lambda function of the tenant work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(stock_worker::function)
}
