//! The Lambda function of the auditor.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(auditor::function)
}
