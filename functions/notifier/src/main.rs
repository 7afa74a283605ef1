//! The Lambda function that decides who is told.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(notifier::function)
}
