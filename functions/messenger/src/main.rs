//! The Lambda function that sends messages to people.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(messenger::function)
}
