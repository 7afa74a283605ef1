//! The Lambda function of the file work queue.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(files_worker::function)
}
