//! The Lambda function of the search work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(search_worker::function)
}
