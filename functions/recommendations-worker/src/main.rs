//! The Lambda function of the recommendation work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(recommendations_worker::function)
}
