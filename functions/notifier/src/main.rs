//! The Lambda function that tells people.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(notifier::function)
}
