//! The Lambda function of the minute's sweep.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(sweeper::function)
}
