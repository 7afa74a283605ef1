//! The Lambda function of the meter.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(meter::function)
}
